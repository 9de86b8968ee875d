"""A batch in parts, for networks whose step is long enough to share among threads.

A batch is cut into parts whose numbers fit the second-level cache. Every part goes through the
network by itself, both ways, and has gradients of its own, which are added up in order: threads
share the parts among them, no thread waits for another inside a step, a busy machine slows a step
and never stalls it, and not a bit depends on how many threads there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from rottui.core.config import RunConfig
from rottui.core.fast.flat import FlatOptimizer, FlatParameters

T = TypeVar("T")

BLOCK = 64
"""Images that go through the network together: a cnn's maps of them fit two megabytes of cache."""
MOST_PARTS = 16
"""Parts of a batch with gradients of their own, at most; a part of a large batch is many blocks."""


class Lane(Protocol):
    """Works on one part of every batch; used by one thread at a time."""

    def gradients(self, images: Tensor, targets: Tensor, batch: int) -> float:
        """The part's share of the loss of ``batch`` images; its gradients are of this part alone.

        Images ``(n, 1, 28, 28)``, targets ``(n, outputs)``.
        """

    def no_gradients(self) -> None:
        """Nothing of this batch was for this part."""

    def predict(self, blocks: Sequence[Tensor]) -> list[Tensor]:
        """Outputs of each block of at most ``BLOCK`` images."""


def part_count(batch: int) -> int:
    """Parts of a batch of so many images."""
    return min(MOST_PARTS, -(-batch // BLOCK))


class PartedLearner:
    """A ``Learner`` whose lanes compute the gradients; a network's own learner makes the lanes."""

    name = "compiled"

    def __init__(
        self,
        config: RunConfig,
        network: nn.Sequential,
        flat: FlatParameters,
        lanes: Sequence[Lane],
        threads: int,
    ) -> None:
        self.network: nn.Module = network
        self._optimizer = FlatOptimizer(config, network, flat)
        self._lanes = lanes
        self._room = -(-config.batch_size // len(lanes))
        """Images of a part; the last one of a short batch has fewer."""
        self._threads = max(1, threads)
        self._helpers = _helpers(self._threads)

    def step(self, images: Tensor, targets: Tensor, lr: float) -> Tensor:
        """See ``Learner.step``."""
        count = len(images)
        work = [
            partial(lane.gradients, images[part], targets[part], count)
            for lane, part in zip(self._lanes, _slices(count, self._room), strict=False)
        ]
        with _one_thread():
            losses = self._do(work)
            for lane in self._lanes[len(work) :]:
                lane.no_gradients()
            self._optimizer.step(lr)
        return torch.tensor(sum(losses), dtype=targets.dtype)

    def predict(self, images: Tensor) -> Tensor:
        """See ``Learner.predict``."""
        blocks = [images[part] for part in _slices(len(images), BLOCK)]
        lanes = self._lanes[: self._threads]
        work = [partial(lane.predict, blocks[i :: len(lanes)]) for i, lane in enumerate(lanes)]
        outputs: list[Tensor] = [block.new_empty(0) for block in blocks]
        with _one_thread():
            for i, found in enumerate(self._do(work)):
                outputs[i :: len(lanes)] = found
        return torch.cat(outputs)

    def use_threads(self, threads: int) -> None:
        """See ``Learner.use_threads``: the parts stay the same, whoever works on them."""
        if threads != self._threads:
            self._threads = max(1, threads)
            self._helpers = _helpers(self._threads)

    def _do(self, work: Sequence[Callable[[], T]]) -> list[T]:
        """The results of all, in order; this thread works on its share of them, too."""
        groups = [work[i :: self._threads] for i in range(min(self._threads, len(work)))]
        others = [self._helpers.submit(_one_after_another, group) for group in groups[1:]]
        try:
            results = [_one_after_another(groups[0]) if groups else []]
        finally:  # an error here must not leave the others writing
            wait(others)
        results += [future.result() for future in others]
        return [results[i % len(groups)][i // len(groups)] for i in range(len(work))]

    def optimizer_state(self) -> dict[str, Any]:
        """See ``Learner.optimizer_state``."""
        return self._optimizer.state_dict()

    def load(self, network: Mapping[str, Any], optimizer: dict[str, Any]) -> None:
        """See ``Learner.load``."""
        self.network.load_state_dict(network)
        self._optimizer.load_state_dict(optimizer)


def _slices(images: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, images, size)]


def _one_after_another(work: Sequence[Callable[[], T]]) -> list[T]:
    return [item() for item in work]


def _helpers(threads: int) -> ThreadPoolExecutor:
    """Threads beside the one that takes the steps; they end with the learner."""
    return ThreadPoolExecutor(
        max(1, threads - 1), "rottui-part", initializer=torch.set_num_threads, initargs=(1,)
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread a matrix product: the parts are the threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
