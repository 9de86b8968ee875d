"""How far the axes reach: chosen here, so that they move rarely and nothing far off rules them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from rottui.tui.charts.series import Curve, Point

FIRST_X = 8
"""The x axis of a young run ends here, and doubles each time the curve reaches its end."""
ROOM = 0.35
"""An axis stays as it is while the data fill more than this share of it."""
FAR_FACTOR = 50.0
"""Values above this many times the 90th percentile leave the chart through its upper edge."""
REACH = 0.25
"""An axis is made so much longer, at either end, to show a value that the curves come near to."""
DIVERGED_FACTOR = 3.0
"""How far a diverging run may stretch the axis that it shares with runs that stayed finite."""
FAR = 1e9
"""Axis lengths beyond an end: further out, a share could be infinite, and no cell's number."""


@dataclass(frozen=True, slots=True)
class Limits:
    """One axis: ``low`` below ``high``, both finite, both positive when ``log``."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(f"an axis cannot reach from {self.low} to {self.high}")

    def share(self, value: float) -> float:
        """Where ``value`` lies: 0 at ``low``, 1 at ``high``, outside beyond, as far as ``FAR``."""
        if self.log:
            if value <= 0:
                return -1.0
            share = (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        else:
            share = (value - self.low) / (self.high - self.low)
        return max(-FAR, min(FAR, share))

    def value(self, share: float) -> float:
        """What lies at a share of the axis: the way back from ``share``."""
        if self.log:
            decades = log10(self.high) - log10(self.low)
            return float(10 ** min(300.0, max(-300.0, log10(self.low) + share * decades)))
        return self.low + share * (self.high - self.low)


def x_limits(last: float, planned: float) -> Limits:
    """From epoch 0 to 8, 16, 32, … the first that holds ``last``, never beyond ``planned``."""
    reach = float(FIRST_X)
    while reach < last:
        reach *= 2
    if planned > 0:
        reach = max(min(reach, planned), last)
    return Limits(0.0, max(reach, 1.0))


def near(curves: Iterable[Curve]) -> tuple[float, float] | None:
    """Lowest and highest y that the axis should show, far outliers left out; None without points.

    A diverging run reaches 1e30 before it ends; the other curves must stay readable beside it.
    """
    drawn = [curve for curve in curves if curve.segments]
    if not drawn:
        return None
    low = min(curve.lowest for curve in drawn)
    healthy = [curve for curve in drawn if not curve.lost]
    high = _highest_near(healthy or drawn)
    if healthy and 0 < high < max(curve.highest for curve in drawn):
        bound = DIVERGED_FACTOR * high
        diverged = (curve for curve in drawn if curve.lost)
        high = max([high, *(y for curve in diverged for y in curve.ys() if y <= bound)])
    return min(low, high), high


def _highest_near(curves: Sequence[Curve]) -> float:
    highest = max(curve.highest for curve in curves)
    sample = sorted(y for curve in curves for y in _some(curve.ys()))
    bound = FAR_FACTOR * sample[int(0.9 * (len(sample) - 1))]
    if bound <= 0 or highest <= bound:
        return highest
    return max(y for curve in curves for y in curve.ys() if y <= bound)


def _some(ys: list[float]) -> list[float]:
    """Some 200 of the values, evenly spread: enough for a percentile."""
    return ys[:: max(1, len(ys) // 200)]


def y_limits(low: float, high: float, *, log: bool, previous: Limits | None = None) -> Limits:
    """An axis with round ends that holds ``low`` to ``high``.

    ``previous`` is kept while the data stay inside it and still fill a good part of it, so that
    a live chart does not jump with every epoch.
    """
    if previous is not None and previous.log == log:
        start, end = previous.share(low), previous.share(high)
        fresh = _log_limits(low, high) if log else _linear_limits(low, high)
        fills = previous.share(fresh.high) - previous.share(fresh.low) > ROOM
        return previous if start >= 0 and end <= 1 and fills else fresh
    return _log_limits(low, high) if log else _linear_limits(low, high)


def with_references(
    low: float, high: float, values: Iterable[float], *, log: bool
) -> tuple[float, float]:
    """Lowest and highest y that the axis should show, with those of ``values`` in reach."""
    axis = y_limits(low, high, log=log)
    near = [value for value in values if -REACH <= axis.share(value) <= 1 + REACH]
    return min([low, *near]), max([high, *near])


def _linear_limits(low: float, high: float) -> Limits:
    if high - low <= 1e-9 * max(abs(low), abs(high)) or high - low < 1e-100:
        margin = 0.1 * max(abs(low), abs(high)) or 1.0
        low, high = low - margin, high + margin
        if low < 0 <= low + margin:
            low = 0.0
    elif 0 < low < 0.5 * high:
        low = 0.0
    step = nice_step((high - low) / 6)
    low, high = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    return Limits(low, max(high, low + step))


def _log_limits(low: float, high: float) -> Limits:
    start, end = _round_log(low, up=False), _round_log(high, up=True)
    if end <= start * 1.0001:
        start, end = start / 10, end * 10
    return Limits(start, end, log=True)


def _round_log(value: float, *, up: bool) -> float:
    """The next of 1, 2, 5, 10, 20, … at or beyond ``value``."""
    decade = floor(log10(value))
    options = [m * 10.0**e for e in (decade - 1, decade, decade + 1) for m in (1, 2, 5)]
    if up:
        return next(option for option in options if option >= value * (1 - 1e-9))
    return next(option for option in reversed(options) if option <= value * (1 + 1e-9))


def nice_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, at least ``rough`` (above 0)."""
    decade = 10.0 ** floor(log10(rough))
    for factor in (1, 2, 5, 10):
        if factor * decade >= rough * (1 - 1e-9):
            return factor * decade
    return 10 * decade


def clip(points: Sequence[Point], x: Limits, y: Limits) -> list[list[Point]]:
    """The parts of a polyline that lie inside both axes, in shares 0..1 of them.

    Points outside are replaced by the place where the line crosses the edge (Liang and Barsky,
    "A new concept and method for line clipping", 1984), so that nothing far off is ever drawn.
    """
    places = [(x.share(px), y.share(py)) for px, py in points]
    if len(places) == 1:
        (px, py) = places[0]
        return [[(px, min(max(py, 0.0), 1.0))]] if 0 <= px <= 1 else []
    parts: list[list[Point]] = []
    for start, end in pairwise(places):
        visible = _visible(start, end)
        if visible is None:
            continue
        first, second = visible
        if parts and parts[-1][-1] == first:
            parts[-1].append(second)
        else:
            parts.append([first, second])
    return parts


def _visible(start: Point, end: Point) -> tuple[Point, Point] | None:
    if 0 <= start[0] <= 1 and 0 <= start[1] <= 1 and 0 <= end[0] <= 1 and 0 <= end[1] <= 1:
        return start, end
    enter, leave = 0.0, 1.0
    for axis in (0, 1):
        delta = end[axis] - start[axis]
        for direction, room in ((-delta, start[axis]), (delta, 1 - start[axis])):
            if direction == 0:
                if room < 0:
                    return None
            elif direction < 0:
                enter = max(enter, room / direction)
            else:
                leave = min(leave, room / direction)
    if enter > leave:
        return None
    return _between(start, end, enter), _between(start, end, leave)


def _between(start: Point, end: Point, t: float) -> Point:
    x, y = (
        a if t == 0 else b if t == 1 else a + t * (b - a) for a, b in zip(start, end, strict=True)
    )
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)  # rounding may miss the edge
