"""Following runs in the store until they end, whoever trains them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection

from rottui.commands.progress import Progress
from rottui.engine.halving import unsettled
from rottui.store.records import RunRow
from rottui.store.runs import RunStore
from rottui.store.states import ENDED, State

POLL = 0.1
"""Seconds between two looks at the store."""

_AT_REST = ENDED | {State.PAUSED, State.DRAFT}


def follow(
    store: RunStore,
    ids: Collection[int],
    progress: Progress,
    stop: threading.Event,
    trouble: Callable[[], str | None] = lambda: None,
) -> list[RunRow]:
    """Report each new epoch and each end, until no run goes on or ``stop`` is set.

    ``trouble`` gives what training waits for at the moment, such as room on the disk; it is told.
    A run that waits at a rung of its sweep goes on as long as it may yet. Epochs that were there
    before are not reported. The runs as they are then, in queue order; those that someone deleted
    meanwhile are missing.
    """
    seen = {run.id: -1 if run.last is None else run.last.epoch for run in store.runs(ids=list(ids))}
    ended: set[int] = set()
    until: dict[int, int] = {}
    revision = -1
    rows: list[RunRow] = []
    told: str | None = None
    while True:
        if (sentence := trouble()) != told:
            told = sentence
            progress.say(f"training waits: {sentence}" if sentence else "training goes on")
        now = store.revision()
        if now != revision:
            revision = now
            rows = list(store.runs(ids=list(ids)))
            for run in rows:
                for row in store.epochs(run.id, after=seen[run.id]):
                    progress.epoch(run, row)
                    seen[run.id] = row.epoch
                if run.state in ENDED and run.id not in ended:
                    ended.add(run.id)
                    progress.ended(run)
                elif run.at_rung:
                    progress.waits(run)
                goal = run.until or run.epochs
                if until.setdefault(run.id, goal) < goal:
                    until[run.id] = goal
                    progress.say(f"run {run.id} goes on to epoch {goal}")
            at_rest = all(run.state in _AT_REST for run in rows)
            # what has changed meanwhile may be a run that went on from its rung
            if at_rest and not unsettled(store, ids) and store.revision() == now:
                return rows
        if stop.wait(POLL):
            return rows
