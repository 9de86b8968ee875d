"""Questions before something that cannot be undone, and a notice while something is saved."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

_CSS = """
{name} {{ align: center middle; }}
{name} > Vertical {{
    width: 60; max-width: 100%; height: auto; max-height: 100%;
    background: $surface; border: round {border}; padding: 1 2;
}}
{name} .keys {{ margin-top: 1; color: $text-muted; }}
"""


class ConfirmScreen(ModalScreen[bool]):
    """A question with yes and no; Esc and Enter mean no, since it asks about losses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,enter,q", "answer(False)", "No"),
    ]
    DEFAULT_CSS = _CSS.format(name="ConfirmScreen", border="$warning")

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:  # noqa: D102
        with Vertical():
            yield Static(self._question, markup=False)
            yield Static(
                "[@click=screen.answer(True)]y  yes[/]    [@click=screen.answer(False)]n  no[/]",
                classes="keys",
            )

    def action_answer(self, answer: bool) -> None:
        """Close with that answer."""
        self.dismiss(answer)


class NoticeScreen(ModalScreen[None]):
    """A sentence that stays until what it speaks of is done."""

    DEFAULT_CSS = _CSS.format(name="NoticeScreen", border="$primary")

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def compose(self) -> ComposeResult:  # noqa: D102
        with Vertical():
            yield Static(self._sentence, markup=False)
