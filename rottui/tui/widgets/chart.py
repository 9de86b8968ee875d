"""A chart on the screen: asks the painter for a drawing, a few times a second at most."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from textual import events
from textual.message import Message
from textual.timer import Timer

from rottui.tui.charts.cells import Span
from rottui.tui.charts.chart import Chart, Drawing
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.painter import Painter
from rottui.tui.widgets.lines import Lines

INTERVAL = 1 / 3
"""Seconds between two drawings of one chart, at least."""
SHARE = 0.1
"""Share of the time that drawing may take: a chart that is slow to draw is drawn less often."""


class Plotted(Protocol):
    """What can be drawn; equal ones look alike."""

    @property
    def title(self) -> str:
        """What stands over the chart."""

    @property
    def axes(self) -> object:
        """Equal for those that may share a y axis."""

    def chart(self, previous: Limits | None = None) -> Chart:
        """Worked out on the painter's thread; ``previous`` is the y axis on the screen."""


class ChartView(Lines):
    """Shows what is ``Plotted``, drawn anew when it or the size has changed."""

    class Drawn(Message):
        """The painter has finished."""

        def __init__(self, number: int, axes: object, drawing: Drawing) -> None:
            super().__init__()
            self.number = number
            self.axes = axes
            self.drawing = drawing

    @dataclass
    class Pointed(Message):
        """The mouse was pressed on the curves and let go in the same place."""

        view: ChartView
        x: float
        """Share of the axis, from its lower end."""

    @dataclass
    class Wheeled(Message):
        """The wheel was turned over the curves, or over the y axis beside them."""

        view: ChartView
        closer: bool
        along_y: bool
        x: float
        """Share of the axis where the pointer is; of y the same."""
        y: float

    @dataclass
    class Dragged(Message):
        """The mouse was moved while it was pressed on the curves."""

        view: ChartView
        x: float
        """How far to the right, in lengths of the axis; y: how far up."""
        y: float

    def __init__(
        self,
        painter: Painter,
        *,
        interval: float = INTERVAL,
        pointing: bool = False,
        id: str | None = None,
    ) -> None:
        """``interval``: seconds between drawings, at least; ``pointing``: tells of the mouse."""
        super().__init__(id=id)
        self._pointing = pointing
        self._held: tuple[float, float] | None = None
        """Where the mouse was last while it is pressed, on the screen."""
        self._moved = False
        """Whether the mouse has moved since it was pressed."""
        self._painter = painter
        self._interval = interval
        self._plot: Plotted | None = None
        self._drawing: Drawing | None = None
        self._y: Limits | None = None
        """The y axis on the screen, if the next drawing may keep it."""
        self._number = 0
        """Of the last request."""
        self._finished = 0
        """Of the last drawing that came back."""
        self._asked_at = -1e9
        self._cost = 0.0
        self._timer: Timer | None = None

    @property
    def plot(self) -> Plotted | None:
        """What was given last, drawn or not yet."""
        return self._plot

    @property
    def drawing(self) -> Drawing | None:
        """What is on the screen."""
        return self._drawing

    @property
    def settled(self) -> bool:
        """Whether the screen shows what was given last."""
        return self._timer is None and self._number == self._finished

    def show(self, plot: Plotted | None, *, at_once: bool = False) -> None:
        """Draw this; None empties the place.

        More epochs of what is shown wait for their turn, another view is drawn at once, as is all
        that ``at_once`` says.
        """
        if plot == self._plot:
            return
        same = plot is not None and self._plot is not None and plot.axes == self._plot.axes
        self._plot = plot
        if plot is None:
            self._finished = self._number = self._number + 1
            self._drawing = None
            self.set_rows(())
        elif same and at_once:
            self._ask()
        elif same:
            self._ask_in_turn()
        else:
            self._y = None
            self._ask()

    def on_resize(self) -> None:
        """Draw in the new size at once."""
        super().on_resize()
        if self._plot is not None:
            self._ask()

    def _ask_in_turn(self) -> None:
        wait = self._asked_at + max(self._interval, self._cost / SHARE) - monotonic()
        if wait <= 0:
            self._ask()
        elif self._timer is None:
            self._timer = self.set_timer(wait, self._ask)

    def _ask(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        width, height = self.size
        if self._plot is None or width <= 0 or height <= 0:
            return
        self._number += 1
        plot, y = self._plot, self._y
        number, self._asked_at = self._number, monotonic()
        if self._drawing is None:
            self.set_rows(((Span(plot.title, "bold"), Span("  drawing", "chart-axis")),))
        self._painter.request(
            id(self),
            lambda: plot.chart(y),
            width,
            height,
            lambda drawing: self.post_message(self.Drawn(number, plot.axes, drawing)),
        )

    def on_chart_view_drawn(self, message: Drawn) -> None:
        """Put the drawing on the screen, unless a newer one is there."""
        message.stop()
        if message.number <= self._finished or self._plot is None:
            return
        self._finished = message.number
        self._cost = message.drawing.seconds
        self._drawing = message.drawing
        if message.axes == self._plot.axes:
            self._y = message.drawing.y
        self.set_rows(message.drawing.rows)

    # Mouse

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Closer."""
        self._wheel(event, closer=True)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Further away."""
        self._wheel(event, closer=False)

    def _wheel(self, event: events.MouseEvent, *, closer: bool) -> None:
        if (place := self._place(event)) is not None:
            event.stop()
            self.post_message(self.Wheeled(self, closer, event.ctrl or place[0] < 0, *place))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The curves can be moved now."""
        if event.button == 1 and self._place(event) is not None:
            self._held, self._moved = (event.screen_x, event.screen_y), False
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The curves go with the pointer."""
        here = event.screen_x, event.screen_y
        if self._held is not None and self._drawing is not None and here != self._held:
            right, down = here[0] - self._held[0], here[1] - self._held[1]
            self._held, self._moved = here, True
            _, _, wide, high = self._drawing.area
            if wide and high:
                self.post_message(self.Dragged(self, right / wide, -down / high))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Read there, unless the curves were moved."""
        held, self._held = self._held, None
        if held is not None:
            self.release_mouse()
            place = self._place(event)
            if not self._moved and place is not None and place[0] >= 0:
                self.post_message(self.Pointed(self, place[0]))

    def _place(self, event: events.MouseEvent) -> tuple[float, float] | None:
        """Shares of the axes where the pointer is; None where there are no curves."""
        if not self._pointing or self._drawing is None or not self._drawing.area[2]:
            return None
        left, top, wide, high = self._drawing.area
        return (event.x - left + 0.5) / wide, 1 - (event.y - top + 0.5) / high
