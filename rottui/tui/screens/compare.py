"""Marked runs side by side: what differs, metrics, and whether a difference is real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from rottui.tui.charts.cells import Row, Span
from rottui.tui.keymap import bindings
from rottui.tui.screens.dialog import Dialog
from rottui.tui.widgets.glyphs import to_ascii
from rottui.tui.widgets.key_line import KeyLine
from rottui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from rottui.engine.comparing import Comparison

EDGE = 10**6
"""More rows than any comparison has."""


class CompareScreen(Dialog[None]):
    """Shows what it is given; it reads no store, and asks for what it wants to show."""

    scope: ClassVar[str] = "compare"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare")]
    DEFAULT_CSS = """
    CompareScreen > Vertical {
        height: 1fr; background: $surface; border: round $primary; padding: 0 1;
        border-title-color: $primary; border-subtitle-color: $foreground;
    }
    CompareScreen.-ascii > Vertical { border: ascii $primary; }
    CompareScreen Lines { height: 1fr; }
    """

    @dataclass
    class Requested(Message):
        """Comparisons are wanted; they go to ``show``, and what prevents them to ``complain``."""

        screen: CompareScreen
        run_ids: tuple[int, ...]
        reference: int
        """The place of the side that the others are compared to."""

    @dataclass
    class Closed(Message):
        """Nobody waits for comparisons any more."""

    def __init__(self, run_ids: tuple[int, ...], *, ascii: bool = False) -> None:
        super().__init__(classes="-ascii" if ascii else None)
        self._run_ids = run_ids
        self._ascii = ascii
        self._comparison: Comparison | None = None
        self._reference = 0
        self._note = "reading …"
        self._top = 0
        self._skipped = 0
        self._rows: tuple[Row, ...] = ()
        self._more = False

    def compose(self) -> ComposeResult:  # noqa: D102
        with Vertical() as box:
            box.border_title = "Compare"
            yield Lines(id="compare-rows")
        yield KeyLine(ascii=self._ascii)

    def on_mount(self) -> None:
        """Ask."""
        self._ask()

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        self.app.post_message(self.Closed())

    # Between the app and the screen

    @property
    def comparison(self) -> Comparison | None:
        """What is shown."""
        return self._comparison

    @property
    def note(self) -> str:
        """What stands where the verdicts would be; empty when they are there."""
        return self._note

    def show(self, comparison: Comparison, note: str = "") -> None:
        """Show a comparison; with a note as long as its verdicts are worked out."""
        self._comparison, self._note = comparison, note
        self._update()

    def complain(self, sentence: str) -> None:
        """Say why there is no comparison."""
        self._note = sentence
        self._update()

    def _ask(self) -> None:
        self.post_message(self.Requested(self, self._run_ids, self._reference))

    # Keys

    def action_scroll(self, by: int) -> None:
        """Scroll by so many lines."""
        self._top += by
        self._paint()

    def action_page(self, by: int) -> None:
        """Scroll by so many screens."""
        self.action_scroll(by * max(1, self._height - 2))

    def action_edge(self, side: int) -> None:
        """To the first line (-1) or the last (1)."""
        self.action_scroll(side * EDGE)

    def action_sides(self, by: int) -> None:
        """Show the sides that did not fit, or go back."""
        if by > 0 and not self._more:
            return
        self._skipped = max(0, self._skipped + by)
        self._update()

    def action_reference(self) -> None:
        """Compare to the next side."""
        if self._comparison is not None:
            self._reference = (self._reference + 1) % len(self._comparison.sides)
            self._skipped = 0
            self._ask()

    def action_reload(self) -> None:
        """Look for newer checkpoints."""
        self._ask()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls, too."""
        event.stop()
        self.action_scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Likewise."""
        event.stop()
        self.action_scroll(-3)

    # Painting

    def on_resize(self) -> None:
        """Lay out anew."""
        self.call_after_refresh(self._update)

    @property
    def _lines(self) -> Lines:
        return self.query_one("#compare-rows", Lines)

    @property
    def _height(self) -> int:
        return self._lines.size.height

    def _update(self) -> None:
        if not self.is_mounted:
            return
        width = self._lines.size.width
        if width <= 0:
            return
        if self._comparison is None:
            note = to_ascii(self._note) if self._ascii else self._note
            self._rows, self._more = ((Span(note),),), False
        else:
            from rottui.tui.widgets.comparison_rows import lay_out

            laid = lay_out(
                self._comparison, width, skipped=self._skipped, note=self._note, ascii=self._ascii
            )
            self._rows, self._more = laid.rows, laid.more
        self._paint()

    def _paint(self) -> None:
        height = self._height
        self._top = max(0, min(self._top, len(self._rows) - height))
        self._lines.set_rows(self._rows[self._top : self._top + height])
        last = min(len(self._rows), self._top + height)
        whole = len(self._rows) <= height
        box = self.query_one(Vertical)
        box.border_subtitle = None if whole else f"{self._top + 1}-{last} of {len(self._rows)}"
