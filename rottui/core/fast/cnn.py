"""The ``cnn`` by hand: see ``conv_kernels`` for what is quick about it."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from rottui.core.config import RunConfig
from rottui.core.fast.cnn_block import Block, Layer, Part, needed_layers
from rottui.core.fast.flat import FlatParameters
from rottui.core.fast.parts import BLOCK, PartedLearner, part_count


class CnnLearner(PartedLearner):
    """A ``Learner`` for a ``cnn`` of two convolutions or more."""

    def __init__(self, config: RunConfig, network: nn.Sequential, threads: int) -> None:
        flat = FlatParameters(network, gradients=part_count(config.batch_size))
        layers = needed_layers(config.network)
        lanes = [_CnnLane(config, layers, flat, part) for part in range(len(flat.gradients))]
        super().__init__(config, network, flat, lanes, threads)


class _CnnLane:
    """A ``Lane``; its blocks have room for the sizes that were seen."""

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

    def predict(self, blocks: Sequence[Tensor]) -> list[Tensor]:
        """Outputs of each block of images."""
        self._part.read_weights()
        return [self._block(len(block)).forward(block).clone() for block in blocks]

    def _block(self, images: int) -> Block:
        if images not in self._blocks:
            self._blocks[images] = Block(images, self._part)
        return self._blocks[images]
