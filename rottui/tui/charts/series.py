"""Curves made safe and small: what is not finite set aside, the rest thinned to the columns."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import inf, isfinite, isnan
from operator import itemgetter

FAR = 1e100
"""Finite values beyond ±FAR are drawn as FAR: differences of larger ones overflow."""
TINY = 1e-100
"""Positive values below it are drawn as TINY on a logarithmic axis."""

Point = tuple[float, float]


class Stroke(Enum):
    """How a curve is drawn, so that it is told apart without colour."""

    SOLID = "solid"
    """Quadrant blocks: the train split."""
    DOTTED = "dotted"
    """Braille dots: the test split."""
    FAINT = "faint"
    """A point a cell: what was measured, behind its moving average."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A point that has no place on the chart."""

    x: float
    text: str
    """``NaN``, ``inf`` or ``-inf``."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The drawable part of a series of points, from left to right."""

    segments: tuple[tuple[Point, ...], ...] = ()
    """Stretches without a gap; every value is finite, and above 0 on a logarithmic axis."""
    lost: tuple[Lost, ...] = ()
    """Points whose y is not finite."""
    not_positive: int = 0
    """Points at or below 0 that a logarithmic axis cannot show."""
    total: int = 0
    """Points of the series, drawable or not."""
    lowest: float = inf
    highest: float = -inf
    """Smallest and largest drawable y."""

    @property
    def thinned(self) -> bool:
        """Whether it has only some of its points."""
        held = sum(map(len, self.segments)) + len(self.lost) + self.not_positive
        return self.total > held

    @property
    def last(self) -> Point | None:
        """The rightmost point, if there is one."""
        return self.segments[-1][-1] if self.segments else None

    def between(self, low: float, high: float) -> Curve:
        """The part of it from one x to another."""
        cut = (tuple(within(segment, low, high)) for segment in self.segments)
        parts = tuple(part for part in cut if part)
        ys = [y for part in parts for _, y in part]
        lost = tuple(lost for lost in self.lost if low <= lost.x <= high)
        return Curve(
            parts, lost, self.not_positive, self.total, min(ys, default=inf), max(ys, default=-inf)
        )

    def ys(self) -> list[float]:
        """Every drawable y."""
        return [y for segment in self.segments for _, y in segment]


@dataclass(frozen=True, slots=True)
class Series:
    """One curve of a chart."""

    name: str
    curve: Curve
    style: str = "run-1"
    """Colour token of the theme."""
    stroke: Stroke = Stroke.SOLID
    tag: str = ""
    """What stands at the end of the curve, such as ``#3``."""
    label: str = ""
    """What stands behind the tag where there is room, such as ``lr 1e-3``."""
    rank: int = 0
    """Where curves share a cell, the highest is seen."""


def clean(xs: Sequence[float], ys: Sequence[float], *, log: bool = False) -> Curve:
    """Set aside what cannot be drawn; a curve is broken where a point is missing.

    Args:
        xs: epochs; points whose x is not finite are left out, the others are put in order.
        ys: values of any kind, including NaN and the infinities.
        log: whether the y axis is logarithmic, which has no place for 0 and below.
    """
    pairs = [(x, y) for x, y in zip(xs, ys, strict=False) if -FAR <= x <= FAR]
    if any(left[0] > right[0] for left, right in pairwise(pairs)):
        pairs.sort(key=lambda pair: pair[0])
    low = TINY if log else -FAR
    segments: list[list[Point]] = [[]]
    lost: list[Lost] = []
    not_positive = 0
    for x, y in pairs:
        if low <= y <= FAR:  # false for NaN
            segments[-1].append((x, y))
        elif isfinite(y) and (y > 0 or not log):
            segments[-1].append((x, min(max(y, low), FAR)))
        else:
            if isfinite(y):
                not_positive += 1
            else:
                lost.append(Lost(x, "NaN" if isnan(y) else "inf" if y > 0 else "-inf"))
            segments.append([])
    kept = tuple(tuple(segment) for segment in segments if segment)
    drawn = [y for segment in kept for _, y in segment]
    return Curve(
        kept,
        tuple(lost),
        not_positive,
        min(len(xs), len(ys)),
        min(drawn, default=inf),
        max(drawn, default=-inf),
    )


def within(points: Sequence[Point], low: float, high: float, *, more: int = 0) -> Sequence[Point]:
    """The points from one x to another, and ``more`` on each side."""
    first = bisect_left(points, low, key=itemgetter(0))
    last = bisect_right(points, high, key=itemgetter(0))
    return points[max(0, first - more) : last + more]


def decimate(points: Sequence[Point], share: Callable[[float], float], buckets: int) -> list[Point]:
    """At most two points a bucket of the x axis, and the two ends: the lowest and the highest.

    A spike of one epoch keeps its height, and the cost of drawing follows the width of the screen.

    Args:
        points: in order of x.
        share: where an x lies on the axis, 0 at its left edge and 1 at its right (``Limits``).
        buckets: half columns of the chart.
    """
    if len(points) <= max(2, 2 * buckets) or buckets < 1:
        return list(points)
    kept: list[Point] = [points[0]]
    bucket, lowest, highest = None, points[0], points[0]
    for point in points:
        here = int(share(point[0]) * buckets)
        if here != bucket:
            if bucket is not None:
                _keep(kept, lowest, highest)
            bucket, lowest, highest = here, point, point
        elif point[1] < lowest[1]:
            lowest = point
        elif point[1] > highest[1]:
            highest = point
    _keep(kept, lowest, highest)
    if kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept


def _keep(kept: list[Point], lowest: Point, highest: Point) -> None:
    for point in sorted((lowest, highest)):
        if kept[-1] != point:
            kept.append(point)
