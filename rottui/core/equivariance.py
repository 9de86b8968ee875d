"""Which transformations a network commutes with: the experiment's four maps, as arrays.

For a map f and a transformation T the error map is ``|T(f(x)) - f(T(x))|``. The stack f is the
experiment's: one untrained 3×3 convolution (1 → 1 channel, no padding) used twice, each time with a
ReLU. T samples the nearest pixel and fills with 0, as torchvision's ``affine`` does by default.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rottui.core.networks import draw_weights
from rottui.core.pytorch import explained_imports
from rottui.core.shapes import IMAGE_SIZE
from rottui.errors import ConfigError, Problem

ROUNDING = 1e-6
"""Relative size of float32 rounding: one convolution at two places may differ by that."""

FloatMap = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ErrorNumbers:
    """What an error map says in numbers."""

    relative: float
    """``‖T f(x) - f(T x)‖₂ / ‖T f(x)‖₂``; NaN where ``T f(x)`` is zero everywhere."""
    zero_share: float
    """Share of pixels without error, in 0..1: at most ``ROUNDING`` of the largest value."""
    largest: float


@dataclass(frozen=True, slots=True, eq=False)
class SeedMaps:
    """The experiment's four panels for one image."""

    image: FloatMap
    """(1) ``(28, 28)`` in 0..1."""
    features: FloatMap
    """(2) ``(24, 24)``: what the stack puts out."""
    shift_error: FloatMap
    """(3) ``(24, 24)``: the error map of the shift."""
    rotation_error: FloatMap
    """(4) ``(24, 24)``: the error map of the rotation."""
    shift: tuple[int, int]
    """Pixels right and down."""
    angle: float
    """Degrees, clockwise as displayed: the direction of torchvision's ``affine``."""
    weights_seed: int
    shift_numbers: ErrorNumbers
    rotation_numbers: ErrorNumbers

    @property
    def dead(self) -> bool:
        """Whether the ReLUs let nothing through, so that every map is empty."""
        return not self.features.any()


def seed_maps(
    image: npt.NDArray[np.uint8],
    *,
    shift: tuple[int, int] = (5, 5),
    angle: float = 90.0,
    weights_seed: int = 0,
) -> SeedMaps:
    """The four maps of a ``(28, 28)`` uint8 image.

    Args:
        image: grey values 0..255.
        shift: pixels right and down.
        angle: degrees, clockwise as displayed; multiples of 90 are exact.
        weights_seed: draws the stack's weights.

    Raises:
        ConfigError: the shift leaves nothing of the image, or the angle is not finite.
    """
    if max(abs(shift[0]), abs(shift[1])) >= IMAGE_SIZE:
        raise ConfigError(
            (Problem("shift", f"a shift of {shift} leaves nothing of a 28×28 image"),)
        )
    if not np.isfinite(angle):
        raise ConfigError((Problem("angle", f"must be a number of degrees, not {angle}"),))
    conv = untrained_convolution(weights_seed)

    def stack(x: Tensor) -> Tensor:
        return F.relu(conv(F.relu(conv(x))))

    with torch.inference_mode():
        x = torch.tensor(image, dtype=torch.float32).div(255).view(1, 1, IMAGE_SIZE, IMAGE_SIZE)
        features = stack(x)
        moved, moved_first = shifted(features, shift), stack(shifted(x, shift))
        turned, turned_first = rotated(features, angle), stack(rotated(x, angle))
    return SeedMaps(
        image=_array(x),
        features=_array(features),
        shift_error=_array((moved - moved_first).abs()),
        rotation_error=_array((turned - turned_first).abs()),
        shift=shift,
        angle=angle,
        weights_seed=weights_seed,
        shift_numbers=_numbers(moved, moved_first),
        rotation_numbers=_numbers(turned, turned_first),
    )


def untrained_convolution(weights_seed: int) -> nn.Conv2d:
    """The 3×3 convolution of the stack, with PyTorch's default weights for that seed."""
    conv = nn.Conv2d(1, 1, kernel_size=3, device="meta").to_empty(device="cpu")
    draw_weights(conv, torch.Generator().manual_seed(weights_seed))
    return conv


def shifted(x: Tensor, shift: tuple[int, int]) -> Tensor:
    """``x`` ``(..., H, W)`` moved by whole pixels right and down; 0 comes in at the border."""
    right, down = shift
    height, width = x.shape[-2:]
    moved = torch.zeros_like(x)
    if abs(right) < width and abs(down) < height:
        to_y, to_x = (
            slice(max(0, down), height + min(0, down)),
            slice(max(0, right), width + min(0, right)),
        )
        from_y, from_x = (
            slice(max(0, -down), height + min(0, -down)),
            slice(max(0, -right), width + min(0, -right)),
        )
        moved[..., to_y, to_x] = x[..., from_y, from_x]
    return moved


def rotated(x: Tensor, angle: float) -> Tensor:
    """``x`` ``(..., S, S)`` turned clockwise by ``angle`` degrees about its centre.

    Multiples of 90° permute the pixels (``rot90``) and are exact; other angles take the nearest
    pixel, and 0 from outside.
    """
    quarters, rest = divmod(angle, 90.0)
    if rest == 0:
        return torch.rot90(x, -int(quarters), (-2, -1))
    with explained_imports():
        from torchvision.transforms.functional import affine

    turned: Tensor = affine(x, angle=angle, translate=[0, 0], scale=1.0, shear=[0.0])
    return turned


def _numbers(wanted: Tensor, found: Tensor) -> ErrorNumbers:
    error = (wanted - found).abs().double()
    norm = wanted.double().norm().item()
    return ErrorNumbers(
        relative=error.norm().item() / norm if norm else float("nan"),
        zero_share=(error <= ROUNDING * wanted.abs().max()).double().mean().item(),
        largest=error.max().item(),
    )


def _array(x: Tensor) -> FloatMap:
    return x[0, 0].numpy().copy()
