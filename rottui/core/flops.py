"""Floating-point operations of a network, counted from the shapes of its layers (no torch).

A multiplication and an addition count two. Only convolutions and dense layers are counted, without
biases; activations, pools and the optimizer touch each number a few times and are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rottui.core.config import NetworkConfig
from rottui.core.shapes import ADAPTIVE, IMAGE_SIZE


@dataclass(frozen=True, slots=True)
class ImageFlops:
    """Floating-point operations a single image."""

    forward: int
    backward: int
    """Gradients of every layer's weights, and of every layer's input but the first's."""

    @property
    def step(self) -> int:
        """Forward and backward together."""
        return self.forward + self.backward


def image_flops(network: NetworkConfig, outputs: int = 1) -> ImageFlops:
    """Of one image on its way through a network with ``outputs`` output units.

    A layer of ``m`` multiply-adds costs ``2 m`` forward, ``2 m`` for the gradient of its weights
    and ``2 m`` for that of its input, which the first layer's input, the image, does not need.
    """
    layers = multiply_adds(network, outputs)
    forward = 2 * sum(layers)
    return ImageFlops(forward, 2 * forward - 2 * layers[0])


def multiply_adds(network: NetworkConfig, outputs: int = 1) -> list[int]:
    """Multiply-adds of each convolution and dense layer for one image, first to last."""
    return [math.prod(product) for product in layer_products(network, outputs)]


def layer_products(network: NetworkConfig, outputs: int = 1) -> list[tuple[int, int, int]]:
    """Each layer as a matrix product, first to last: rows an image, inner width, columns.

    A convolution has a row a pixel of its output, and ``channels · kernel²`` inputs a row.
    """
    products: list[tuple[int, int, int]] = []
    width = IMAGE_SIZE * IMAGE_SIZE
    if network.type == "cnn":
        channels = 1
        maps = [found for found in network.feature_maps() if found.layer.startswith("conv")]
        for found, kernel in zip(maps, network.kernel_sizes, strict=True):
            products.append((found.size**2, channels * kernel**2, found.channels))
            channels = found.channels
        width = channels * ADAPTIVE**2
    for hidden in (*network.dense_hiddens, outputs):
        products.append((1, width, hidden))
        width = hidden
    return products


def epoch_flops(image: ImageFlops, train_images: int, evaluated_images: int) -> int:
    """Of one epoch: every train image forward and backward, and the evaluation forward."""
    return image.step * train_images + image.forward * evaluated_images


def steps_of(train_images: int, batch_size: int) -> int:
    """Steps an epoch; the last batch may be smaller."""
    return math.ceil(train_images / batch_size)
