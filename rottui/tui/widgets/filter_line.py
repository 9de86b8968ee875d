"""The line in which a filter is typed: it works at every key, and says below what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from rottui.tui.charts.cells import Row, Span, shorten
from rottui.tui.widgets.glyphs import glyphs, to_ascii
from rottui.tui.widgets.lines import Lines
from rottui.tui.widgets.table_layout import cells_wide

SIGN = "/"
EXAMPLE = "words state:done lr>=1e-3 -tag:old | sweep:night"


class FilterLine(Vertical):
    """Hidden until ``ask``; Enter keeps what was typed, Escape what was there before."""

    DEFAULT_CSS = """
    FilterLine { display: none; width: 1fr; height: 2; padding: 0 2; }
    FilterLine.-asking { display: block; }
    FilterLine > Horizontal { height: 1; }
    FilterLine Static { width: 1; height: 1; color: $text-accent; text-style: bold; }
    FilterLine Input { width: 1fr; height: 1; border: none; padding: 0; }
    FilterLine > Lines { height: 1; }
    """

    @dataclass
    class Typed(Message):
        """The text has changed; the owner answers by ``tell`` or ``complain``."""

        text: str

    class Closed(Message):
        """The line is gone, and the focus belongs to the pane again."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._before = ""

    def compose(self) -> ComposeResult:
        """The field, and below it what fits or what is wrong."""
        field = Input(compact=True, select_on_focus=False)
        field.cursor_blink = False
        with Horizontal():
            yield Static(SIGN, markup=False)
            yield field
        yield Lines()

    @property
    def asking(self) -> bool:
        """Whether the line is open."""
        return self.has_class("-asking")

    @property
    def typing(self) -> bool:
        """Whether keys go into the line."""
        return self.asking and self.field.has_focus

    @property
    def field(self) -> Input:
        """Where the text is typed."""
        return self.query_one(Input)

    def ask(self, text: str) -> None:
        """Open the line with a text, and put the cursor at its end."""
        self._before = text
        self.add_class("-asking")
        self.field.value = text
        self.field.cursor_position = len(text)
        self.field.focus()

    def tell(self, sentence: str) -> None:
        """Say how many runs fit, and where there is room, what can be typed."""
        dot = glyphs(self._ascii).dot
        full = f"{sentence} {dot} such as {EXAMPLE}"
        said = full if cells_wide(full) <= self._room else sentence
        self._say((Span(self._shown(said, self._room), "chart-axis"),))

    def complain(self, sentence: str, place: int) -> None:
        """Say what is wrong, by a mark below the character at which it goes wrong."""
        typed = self.field.value[:place]
        column = cells_wide(SIGN + typed) - self.field.scroll_offset.x
        room = self._room
        if not 0 <= column < room:
            words = self._shown(f"character {place + 1}: {sentence}", room)
            self._say((Span(words, "run-failed"),))
            return
        after = room - column - 2
        if cells_wide(sentence) <= after or after >= room // 2:
            words = f"^ {self._shown(sentence, after)}"
            self._say((Span(" " * column, ""), Span(words, "run-failed")))
            return
        words = self._shown(sentence, column - 1)
        gap = " " * (column - 1 - cells_wide(words))
        self._say((Span(f"{gap}{words} ^", "run-failed"),))

    def close(self, *, keep: bool) -> None:
        """Hide the line; unless it is kept, the text is what it was before."""
        if not self.asking:
            return
        self.remove_class("-asking")
        if not keep and self.field.value != self._before:
            self.post_message(self.Typed(self._before))
        self.post_message(self.Closed())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Hand up what is there now."""
        event.stop()
        if self.asking:
            self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it."""
        event.stop()
        self.close(keep=True)

    def on_key(self, event: events.Key) -> None:
        """Escape takes back what was typed."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.close(keep=False)

    @property
    def _room(self) -> int:
        return self.query_one(Lines).size.width or max(1, self.app.size.width - 4)

    def _shown(self, text: str, room: int) -> str:
        text = to_ascii(text) if self._ascii else text
        return shorten(text, max(0, room), glyphs(self._ascii).cut)

    def _say(self, row: Row) -> None:
        self.query_one(Lines).set_rows((row,))
