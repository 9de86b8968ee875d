"""What can be drawn over the epochs of a run, and of which splits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from math import isnan
from operator import attrgetter

from rottui.store.records import EpochRow


class Splits(Enum):
    """Which splits are drawn."""

    BOTH = ("train", "test")
    TRAIN = ("train",)
    TEST = ("test",)


class Metric(Enum):
    """What is drawn over the epochs; the value ends the names of an epoch's fields."""

    LOSS = "loss"
    MAE = "mae"
    MAE_DEG = "mae_deg"
    CIRCULAR = "circular_mae_deg"
    MEDIAN = "median_deg"
    AXIAL = "axial_mae_deg"
    FLIPS = "flips"

    @property
    def title(self) -> str:
        """What stands over the chart."""
        return _TITLES[self]

    @property
    def short(self) -> str:
        """What stands over a column of the legend."""
        return _SHORT[self]

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits of which it is taken."""
        return ("test",) if self in _TEST_ONLY else ("train", "test")

    def shown(self, splits: Splits) -> tuple[str, ...]:
        """The splits to draw when these are wanted: of a metric of one split, that one."""
        return tuple(split for split in splits.value if split in self.splits) or self.splits

    def reader(self, split: str) -> Callable[[EpochRow], float]:
        """Gives its value after an epoch, for ``train`` or ``test``; flips in percent."""
        read = attrgetter(f"{split}_{self.value}")
        return (lambda row: 100 * read(row)) if self is Metric.FLIPS else read

    def of(self, row: EpochRow, split: str) -> float | None:
        """Its value after an epoch; None where it was not taken, in an epoch of an old store."""
        value = self.reader(split)(row)
        return None if row.finite and isnan(value) else value

    def points(
        self, places: Sequence[float], rows: Sequence[EpochRow], split: str
    ) -> list[tuple[float, float]]:
        """Place and value of each epoch after which it was taken."""
        read = self.reader(split)
        if self in _ALWAYS:
            return [(place, read(row)) for place, row in zip(places, rows, strict=True)]
        return [
            (place, value)
            for place, row in zip(places, rows, strict=True)
            if not (isnan(value := read(row)) and row.finite)
        ]

    def guesses(self, found: dict[str, float]) -> dict[str, float]:
        """What guesses score, as the store has it, in the unit that is drawn."""
        return {g: 100 * v for g, v in found.items()} if self is Metric.FLIPS else found


_ALWAYS = frozenset({Metric.LOSS, Metric.MAE, Metric.MAE_DEG})
"""Those that every epoch of every store has."""
_TEST_ONLY = frozenset({Metric.MEDIAN, Metric.AXIAL, Metric.FLIPS})
_TITLES = {
    Metric.LOSS: "loss",
    Metric.MAE: "MAE, target's units",
    Metric.MAE_DEG: "MAE in degrees",
    Metric.CIRCULAR: "circular MAE in degrees",
    Metric.MEDIAN: "median error in degrees, test",
    Metric.AXIAL: "axial MAE in degrees, test",
    Metric.FLIPS: "flips, % of the test images",
}
_SHORT = {
    Metric.LOSS: "loss",
    Metric.MAE: "MAE",
    Metric.MAE_DEG: "MAE deg",
    Metric.CIRCULAR: "circ deg",
    Metric.MEDIAN: "median",
    Metric.AXIAL: "axial",
    Metric.FLIPS: "flips %",
}
