"""Small rows for the store's tests, and the whole store as text."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from rottui.store.connection import FILE
from rottui.store.records import Claim, EpochRow, NewRun, RunRow, WorkerRow
from rottui.store.runs import RunStore
from rottui.store.states import State


def add(store: RunStore, *names: str, state: State = State.QUEUED) -> list[RunRow]:
    return store.add_runs(
        [NewRun(name, {"lr": 1e-3}, 4) for name in names or ("one",)], state=state
    )


def claimed(store: RunStore, worker: str = "w1", only: Sequence[int] | None = None) -> Claim:
    claim = store.claim(worker, threads=1, only=only)
    assert claim is not None
    return claim


def epoch_row(epoch: int, test_loss: float = 0.5, *, step: int | None = None) -> EpochRow:
    return EpochRow(
        epoch=epoch,
        step=4 * epoch if step is None else step,
        train_loss=0.25,
        test_loss=test_loss,
        train_mae=0.4,
        test_mae=0.5,
        train_mae_deg=40.0,
        test_mae_deg=50.0,
        seconds=0.125,
        at=1000.0 + epoch,
    )


def worker_row(worker_id: str) -> WorkerRow:
    return WorkerRow(worker_id, "host", "boot", 4711, 12.5, 1000.0, 1000.0)


def dump(folder: Path) -> list[str]:
    """Every row of every table, as SQL."""
    with closing(sqlite3.connect(folder / FILE)) as db:
        return list(db.iterdump())


def files(folder: Path) -> set[str]:
    """Names of the checkpoint files."""
    return {path.name for path in (folder / "checkpoints").glob("*")}


def in_state(store: RunStore, state: State) -> RunRow:
    """A run that has come to ``state`` by what people and workers do."""
    if state is State.DRAFT:
        return add(store, state=State.DRAFT)[0]
    run = add(store)[0]
    if state is State.PAUSED:
        store.pause([run.id])
    elif state is State.CANCELLED:
        store.cancel([run.id])
    elif state is not State.QUEUED:
        claim = claimed(store, only=[run.id])
        if state is not State.RUNNING:
            store.finish(claim, state, error="it broke" if state is State.FAILED else None)
    run = store.run(run.id)
    assert run.state is state
    return run
