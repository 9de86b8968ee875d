"""A store with the experiment's MLP sweep as it once went on the real images, 25 epochs."""

from __future__ import annotations

import json
from pathlib import Path

from rottui.store.records import EpochRow, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

RECORDED = Path(__file__).with_name("recorded_sweep.json")


def put_recorded_sweep(store: RunStore) -> None:
    """Add the three runs; the last one still trains, two epochs before its end."""
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
            store.commit_epoch(claim, EpochRow(**row))
        if not last:
            store.finish(claim, State.DONE)
