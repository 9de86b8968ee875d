"""Charts of runs: which curves, in which colours, between which limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter

from rottui.store.records import EpochRow, RunRow
from rottui.tui.charts.chart import Chart, Mark
from rottui.tui.charts.limits import Limits, near, x_limits, y_limits
from rottui.tui.charts.series import Series, Stroke, clean

RUN_COLOURS = 8
Epochs = Mapping[int, Sequence[EpochRow]]


class Metric(Enum):
    """What is drawn over the epochs; the value ends the names of an epoch's fields."""

    LOSS = "loss"
    MAE = "mae"
    MAE_DEG = "mae_deg"

    @property
    def title(self) -> str:
        """What stands over the chart."""
        return {"loss": "loss", "mae": "MAE, target's units", "mae_deg": "MAE in degrees"}[
            self.value
        ]

    @property
    def short(self) -> str:
        """What stands over a column of the legend."""
        return {"loss": "loss", "mae": "MAE", "mae_deg": "MAE deg"}[self.value]

    def reader(self, split: str) -> Callable[[EpochRow], float]:
        """Gives its value after an epoch, for ``train`` or ``test``."""
        return attrgetter(f"{split}_{self.value}")

    def of(self, row: EpochRow, split: str) -> float:
        """Its value after an epoch, for ``train`` or ``test``."""
        return self.reader(split)(row)


class Splits(Enum):
    """Which splits are drawn."""

    BOTH = ("train", "test")
    TRAIN = ("train",)
    TEST = ("test",)


STROKES = {"train": Stroke.SOLID, "test": Stroke.DOTTED}


def run_style(run_id: int) -> str:
    """The colour token of a run: the same wherever and whenever it is drawn."""
    return f"run-{(run_id - 1) % RUN_COLOURS + 1}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A run on a chart: as much of it as decides the drawing."""

    run_id: int
    planned: int
    """Epochs."""
    rows: tuple[EpochRow, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """What is to be drawn; ``chart`` works it out, which for long runs is no task for a screen."""

    metric: Metric
    runs: tuple[Shown, ...]
    """In the order of the legend; those without an epoch have no curve."""
    splits: Splits = Splits.BOTH
    log: bool = False

    @classmethod
    def of(
        cls, metric: Metric, runs: Sequence[RunRow], epochs: Epochs, splits: Splits, log: bool
    ) -> Plot:
        """The plot of some runs of the store, with their epochs by run id."""
        shown = (Shown(run.id, run.epochs, tuple(epochs.get(run.id, ()))) for run in runs)
        return cls(metric, tuple(shown), splits, log)

    @property
    def title(self) -> str:
        """What stands over the chart."""
        return self.metric.title

    @property
    def axes(self) -> object:
        """Equal for plots that may share a y axis."""
        return self.metric, self.splits, self.log, tuple(run.run_id for run in self.runs)

    def chart(self, previous: Limits | None = None) -> Chart:
        """Curves, marks and axes; ``previous`` is the y axis on the screen, kept while it fits."""
        drawn = [run for run in self.runs if run.rows]
        curves = [self._series(run) for run in drawn]
        series = tuple(one for own in curves for one in own)
        low, high = near([one.curve for one in series]) or (0.1, 1.0)
        return Chart(
            self.title,
            series,
            x_limits(
                max((run.rows[-1].epoch for run in drawn), default=0),
                max((run.planned for run in drawn), default=0),
            ),
            y_limits(low, high, log=self.log, previous=previous),
            marks=tuple(
                m for run, own in zip(drawn, curves, strict=True) for m in _marks(run, own)
            ),
        )

    def _series(self, run: Shown) -> list[Series]:
        xs = [row.epoch for row in run.rows]
        found: list[Series] = []
        for split in self.splits.value:
            curve = clean(xs, list(map(self.metric.reader(split), run.rows)), log=self.log)
            last = len(self.runs) > 1 and split == self.splits.value[-1]
            tag = f"#{run.run_id}" if last else ""
            name = f"#{run.run_id} {split}"
            found.append(Series(name, curve, run_style(run.run_id), STROKES[split], tag))
        return found


def _marks(run: Shown, own: Sequence[Series]) -> list[Mark]:
    epochs = [lost.x for one in own for lost in one.curve.lost]
    if not epochs:
        return []
    text = f"#{run.run_id} epoch {min(epochs):.0f} NaN"
    return [Mark(min(epochs), text, run_style(run.run_id))]
