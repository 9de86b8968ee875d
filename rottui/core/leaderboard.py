"""The leaderboard of a sweep: one place a setting, its runs taken together over their seeds (pure).

Every metric here is better when it is smaller. Spreads are sample standard deviations over seeds.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rottui.core.settings import Value, settings, value_at

FAR = 1e100
"""Numbers beyond it count as none: sums of them would overflow."""


@dataclass(frozen=True, slots=True)
class Result:
    """One run of a sweep, as far as it has come."""

    run_id: int
    setting: tuple[Value, ...]
    """The values of what the sweep varies."""
    seed: int
    final: float | None
    """The metric after its last epoch; None before there is one, and where the run failed."""
    best: float | None
    """The metric after the epoch with the lowest test loss, likewise."""
    epochs: int
    """Epochs trained."""
    planned: int
    ended: bool = True
    failed: bool = False
    why: str = ""
    """Why it ended before its last planned epoch; empty where it did not."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Some numbers by their mean and how far they lie apart."""

    mean: float
    std: float | None
    """Sample standard deviation; None of a single number."""
    n: int

    @classmethod
    def of(cls, numbers: Iterable[float | None]) -> Spread | None:
        """Of the numbers that there are and that are finite, up to FAR; None without any."""
        finite = [number for number in numbers if number is not None and abs(number) <= FAR]
        if not finite:
            return None
        std = statistics.stdev(finite) if len(finite) > 1 else None
        return cls(statistics.fmean(finite), std, len(finite))


@dataclass(frozen=True, slots=True)
class Standing:
    """A setting and what became of its runs."""

    setting: tuple[Value, ...]
    results: tuple[Result, ...]
    """By rising seed."""
    final: Spread | None
    best: Spread | None
    behind: Spread | None
    """By how much its runs are worse than the first setting's runs of the same seeds."""

    @property
    def epochs(self) -> tuple[int, int]:
        """Fewest and most epochs that a run trained."""
        done = [result.epochs for result in self.results]
        return min(done), max(done)

    @property
    def planned(self) -> int:
        """Most epochs that a run is to train."""
        return max(result.planned for result in self.results)

    @property
    def failed(self) -> int:
        """How many runs failed: they have no part in the means."""
        return sum(result.failed for result in self.results)

    @property
    def unfinished(self) -> int:
        """How many runs still train or wait: the means hold what they have come to."""
        return sum(not result.ended for result in self.results)

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Why runs ended early, and how many for each reason."""
        return tuple(Counter(result.why for result in self.results if result.why).items())


def leaderboard(results: Iterable[Result]) -> tuple[Standing, ...]:
    """The settings by rising mean of the metric after the last epoch.

    A setting of which a run failed comes after all those of which none did, and those without any
    number come last. Equals keep the order of their first runs.
    """
    groups: dict[tuple[Value, ...], list[Result]] = {}
    for result in sorted(results, key=lambda result: result.run_id):
        groups.setdefault(result.setting, []).append(result)
    standings = [_standing(setting, runs) for setting, runs in groups.items()]
    standings.sort(key=_rank)
    if not standings:
        return ()
    first = standings[0]
    return (first, *(_behind(first, other) for other in standings[1:]))


def varied(configs: Sequence[Mapping[str, Any]], first: Sequence[str] = ()) -> tuple[str, ...]:
    """Paths of the settings that differ among configs in plain form; those of ``first`` before all.

    Where nothing but seeds differs, the learning rate stands for the one setting that there is.
    """
    paths = [*dict.fromkeys([*(path for path in first if path in settings()), *settings()])]
    found = (path for path in paths if len({value_at(config, path) for config in configs}) > 1)
    return tuple(found) or ("lr",)


def _standing(setting: tuple[Value, ...], results: Sequence[Result]) -> Standing:
    by_seed = tuple(sorted(results, key=lambda result: (result.seed, result.run_id)))
    final = Spread.of(result.final for result in by_seed)
    return Standing(setting, by_seed, final, Spread.of(result.best for result in by_seed), None)


def _rank(standing: Standing) -> tuple[bool, bool, float]:
    mean = standing.final
    return mean is None, standing.failed > 0, math.inf if mean is None else mean.mean


def _behind(first: Standing, other: Standing) -> Standing:
    rivals = {result.seed: result.final for result in first.results}
    pairs = ((result.final, rivals.get(result.seed)) for result in other.results)
    behind = Spread.of(own - its for own, its in pairs if own is not None and its is not None)
    return Standing(other.setting, other.results, other.final, other.best, behind)
