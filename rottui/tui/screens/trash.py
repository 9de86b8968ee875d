"""The trash: deleted runs, which come back or go for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from rottui.store.records import RunRow
from rottui.tui.keymap import bindings
from rottui.tui.screens.dialog import Dialog
from rottui.tui.widgets import queue_cells
from rottui.tui.widgets.key_line import KeyLine
from rottui.tui.widgets.line_table import MOVES, LineTable


class TrashTable(LineTable[RunRow], inherit_bindings=False):
    """The deleted runs."""

    BINDINGS: ClassVar[list[BindingType]] = [*MOVES]


class TrashScreen(Dialog[None]):
    """Shows what it is given; it knows no store, and only says what a person wants."""

    AUTO_FOCUS = "TrashTable"
    scope: ClassVar[str] = "trash"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("trash")]
    DEFAULT_CSS = """
    TrashScreen > Vertical {
        height: 1fr; background: $surface; border: round $primary; padding: 0 1;
        border-title-color: $primary;
    }
    TrashScreen.-ascii > Vertical { border: ascii $primary; }
    TrashScreen #trash-said { height: auto; color: $text-muted; }
    TrashScreen TrashTable { height: 1fr; }
    """

    @dataclass
    class RestoreWanted(Message):
        """A person wants a run back."""

        screen: TrashScreen
        run_id: int

    @dataclass
    class PurgeWanted(Message):
        """A person wants a run gone for good."""

        screen: TrashScreen
        run_id: int

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(classes="-ascii" if ascii else None)
        self._ascii = ascii

    def compose(self) -> ComposeResult:  # noqa: D102
        with Vertical() as box:
            box.border_title = "Trash"
            yield Static("", id="trash-said", markup=False)
            yield TrashTable(
                queue_cells.columns(self._ascii),
                key_of=lambda run: run.id,
                cells_of=lambda run: queue_cells.cells(run, self._ascii),
                ascii=self._ascii,
                id="trash-table",
            )
        yield KeyLine(ascii=self._ascii)

    @property
    def table(self) -> TrashTable:
        """The table of deleted runs."""
        return self.query_one(TrashTable)

    def show(self, runs: Sequence[RunRow]) -> None:
        """Show these runs."""
        self.table.set_rows(runs)
        said = "restored runs are what they were" if runs else "the trash is empty"
        self.query_one("#trash-said", Static).update(said)

    def action_restore(self) -> None:
        """Take the run out of the trash."""
        if (run := self.table.cursor_row) is not None:
            self.post_message(self.RestoreWanted(self, run.id))

    def action_purge(self) -> None:
        """Remove the run for good."""
        if (run := self.table.cursor_row) is not None:
            self.post_message(self.PurgeWanted(self, run.id))

    def action_close(self) -> None:
        """Go back to the queue."""
        self.dismiss(None)
