"""What a chart is before it is drawn, and what a drawing is: values that decide and report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rottui.errors import RottuiError
from rottui.tui.charts.cells import Row, plain
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.series import Point, Series, Stroke
from rottui.tui.charts.ticks import Tick


class DrawingError(RottuiError):
    """The curves could not be drawn."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a run stopped being a number."""

    x: float
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened at a place of the x axis: a letter on the axis, over no curve."""

    x: float
    letter: str
    style: str


@dataclass(frozen=True, slots=True)
class Band:
    """A part of the x axis that is marked, and a place in it."""

    low: float
    centre: float
    high: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A point that stands for itself, with a bar through it that says how sure it is."""

    x: float
    y: float | None
    """None where there is no number: the dot is crossed out, at the upper edge."""
    low: float = 0.0
    high: float = 0.0
    """Ends of the bar; there is none where they are equal."""
    style: str = ""
    text: str = ""
    """One character in place of the usual dot."""
    label: str = ""
    """What stands beside it."""


@dataclass(frozen=True, slots=True)
class Shade:
    """A part of the chart between a lower and an upper curve, behind everything else."""

    points: tuple[tuple[float, float, float], ...]
    """x, lower and upper y; x in order, all of them finite."""
    style: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A value to compare the curves with: a thin line across the chart, and its name."""

    value: float
    text: str
    """Such as ``chance 90°``."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: the axes are decided here, nothing is measured by the drawing."""

    title: str
    series: tuple[Series, ...]
    x: Limits
    y: Limits
    x_label: str = "epoch"
    marks: tuple[Mark, ...] = ()
    notes: tuple[Note, ...] = ()
    band: Band | None = None
    dots: tuple[Dot, ...] = ()
    """Later ones are drawn over earlier ones."""
    ticks: tuple[Tick, ...] | None = None
    """Of the x axis; None for those that fit its limits."""
    references: tuple[Reference, ...] = ()
    """All of them inside the y axis."""
    seconds: bool = False
    """Whether the x axis is in seconds, and says so in minutes and hours."""
    words: tuple[str, ...] = ()
    """What stands beside the title, such as ``log x``."""
    zoomed: bool = False
    """Whether the axes show a part of the curves."""
    bands: tuple[Shade, ...] = ()
    cursor: float | None = None
    """A place of the x axis that a person reads."""
    unplaced: int = 0
    """Points at or below 0 of a logarithmic x axis."""


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
    x: Limits | None = None
    area: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Where the curves are: left column, top row, columns, rows."""

    @property
    def text(self) -> str:
        """The rows without their colours."""
        return "\n".join(plain(row) for row in self.rows)
