"""The learning-rate range test: ramps of a fresh network from a low rate to a high one.

L. N. Smith, "Cyclical learning rates for training neural networks" (2017), section 3.3; the ramp is
exponential, as in fastai. Every ramp has a network, an optimizer and an order of its own, made from
its seed, so that nothing of a run is touched and nothing has to be put back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rottui.core.lr_suggestion import DIVERGED, Average, LossCurve, Refusal, Suggestion, suggest
from rottui.errors import ConfigError, Problem

if TYPE_CHECKING:
    from torch import Tensor

    from rottui.core.config import RunConfig
    from rottui.core.data.dataset import Dataset
    from rottui.core.learner import Learner

FEWEST_STEPS, MOST_STEPS = 20, 100_000
HIGHEST = 100.0
"""The largest learning rate that a config may have."""
REPORT = 10
"""Steps between two ``RampProgress``."""


@dataclass(frozen=True, slots=True)
class RangeTest:
    """How a range test is done: one ramp for each seed.

    The default reaches from rates at which no optimizer moves to those at which most diverge, in
    some sixty steps a decade: the scalar target needs 300 and more, or its fall drowns in noise.

    Raises:
        ConfigError: naming ``low``, ``high``, ``steps`` or ``seeds``.
    """

    seeds: tuple[int, ...]
    low: float = 1e-7
    high: float = 10.0
    steps: int = 500

    def __post_init__(self) -> None:
        for name, rate in (("low", self.low), ("high", self.high)):
            if not (math.isfinite(rate) and rate > 0):
                raise _problem(name, f"a learning rate must be above 0 and finite, not {rate:g}")
            if rate > HIGHEST:
                raise _problem(name, f"must be at most {HIGHEST:g}, not {rate:g}")
        if self.low >= self.high:
            raise _problem("low", f"must be below the end of the range ({self.high:g})")
        if not FEWEST_STEPS <= self.steps <= MOST_STEPS:
            limits = f"between {FEWEST_STEPS} and {MOST_STEPS:,}"
            raise _problem("steps", f"must be {limits}, not {self.steps:,}")
        if not self.seeds:
            raise _problem("seeds", "a range test needs at least one seed")

    def lr(self, step: int) -> float:
        """The rate of step 0, 1, …: ``low (high / low)^(step / (steps - 1))``, the ends exact."""
        if step >= self.steps - 1:
            return self.high
        return float(self.low * (self.high / self.low) ** (step / (self.steps - 1)))


def three_seeds(seed: int) -> tuple[int, ...]:
    """A run's own seed and the two after it."""
    return tuple((seed + k) % 2**32 for k in range(3))


@dataclass(frozen=True, slots=True)
class RampProgress:
    """Some more steps of a ramp."""

    number: int
    """Which of the ramps, from 0."""
    curve: LossCurve
    """The whole curve so far."""


@dataclass(frozen=True, slots=True)
class RampDone:
    """A ramp has come to its end, or diverged."""

    number: int
    curve: LossCurve


@dataclass(frozen=True, slots=True)
class RangeDone:
    """All ramps are done; nothing follows."""

    curves: tuple[LossCurve, ...]
    verdict: Suggestion | Refusal


@dataclass(frozen=True, slots=True)
class RangeStopped:
    """``should_stop()`` was true between two steps; nothing follows, and nothing is left behind."""


RangeEvent = RampProgress | RampDone | RangeDone | RangeStopped


def range_test(
    config: RunConfig,
    dataset: Dataset,
    test: RangeTest,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[RangeEvent]:
    """Ramp up the rate for each seed, then say which rates the config should be trained with.

    The config's own rate, schedule and order are not used: batches are drawn in an order of each
    seed's, without repeating an image before all have been seen. ``should_stop`` is asked before
    every step. The thread count is the caller's, as for ``Training``.

    Raises:
        TrainingError: the device that the config names is not there.
        DataError: the target cannot be made from these angles.
    """
    from rottui.core.training import Training

    curves = []
    for number, seed in enumerate(test.seeds):
        training = Training(config.replaced({"seed": seed}), dataset)
        batches = _batches(*training.train_tensors, config.batch_size, seed)
        ramp = _Ramp(test, seed)
        while not ramp.ended:
            if should_stop():
                yield RangeStopped()
                return
            ramp.step(training.learner, *next(batches))
            if len(ramp.losses) % REPORT == 0 and not ramp.ended:
                yield RampProgress(number, ramp.curve)
        curves.append(ramp.curve)
        yield RampDone(number, ramp.curve)
    yield RangeDone(tuple(curves), suggest(curves))


class _Ramp:
    """One ramp under way."""

    def __init__(self, test: RangeTest, seed: int) -> None:
        self._test = test
        self._seed = seed
        self._average = Average(test.steps)
        self._lowest = math.inf
        self._diverged_at: float | None = None
        self.lrs: list[float] = []
        self.losses: list[float] = []
        self.smoothed: list[float] = []

    @property
    def ended(self) -> bool:
        return self._diverged_at is not None or len(self.lrs) == self._test.steps

    @property
    def curve(self) -> LossCurve:
        return LossCurve(
            self._seed,
            self._test.steps,
            tuple(self.lrs),
            tuple(self.losses),
            tuple(self.smoothed),
            self._diverged_at,
        )

    def step(self, learner: Learner, images: Tensor, targets: Tensor) -> None:
        lr = self._test.lr(len(self.lrs))
        loss = learner.step(images, targets, lr).item()
        if not math.isfinite(loss):
            self._diverged_at = lr
            return
        smoothed = self._average.add(loss)
        self.lrs.append(lr)
        self.losses.append(loss)
        self.smoothed.append(smoothed)
        self._lowest = min(self._lowest, smoothed)
        if smoothed > DIVERGED * self._lowest:
            self._diverged_at = lr


def _batches(
    images: Tensor, targets: Tensor, size: int, seed: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches without end, in another order each time the images are through."""
    from rottui.core.order import epoch_order

    epoch = 0
    while True:
        order = epoch_order(seed, epoch, len(images)).to(images.device)
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            yield images[chosen], targets[chosen]
        epoch += 1


def _problem(field: str, message: str) -> ConfigError:
    return ConfigError((Problem(field, message),))
