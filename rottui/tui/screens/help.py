"""Every key, by the part of the screen where it works."""

from __future__ import annotations

from typing import ClassVar

from rich.console import RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from rottui.tui.key_names import key_names
from rottui.tui.keymap import SCOPES, actions, keys_now
from rottui.tui.screens.dialog import Dialog

ABOUT = {
    "configure": "What is to be trained: one run, or the runs of a sweep. What is typed is checked "
    "at once, and a field says what is wrong with it; Enter queues.",
    "queue": "Every run, in the order in which they are trained. Keys act on the run under the "
    "cursor, or on all marked ones together.",
    "charts": "The curves of the marked runs, or of the run under the queue's cursor, as they are "
    "trained.",
    "sweep": "What the settings of a sweep have reached, against what was varied, and the best "
    "first below.",
    "equivariance": "How far a network's answer moves with an image that is shifted or turned: an "
    "image, its features, and two maps of errors.",
    "data": "The images that runs are trained and tested on, each with its true angle.",
    "predictions": "What the run under the queue's cursor says of single images, and how far that "
    "is from the truth.",
    "details": "All that is known of the run under the queue's cursor.",
    "system": "What the machine and this program do right now, how much the terminal is sent, and "
    "who trains what at which pace; it is looked at only while this pane is seen.",
    "range": "A short training whose learning rate rises all the time: where its loss falls "
    "fastest, rates are good.",
    "compare": "Two or more runs: only what differs, and whether one is better in truth or by "
    "chance.",
    "trash": "Deleted runs; they are kept until they are purged.",
}
"""What each pane is for, in a sentence or two."""


class HelpScreen(Dialog[None]):
    """What has the focus, then the table of all actions, those of that scope first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark", "close", "Close"),
        Binding("j,down", "scroll(1)", "Down"),
        Binding("k,up", "scroll(-1)", "Up"),
        Binding("pagedown,space", "scroll(10)", "Page", show=False),
        Binding("pageup", "scroll(-10)", "Page up", show=False),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 84; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $primary; padding: 0 1;
        border-title-color: $primary; border-subtitle-color: $foreground;
    }
    HelpScreen .about { margin-bottom: 1; }
    """

    def __init__(self, scope: str, about: str = "") -> None:
        """``about`` is what has the focus within the pane, as a sentence."""
        super().__init__()
        self._scope = scope
        self._about = about

    def compose(self) -> ComposeResult:  # noqa: D102
        with VerticalScroll() as scroll:
            scroll.border_title = "Keys"
            scroll.border_subtitle = "j k scroll · Esc closes"
            scroll.can_focus = False
            for said in filter(None, (self._about, ABOUT.get(self._scope, ""))):
                yield Static(said, classes="about", markup=False)
            yield Static(self._table())

    def _table(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        first = [self._scope] if self._scope in SCOPES else []
        for scope in [*first, *(name for name in SCOPES if name not in first)]:
            table.add_row(Text(SCOPES[scope], Style(bold=True, underline=True)), "")
            for action in actions(scope):
                table.add_row(key_names(action, keys_now(self.app, action)), action.help)
            table.add_row("", "")
        table.add_row(Text("In a text field", Style(bold=True, underline=True)), "")
        table.add_row("Tab, ↓ / ⇧Tab, ↑", "Next or previous field.")
        table.add_row("Enter", "Queue what the form describes.")
        table.add_row("Esc", "Leave the field, so that letters are keys again.")
        return table

    def action_scroll(self, lines: int) -> None:
        """Scroll by that many lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()
