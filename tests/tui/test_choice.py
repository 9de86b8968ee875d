"""The one-line chooser."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input

from rottui.tui.widgets.choice import Choice


class Host(App[None]):
    BINDINGS = [("enter", "say('enter')", ""), ("s", "say('s')", ""), ("r", "say('r')", "")]  # noqa: RUF012

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__()
        self.said: list[str] = []
        self.ascii = ascii

    def compose(self) -> ComposeResult:
        yield Choice(["relu", "tanh", "sigmoid", "softplus"], "tanh", ascii=self.ascii)
        yield Input()

    @property
    def choice(self) -> Choice:
        return self.query_one(Choice)

    def on_mount(self) -> None:
        self.choice.focus()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        assert event.control is self.choice
        self.said.append(event.value)

    def action_say(self, word: str) -> None:
        self.said.append(word)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["right"], "sigmoid"),
        (["l"], "sigmoid"),
        (["space"], "sigmoid"),
        (["left"], "relu"),
        (["h", "h"], "softplus"),
        (["space", "space", "space", "space"], "tanh"),
        (["s"], "sigmoid"),
        (["s", "s"], "softplus"),
        (["s", "s", "s"], "sigmoid"),
        (["R"], "relu"),
    ],
)
async def test_keys_choose(keys: list[str], value: str) -> None:
    app = Host()
    async with app.run_test(size=(30, 4)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.choice.value == value
        assert app.said[-1] == value


async def test_enter_and_letters_of_no_option_go_on_to_the_pane() -> None:
    app = Host()
    async with app.run_test(size=(30, 4)) as pilot:
        await pilot.press("enter", "x", "r")
        assert app.said == ["enter", "relu"], "r is an option's letter, so the app's r waits"


async def test_arrows_are_clickable() -> None:
    app = Host()
    async with app.run_test(size=(30, 4)) as pilot:
        await pilot.click(Choice, offset=(0, 0))
        assert app.choice.value == "relu"
        await pilot.click(Choice, offset=(7, 0))
        assert app.choice.value == "tanh"


async def test_it_keeps_its_width_and_refuses_what_is_no_option() -> None:
    app = Host()
    async with app.run_test(size=(30, 4)) as pilot:
        await pilot.pause()
        width = app.choice.size.width
        assert width == len("‹ softplus ›")
        assert str(app.choice.render()) == "‹ tanh ›"
        app.choice.value = "step"
        assert app.choice.value == "tanh"
        await pilot.press("s")
        assert app.choice.size.width == width


async def test_the_same_value_again_is_no_change() -> None:
    app = Host()
    async with app.run_test(size=(30, 4)) as pilot:
        app.choice.value = "tanh"
        await pilot.press("t")
        assert app.said == []


async def test_ascii_arrows() -> None:
    app = Host(ascii=True)
    async with app.run_test(size=(30, 4)):
        assert str(app.choice.render()) == "< tanh >"


def test_a_choice_needs_options() -> None:
    with pytest.raises(ValueError, match="needs options"):
        Choice([])
