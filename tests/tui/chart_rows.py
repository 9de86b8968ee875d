"""Runs and curves for the tests of charts: plain rows, as the store gives them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace

from rottui.store.records import EpochRow, RunRow
from rottui.store.states import State
from rottui.tui.snapshot import Snapshot


def epoch(number: int, loss: float, *, gap: float = 0.1) -> EpochRow:
    """An epoch whose metrics all follow from its train loss."""
    mae = math.sqrt(loss) if loss >= 0 else math.nan
    return EpochRow(
        number, number * 157, loss, loss + gap, mae, mae + gap, 100 * mae, 100 * (mae + gap),
        0.2, 0.0, math.isfinite(loss), 80 * mae, 80 * (mae + gap), 50 * mae, mae / 4, 40 * mae,
    )  # fmt: skip


def old(rows: tuple[EpochRow, ...]) -> tuple[EpochRow, ...]:
    """The epochs as a store has them from before errors along the circle were measured."""
    names = [field.name for field in fields(EpochRow)][11:]
    return tuple(replace(row, **dict.fromkeys(names, math.nan)) for row in rows)


def curve(*losses: float) -> tuple[EpochRow, ...]:
    """One epoch a loss, from epoch 0."""
    return tuple(epoch(number, loss) for number, loss in enumerate(losses))


def run(
    run_id: int,
    rows: tuple[EpochRow, ...] = (),
    *,
    state: State = State.RUNNING,
    name: str = "",
    baseline: Mapping[str, Mapping[str, float]] | None = None,
) -> RunRow:
    """A run of 50 epochs."""
    last = rows[-1] if rows else None
    return RunRow(
        run_id, f"uid{run_id}", None, name or f"mlp 128-128 lr 1e-{run_id}", {}, state, None,
        float(run_id), 50, last.epoch if last else 0, 1, 1, None, None, 0.0, 0.0, None, 0.2, last,
        None, run_id, baseline=baseline,
    )  # fmt: skip


def snapshot(
    *curves: tuple[EpochRow, ...], baseline: Mapping[str, Mapping[str, float]] | None = None
) -> Snapshot:
    """Runs 1, 2, … with these curves, and all with this baseline."""
    runs = tuple(run(number, rows, baseline=baseline) for number, rows in enumerate(curves, 1))
    return Snapshot(runs, {number: rows for number, rows in enumerate(curves, 1) if rows}, 1.0)
