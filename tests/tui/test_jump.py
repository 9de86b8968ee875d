"""Jump mode: which letters stand where, and where they lead."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Offset

from rottui.tui.screens.jump import Target, letters
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
    }


@given(st.lists(st.text(max_size=5), max_size=26))
def test_every_target_has_a_letter_of_its_own(titles: list[str]) -> None:
    found = letters(targets(*titles))
    assert [target.title for target in found.values()] == titles
    assert all(len(letter) == 1 and "a" <= letter <= "z" for letter in found)
