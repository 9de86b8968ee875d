"""The ``cnn`` by hand: see ``conv_kernels`` for what is quick about it.

A batch is cut into as many parts as there are threads, and each part into blocks of images that fit
the second-level cache. Every part goes through the network in a thread of its own, both ways, and
has gradients of its own, which are added up in order: no thread waits for another inside a step, a
busy machine slows a step and never stalls it, and the bits depend on the thread count alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from rottui.core.config import RunConfig
from rottui.core.fast.cnn_block import Block, Layer, Part, needed_layers
from rottui.core.fast.dense import as_loss
from rottui.core.fast.flat import FlatOptimizer, FlatParameters

BLOCK = 64
"""Images that go through the network together: their maps fit two megabytes of cache."""
LEAST = 8
"""A part of a batch has at least this many images, or there are fewer parts."""


class CnnLearner:
    """A ``Learner`` for a ``cnn`` of two convolutions or more."""

    name = "compiled"

    def __init__(self, config: RunConfig, network: nn.Sequential, threads: int) -> None:
        self.network: nn.Module = network
        self._flat = FlatParameters(network, gradients=max(1, threads))
        self._optimizer = FlatOptimizer(config, network, self._flat)
        layers = needed_layers(config.network)
        self._lanes = [_Lane(config, layers, self._flat, part) for part in range(max(1, threads))]
        self._helpers = ThreadPoolExecutor(
            max(1, threads - 1), "rottui-part", initializer=torch.set_num_threads, initargs=(1,)
        )

    def step(self, images: Tensor, targets: Tensor, lr: float) -> Tensor:
        """See ``Learner.step``."""
        lanes = self._share_out(len(images))
        with _one_thread():
            others = [
                self._helpers.submit(lane.gradients, images[part], targets[part], len(images))
                for lane, part in lanes[1:]
            ]
            lane, part = lanes[0]
            losses = [lane.gradients(images[part], targets[part], len(images)), *_results(others)]
            for lane in self._lanes[len(lanes) :]:
                lane.no_gradients()
            self._optimizer.step(lr)
        return as_loss(sum(losses), targets)

    def predict(self, images: Tensor) -> Tensor:
        """See ``Learner.predict``."""
        lanes = self._share_out(len(images))
        with _one_thread():
            others = [self._helpers.submit(lane.predict, images[part]) for lane, part in lanes[1:]]
            lane, part = lanes[0]
            return torch.cat([lane.predict(images[part]), *_results(others)])

    def optimizer_state(self) -> dict[str, Any]:
        """See ``Learner.optimizer_state``."""
        return self._optimizer.state_dict()

    def load(self, network: Mapping[str, Any], optimizer: dict[str, Any]) -> None:
        """See ``Learner.load``."""
        self.network.load_state_dict(network)
        self._optimizer.load_state_dict(optimizer)

    def _share_out(self, images: int) -> list[tuple[_Lane, slice]]:
        parts = max(1, min(len(self._lanes), images // LEAST))
        edges = [images * part // parts for part in range(parts + 1)]
        slices = [slice(start, end) for start, end in pairwise(edges)]
        return list(zip(self._lanes, slices, strict=False))


def _results(futures: Sequence[Future[Any]]) -> list[Any]:
    """What they gave, once all have ended: an error must not leave another one writing."""
    errors = [future.exception() for future in futures]
    for error in errors:
        if error is not None:
            raise error
    return [future.result() for future in futures]


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread a matrix product: the parts are the threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Lane:
    """One part of a batch, and its gradients; used by one thread at a time."""

    def __init__(
        self, config: RunConfig, layers: list[Layer], flat: FlatParameters, part: int
    ) -> None:
        self._part = Part(config, layers, flat, part)
        self._blocks: dict[int, Block] = {}

    def gradients(self, images: Tensor, targets: Tensor, batch: int) -> float:
        """The part's share of the batch's loss; its gradients are those of this batch alone."""
        self._part.begin()
        loss = 0.0
        for start in range(0, len(images), BLOCK):
            block_images = images[start : start + BLOCK]
            block = self._block(len(block_images))
            block.forward(block_images)
            loss += block.backward(
                block_images, targets[start : start + BLOCK], len(block_images) / batch
            )
        self._part.end()
        return loss

    def no_gradients(self) -> None:
        """Nothing of this batch was for this part."""
        self._part.begin()

    def predict(self, images: Tensor) -> Tensor:
        """Outputs of images, block by block."""
        self._part.read_weights()
        return torch.cat(
            [self._block(len(block)).forward(block).clone() for block in torch.split(images, BLOCK)]
        )

    def _block(self, images: int) -> Block:
        if images not in self._blocks:
            self._blocks[images] = Block(images, self._part)
        return self._blocks[images]
