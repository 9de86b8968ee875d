"""The layers of a network one by one: what each puts out, holds and costs (no torch)."""

from __future__ import annotations

from dataclasses import dataclass

from rottui.core.config import NetworkConfig
from rottui.core.flops import multiply_adds
from rottui.core.shapes import ADAPTIVE, IMAGE_SIZE


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer with weights, or a pool; what follows each, an activation say, is not listed."""

    name: str
    """Such as ``conv1``, ``pool1``, ``dense2``, ``out``."""
    shape: tuple[int, ...]
    """What it puts out for one image: ``(channels, height, width)`` or ``(width,)``."""
    parameters: int
    """Weights and biases."""
    flops: int
    """Floating-point operations of one image's way forward, as ``core.flops`` counts them."""
    kernel: int | None = None
    """Height and width of a convolution's kernel, in pixels."""
    stride: int | None = None
    """Pixels between two places of the kernel."""


def layers(network: NetworkConfig, outputs: int = 1) -> tuple[Layer, ...]:
    """The layers of a network with ``outputs`` output units, first to last."""
    counted = iter(multiply_adds(network, outputs))
    found: list[Layer] = []
    width = IMAGE_SIZE * IMAGE_SIZE
    if network.type == "cnn":
        convolutions = iter(zip(network.kernel_sizes, network.strides, strict=True))
        inputs = 1
        for place in network.feature_maps():
            shape = (place.channels, place.size, place.size)
            if not place.layer.startswith("conv"):
                found.append(Layer(place.layer.partition(" ")[0], shape, 0, 0))
                continue
            kernel, stride = next(convolutions)
            parameters = place.channels * (inputs * kernel**2 + 1)
            flops = 2 * next(counted)
            found.append(Layer(place.layer, shape, parameters, flops, kernel, stride))
            inputs = place.channels
        width = inputs * ADAPTIVE**2
    names = [f"dense{number}" for number in range(1, len(network.dense_hiddens) + 1)]
    for name, units in zip((*names, "out"), (*network.dense_hiddens, outputs), strict=True):
        found.append(Layer(name, (units,), units * (width + 1), 2 * next(counted)))
        width = units
    return tuple(found)
