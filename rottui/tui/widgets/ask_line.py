"""The place at the bottom of a pane where a person types what they want to see."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from rottui.tui.charts.cells import Span, shorten
from rottui.tui.widgets.glyphs import ASCII, UNICODE, to_ascii
from rottui.tui.widgets.lines import Lines


class AskLine(Vertical):
    """Hidden until ``ask``; Enter answers, Escape closes; a bad answer stays to be mended."""

    DEFAULT_CSS = """
    AskLine { display: none; width: 1fr; height: 2; }
    AskLine.-asking { display: block; }
    AskLine > Lines { height: 1; }
    AskLine > Input { width: 1fr; height: 1; border: none; padding: 0; }
    """

    @dataclass
    class Answered(Message):
        """Enter was pressed; the owner calls ``complain`` or ``close``."""

        text: str

    @dataclass
    class Closed(Message):
        """The line is gone, and the focus belongs to the pane again."""

    def __init__(self, prompt: str, *, ascii: bool = False, id: str | None = None) -> None:
        """``prompt`` says what can be typed; with ``ascii``, no other symbols are written."""
        super().__init__(id=id)
        self._prompt = prompt
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        """What can be typed or what was wrong, and below it the field."""
        field = Input(compact=True, select_on_focus=True)
        field.cursor_blink = False
        yield Lines()
        yield field

    @property
    def asking(self) -> bool:
        """Whether the line is open."""
        return self.has_class("-asking")

    def ask(self, text: str = "") -> None:
        """Open the line and put the cursor into it."""
        self.add_class("-asking")
        field = self.query_one(Input)
        field.value = text
        self._say(self._prompt, "chart-axis")
        field.focus()

    def complain(self, sentence: str) -> None:
        """Say what was wrong above what was typed."""
        mark = (ASCII if self._ascii else UNICODE).problem
        self._say(f"{mark} {sentence}", "run-failed")

    def close(self) -> None:
        """Hide the line."""
        if self.asking:
            self.remove_class("-asking")
            self.post_message(self.Closed())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the answer up."""
        event.stop()
        self.post_message(self.Answered(event.value.strip()))

    def on_key(self, event: events.Key) -> None:
        """Escape closes."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.close()

    def _say(self, text: str, style: str) -> None:
        lines = self.query_one(Lines)
        room = lines.size.width or self.app.size.width
        glyphs = ASCII if self._ascii else UNICODE
        text = to_ascii(text) if self._ascii else text
        lines.set_rows(((Span(shorten(text, room, glyphs.cut), style),),))
