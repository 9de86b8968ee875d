"""The chart of a range test: smoothed loss against lr, a curve for each seed, the band marked."""

from __future__ import annotations

from dataclasses import dataclass

from rottui.core.lr_range import RangeTest
from rottui.core.lr_suggestion import LossCurve, Refusal, Suggestion
from rottui.tui.charts.chart import Band, Chart
from rottui.tui.charts.curves import RUN_COLOURS
from rottui.tui.charts.limits import Limits, near, y_limits
from rottui.tui.charts.series import Series, clean


def seed_style(number: int) -> str:
    """The colour token of a range test's ramp, counted from 0."""
    return f"run-{number % RUN_COLOURS + 1}"


@dataclass(frozen=True, slots=True)
class RangePlot:
    """A range test as far as it is; ``chart`` works out how it is drawn."""

    test: RangeTest
    curves: tuple[LossCurve, ...] = ()
    verdict: Suggestion | Refusal | None = None

    @property
    def title(self) -> str:
        """What stands over the chart."""
        return "loss, smoothed"

    @property
    def axes(self) -> object:
        """Equal for plots that may share a y axis."""
        return self.test

    def chart(self, previous: Limits | None = None) -> Chart:
        """Curves, axes and band; ``previous`` is the y axis on the screen, kept while it fits.

        A curve that diverges leaves through the upper edge: what matters is below its start.
        """
        falls = [clean(curve.lrs, _until_lowest(curve)) for curve in self.curves]
        low, high = near(falls) or (0.0, 1.0)
        return Chart(
            self.title,
            tuple(
                Series(
                    f"seed {curve.seed}",
                    clean(curve.lrs, curve.smoothed),
                    seed_style(number),
                    tag=str(curve.seed) if len(self.test.seeds) > 1 else "",
                )
                for number, curve in enumerate(self.curves)
            ),
            Limits(self.test.low, self.test.high, log=True),
            y_limits(low, high, log=False, previous=previous),
            x_label="lr",
            band=_band(self.verdict),
        )


def _until_lowest(curve: LossCurve) -> tuple[float, ...]:
    if len(curve.smoothed) <= curve.skipped:
        return curve.smoothed
    return curve.smoothed[: curve.lowest + 1]


def _band(verdict: Suggestion | Refusal | None) -> Band | None:
    if not isinstance(verdict, Suggestion):
        return None
    return Band(verdict.low, verdict.centre, verdict.high)
