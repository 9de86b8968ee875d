"""Sizes of feature maps and counts of parameters, by arithmetic alone (no torch).

The form shows them while a person types, and the config refuses a network that shrinks to nothing.
Conventions are PyTorch's: a convolution or pool with kernel k and stride s turns n pixels into
``(n - k) // s + 1`` (no padding, dilation 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

IMAGE_SIZE = 28
"""Height and width of every image, in pixels."""
POOL = 2
"""Kernel and stride of the max-pool between two convolutions."""
ADAPTIVE = 4
"""Height and width that the adaptive max-pool after the last convolution gives."""


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """What one spatial layer puts out: ``channels × size × size``."""

    layer: str
    channels: int
    size: int


@dataclass(frozen=True, slots=True)
class Misfit:
    """A layer that does not fit what it is given."""

    field: str
    message: str


def feature_maps(
    n_channels: Sequence[int], kernel_sizes: Sequence[int], strides: Sequence[int]
) -> list[FeatureMap] | Misfit:
    """The maps of the ``cnn``, first to last, or the first layer that does not fit."""
    size = IMAGE_SIZE
    maps: list[FeatureMap] = []
    last = len(n_channels) - 1
    for i, (channels, kernel, stride) in enumerate(
        zip(n_channels, kernel_sizes, strides, strict=True)
    ):
        if kernel > size:
            return Misfit(
                "kernel_sizes",
                f"convolution {i + 1} has a {kernel}×{kernel} kernel but gets a {size}×{size} map; "
                + _mend(i, size),
            )
        size = (size - kernel) // stride + 1
        maps.append(FeatureMap(f"conv{i + 1}", channels, size))
        if i == last:
            maps.append(FeatureMap("pool to 4×4", channels, ADAPTIVE))
        elif size < POOL:
            return Misfit(
                "strides",
                f"convolution {i + 1} leaves a {size}×{size} map, too small for the 2×2 pool "
                "after it; use a smaller stride or kernel, or fewer layers",
            )
        else:
            size = (size - POOL) // POOL + 1
            maps.append(FeatureMap(f"pool{i + 1}", channels, size))
    return maps


def _mend(layer: int, size: int) -> str:
    if layer == 0:
        return f"at most {size} fits"
    return f"at most {size} fits there, or use smaller strides or kernels before it"


def parameter_count(
    network_type: str,
    n_channels: Sequence[int],
    kernel_sizes: Sequence[int],
    dense_hiddens: Sequence[int],
    outputs: int,
) -> int:
    """Number of weights and biases of an ``mlp`` or a ``cnn`` with ``outputs`` output units."""
    total = 0
    if network_type == "mlp":
        width = IMAGE_SIZE * IMAGE_SIZE
    else:
        channels = 1
        for out_channels, kernel in zip(n_channels, kernel_sizes, strict=True):
            total += out_channels * (channels * kernel * kernel + 1)
            channels = out_channels
        width = channels * ADAPTIVE * ADAPTIVE
    for hidden in (*dense_hiddens, outputs):
        total += hidden * (width + 1)
        width = hidden
    return total
