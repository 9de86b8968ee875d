"""Looking at charts with keys and mouse: axes, averages, parts of an axis, and a cursor to read."""

from __future__ import annotations

from collections.abc import Mapping

from textual.actions import SkipAction
from textual.widget import Widget

from rottui.store.records import EpochRow, RunRow
from rottui.tui.charts.chart import Drawing
from rottui.tui.charts.curves import Plot
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.look import XAxis, row_at, stepped
from rottui.tui.charts.looks import Looks
from rottui.tui.charts.metrics import Metric
from rottui.tui.charts.ticks import time_label
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.chart import ChartView

WHEEL = 0.8
"""How much of an axis is still shown after a step of the wheel towards it."""


class LookingPane(Widget):
    """Shows charts that share an x axis, and what a person does to see them better."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._looks = Looks()
        self._snapshot = Snapshot()

    # What a pane has

    @property
    def runs(self) -> tuple[RunRow, ...]:
        """The runs whose curves are shown."""
        raise NotImplementedError

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """One for each chart, as far as there is room."""
        raise NotImplementedError

    def plot_of(self, metric: Metric) -> Plot:
        """What the chart of a metric shows."""
        raise NotImplementedError

    def draw_again(self, *, at_once: bool = False) -> None:
        """Show what has changed."""
        raise NotImplementedError

    # Keys

    def action_axis(self) -> None:
        """The next of epoch, step and time."""
        self._looks.next_axis()
        self.draw_again()

    def action_log_x(self) -> None:
        """A logarithmic x axis, or linear again."""
        self._looks.toggle_log_x()
        self.draw_again()

    def action_log(self) -> None:
        """Logarithmic y axes, or linear again."""
        self._looks.toggle_log_y()
        self.draw_again()

    def action_smooth(self) -> None:
        """A longer moving average, or none."""
        self._looks.next_smoothing()
        self.draw_again()

    def action_spread(self) -> None:
        """Seeds as one curve with a band, or each for itself."""
        self._looks.toggle_spread()
        self.draw_again()

    def action_zoom_x(self, factor: float) -> None:
        """Show a smaller part of the x axis (below 1), or a larger one."""
        if (whole := self._whole_x()) is not None:
            self._looks.zoom_x(whole, factor)
            self.draw_again()

    def action_pan_x(self, by: float) -> None:
        """Show what is further right, or left below 0."""
        if (whole := self._whole_x()) is not None:
            self._looks.pan_x(whole, by)
            self.draw_again()

    def action_zoom_y(self, factor: float) -> None:
        """Show a smaller part of the y axes (below 1), or a larger one."""
        for metric, shown in self._heights().items():
            self._looks.zoom_y(metric, shown, factor)
        self.draw_again()

    def action_pan_y(self, by: float) -> None:
        """Show what is further up, or down below 0."""
        for metric, shown in self._heights().items():
            self._looks.pan_y(metric, shown, by)
        self.draw_again()

    def action_show_all(self) -> None:
        """The whole curves again."""
        self._looks.show_all()
        self.draw_again()

    def action_cursor(self, by: int) -> None:
        """Read the next point to the right (1) or left (-1); 0 stands for the first point."""
        places, whole, drawing = self._places(), self._whole_x(), self._drawn()
        if not places or whole is None or drawing is None or drawing.x is None:
            return
        x, wide = self._looks.of(self.metrics[0]).x or whole, drawing.area[2]
        place = stepped(places, self._looks.cursor, by, lambda place: int(x.share(place) * wide))
        self._read(place, whole)

    def action_cursor_end(self, last: bool) -> None:
        """Read the first or the last point."""
        if (places := self._places()) and (whole := self._whole_x()) is not None:
            self._read(places[-1 if last else 0], whole)

    def action_back(self) -> None:
        """Leave the cursor, then what was zoomed into."""
        if self._looks.cursor is not None:
            self._looks.cursor = None
            self.draw_again(at_once=True)
        elif self._looks.zoomed:
            self.action_show_all()
        else:
            raise SkipAction

    # Mouse

    def on_chart_view_wheeled(self, message: ChartView.Wheeled) -> None:
        """Zoom about the pointer: along y where the y axis is, else along x."""
        message.stop()
        factor = WHEEL if message.closer else 1 / WHEEL
        metric, whole = self._metric_of(message.view), self._whole_x()
        if message.along_y and metric is not None and (shown := self._heights().get(metric)):
            self._looks.zoom_y(metric, shown, factor, message.y)
        elif not message.along_y and whole is not None:
            self._looks.zoom_x(whole, factor, message.x)
        self.draw_again()

    def on_chart_view_dragged(self, message: ChartView.Dragged) -> None:
        """Move what is shown with the pointer, along the axes that show a part."""
        message.stop()
        metric, whole = self._metric_of(message.view), self._whole_x()
        if whole is not None and message.x:
            self._looks.pan_x(whole, -message.x)
        shown = None if metric is None else self._heights().get(metric)
        if metric is not None and shown is not None and self._looks.is_part(metric):
            self._looks.pan_y(metric, shown, -message.y)
        self.draw_again()

    def on_chart_view_pointed(self, message: ChartView.Pointed) -> None:
        """Read the point nearest to where the mouse was pressed."""
        message.stop()
        places, whole = self._places(), self._whole_x()
        drawing = message.view.drawing
        if places and whole is not None and drawing is not None and drawing.x is not None:
            x = drawing.x
            nearest = min(places, key=lambda place: abs(x.share(place) - message.x))
            self._read(nearest, whole)

    # What there is to look at

    def _read(self, place: float | None, whole: Limits) -> None:
        if place is not None:
            self._looks.put_cursor(place, whole)
            self.draw_again(at_once=True)

    def _metric_of(self, view: ChartView) -> Metric | None:
        views = zip(self.query(ChartView), self.metrics, strict=False)
        return next((metric for one, metric in views if one is view), None)

    def _drawn(self) -> Drawing | None:
        views = (view for view in self.query(ChartView) if view.display)
        return next((view.drawing for view in views if view.drawing is not None), None)

    def _whole_x(self) -> Limits | None:
        """All of the x axis; None without a curve."""
        if not any(self._snapshot.epochs.get(run.id) for run in self.runs):
            return None
        return self.plot_of(self.metrics[0]).whole_x()

    def _heights(self) -> dict[Metric, Limits]:
        """The y axis of each chart on the screen."""
        views = zip(self.metrics, self.query(ChartView), strict=False)
        drawn = ((metric, view.drawing) for metric, view in views if view.display)
        return {
            metric: drawing.y
            for metric, drawing in drawn
            if drawing is not None and drawing.y is not None and drawing.y.log == self._looks.log
        }

    def _places(self) -> list[float]:
        """Where the points of all curves are, from the left."""
        look = self._looks.of(self.metrics[0])
        found = {
            place
            for run in self.runs
            for place in look.axis.places(self._snapshot.epochs.get(run.id, ()))
            if place > 0 or not look.log_x
        }
        return sorted(found)

    def reading(self) -> Mapping[int, EpochRow | None] | None:
        """What the cursor reads of each run; None without a cursor."""
        cursor, axis = self._looks.cursor, self._looks.of(self.metrics[0]).axis
        if cursor is None:
            return None
        found = {}
        for run in self.runs:
            rows = self._snapshot.epochs.get(run.id, ())
            found[run.id] = row_at(rows, axis.places(rows), cursor) if rows else None
        return found

    def reading_words(self) -> str:
        """Where the cursor reads, such as ``at epoch 12``."""
        cursor, axis = self._looks.cursor, self._looks.of(self.metrics[0]).axis
        if cursor is None:
            return ""
        return f"at {axis.value} {time_label(cursor) if axis is XAxis.TIME else f'{cursor:,.0f}'}"
