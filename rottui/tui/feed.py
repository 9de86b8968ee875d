"""Reads the store in a thread of its own and hands the app immutable snapshots."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

from rottui.errors import StoreError
from rottui.store.records import EpochRow, EventRow, RunRow
from rottui.tui.known_runs import KnownRuns
from rottui.tui.snapshot import Snapshot
from rottui.tui.time_left import TimeLeft

if TYPE_CHECKING:
    from textual.app import App

    from rottui.store.runs import RunStore

log = logging.getLogger(__name__)

LONG = 10_000
"""Epochs; of a longer curve, only those are read that tell its shape."""


class SnapshotRead(Message):
    """The store has changed; here is all that the screen shows of it."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot


class StoreTrouble(Message):
    """The store cannot be read at the moment; the feed goes on trying."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class _Curve:
    """A run's epochs as they were read, and what the run was then."""

    revision: int
    attempt: int
    rows: tuple[EpochRow, ...]


class Feed:
    """Polls the store's revision; reads runs, and the curves that are wanted, when it moved.

    Nothing is read before what was told last has been taken: an event loop that waits for a
    terminal would find hours of snapshots otherwise.
    """

    POLL_SECONDS = 0.2

    def __init__(self, app: App[Any], store: RunStore, *, interval: float) -> None:
        self._app = app
        self._store = store
        self._interval = interval
        """Seconds between two snapshots, at least."""
        self._wanted: frozenset[int] = frozenset()
        self._revision = -1
        self._runs = KnownRuns()
        self._time_left = TimeLeft(store)
        self._curves: dict[int, _Curve] = {}
        self._events: dict[int, tuple[EventRow, ...]] = {}
        self._wake = threading.Event()
        self._taken = threading.Event()
        self._taken.set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rottui-feed", daemon=True)

    def start(self) -> None:
        """Begin; the first snapshot comes at once."""
        self._thread.start()

    def want(self, run_ids: frozenset[int]) -> None:
        """The runs whose curves later snapshots carry."""
        if run_ids != self._wanted:
            self._wanted = run_ids
            self._wake.set()

    def refresh(self) -> None:
        """Read now, since something was just written."""
        self._wake.set()

    def go_on(self) -> None:
        """What was told last has been taken."""
        self._taken.set()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        self._taken.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        seen = -1
        wanted: frozenset[int] = frozenset()
        while self._taken.wait() and not self._stopped.is_set():
            started = time.monotonic()
            self._wake.clear()
            pause = self.POLL_SECONDS
            try:
                revision = self._store.revision()
                moved = revision != seen or self._time_left.due(revision)
                if moved or self._wanted != wanted:
                    wanted = self._wanted
                    self._tell(SnapshotRead(self._read(wanted)))
                    seen = revision
                    pause = max(0.0, self._interval - (time.monotonic() - started))
            except StoreError as error:
                self._tell(StoreTrouble(str(error)))
                pause = 2.0
            self._wake.wait(pause)

    def _tell(self, message: Message) -> None:
        self._taken.clear()
        self._app.post_message(message)

    def _read(self, wanted: frozenset[int]) -> Snapshot:
        self._take_changes()
        curves: dict[int, _Curve] = {}
        events: dict[int, tuple[EventRow, ...]] = {}
        for run_id in wanted:
            if run_id in self._runs:
                run = self._runs[run_id]
                known = self._curves.get(run_id)
                fresh = known is not None and known.revision == run.revision
                curves[run_id] = known if known and fresh else self._curve(run, known)
                if fresh and run_id in self._events:
                    events[run_id] = self._events[run_id]
                else:
                    events[run_id] = tuple(self._store.placed_events(run_id))
        self._curves, self._events = curves, events
        return Snapshot(
            runs=self._runs.listed,
            epochs={run_id: curve.rows for run_id, curve in curves.items()},
            sweeps={sweep.id: sweep for sweep in self._store.sweeps()},
            all_paused=self._store.all_paused,
            held=self._store.held_back(),
            now=time.time(),
            events=events,
            forecast=self._time_left.at(self._revision),
        )

    def _curve(self, run: RunRow, known: _Curve | None) -> _Curve:
        """The run's curve: what is new in it where an attempt goes on, else all of it."""
        goes_on = known is not None and known.rows and known.attempt == run.attempt
        if known and goes_on and run.last and run.last.epoch >= known.rows[-1].epoch:
            new = self._store.epochs(run.id, after=known.rows[-1].epoch)
            rows = (*known.rows, *new) if new else known.rows
            if len(rows) <= LONG:
                return _Curve(run.revision, run.attempt, rows)
        return _Curve(run.revision, run.attempt, tuple(self._store.shape(run.id, LONG)))

    def _take_changes(self) -> None:
        """Read the runs that have changed, of thousands a few; all of them at first."""
        changes = self._store.changes(self._revision)
        if changes.revision < self._revision:
            self._runs = KnownRuns()
        self._runs.put(changes.runs)
        if len(self._runs) != changes.count:
            self._runs.keep(self._store.ids())
        self._revision = changes.revision
