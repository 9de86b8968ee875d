"""Run rows for tests of the screen, as the store would give them."""

from __future__ import annotations

import math
from typing import Any

from rottui.core.config import RunConfig
from rottui.store.records import EpochRow, RunRow
from rottui.store.states import State, Wish


def epoch_row(epoch: int, loss: float = 0.5, *, mae: float = 42.5, old: bool = False) -> EpochRow:
    """An epoch whose test numbers are a tenth above the train numbers.

    An ``old`` one is from before errors along the circle were measured.
    """
    along = (
        {}
        if old or not math.isfinite(loss)
        else {
            "train_circular_mae_deg": mae * 0.8,
            "test_circular_mae_deg": mae * 0.9,
            "test_median_deg": mae * 0.5,
            "test_flips": mae / 200,
            "test_axial_mae_deg": mae * 0.4,
        }
    )
    return EpochRow(
        epoch=epoch,
        step=epoch * 157,
        train_loss=loss,
        test_loss=loss * 1.1,
        train_mae=mae / 100,
        test_mae=mae / 90,
        train_mae_deg=mae,
        test_mae_deg=mae * 1.1,
        seconds=1.4,
        at=0.0,
        finite=math.isfinite(loss),
        **along,
    )


def run_row(
    run_id: int,
    state: State = State.QUEUED,
    *,
    config: RunConfig | None = None,
    name: str | None = None,
    done: int = 0,
    last: EpochRow | None = None,
    wish: Wish | None = None,
    error: str | None = None,
    seconds: float | None = None,
    revision: int = 1,
    **other: Any,
) -> RunRow:
    """A run of the default config unless told otherwise."""
    config = config or RunConfig()
    values: dict[str, Any] = {
        "id": run_id,
        "uid": f"{run_id:032x}",
        "sweep_id": None,
        "name": config.default_name if name is None else name,
        "config": config.to_dict(),
        "state": state,
        "wish": wish,
        "position": float(run_id),
        "epochs": config.epochs,
        "epochs_done": done,
        "attempt": 1,
        "threads": None,
        "worker": None,
        "error": error,
        "created_at": 0.0,
        "started_at": None,
        "ended_at": None,
        "seconds": seconds,
        "last": last,
        "best": last,
        "revision": revision,
    }
    return RunRow(**{**values, **other})
