"""Questions before something that cannot be undone, and a notice while something is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from rottui.tui.screens.dialog import Dialog

_CSS = """
{name} {{ align: center middle; }}
{name} > Vertical {{
    width: 60; max-width: 100%; height: auto; max-height: 100%;
    background: $surface; border: round {border}; padding: 1 2;
}}
{name} .keys {{ margin-top: 1; color: $text-muted; }}
"""


class ConfirmScreen(Dialog[bool]):
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


class NumberScreen(Dialog[float]):
    """A question whose answer is a number that is typed; Esc answers None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]
    DEFAULT_CSS = _CSS.format(name="NumberScreen", border="$primary")

    def __init__(
        self, question: str, usual: str, read: Callable[[str], float], problem: str
    ) -> None:
        """``read`` makes the number of what was typed, or raises ValueError: then ``problem``."""
        super().__init__()
        self._question, self._usual = question, usual
        self._read, self._problem = read, problem

    def compose(self) -> ComposeResult:  # noqa: D102
        field = Input(self._usual, compact=True, select_on_focus=True)
        field.cursor_blink = False
        with Vertical():
            yield Static(self._question, markup=False)
            yield field
            yield Static("Enter  take it    Esc  close", classes="keys", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with the number, or say what is wrong with it."""
        event.stop()
        try:
            number = self._read(event.value.strip())
        except ValueError:
            self.query_one(".keys", Static).update(self._problem)
            return
        self.dismiss(number)


class LeaveScreen(Dialog[str]):
    """What becomes of the runs that are not done when the screen is left; the last choice is first.

    Answers ``go on``, ``stop`` or, by Esc, None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "answer('go on')", "Go on"),
        Binding("s", "answer('stop')", "Stop"),
        Binding("escape,c,q,n", "answer", "Cancel"),
        Binding("enter,ctrl+j", "usual", "The last choice"),
    ]
    DEFAULT_CSS = _CSS.format(name="LeaveScreen", border="$warning")

    def __init__(self, unfinished: str, usual: str | None) -> None:
        super().__init__()
        self._unfinished = unfinished
        self._usual = "stop" if usual == "stop" else "go on"

    def compose(self) -> ComposeResult:  # noqa: D102
        answers = {
            "go on": ("g", "go on without me, in a process of its own"),
            "stop": ("s", "stop at a checkpoint; the next launch goes on"),
        }
        first, second = sorted(answers, key=lambda answer: answer != self._usual)
        with Vertical():
            yield Static(self._unfinished, markup=False)
            yield Static(
                "\n".join(
                    [
                        _answer_line(first, *answers[first], "  (Enter)"),
                        _answer_line(second, *answers[second], ""),
                        "[@click=screen.answer]c  cancel, stay here[/]  (Esc)",
                    ]
                ),
                classes="keys",
            )

    def action_answer(self, answer: str | None = None) -> None:
        """Close with that answer."""
        self.dismiss(answer)

    def action_usual(self) -> None:
        """Answer as the last time."""
        self.dismiss(self._usual)


def _answer_line(answer: str, key: str, words: str, enter: str) -> str:
    return f"[@click=screen.answer('{answer}')]{key}  {words}[/]{enter}"


class NoticeScreen(ModalScreen[None]):
    """A sentence that stays until what it speaks of is done."""

    DEFAULT_CSS = _CSS.format(name="NoticeScreen", border="$primary")

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def compose(self) -> ComposeResult:  # noqa: D102
        with Vertical():
            yield Static(self._sentence, markup=False)
