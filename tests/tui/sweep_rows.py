"""The runs of sweeps for tests of the screen, as the store would give them."""

from __future__ import annotations

from collections.abc import Sequence

from runs_made import epoch_row, run_row

from rottui.core.axes import parse_axes
from rottui.core.config import RunConfig
from rottui.core.sweeps import SweepConfig
from rottui.store.records import EpochRow, RunRow, SweepRow
from rottui.store.states import State
from rottui.tui.snapshot import Snapshot


def measured(epoch: int, value: float) -> EpochRow:
    """An epoch with that test MAE along the circle, in degrees."""
    row = epoch_row(epoch, value / 100, mae=value)
    values = {name: getattr(row, name) for name in EpochRow.__dataclass_fields__}
    return EpochRow(**{**values, "test_circular_mae_deg": value})


def sweep_snapshot(
    axes: str,
    finals: Sequence[float | None],
    *,
    seeds: Sequence[int] = (1,),
    best: float = 1.0,
    failed: Sequence[int] = (),
    first: int = 1,
    sweep_id: int = 1,
) -> Snapshot:
    """A sweep whose runs ended with these numbers, in the order of its runs; None has not begun.

    The best epoch has ``best`` times the number of the last; the runs of ``failed`` places failed.
    """
    sweep = SweepConfig(RunConfig(epochs=4), parse_axes(axes), tuple(seeds))
    made = sweep.runs()
    assert len(made) == len(finals)
    runs: list[RunRow] = []
    for place, ((name, config), value) in enumerate(zip(made, finals, strict=True)):
        state = State.FAILED if place in failed else State.QUEUED if value is None else State.DONE
        run = run_row(
            first + place,
            state,
            config=config,
            name=name,
            done=0 if value is None else 4,
            last=None if value is None else measured(4, value),
            error="the loss is not a number" if place in failed else None,
            sweep_id=sweep_id,
        )
        values = {field: getattr(run, field) for field in RunRow.__dataclass_fields__}
        low = None if value is None else measured(2, best * value)
        runs.append(RunRow(**{**values, "best": low}))
    ids = tuple(run.id for run in runs)
    row = SweepRow(sweep_id, sweep.label, 0.0, ids, sweep.spec())
    return Snapshot(tuple(runs), sweeps={sweep_id: row}, now=1.0)
