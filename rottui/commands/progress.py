"""How a command shows its progress: bars on a terminal, plain lines anywhere else."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from rottui.commands.tables import on_terminal
from rottui.commands.texts import metrics_line
from rottui.store.records import EpochRow, RunRow
from rottui.tui.widgets.formats import format_degrees, format_loss, format_pace

PLAIN_STEP = 10
"""Percent between two plain lines of one piece of work."""


class Progress(Protocol):
    """What a command tells while it works; a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def say(self, text: str) -> None:
        """One line that stays."""

    def part(self, what: str, done: int, total: int) -> None:
        """So much of a piece of work is done; a total of 0 is not known."""

    def epoch(self, run: RunRow, row: EpochRow) -> None:
        """An epoch of a run was committed."""

    def waits(self, run: RunRow) -> None:
        """A run waits at a rung of its sweep; told more than once."""

    def ended(self, run: RunRow) -> None:
        """A run is in its last state."""


def new_progress(*, many: bool = False) -> Progress:
    """Bars if standard output is a terminal, else lines; ``many`` runs are told apart."""
    if on_terminal():
        from rottui.commands.bars import Bars

        return Bars(many=many)
    return Lines(many=many)


class Lines:
    """One plain line for each epoch, flushed, so that a log file or a pipe can be followed."""

    def __init__(self, *, many: bool) -> None:
        self._many = many
        self._percent: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def say(self, text: str) -> None:
        """Print the line."""
        print(text, flush=True)

    def part(self, what: str, done: int, total: int) -> None:
        """Print a line at each tenth of the way."""
        percent = PLAIN_STEP * (100 * done // total // PLAIN_STEP) if total > 0 else 0
        if self._percent.get(what) != percent:
            self._percent[what] = percent
            self.say(f"{what}: {percent} %" if total > 0 else f"{what} …")

    def epoch(self, run: RunRow, row: EpochRow) -> None:
        """Print all metrics of the epoch."""
        which = f"run {run.id}  " if self._many else ""
        width = len(str(run.epochs))
        epoch = f"epoch {row.epoch:>{width}}/{run.epochs}"
        self.say(f"{which}{epoch}  {metrics_line(row)}  {format_pace(row.seconds)} s")

    def waits(self, run: RunRow) -> None:
        """Print nothing: its last epoch is there, and a line tells which runs go on."""

    def ended(self, run: RunRow) -> None:
        """Print the state where runs are many; the command itself tells about a single one."""
        if self._many:
            self.say(ended_line(run))


def ended_line(run: RunRow) -> str:
    """What became of a run, in one line."""
    line = f"run {run.id} {run.state}: {run.name}"
    if run.error:
        return f"{line}: {run.error}"
    if run.last is None:
        return line
    mae = f"test MAE {format_loss(run.last.test_mae)} ({format_degrees(run.last.test_mae_deg)}°)"
    parts = [line, mae]
    circular = run.last.measured("test_circular_mae_deg")
    if circular is not None:
        parts.append(f"circular MAE {format_degrees(circular)}°")
    if run.best is not None:
        loss = format_loss(run.best.test_loss)
        parts.append(f"best test loss {loss} in epoch {run.best.epoch}")
    ended = ", ".join(parts)
    return f"{ended}; {run.reason}" if run.reason else ended
