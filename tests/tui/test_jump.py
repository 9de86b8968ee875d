"""Jump mode: which letters stand where, and where they lead."""

from __future__ import annotations

from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from waiting import until

from rottui.tui.screens.jump import JumpScreen, Target, letters
from rottui.tui.screens.questions import ConfirmScreen
from rottui.tui.widgets.tab_line import PANES, title_of


def targets(*titles: str) -> list[Target]:
    return [Target(title.lower(), title, Offset(0, 0), True) for title in titles]


def test_a_pane_has_the_first_letter_of_its_title_that_is_free() -> None:
    found = letters(targets(*(title_of(scope) for scope in PANES)))
    assert {letter: target.title for letter, target in found.items()} == {
        "c": "Configure",
        "q": "Queue",
        "h": "Charts",
        "e": "Equivariance",
        "d": "Data",
        "p": "Predict",
        "t": "Details",
    }


@given(st.lists(st.text(max_size=5), max_size=26))
def test_every_target_has_a_letter_of_its_own(titles: list[str]) -> None:
    found = letters(targets(*titles))
    assert [target.title for target in found.values()] == titles
    assert all(len(letter) == 1 and "a" <= letter <= "z" for letter in found)


async def test_keys_that_come_too_quickly_go_to_the_screen_below() -> None:
    class Host(App[None]):
        BINDINGS: ClassVar[list[BindingType]] = [Binding("z", "zoom")]
        zoomed = 0

        def action_zoom(self) -> None:
            self.zoomed += 1

    host = Host()
    chosen: list[str | None] = []
    async with host.run_test() as pilot:
        jump = JumpScreen(targets("Queue"))
        host.push_screen(jump, chosen.append)
        await until(pilot, lambda: jump.is_current)
        for key in ("q", "z", "z"):  # all of them before the first is handled
            jump.post_message(events.Key(key, key))
        await until(pilot, lambda: host.zoomed == 2)
        assert chosen == ["queue"]


async def test_a_dialog_answers_once_however_quickly_keys_come() -> None:
    host: App[None] = App()
    answers: list[bool | None] = []
    async with host.run_test() as pilot:
        question = ConfirmScreen("Remove it?")
        host.push_screen(question, answers.append)
        await until(pilot, lambda: question.is_current)
        for _ in range(3):
            question.call_next(question.action_answer, True)
        await until(pilot, lambda: not question.is_current)
        await pilot.pause()
        assert answers == [True]
