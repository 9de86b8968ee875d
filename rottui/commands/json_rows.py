"""Runs as JSON for programs: strict JSON, with a ``schema`` number that grows when names change."""

from __future__ import annotations

import json
import math
from typing import Any

from rottui.store.records import Checkpoint, EpochRow, EventRow, RunRow

SCHEMA = 2


def document(content: dict[str, Any]) -> str:
    """The text of a JSON document that carries the schema's number."""
    return json.dumps({"schema": SCHEMA} | content, allow_nan=False, ensure_ascii=False, indent=2)


def run_json(run: RunRow) -> dict[str, Any]:
    """A run; ``metrics`` are those of its last epoch, ``best`` those of its lowest test loss."""
    return {
        "id": run.id,
        "uid": run.uid,
        "name": run.name,
        "sweep": run.sweep_id,
        "state": str(run.state),
        "wish": None if run.wish is None else str(run.wish),
        "config": run.config,
        "epochs_planned": run.epochs,
        "epochs_done": run.epochs_done,
        "metrics": None if run.last is None else epoch_json(run.last),
        "best": None if run.best is None else epoch_json(run.best),
        "baseline": run.baseline,
        "error": run.error,
        "reason": run.reason,
        "until": run.until,
        "at_rung": run.at_rung,
        "parent": run.parent_id,
        "parent_epoch": run.parent_epoch,
        "tags": list(run.tags),
        "notes": run.notes,
        "versions": run.versions,
        "attempt": run.attempt,
        "threads": run.threads,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "seconds_per_epoch": None if run.seconds is None else _finite(run.seconds),
    }


def epoch_json(row: EpochRow) -> dict[str, Any]:
    """The metrics of one epoch; what is not finite is null."""
    return {
        "epoch": row.epoch,
        "step": row.step,
        "train_loss": _finite(row.train_loss),
        "test_loss": _finite(row.test_loss),
        "train_mae": _finite(row.train_mae),
        "test_mae": _finite(row.test_mae),
        "train_mae_deg": _finite(row.train_mae_deg),
        "test_mae_deg": _finite(row.test_mae_deg),
        "train_circular_mae_deg": _finite(row.train_circular_mae_deg),
        "test_circular_mae_deg": _finite(row.test_circular_mae_deg),
        "test_median_deg": _finite(row.test_median_deg),
        "test_flips": _finite(row.test_flips),
        "test_axial_mae_deg": _finite(row.test_axial_mae_deg),
        "seconds": _finite(row.seconds),
        "at": row.at,
        "finite": row.finite,
    }


def checkpoint_json(checkpoint: Checkpoint) -> dict[str, Any]:
    """A checkpoint's file, and the digest that vouches for it."""
    return {
        "kind": checkpoint.kind,
        "epoch": checkpoint.epoch,
        "step": checkpoint.step,
        "file": checkpoint.file,
        "bytes": checkpoint.bytes,
        "sha256": checkpoint.sha256,
    }


def event_json(event: EventRow) -> dict[str, Any]:
    """Something that happened to a run at a place of its training, in epochs and parts."""
    return {"epoch": event.epoch, "kind": event.kind, "detail": event.detail, "at": event.at}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
