"""Runs that differ in their seed only, as one curve: their mean, and how far they lie apart."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean, stdev
from typing import Any

Points = Sequence[tuple[float, float]]


def family_of(config: Mapping[str, Any]) -> str:
    """Equal for runs whose configs differ in nothing but the seed; empty without a config."""
    rest = {name: value for name, value in config.items() if name != "seed"}
    return json.dumps(rest, sort_keys=True, default=str) if rest else ""


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean and sample standard deviation of several curves, point by point."""

    xs: tuple[float, ...]
    means: tuple[float, ...]
    lows: tuple[float, ...]
    """One standard deviation below the mean."""
    highs: tuple[float, ...]

    @property
    def band(self) -> tuple[tuple[float, float, float], ...]:
        """Place, lower and upper end, where they are numbers."""
        found = zip(self.xs, self.lows, self.highs, strict=True)
        return tuple(one for one in found if isfinite(one[1]) and isfinite(one[2]))


def mean_of(curves: Sequence[Points]) -> Mean:
    """As far as the shortest of two or more curves reaches.

    Where one of them is not finite, so is the mean: the others alone would look better than they
    are.
    """
    xs, means, lows, highs = [], [], [], []
    for points in zip(*curves, strict=False):
        values = [y for _, y in points]
        xs.append(fmean(x for x, _ in points))
        if all(abs(value) < 1e150 for value in values):
            mean, spread = fmean(values), stdev(values)
        else:
            mean, spread = sum(values), float("nan")
        means.append(mean)
        lows.append(mean - spread)
        highs.append(mean + spread)
    return Mean(tuple(xs), tuple(means), tuple(lows), tuple(highs))
