"""What a chart is before it is drawn, and what a drawing is: values that decide and report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rottui.errors import RottuiError
from rottui.tui.charts.cells import Row, plain
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.series import Point, Series, Stroke


class DrawingError(RottuiError):
    """The curves could not be drawn."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a run stopped being a number."""

    x: float
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Band:
    """A part of the x axis that is marked, and a place in it."""

    low: float
    centre: float
    high: float


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: the axes are decided here, nothing is measured by the drawing."""

    title: str
    series: tuple[Series, ...]
    x: Limits
    y: Limits
    x_label: str = "epoch"
    marks: tuple[Mark, ...] = ()
    band: Band | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A curve in cells: x from 0 at the left edge, y from 0 at the lower edge."""

    parts: tuple[tuple[Point, ...], ...]
    """Polylines; nothing connects one with the next."""
    stroke: Stroke


Rasteriser = Callable[[int, int, Sequence[Line]], list[list[str]]]
"""``(columns, rows, lines)`` to one layer a line: rows of text, each of that many columns.

Every point it is given lies inside. Raises DrawingError when it cannot.
"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart of a given size, and what became of its points."""

    rows: tuple[Row, ...]
    points: int = 0
    """Points of all series."""
    drawn: int = 0
    """Points left after thinning; the spikes are among them."""
    error: str | None = None
    """Why there are no curves."""
    seconds: float = 0.0
    """Processor time that the drawing took."""
    y: Limits | None = None
    """The y axis that was drawn, to be kept while the next curves fit it."""

    @property
    def text(self) -> str:
        """The rows without their colours."""
        return "\n".join(plain(row) for row in self.rows)
