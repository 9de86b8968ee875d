"""What a network is asked to put out for an angle, and how far off an answer is in degrees.

``scalar``: the angle standardised with the train split's mean and standard deviation (n - 1), as
in the experiment. On the circle this target has a seam: 359° and 0° are neighbours, but their
targets are as far apart as can be, so that a network averages both sides near the seam and points
the wrong way there. ``circular``: the unit vector (cos, sin), which has none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from rottui.core.config import Target
from rottui.errors import DataError


class AngleTarget(Protocol):
    """Angles to network outputs, and errors back to degrees."""

    def encode(self, angles: Tensor) -> Tensor:
        """Targets ``(N, outputs)`` of angles ``(N,)`` in degrees."""

    def errors_deg(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """Absolute errors ``(N,)`` in degrees of outputs ``(N, outputs)``."""


@dataclass(frozen=True, slots=True)
class ScalarTarget:
    """``(angle - mean) / std``; errors are linear: mistaking 359° for 0° counts 359°."""

    mean: float
    std: float
    """Both in degrees."""

    def encode(self, angles: Tensor) -> Tensor:
        """Targets ``(N, 1)`` of angles ``(N,)`` in degrees."""
        return ((angles - self.mean) / self.std).unsqueeze(1)

    def errors_deg(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """``|predicted - wanted| · std``."""
        return (predicted - wanted).abs().squeeze(1) * self.std


@dataclass(frozen=True, slots=True)
class CircularTarget:
    """``(cos, sin)``; errors are along the circle, at most 180°."""

    def encode(self, angles: Tensor) -> Tensor:
        """Unit vectors ``(N, 2)`` of angles ``(N,)`` in degrees."""
        radians = torch.deg2rad(angles)
        return torch.stack((radians.cos(), radians.sin()), dim=1)

    def errors_deg(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """The angle between the two vectors, ``|atan2(cross, dot)|``."""
        cross = predicted[:, 0] * wanted[:, 1] - predicted[:, 1] * wanted[:, 0]
        dot = (predicted * wanted).sum(1)
        return torch.rad2deg(torch.atan2(cross, dot)).abs()


def angle_target(target: Target, train_angles: Tensor) -> AngleTarget:
    """The target that a config names, fitted to the train split's angles ``(N,)`` in degrees.

    Raises:
        DataError: the scalar target of angles that are all alike has no scale.
    """
    if target == "circular":
        return CircularTarget()
    mean = train_angles.mean().item()
    std = train_angles.std().item() if len(train_angles) > 1 else 0.0
    if not (math.isfinite(std) and std > 0):
        raise DataError(
            "the train split's angles are all alike, so the scalar target has no scale; "
            "use more images or a wider range of angles"
        )
    return ScalarTarget(mean, std)
