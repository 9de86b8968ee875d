"""Progress as bars on a terminal: one for each run that trains, and one for all of them."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from rottui.commands.progress import ended_line
from rottui.store.records import EpochRow, RunRow
from rottui.tui.widgets.formats import format_degrees, format_loss


class Bars:
    """Bars that move; lines that stay are printed above them."""

    def __init__(self, *, many: bool, console: Console | None = None) -> None:
        self._many = many
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[count]}", markup=False),
            TextColumn("{task.fields[note]}", markup=False),
            TimeRemainingColumn(compact=True),
            console=console or Console(highlight=False),
        )
        self._parts: dict[str, TaskID] = {}
        self._runs: dict[int, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """Print the line above the bars."""
        self._progress.console.print(text, markup=False, soft_wrap=True)

    def part(self, what: str, done: int, total: int) -> None:
        """Move the bar of a piece of work; it goes when the work is done."""
        task = self._parts.get(what)
        if task is None:
            task = self._parts[what] = self._add(what)
        percent = f"{100 * done // total} %" if total > 0 else ""
        self._progress.update(task, completed=done, total=total or None, count=percent)
        if 0 < total <= done:
            self._remove(self._parts.pop(what))

    def epoch(self, run: RunRow, row: EpochRow) -> None:
        """Move the bar of the run."""
        task = self._runs.get(run.id)
        if task is None:
            task = self._runs[run.id] = self._add(f"run {run.id}")
        self._progress.update(
            task,
            completed=row.epoch,
            total=run.epochs,
            count=f"{row.epoch}/{run.epochs}",
            note=_note(row),
        )

    def waits(self, run: RunRow) -> None:
        """Take the run's bar away: only those that train have one."""
        if run.id in self._runs:
            self._remove(self._runs.pop(run.id))

    def ended(self, run: RunRow) -> None:
        """Where runs are many, a line takes the place of the bar."""
        if self._many:
            self.waits(run)
            self.say(ended_line(run))

    def _add(self, what: str) -> TaskID:
        return self._progress.add_task(what, total=None, count="", note="")

    def _remove(self, task: TaskID) -> None:
        self._progress.remove_task(task)
        self._progress.refresh()  # else the next line is printed over the frame that still has it


def _note(row: EpochRow) -> str:
    """The experiment's MAE in the target's units, and the one along the circle in degrees."""
    circular = row.measured("test_circular_mae_deg")
    mae = f"test MAE {format_loss(row.test_mae)}"
    if circular is None:
        return f"{mae} ({format_degrees(row.test_mae_deg)}°)"
    return f"{mae}, circular {format_degrees(circular)}°"
