"""What a person writes on runs: tags, a word each, and the notes of one run."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static, TextArea

from rottui.errors import StoreError
from rottui.store.tagging import checked_tag
from rottui.tui.screens.dialog import Dialog

Tags = tuple[list[str], list[str]]
"""Those to be put on, and those to be taken off."""

_CSS = """
{name} {{ align: center middle; }}
{name} > Vertical {{
    width: 70; max-width: 100%; height: auto; max-height: 100%;
    background: $surface; border: round $primary; padding: 0 1;
    border-title-color: $primary; border-subtitle-color: $foreground;
}}
{name}.-ascii > Vertical {{ border: ascii $primary; }}
{name} .about {{ color: $text-muted; }}
"""


def tags_in(text: str) -> Tags:
    """The words of a text; those after a minus sign are taken off.

    Raises:
        StoreError: one is no tag.
    """
    words = text.replace(",", " ").split()
    off = [checked_tag(word[1:]) for word in words if word.startswith("-")]
    return [checked_tag(word) for word in words if not word.startswith("-")], off


class TagScreen(Dialog[Tags]):
    """Answers the tags to put on and to take off; Esc answers None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]
    DEFAULT_CSS = _CSS.format(name="TagScreen")

    def __init__(self, whose: str, about: str, *, ascii: bool = False) -> None:
        """``whose`` names the runs, ``about`` says which tags there are."""
        super().__init__(classes="-ascii" if ascii else None)
        self._whose, self._about = whose, about

    def compose(self) -> ComposeResult:  # noqa: D102
        field = Input(placeholder="paper -old", compact=True)
        field.cursor_blink = False
        with Vertical() as box:
            box.border_title = f"Tags of {self._whose}"
            box.border_subtitle = "-word takes off, Enter writes, Esc closes"
            yield field
            yield Static(self._about, classes="about", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with the tags, or say which word is none."""
        event.stop()
        try:
            self.dismiss(tags_in(event.value))
        except StoreError as error:
            self.query_one(".about", Static).update(str(error))


class NotesScreen(Dialog[str]):
    """Answers the notes as they are then; Esc answers None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", priority=True),
        Binding("ctrl+s", "write", "Write", priority=True),
    ]
    DEFAULT_CSS = (
        _CSS.format(name="NotesScreen")
        + "NotesScreen TextArea, NotesScreen TextArea:focus { height: 10; border: none; }"
    )

    def __init__(self, whose: str, notes: str, *, ascii: bool = False) -> None:
        super().__init__(classes="-ascii" if ascii else None)
        self._whose, self._notes = whose, notes

    def compose(self) -> ComposeResult:  # noqa: D102
        with Vertical() as box:
            box.border_title = f"Notes of {self._whose}"
            box.border_subtitle = "Ctrl+S writes, Esc leaves them as they were"
            field = TextArea(self._notes, soft_wrap=True, show_line_numbers=False)
            field.cursor_blink = False
            yield field

    def on_mount(self) -> None:
        """Go on writing at the end."""
        field = self.query_one(TextArea)
        field.move_cursor(field.document.end)

    def action_write(self) -> None:
        """Close with what is there now."""
        self.dismiss(self.query_one(TextArea).text)
