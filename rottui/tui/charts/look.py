"""How a person looks at the curves: along which x axis, how smooth, and which part of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate
from math import isfinite

from rottui.store.records import EpochRow
from rottui.tui.charts.limits import Limits

SMOOTHINGS = (0.0, 0.6, 0.9, 0.97)
"""What the smoothing key goes through: the share that the average keeps at each epoch."""
FINEST = 1e-4
"""Smallest part of an axis, as a share of the whole, that zooming goes down to."""


class XAxis(Enum):
    """What a curve is drawn against; the value stands at the axis."""

    EPOCH = "epoch"
    STEP = "step"
    TIME = "time"
    """Seconds of training and evaluation, pauses left out."""

    def places(self, rows: Sequence[EpochRow]) -> list[float]:
        """Where each epoch stands."""
        match self:
            case XAxis.EPOCH:
                return [row.epoch for row in rows]
            case XAxis.STEP:
                return [row.step for row in rows]
            case XAxis.TIME:
                return list(accumulate(row.seconds for row in rows))

    def planned(self, rows: Sequence[EpochRow], epochs: int) -> float:
        """Where the run will end; 0 where nobody can know."""
        match self:
            case XAxis.EPOCH:
                return epochs
            case XAxis.STEP:
                last = rows[-1] if rows else None
                return last.step / last.epoch * epochs if last and last.epoch else 0.0
            case XAxis.TIME:
                return 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at curves; equal ones show the same."""

    axis: XAxis = XAxis.EPOCH
    log_x: bool = False
    smoothing: float = 0.0
    """Of the moving average, 0 for none."""
    spread: bool = False
    """Whether runs that differ in their seed only are one curve: mean and standard deviation."""
    x: Limits | None = None
    """The part of the x axis that is shown; None for all of it."""
    y: Limits | None = None
    """The same of the y axis."""

    @property
    def words(self) -> tuple[str, ...]:
        """What a person should know who sees the curves so."""
        said = ["log x"] if self.log_x else []
        said += [f"smoothed {self.smoothing:g}"] if self.smoothing else []
        said += ["seeds: mean and std"] if self.spread else []
        return tuple(said + (["zoomed"] if self.zoomed else []))

    @property
    def zoomed(self) -> bool:
        """Whether only a part is shown."""
        return self.x is not None or self.y is not None


LOOK = Look()
"""All of the curves as they are, against the epoch."""


def smoothed(values: Sequence[float], keep: float) -> list[float]:
    """The exponential moving average, which starts at the first value and not at 0.

    Divided by the sum of its weights (Kingma and Ba, "Adam", 2015, section 3). What is not finite
    stays as it is and takes no part.
    """
    if keep <= 0:
        return list(values)
    found: list[float] = []
    average, weight = 0.0, 0.0
    for value in values:
        if isfinite(value):
            average = keep * average + (1 - keep) * value
            weight = keep * weight + (1 - keep)
            found.append(average / weight)
        else:
            found.append(value)
    return found


def place_of(epoch: float, rows: Sequence[EpochRow], places: Sequence[float]) -> float:
    """Where ``epoch``, which may be a part of one, stands among the places of the rows."""
    if not rows:
        return epoch
    after = bisect_left(rows, epoch, key=lambda row: row.epoch)
    if after == 0:
        return places[0]
    before = rows[after - 1]
    if after < len(rows):
        width = rows[after].epoch - before.epoch
        pace = (places[after] - places[after - 1]) / width
    else:
        first = rows[0]
        width = before.epoch - first.epoch
        pace = (places[-1] - places[0]) / width if width else 0.0
    return places[after - 1] + (epoch - before.epoch) * pace


def zoomed(limits: Limits, factor: float, about: float = 0.5) -> Limits:
    """``factor`` times as much of an axis (below 1: a smaller part); ``about`` keeps its place.

    Args:
        limits: what is shown now.
        factor: above 0.
        about: where on the axis, 0 at its lower end and 1 at its upper one.
    """
    return _part(limits, about - about * factor, about + (1 - about) * factor)


def moved(limits: Limits, by: float) -> Limits:
    """The part of an axis beside this one: ``by`` its lengths further up."""
    return _part(limits, by, 1 + by)


def _part(limits: Limits, start: float, end: float) -> Limits:
    low, high = limits.value(start), limits.value(end)
    try:
        part = Limits(low, high, limits.log)
    except ValueError:  # finer than numbers are
        return limits
    return part if isfinite(low) and isfinite(high) else limits


def inside(part: Limits, whole: Limits) -> Limits | None:
    """``part``, moved and shortened to lie inside ``whole``; None where it is all of it."""
    start, end = whole.share(part.low), whole.share(part.high)
    length = max(end - start, FINEST)
    if length >= 1 - 1e-9:
        return None
    start = min(max(start, 0.0), 1.0 - length)
    return _part(whole, start, start + length)


def row_at(rows: Sequence[EpochRow], places: Sequence[float], cursor: float) -> EpochRow | None:
    """The last epoch at or before the cursor; None where the curve is not there."""
    at = bisect_right(places, cursor) - 1
    return rows[at] if at >= 0 and cursor <= places[-1] else None


def stepped(
    places: Sequence[float], now: float | None, by: int, column: Callable[[float], int]
) -> float | None:
    """The place of a point in another column of the chart than ``now``'s; None without points.

    Args:
        places: where points are, in order.
        now: where the cursor is; None: it comes at the last point.
        by: 1 to the right, -1 to the left.
        column: of a place.
    """
    if not places:
        return None
    if now is None:
        return places[-1]
    here = column(now)
    if by > 0:
        at = bisect_right(places, now)
        while at < len(places) and column(places[at]) == here:
            at += 1
        return places[min(at, len(places) - 1)]
    at = bisect_left(places, now) - 1
    while at >= 0 and column(places[at]) == here:
        at -= 1
    return places[max(at, 0)]
