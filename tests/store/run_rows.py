"""Runs as the store would give them, for what only looks at them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from store_rows import epoch_row

from rottui.store.records import RunRow
from rottui.store.states import State


def run_row(run_id: int, state: State = State.QUEUED, **other: Any) -> RunRow:
    """A run of an mlp at 1e-3 unless told otherwise."""
    values: dict[str, Any] = {
        "id": run_id,
        "uid": f"{run_id:032x}",
        "sweep_id": None,
        "name": f"run {run_id}",
        "config": {"lr": 1e-3, "network": {"type": "mlp", "dense_hiddens": [128, 64]}},
        "state": state,
        "wish": None,
        "position": float(run_id),
        "epochs": 4,
        "epochs_done": 0,
        "attempt": 0,
        "threads": None,
        "worker": None,
        "error": None,
        "created_at": 0.0,
        "started_at": None,
        "ended_at": None,
        "seconds": None,
        "last": None,
        "best": None,
        "revision": run_id,
    }
    return RunRow(**(values | other))


def trained(epoch: int, test_loss: float) -> dict[str, Any]:
    """The columns of a run that has come to an epoch."""
    row = replace(epoch_row(epoch, test_loss), finite=math.isfinite(test_loss))
    return {"epochs_done": epoch, "last": row, "best": row}
