"""Where a sweep can grow: one value further, one between two, more seeds (pure)."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from math import log10
from typing import Any

from rottui.core.axes import Axis
from rottui.core.config import RunConfig
from rottui.core.settings import Setting, Value
from rottui.core.sweeps import SweepConfig
from rottui.errors import ConfigError, Problem

USUAL_FACTOR = 10**0.5
"""How far the next value of a logarithmic axis is where there is a single one: half a decade."""
MOST_DIGITS = 12


def line_of(places: Iterable[tuple[Value, ...]], chosen: tuple[Value, ...], at: int) -> list[float]:
    """The values at place ``at`` of the settings that are ``chosen`` otherwise, rising."""
    rest = chosen[:at] + chosen[at + 1 :]
    found = {place[at] for place in places if place[:at] + place[at + 1 :] == rest}
    return sorted(v for v in found if isinstance(v, int | float) and not isinstance(v, bool))


def beyond(values: Sequence[float], kind: Setting, *, above: bool) -> float:
    """The next value after the largest, or before the smallest, as far as its neighbour is.

    By factors on a logarithmic axis and where the values go by equal factors; two digits.

    Raises:
        ConfigError: there is none: it would not be above zero, or no other number.
    """
    end = values[-1] if above else values[0]
    next_to = values[-2 if above else 1] if len(values) > 1 else None
    if _by_factors(values, kind):
        factor = USUAL_FACTOR if next_to is None else max(end, next_to) / min(end, next_to)
        wanted = end * factor if above else end / factor
    else:
        step = abs(end - next_to) if next_to is not None else max(1.0, abs(end) / 2)
        wanted = end + step if above else end - step
    found = _rounded(wanted, kind, lambda v: v > end if above else v < end)
    if found is None:
        side = "above" if above else "below"
        raise ConfigError((Problem(kind.path, f"there is nothing {side} {kind.said(end)}"),))
    return found


def between(values: Sequence[float], value: float, kind: Setting) -> float:
    """The value half-way from ``value`` to the next larger one, or from the largest to the next.

    Raises:
        ConfigError: there is only one value, or no number between the two.
    """
    at = values.index(value)
    if len(values) < 2:
        message = f"there is only {kind.said(value)}; add a value beside it first"
        raise ConfigError((Problem(kind.path, message),))
    low, high = values[at : at + 2] if at + 1 < len(values) else values[at - 1 : at + 1]
    geometric = low > 0 and _by_factors(values, kind)
    middle = (low * high) ** 0.5 if geometric else (low + high) / 2
    found = _rounded(middle, kind, lambda v: low < v < high)
    if found is None:
        message = f"there is nothing between {kind.said(low)} and {kind.said(high)}"
        raise ConfigError((Problem(kind.path, message),))
    return found


def more_seeds(own: Collection[int], others: Collection[int], count: int) -> tuple[int, ...]:
    """So many seeds that a setting lacks: first those of the other settings, then new ones.

    Settings that share their seeds compare in pairs.
    """
    missing = sorted(set(others) - set(own))
    first = max((*own, *others), default=0) + 1
    return tuple([*missing, *range(first, first + count)][:count])


def grown(
    base: Mapping[str, Any],
    fields: Sequence[str],
    setting: Sequence[Value],
    seeds: Sequence[int],
    *,
    name_seeds: bool,
) -> list[tuple[str, RunConfig]]:
    """(name, config) of the runs of one setting, as the sweep itself would have made them.

    ``base`` is the config of any of its runs; what the sweep varies and the seed are taken over.

    Raises:
        ConfigError: no run can have this setting.
    """
    config = RunConfig.from_dict(base)
    axes = tuple(Axis(field, (value,)) for field, value in zip(fields, setting, strict=True))
    made = []
    for seed in seeds:
        ((name, run),) = SweepConfig(config, axes, (seed,)).runs()
        made.append((f"{name} seed {seed}" if name_seeds else name, run))
    return made


def _by_factors(values: Sequence[float], kind: Setting) -> bool:
    """Whether the values of a setting are spaced by factors."""
    if values[0] <= 0:
        return False
    if kind.log or len(values) < 3:
        return kind.log
    factors = [log10(high / low) for low, high in pairwise(values)]
    steps = [high - low for low, high in pairwise(values)]
    return _unevenness(factors) < _unevenness(steps)


def _unevenness(gaps: Sequence[float]) -> float:
    return statistics.pstdev(gaps) / statistics.fmean(gaps)


def _rounded(value: float, kind: Setting, fits: Any) -> float | None:
    """The value in as few digits as fit, two at least; a whole number where the setting is one."""
    if kind.kind == "whole":
        whole = round(value)
        return whole if whole > 0 and fits(whole) else None
    for digits in range(1, MOST_DIGITS):
        found = float(f"{value:.{digits}e}")
        if fits(found) and (found > 0 or not kind.log):
            return found
    return None
