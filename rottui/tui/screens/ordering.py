"""The columns that a table can be sorted by, to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from rottui.tui.screens.dialog import Dialog
from rottui.tui.widgets.glyphs import glyphs, to_ascii

QUEUE = ""
"""Answers that the order is that of the queue."""


class OrderScreen(Dialog[str]):
    """Answers the name of a column, or ``QUEUE``; Esc answers None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,b", "dismiss", "Close"),
        Binding("j", "move('down')", show=False),
        Binding("k", "move('up')", show=False),
    ]
    DEFAULT_CSS = """
    OrderScreen { align: center middle; }
    OrderScreen > Vertical {
        width: 44; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $primary; padding: 0 1;
        border-title-color: $primary; border-subtitle-color: $foreground;
    }
    OrderScreen.-ascii > Vertical { border: ascii $primary; }
    OrderScreen OptionList, OrderScreen OptionList:focus {
        height: auto; max-height: 100%; border: none; padding: 0; background: $surface;
    }
    """

    def __init__(
        self, columns: Mapping[str, str], now: str, falling: bool, *, ascii: bool = False
    ) -> None:
        """``columns`` has the titles by name; ``now`` is the one that it is sorted by."""
        super().__init__(classes="-ascii" if ascii else None)
        self._columns = {QUEUE: "the order of the queue", **columns}
        self._now = now
        self._falling = falling
        self._ascii = ascii

    def compose(self) -> ComposeResult:  # noqa: D102
        with Vertical() as box:
            box.border_title = "Sort by; again turns it round"
            box.border_subtitle = "Enter sorts, Esc closes"
            yield OptionList(
                *(Option(self._line(name), id=name or "queue") for name in self._columns)
            )

    def on_mount(self) -> None:
        """The present order is under the cursor."""
        self.query_one(OptionList).highlighted = list(self._columns).index(self._now)

    def action_move(self, way: str) -> None:
        """Go up or down, by the letters of lists."""
        getattr(self.query_one(OptionList), f"action_cursor_{way}")()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Close with the column."""
        event.stop()
        self.dismiss(list(self._columns)[event.option_index])

    def _line(self, name: str) -> Content:
        symbols = glyphs(self._ascii)
        arrow = symbols.falling if self._falling else symbols.rising
        mark = arrow if name == self._now and name else symbols.dot if name == self._now else " "
        title = self._columns[name]
        return Content(f"{mark} {to_ascii(title) if self._ascii else title}")
