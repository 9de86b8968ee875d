"""The choice of the checkpoint that a fork begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from rottui.store.records import Checkpoint, RunRow
from rottui.tui.screens.dialog import Dialog
from rottui.tui.widgets.formats import format_loss


class CheckpointScreen(Dialog[Checkpoint]):
    """The checkpoints of a run, each by the first letter of its kind; Esc answers None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "answer('last')", "Last"),
        Binding("b", "answer('best')", "Best"),
        Binding("p", "answer('previous')", "Previous"),
        Binding("enter,ctrl+j", "first", "The first"),
        Binding("escape,q,n,c", "dismiss", "Close"),
    ]
    DEFAULT_CSS = """
    CheckpointScreen { align: center middle; }
    CheckpointScreen > Vertical {
        width: 60; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $primary; padding: 1 2;
    }
    CheckpointScreen .keys { margin-top: 1; color: $text-muted; }
    """

    def __init__(self, run: RunRow, checkpoints: Sequence[Checkpoint]) -> None:
        """``checkpoints``: those to choose from, the usual one first."""
        super().__init__()
        self._run = run
        self._checkpoints = {checkpoint.kind: checkpoint for checkpoint in checkpoints}

    def compose(self) -> ComposeResult:  # noqa: D102
        lines = []
        for number, (kind, checkpoint) in enumerate(self._checkpoints.items()):
            words = f"{kind[0]}  {kind}: {_place(self._run, checkpoint)}"
            enter = "" if number else "  (Enter)"
            lines.append(f"[@click=screen.answer('{kind}')]{words}[/]{enter}")
        lines.append("[@click=screen.dismiss]c  cancel[/]  (Esc)")
        with Vertical():
            yield Static(f"Fork run {self._run.id} from which checkpoint?", markup=False)
            yield Static("\n".join(lines), classes="keys")

    def action_answer(self, kind: str) -> None:
        """Close with the checkpoint of that kind, if there is one."""
        if kind in self._checkpoints:
            self.dismiss(self._checkpoints[kind])

    def action_first(self) -> None:
        """Close with the usual one."""
        self.dismiss(next(iter(self._checkpoints.values())))


def _place(run: RunRow, checkpoint: Checkpoint) -> str:
    """``epoch 12, step 1884``, and the test loss there where that is known."""
    place = f"epoch {checkpoint.epoch}, step {checkpoint.step:,}"
    for row in (run.best, run.last):
        if row is not None and (row.epoch, row.step) == (checkpoint.epoch, checkpoint.step):
            return f"{place}, test loss {format_loss(row.test_loss)}"
    return place
