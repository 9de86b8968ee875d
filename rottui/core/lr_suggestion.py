"""What learning-rate range tests say: a band of rates with its spread, or why there is none (pure).

From each seed's curve two estimates are taken, both from the fall of the smoothed loss to its
lowest point: fastai's ``valley``, the middle of the longest descent, and the rate of the lowest
loss divided by ten. Rates are compared by their logarithms throughout: on a logarithmic ramp the
slope against the rate itself is ruled by noise where the rates are smallest, and an argmin of it
names those.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, log10, sqrt
from statistics import fmean, median

from rottui.core.config import format_lr

LONGEST_AVERAGE = 50
"""Steps that the smoothed loss looks back on; fewer on ramps of less than 400 steps."""
DIVERGED = 4.0
"""A ramp ends when the smoothed loss is above so many times its lowest."""
CLEAR = 6.0
"""Standard deviations of its noise by which the smoothed loss must fall."""
AGREEMENT = 10.0
"""Seeds whose estimates are further apart than this factor do not agree."""
WINDOW = 0.5
"""Decades of lr over which a slope is taken."""
FEWEST = 10
"""Steps that a ramp must take before anything can be said of it."""


@dataclass(frozen=True, slots=True)
class LossCurve:
    """The losses of one ramp up to where it is, ended or diverged; all of them finite."""

    seed: int
    planned: int
    """Steps of the whole ramp."""
    lrs: tuple[float, ...]
    losses: tuple[float, ...]
    """Of each batch, before its step."""
    smoothed: tuple[float, ...]
    """``losses`` averaged by ``Average(planned)``."""
    diverged_at: float | None = None
    """The rate whose loss was not finite, or far above the lowest; None if there was none."""

    @property
    def skipped(self) -> int:
        """Steps at the start that only settle the average."""
        return self.planned // 10

    @property
    def lowest(self) -> int:
        """Index of the lowest smoothed loss after them."""
        return min(range(self.skipped, len(self.smoothed)), key=self.smoothed.__getitem__)


class Average:
    """The exponential average with bias correction (Kingma & Ba, 2015, section 3).

    It looks back on an eighth of the ramp: long enough to average the batches' noise away, short
    enough that the lag is a fraction of the ramp's decades.
    """

    def __init__(self, steps: int) -> None:
        self.keep = 1 - 1 / max(2.0, min(LONGEST_AVERAGE, steps / 8))
        """Weight of what was; fastai's 0.98 on ramps of 400 steps and more."""
        self._total = 0.0
        self._weight = 0.0

    @property
    def noise(self) -> float:
        """Standard deviation of the average of white noise, as a share of the noise's own."""
        return sqrt((1 - self.keep) / (1 + self.keep))

    def add(self, value: float) -> float:
        """The average with one more value."""
        self._total = self.keep * self._total + (1 - self.keep) * value
        self._weight = self.keep * self._weight + (1 - self.keep)
        return self._total / self._weight


@dataclass(frozen=True, slots=True)
class Estimates:
    """What one seed's curve says."""

    seed: int
    valley: float
    """The middle of the longest descent of the smoothed loss (fastai's default suggestion)."""
    minimum: float
    """The rate of the lowest smoothed loss, divided by ten (fastai's ``minimum``)."""
    steepest: float
    """The middle of the half decade in which the loss falls fastest, against log10 lr."""
    drop: float
    """From the mean of the first losses to the lowest smoothed one."""
    floor: float
    """What the drop must exceed: as much may be noise."""
    still_falling: bool = False
    """Whether the loss was still falling at the end of the ramp."""
    falls_at_once: bool = False
    """Whether it was falling from the ramp's first steps on."""

    @property
    def centre(self) -> float:
        """The geometric mean of valley and minimum."""
        return sqrt(self.valley * self.minimum)


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate over the seeds: its median, and the smallest and largest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, rates: Sequence[float]) -> Range:
        """The median is taken of the logarithms."""
        return cls(exp(median(map(log, rates))), min(rates), max(rates))

    @property
    def factor(self) -> float:
        """The largest over the smallest."""
        return self.high / self.low


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A band of learning rates, to two significant digits, and how it came about."""

    low: float
    """The lowest of the seeds' estimates, of both kinds."""
    centre: float
    """The median of the seeds' own centres."""
    high: float
    """The highest of the estimates."""
    valley: Range
    minimum: Range
    """Of the rate of the lowest loss, divided by ten."""
    spread: float
    """The seeds' own centres agree within this factor."""
    seeds: tuple[Estimates, ...]
    notes: tuple[str, ...] = ()
    """What a person should know before they trust it."""

    @property
    def sentence(self) -> str:
        """The band, where it comes from, and how well the seeds agree."""
        low, centre, high = map(format_lr, (self.low, self.centre, self.high))
        valley, minimum = _short(self.valley.median), _short(self.minimum.median)
        count = len(self.seeds)
        agree = f"{count} seeds agree within ×{self.spread:.1f}" if count > 1 else "one seed alone"
        text = f"{low} … {high}, middle {centre} (valley {valley}, minimum/10 {minimum}; {agree})"
        return "; ".join((text, *self.notes))


@dataclass(frozen=True, slots=True)
class Refusal:
    """There is nothing to suggest."""

    reason: str
    """One sentence: what the curves lack, and what may help."""

    @property
    def sentence(self) -> str:
        """The same, as what stands in the suggestion's place."""
        return f"none: {self.reason}"


def suggest(curves: Sequence[LossCurve]) -> Suggestion | Refusal:
    """The band in which most seeds agree, or the reason why there is none."""
    found: list[Estimates] = []
    refused: list[str] = []
    for curve in curves:
        said = estimates(curve)
        if isinstance(said, Estimates):
            found.append(said)
        else:
            refused.append(said)
    if not found or len(refused) >= len(found):
        if not refused:
            return Refusal("no ramp has ended")
        some = f" ({len(refused)} of {len(curves)} seeds)" if len(curves) > 1 else ""
        return Refusal(refused[0] + some)
    centres = Range.of([one.centre for one in found])
    if centres.factor > AGREEMENT:
        each = ", ".join(_short(one.centre) for one in found)
        return Refusal(f"the seeds disagree ({each}); try more steps, or larger batches")
    valley = Range.of([one.valley for one in found])
    minimum = Range.of([one.minimum for one in found])
    return Suggestion(
        low=_rounded(min(valley.low, minimum.low)),
        centre=_rounded(centres.median),
        high=_rounded(max(valley.high, minimum.high)),
        valley=valley,
        minimum=minimum,
        spread=centres.factor,
        seeds=tuple(found),
        notes=_notes(found, refused),
    )


def _notes(found: Sequence[Estimates], refused: Sequence[str]) -> tuple[str, ...]:
    notes = []
    if refused:
        notes.append(f"{len(refused)} of {len(found) + len(refused)} seeds: {refused[0]}")
    if any(one.still_falling for one in found):
        notes.append("the loss was still falling at the end; try a range that ends higher")
    if any(one.falls_at_once for one in found):
        notes.append("the loss fell from the first steps on; try a range that starts lower")
    return tuple(notes)


def estimates(curve: LossCurve) -> Estimates | str:
    """What a curve says, or why it says nothing."""
    start = curve.skipped
    if len(curve.smoothed) < max(FEWEST, start + 2):
        where = format_lr(_rounded(curve.lrs[-1])) if curve.lrs else "the first rate"
        return f"the loss diverged by {where} already; try a range that starts lower"
    lowest = curve.lowest
    noise = _noise(curve.losses[: lowest + 1])
    floor = CLEAR * noise * Average(curve.planned).noise
    part = max(2, start)
    drop = fmean(curve.losses[:part]) - curve.smoothed[lowest]
    if not drop > floor:
        return (
            f"no clear drop: the loss fell by {max(0.0, drop):.2g}, and its noise alone makes "
            f"{floor:.2g}; try more steps, larger batches, or a range that ends higher"
        )
    lrs, smoothed = curve.lrs[start : lowest + 1], curve.smoothed[start : lowest + 1]
    return Estimates(
        seed=curve.seed,
        valley=valley(lrs, smoothed),
        minimum=curve.lrs[lowest] / 10,
        steepest=steepest(lrs, smoothed),
        drop=drop,
        floor=floor,
        still_falling=curve.diverged_at is None and _falls(curve.losses[-part:], noise),
        falls_at_once=_falls(curve.losses[:part], noise),
    )


def valley(lrs: Sequence[float], losses: Sequence[float]) -> float:
    """The middle of the longest descent that ends where it is longest.

    As fastai's ``valley``: the length is that of the longest strictly decreasing subsequence, and
    the descent is taken to lie in as many points before its end. Unlike there, a caller passes only
    the curve up to its lowest point: after a divergence, losses fall again from great heights.
    """
    longest = end = 0
    lowest_of: list[float] = []  # negated last loss of the best descent of each length
    for index, loss in enumerate(losses):
        length = bisect_left(lowest_of, -loss) + 1
        lowest_of[length - 1 : length] = [-loss]
        if length > longest:
            longest, end = length, index
    third = longest / 3
    return lrs[max(0, end - longest + int(third) + int(third / 2))]


def steepest(lrs: Sequence[float], losses: Sequence[float]) -> float:
    """The middle of the half decade with the lowest slope of the loss against log10 lr.

    The slope is that of a straight line through all points of the half decade (least squares);
    from one point to the next, it would be that of the noise.
    """
    width = min(_window(lrs), len(lrs) - 1)
    middle = width / 2
    slopes = [
        sum((k - middle) * loss for k, loss in enumerate(losses[at : at + width + 1]))
        for at in range(len(lrs) - width)
    ]
    at = min(range(len(slopes)), key=slopes.__getitem__)
    return sqrt(lrs[at] * lrs[at + width])


def _window(lrs: Sequence[float]) -> int:
    """Steps in half a decade, at least 4."""
    decades = log10(lrs[-1] / lrs[0])
    return max(4, round(WINDOW * (len(lrs) - 1) / decades)) if decades > 0 else 4


def _noise(losses: Sequence[float]) -> float:
    """Standard deviation of the losses about their trend, from successive differences."""
    return sqrt(fmean((b - a) ** 2 for a, b in pairwise(losses)) / 2)


def _falls(losses: Sequence[float], noise: float) -> bool:
    """Whether a line through some losses falls by more than four deviations of such a line."""
    n = len(losses)
    middle = (n - 1) / 2
    squares = sum((k - middle) ** 2 for k in range(n))
    fall = -sum((k - middle) * loss for k, loss in enumerate(losses)) / squares * (n - 1)
    return n >= FEWEST and fall > 4 * noise * sqrt(12 / n)


def _rounded(rate: float) -> float:
    return float(f"{rate:.1e}")


def _short(rate: float) -> str:
    return format_lr(_rounded(rate))
