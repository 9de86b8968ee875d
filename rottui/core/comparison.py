"""Whether one network reads angles better than another, or only seems to (no torch).

Both are tested on the same images, so what counts is the difference image by image. How far it
could be another one is found by the paired bootstrap: the images are drawn anew, with replacement,
many times over, and the share of draws in which A has the smaller mean error is how sure it is that
A is better (Koehn, 2004, "Statistical significance tests for machine translation evaluation").
Intervals are percentile intervals (Efron & Tibshirani, 1993, "An introduction to the bootstrap",
chapter 13).

That speaks of these very networks. Of their settings it is one draw of the weights; where a setting
was trained with several seeds, seeds and images are both drawn anew (Owen, 2007, "The pigeonhole
bootstrap"). A few seeds make a rough answer that is too sure of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

RESAMPLES = 10_000
"""Draws; a share of 97 % is then known to 0.2 %."""
LEVEL = 0.95
"""Of the intervals."""
SEED = 0
"""Of the draws, so that the same predictions give the same answer."""
PART = 64
"""Draws at a time: a few megabytes, and short enough that other threads get their turn."""
FEW_SEEDS = 5
"""With fewer seeds than these the answer over seeds is rough."""


@dataclass(frozen=True, slots=True, eq=False)
class SideErrors:
    """Runs of one setting, tested on the same images."""

    seeds: tuple[int, ...]
    """The seed of each run."""
    errors: Numbers
    """Errors along the circle, in degrees, ``(runs, images)``."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the draws say of a difference in mean error, B's less A's, in degrees."""

    low: float
    high: float
    """The ends of the interval."""
    better: float
    """Share of draws, 0 to 1, in which A's error is the smaller; a tie counts half."""

    @classmethod
    def of(cls, drawn: Numbers) -> Self:
        """Of the differences of the draws ``(N,)``."""
        low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
        better = float((drawn > 0).mean() + 0.5 * (drawn == 0).mean())
        return cls(low, high, better)

    @property
    def real(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Difference:
    """How much larger B's mean error is than A's, in degrees; above zero, A is better."""

    mean: float
    images: Evidence
    """Of these networks, on other images like these."""
    seeds: Evidence | None
    """Of their settings, with other seeds and images; None where a side has a single run."""
    shared: tuple[int, ...]
    """The seeds by which runs were paired; empty where none are shared: all runs count then."""
    wins: int
    """With how many of the shared seeds A is better."""

    @property
    def evidence(self) -> Evidence:
        """Over seeds where there are several, else over images alone."""
        return self.seeds or self.images


def differences(
    first: SideErrors, others: Sequence[SideErrors], *, resamples: int = RESAMPLES
) -> tuple[Difference, ...]:
    """The difference of each of the others (B) to ``first`` (A), all of them by the same draws.

    Raises:
        ValueError: they were not tested on equally many images, or on none.
    """
    size = first.errors.shape[1]
    if size == 0 or any(other.errors.shape[1] != size for other in others):
        raise ValueError("a comparison needs the same images for all, and one at least")
    pairs = [_Pair.of(first, other) for other in others]
    over_images: list[list[Numbers]] = [[] for _ in pairs]
    over_seeds: list[list[Numbers]] = [[] for _ in pairs]
    seeds = np.random.default_rng(SEED + 1)
    for shares in _shares(np.random.default_rng(SEED), size, resamples):
        for at, pair in enumerate(pairs):
            one, other = shares @ pair.first.T, shares @ pair.other.T
            over_images[at].append(other.mean(1) - one.mean(1))
            if pair.several:
                over_seeds[at].append(pair.with_other_seeds(one, other, seeds))
    return tuple(
        pair.difference(np.concatenate(images), np.concatenate(drawn) if drawn else None)
        for pair, images, drawn in zip(pairs, over_images, over_seeds, strict=True)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """The runs of two sides that are compared."""

    first: Numbers
    other: Numbers
    shared: tuple[int, ...]

    @classmethod
    def of(cls, first: SideErrors, other: SideErrors) -> _Pair:
        """By the seeds that both have, unless that would throw away a side's other seeds."""
        shared = tuple(seed for seed in first.seeds if seed in other.seeds)
        alone = min(len(first.seeds), len(other.seeds)) == 1
        if len(shared) > 1 or (shared and alone):
            mine = [first.seeds.index(seed) for seed in shared]
            theirs = [other.seeds.index(seed) for seed in shared]
            return cls(first.errors[mine], other.errors[theirs], shared)
        return cls(first.errors, other.errors, ())

    @property
    def several(self) -> bool:
        """Whether both have seeds to draw from."""
        return min(len(self.first), len(self.other)) > 1

    def with_other_seeds(
        self, one: Numbers, other: Numbers, generator: np.random.Generator
    ) -> Numbers:
        """The differences of draws of images ``(N, runs)``, their seeds drawn anew, too."""
        draws = len(one)
        mine = generator.integers(0, one.shape[1], (draws, one.shape[1]))
        theirs = mine
        if not self.shared:
            theirs = generator.integers(0, other.shape[1], (draws, other.shape[1]))
        taken = np.take_along_axis(one, mine, 1).mean(1)
        difference: Numbers = np.take_along_axis(other, theirs, 1).mean(1) - taken
        return difference

    def difference(self, images: Numbers, seeds: Numbers | None) -> Difference:
        """What the draws say."""
        wins = 0
        if self.shared:
            wins = int((self.first.mean(1) < self.other.mean(1)).sum())
        return Difference(
            float(self.other.mean() - self.first.mean()),
            Evidence.of(images),
            None if seeds is None else Evidence.of(seeds),
            self.shared,
            wins,
        )


def _shares(generator: np.random.Generator, size: int, resamples: int) -> Iterator[Numbers]:
    """How much each image weighs in each draw ``(draws, images)``, some draws at a time."""
    for start in range(0, resamples, PART):
        rows = min(PART, resamples - start)
        drawn = generator.integers(0, size, (rows, size), dtype=np.int32)
        drawn += (np.arange(rows, dtype=np.int32) * size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * size).reshape(rows, size)
        yield counts / size


def sides(configs: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, ...], ...]:
    """Which configs, by their places, make one side each: those that differ in the seed alone.

    Where that would leave one side only, or a seed comes twice in it, each config is a side.
    """
    groups: dict[str, list[int]] = {}
    for at, config in enumerate(configs):
        rest = {name: value for name, value in config.items() if name != "seed"}
        groups.setdefault(repr(sorted(rest.items())), []).append(at)
    seeds = [[configs[at].get("seed") for at in group] for group in groups.values()]
    if len(groups) < 2 or any(len(set(some)) < len(some) for some in seeds):
        return tuple((at,) for at in range(len(configs)))
    return tuple(tuple(group) for group in groups.values())


def differing(configs: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """What differs among configs in plain form: dotted path → the value of each config.

    A place that a config does not have is None there. What plays no part is left out: convolutions
    where every network is an mlp.
    """
    flat = [dict(_leaves(config)) for config in configs]
    paths = dict.fromkeys(path for leaves in flat for path in leaves)
    found = {path: tuple(leaves.get(path) for leaves in flat) for path in paths}
    if {leaves.get("network.type") for leaves in flat} == {"mlp"}:
        found = {path: values for path, values in found.items() if path not in CONVOLUTIONS}
    return {path: values for path, values in found.items() if _differ(values)}


CONVOLUTIONS = frozenset({"network.n_channels", "network.kernel_sizes", "network.strides"})


def _differ(values: Sequence[Any]) -> bool:
    return any(value != values[0] for value in values[1:])


def _leaves(place: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in place.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
