"""``rottui follow``: what the screen shows of a run, a plain line at a time."""

from __future__ import annotations

from rottui.commands.progress import ended_line
from rottui.commands.queue_notes import note_what_holds_back
from rottui.commands.run_facts import facts, ties_of
from rottui.commands.signals import stop_on_signals
from rottui.commands.stores import opened
from rottui.commands.texts import metrics_line
from rottui.commands.usage import DONE, FAILED
from rottui.store.records import EpochRow, EventRow, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import ENDED, State
from rottui.tui.widgets.formats import format_pace

POLL = 0.2
"""Seconds between two looks at the store."""


def follow(reference: str, *, new: bool, store: str | None) -> int:
    """Print a run's facts, its epochs and events so far, then each as it comes, until its end.

    Args:
        reference: the run's id or name.
        new: leave out what was there before.
        store: the store's folder, as it was typed.

    Returns:
        0 for a run that is done, 1 for one that failed, was cancelled or was deleted, 128 + the
        signal's number if one came; the run is not touched by it.

    Raises:
        StoreError: there is no such run, or the store cannot be read.
    """
    with opened(store, read_only=True) as rows, stop_on_signals(("SIGINT", "SIGTERM")) as stop:
        run = rows.run(reference)
        for line in facts(run, ties_of(rows, run)):
            _say(line)
        note_what_holds_back(rows, [run.id])
        teller = RunTeller(rows, run, new=new)
        while True:
            now = teller.tell()
            if now is None:
                _say(f"run {run.id} was deleted")
                return FAILED
            if now.state in ENDED:
                _say(ended_line(now))
                return DONE if now.state is State.DONE else FAILED
            if stop.event.wait(POLL):
                return stop.exit_code or FAILED


class RunTeller:
    """Prints a line for each epoch and each event of one run that it has not printed yet."""

    def __init__(self, store: RunStore, run: RunRow, *, new: bool) -> None:
        self._store = store
        self._run = run
        self._epoch = -1 if not new or run.last is None else run.last.epoch
        self._events = len(store.events(run.id)) if new else 0
        self._revision = -1

    def tell(self) -> RunRow | None:
        """The run as it is now, after all is printed that has happened; None if it is gone.

        Raises:
            StoreError: the store cannot be read.
        """
        revision = self._store.revision()
        if revision == self._revision:
            return self._run
        self._revision = revision
        found = self._store.runs(ids=[self._run.id])
        if not found:
            return None
        self._run = found[0]
        epochs = self._store.epochs(self._run.id, after=self._epoch)
        events = self._store.events(self._run.id)[self._events :]
        for line in lines(self._run, epochs, events):
            _say(line)
        self._epoch = epochs[-1].epoch if epochs else self._epoch
        self._events += len(events)
        return self._run


def lines(run: RunRow, epochs: list[EpochRow], events: list[EventRow]) -> list[str]:
    """A line for each, in the order in which they happened."""
    width = len(str(run.epochs))
    told = [
        (
            row.at,
            f"epoch {row.epoch:>{width}}/{run.epochs}  {metrics_line(row)}  "
            f"{format_pace(row.seconds)} s",
        )
        for row in epochs
    ]
    told += [(event.at, event_line(event)) for event in events]
    return [line for _, line in sorted(told, key=lambda one: one[0])]


def event_line(event: EventRow) -> str:
    """Such as ``at epoch 3.25: lr 0.0005``, or ``claimed: attempt 1``."""
    words = f"{event.kind} {event.detail}".rstrip()
    if event.epoch is not None:
        return f"at epoch {event.epoch:.2f}: {words}"
    return f"{event.kind}: {event.detail}" if event.detail else event.kind


def _say(line: str) -> None:
    print(line, flush=True)
