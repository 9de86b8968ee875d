"""Stores with sweeps of the experiment's MLP as they once went on the real images."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from rottui.core.sweeps import SweepConfig
from rottui.store.connection import FILE
from rottui.store.records import EpochRow, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

RECORDED = Path(__file__).with_name("recorded_sweep.json")
RECORDED_LRS = Path(__file__).with_name("recorded_lr_sweep.json")


def put_recorded_sweep(store: RunStore) -> None:
    """Add the experiment's sweep of 25 epochs; its third run still trains, two before its end."""
    runs = json.loads(RECORDED.read_text())
    store.add_runs(
        [NewRun(run["name"], run["config"], run["config"]["epochs"]) for run in runs],
        sweep="mlp 128-128 · lr 1e-2, 1e-4, 1e-8",
    )
    for run in runs:
        claim = store.claim("a-worker", threads=1)
        assert claim is not None
        last = run is runs[-1]
        for row in run["epochs"][: -2 if last else None]:
            store.commit_epoch(claim, EpochRow(**row), baseline=run["baseline"])
        if not last:
            store.finish(claim, State.DONE)


WHEN = 1_700_000_000.0
"""When everything has happened, in pictures."""


def stop_the_clock(store: RunStore) -> None:
    """Let everything have happened at one time, so that a picture of it stays the same."""
    with closing(sqlite3.connect(store.folder / FILE)) as db, db:
        db.execute("UPDATE runs SET created_at = ?", (WHEN,))
        db.execute("UPDATE runs SET started_at = ? WHERE started_at IS NOT NULL", (WHEN + 1,))
        db.execute("UPDATE runs SET ended_at = ? WHERE ended_at IS NOT NULL", (WHEN + 61,))
        db.execute("UPDATE events SET at = ?", (WHEN,))


def put_recorded_lr_sweep(store: RunStore) -> None:
    """Add nine rates with three seeds each: first, best and last epoch of runs of 5 epochs."""
    recorded = json.loads(RECORDED_LRS.read_text())
    sweep = SweepConfig.from_spec(recorded["spec"])
    new = [NewRun(name, config.to_dict(), config.epochs) for name, config in sweep.runs()]
    added = store.add_runs(new, sweep=recorded["name"], spec=recorded["spec"])
    for run, known in zip(added, recorded["runs"], strict=True):
        assert (run.name, run.config["lr"]) == (known["name"], known["lr"])
        claim = store.claim("a-worker", threads=1, only=[run.id])
        assert claim is not None
        for row in known["epochs"]:
            store.commit_epoch(claim, EpochRow(**row))
        store.finish(claim, State.DONE)
