"""The line of keys: which of them fit, and what a click does."""

from __future__ import annotations

from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from waiting import until

from rottui.tui.widgets.key_line import Key, KeyLine, fitting


def key(shown: str, label: str, *, always: bool = False) -> Key:
    return Key(shown, label, shown, True, always)


OWN = (key("p", "Pause"), key("r", "Resume"), key("c", "Cancel"))
ALWAYS = (key("^q", "Quit", always=True), key("f1", "Help", always=True))


def names(width: int) -> list[str]:
    keys, cut = fitting((*OWN, *ALWAYS), width)
    return [key.label for key in keys] + (["…"] if cut else [])


def test_keys_that_work_everywhere_stay_longest() -> None:
    assert names(80) == ["Pause", "Resume", "Cancel", "Quit", "Help"]
    assert names(30) == ["Pause", "Quit", "Help", "…"]
    assert names(18) == ["Quit", "Help", "…"]
    assert names(10) == ["Help", "…"]
    assert names(3) == ["…"]


KEYS = st.builds(
    Key, st.text("abc^", min_size=1, max_size=3), st.text("xyz", max_size=9), st.just("a"),
    st.booleans(), st.booleans(),
)  # fmt: skip


@given(st.lists(KEYS, max_size=12), st.integers(1, 120))
def test_what_is_shown_fits_and_nothing_is_left_out_unmarked(keys: list[Key], width: int) -> None:
    shown, cut = fitting(keys, width)
    cells = sum(key.width + 1 for key in shown) - 1 + (2 if cut else 0)
    assert cells <= max(width, 1)
    assert cut == (len(shown) < len(keys))


class Pane(Widget, can_focus=True):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", "Pause"),
        Binding("r", "resume", "Resume"),
        Binding("x", "hidden", "Hidden", show=False),
    ]
    heard: ClassVar[list[str]] = []

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if action == "resume" else True

    def action_pause(self) -> None:
        self.heard.append("pause")


class Host(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1", "help", "Help")]
    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield Pane()
        yield KeyLine(ascii=True)


async def test_the_line_shows_what_has_the_focus_and_a_click_presses_the_key() -> None:
    host = Host()
    async with host.run_test(size=(40, 6)) as pilot:
        line = host.query_one(KeyLine)
        host.screen.set_focus(host.query_one(Pane))
        await until(pilot, lambda: "Pause" in line.render_line(0).text)
        text = line.render_line(0).text
        assert text.startswith("p Pause r Resume f1 Help  ")
        assert len(text) == 40
        assert [key.enabled for key in line.keys][:2] == [True, False]
        await pilot.click(KeyLine, offset=(3, 0))
        await until(pilot, lambda: Pane.heard == ["pause"])
        await pilot.resize_terminal(18, 6)
        await until(pilot, lambda: line.size.width == 18)
        assert line.render_line(0).text == "p Pause ~ f1 Help "
