"""From the store's rows to the leaderboard of a sweep, for the screen and for the commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rottui.core.leaderboard import Result, Standing, leaderboard, varied
from rottui.core.settings import settings, value_at
from rottui.store.records import EpochRow, RunRow, SweepRow
from rottui.store.states import ENDED, State
from rottui.tui.widgets.formats import format_degrees, format_loss, format_share


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric that settings are compared by; smaller is better."""

    name: str
    """Its name in an epoch."""
    title: str
    """Over a chart."""
    short: str
    """Over a column."""
    show: Callable[[float], str]


CIRCULAR = "test_circular_mae_deg"
"""What settings are compared by unless something else is asked for."""
LONG_WAY = "test_mae_deg"
"""What stands for it in sweeps that an older rottui trained."""
MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(CIRCULAR, "test circular MAE, degrees", "circ °", format_degrees),
        Measure(LONG_WAY, "test MAE, degrees", "MAE °", format_degrees),
        Measure("test_mae", "test MAE, target's units", "test MAE", format_loss),
        Measure("test_loss", "test loss", "test loss", format_loss),
        Measure("test_median_deg", "test median error, degrees", "median °", format_degrees),
        Measure("test_flips", "test flips, %", "flips %", format_share),
        Measure("test_axial_mae_deg", "test axial MAE, degrees", "axial °", format_degrees),
        Measure("train_loss", "train loss", "train loss", format_loss),
        Measure("train_mae", "train MAE, target's units", "train MAE", format_loss),
        Measure("train_mae_deg", "train MAE, degrees", "train °", format_degrees),
        Measure("train_circular_mae_deg", "train circular MAE, degrees", "train °", format_degrees),
    )
}


@dataclass(frozen=True, slots=True)
class Standings:
    """A sweep's settings, compared."""

    measure: Measure
    """What they are compared by."""
    fields: tuple[str, ...]
    """Paths of what differs among the settings."""
    places: tuple[Standing, ...]
    """Best first."""

    def words(self, standing: Standing) -> tuple[str, ...]:
        """The values of a setting as people read them, in the order of ``fields``."""
        known = settings()
        pairs = zip(self.fields, standing.setting, strict=True)
        return tuple(known[field].said(value) for field, value in pairs)

    @property
    def titles(self) -> tuple[str, ...]:
        """What stands over the values."""
        return tuple(settings()[field].short for field in self.fields)


def sweep_fields(runs: Sequence[RunRow], sweep: SweepRow | None = None) -> tuple[str, ...]:
    """Paths of the settings that a sweep's runs differ in."""
    return varied([run.config for run in runs], _axes(sweep))


def standings(runs: Sequence[RunRow], fields: tuple[str, ...], by: str = CIRCULAR) -> Standings:
    """The settings of a sweep's runs, which differ in ``fields``, by a metric of ``MEASURES``.

    Where a run of an older rottui has no error along the circle, all are compared by the error the
    long way round.
    """
    lasts = [run.last for run in runs if run.last is not None]
    if by == CIRCULAR and any(row.measured(CIRCULAR) is None for row in lasts):
        by = LONG_WAY
    return Standings(MEASURES[by], fields, leaderboard(_result(run, fields, by) for run in runs))


def _axes(sweep: SweepRow | None) -> list[str]:
    """The paths that a sweep's spec names, in its order; none where the spec is of another kind."""
    axes = (sweep.spec or {}).get("axes") if sweep is not None else None
    if not isinstance(axes, list):
        return []
    return [str(axis.get("field")) for axis in axes if isinstance(axis, Mapping)]


def _result(run: RunRow, fields: Sequence[str], metric: str) -> Result:
    failed = run.state is State.FAILED
    seed = run.config.get("seed")
    return Result(
        run_id=run.id,
        setting=tuple(value_at(run.config, field) for field in fields),
        seed=seed if isinstance(seed, int) else 0,
        final=None if failed else _value(run.last, metric),
        best=None if failed else _value(run.best, metric),
        epochs=run.epochs_done,
        planned=run.epochs,
        ended=run.state in ENDED,
        failed=failed,
        why=_why(run),
    )


def _value(row: EpochRow | None, metric: str) -> float | None:
    return None if row is None else row.measured(metric)


def _why(run: RunRow) -> str:
    """Why a run ended before its last epoch; empty where it did not, or has not ended."""
    if run.state is State.FAILED:
        return run.error or "failed"
    if run.state is State.CANCELLED:
        return "cancelled"
    return (run.reason or "") if run.state in ENDED else ""
