"""A store as it is after years: thousands of runs with long curves, for measurements and tests.

The runs are added as everybody adds runs; their curves are written in bulk, in the store's own
tables and with its own summaries. Nothing was trained: the numbers are falling losses with noise,
which have the sizes, the precision and the states of real ones.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rottui.core.config import RunConfig
from rottui.store.reading import METRICS
from rottui.store.records import NewRun, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.store.work import update_summary
from rottui.store.writing import new_revision, note

SWEEP = 50
"""Runs of a sweep, but for the last one."""
WAITING = 0.02
"""Share of the runs, the last ones, that are not trained yet."""
FAILED_EVERY = 40
"""Of the trained ones, each so manieth failed half-way."""
STEPS = 94
"""Optimizer steps an epoch."""
START = 1_700_000_000.0
"""When the first run was queued, in seconds since 1970."""

Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What was put into the store."""

    runs: int
    waiting: int
    epochs: int
    """Rows of curves."""


def fill(
    store: RunStore, *, runs: int, epochs: int, seed: int = 0, tell: Tell = lambda done: None
) -> Filled:
    """Add ``runs`` runs of ``epochs`` epochs in sweeps; the last ones wait in the queue.

    ``tell`` is called with the number of runs that are in the store, after each sweep.
    """
    chance = random.Random(seed)
    rows = waiting = 0
    first_waiting = runs - round(runs * WAITING)
    for first in range(0, runs, SWEEP):
        last = min(first + SWEEP, runs)
        config = RunConfig().replaced({"epochs": epochs, "seed": first // SWEEP})
        new = [
            config.replaced({"lr": float(f"{10 ** chance.uniform(-5, -1):.3g}")})
            for _ in range(first, last)
        ]
        added = store.add_runs(
            [NewRun(config.default_name, config.to_dict(), config.epochs) for config in new],
            sweep=f"sweep {first // SWEEP + 1}",
        )
        trained = added[: max(0, first_waiting - first)]
        waiting += len(added) - len(trained)
        with store.filling() as db:
            for run in trained:
                rows += _train(db, run, chance)
        tell(last)
    return Filled(runs, waiting, rows)


def _train(db: sqlite3.Connection, run: RunRow, chance: random.Random) -> int:
    """Write a run's curve, checkpoints and end; how many epochs it has."""
    failed = run.id % FAILED_EVERY == 0
    epochs = run.epochs // 2 if failed else run.epochs
    columns = ("run_id", "epoch", "step", *METRICS, "seconds", "at", "finite", "attempt")
    start = START + run.id * 60.0
    db.executemany(
        f"INSERT INTO epochs ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        _curve(run.id, epochs, start, chance),
    )
    state = State.FAILED if failed else State.DONE
    db.execute(
        "UPDATE runs SET state = ?, error = ?, epochs_done = ?, attempt = 1, threads = 1, "
        "started_at = ?, ended_at = ? WHERE id = ?",
        (
            state,
            f"diverged in epoch {epochs + 1}: the loss is nan" if failed else None,
            epochs,
            start,
            start + 0.07 * epochs,
            run.id,
        ),
    )
    update_summary(db, run.id, epochs, new_revision(db))
    note(db, run.id, "claimed", "attempt 1 by filled-1-worker-1")
    note(db, run.id, str(state))
    return epochs + 1


def _curve(
    run_id: int, epochs: int, start: float, chance: random.Random
) -> Iterator[tuple[float, ...]]:
    floor, pace = chance.uniform(0.01, 0.05), chance.uniform(0.05, 0.3)
    for epoch in range(epochs + 1):
        loss = floor + 0.3 / (1.0 + pace * epoch) + chance.gauss(0.0, 0.002)
        train, test = loss, loss * 1.2
        yield (
            run_id,
            epoch,
            epoch * STEPS,
            train,
            test,
            *(train * 2.0, test * 2.0),
            *(train * 300.0, test * 300.0),
            *(train * 250.0, test * 250.0),
            test * 200.0,
            loss / 4.0,
            test * 150.0,
            0.065 + loss / 100.0,
            start + 0.07 * epoch,
            1,
            1,
        )
