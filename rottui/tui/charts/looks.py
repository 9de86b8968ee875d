"""How a person looks at the charts: one look for all of them, a height for each metric."""

from __future__ import annotations

from dataclasses import replace

from rottui.tui.charts.limits import Limits
from rottui.tui.charts.look import LOOK, SMOOTHINGS, Look, XAxis, inside, moved, zoomed
from rottui.tui.charts.metrics import Metric

MARGIN = 0.1
"""Share of the axis between its end and a cursor that was followed there."""


class Looks:
    """The charts share their x axis, so that the same place is above the same place."""

    def __init__(self) -> None:
        self._shared = LOOK
        self._heights: dict[Metric, Limits] = {}
        self.log = False
        """Whether the y axes are logarithmic."""
        self.cursor: float | None = None
        """The place of the x axis that is read, in every chart the same."""

    def of(self, metric: Metric) -> Look:
        """How the chart of a metric is looked at."""
        return replace(self._shared, y=self._heights.get(metric))

    @property
    def zoomed(self) -> bool:
        """Whether any chart shows a part of its curves."""
        return self._shared.x is not None or bool(self._heights)

    def next_axis(self) -> XAxis:
        """Against epochs, steps, time; what was chosen along the other axis is left."""
        order = list(XAxis)
        axis = order[(order.index(self._shared.axis) + 1) % len(order)]
        self._shared = replace(self._shared, axis=axis, x=None)
        self.cursor = None
        return axis

    def toggle_log_x(self) -> None:
        """A logarithmic x axis, or a linear one, of everything."""
        self._shared = replace(self._shared, log_x=not self._shared.log_x, x=None)

    def toggle_log_y(self) -> None:
        """Logarithmic y axes, or linear ones, of everything."""
        self.log = not self.log
        self._heights.clear()

    def next_smoothing(self) -> None:
        """A longer moving average, or none."""
        at = SMOOTHINGS.index(self._shared.smoothing)
        self._shared = replace(self._shared, smoothing=SMOOTHINGS[(at + 1) % len(SMOOTHINGS)])

    def toggle_spread(self) -> None:
        """Runs that differ in their seed only as one curve, or each for itself."""
        self._shared = replace(self._shared, spread=not self._shared.spread)

    def zoom_x(self, whole: Limits, factor: float, about: float | None = None) -> None:
        """Show ``factor`` times as much of the x axis, of which ``whole`` is all.

        ``about``: the share that keeps its place; None: the cursor, or the middle.
        """
        shown = self._shared.x or whole
        if about is None:
            about = 0.5 if self.cursor is None else shown.share(self.cursor)
            about = about if 0 <= about <= 1 else 0.5
        part = zoomed(shown, factor, about)
        self._shared = replace(self._shared, x=inside(part, whole))

    def pan_x(self, whole: Limits, by: float) -> None:
        """Show what is ``by`` lengths further right, as far as there is any."""
        if self._shared.x is not None:
            part = moved(self._shared.x, by)
            self._shared = replace(self._shared, x=inside(part, whole))

    def put_cursor(self, place: float, whole: Limits) -> None:
        """Read there; a part of the x axis that does not show it is moved."""
        self.cursor = place
        if self._shared.x is not None:
            share = self._shared.x.share(place)
            if not 0 <= share <= 1:
                self.pan_x(whole, share - (MARGIN if share < 0 else 1 - MARGIN))

    def is_part(self, metric: Metric) -> bool:
        """Whether a chart shows a part of its y axis only."""
        return metric in self._heights

    def zoom_y(self, metric: Metric, shown: Limits, factor: float, about: float = 0.5) -> None:
        """Show ``factor`` times as much of a chart's y axis; ``shown`` is on the screen."""
        self._heights[metric] = zoomed(self._heights.get(metric, shown), factor, about)

    def pan_y(self, metric: Metric, shown: Limits, by: float) -> None:
        """Show what is ``by`` lengths further up."""
        self._heights[metric] = moved(self._heights.get(metric, shown), by)

    def show_all(self) -> None:
        """Every curve as a whole again."""
        self._shared = replace(self._shared, x=None)
        self._heights.clear()
