"""What a network is asked to put out for an angle, and how far off an answer is in degrees.

``scalar``: the angle standardised with the train split's mean and standard deviation (n - 1), as
in the experiment. On the circle this target has a seam: 359° and 0° are neighbours, but their
targets are as far apart as can be, so that a network averages both sides near the seam and points
the wrong way there. ``circular``: the unit vector (cos, sin), which has none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from rottui.core.config import Target
from rottui.errors import DataError

AMBIGUOUS = 0.3
"""A predicted (cos, sin) shorter than this says nothing about the angle: it is called ambiguous."""

CHANCE_DEG = 90.0
"""Mean error along the circle of a guess, whatever the angles are: half of the largest error."""


def wrap_deg(angles: Tensor) -> Tensor:
    """Angles in degrees, any shape, brought into [-180, 180)."""
    return on_circle_deg(angles + 180) - 180


def on_circle_deg(angles: Tensor) -> Tensor:
    """Angles in degrees, any shape, brought into [0, 360)."""
    turned = angles % 360
    return turned.masked_fill(turned >= 360, 0.0)  # a hair below 0 is rounded up to 360


class AngleTarget(Protocol):
    """Angles to network outputs and back, and errors in degrees."""

    def state(self) -> dict[str, float]:
        """What ``target_from`` needs to make it again; travels with a checkpoint."""

    def encode(self, angles: Tensor) -> Tensor:
        """Targets ``(N, outputs)`` of angles ``(N,)`` in degrees."""

    def decode(self, outputs: Tensor) -> Tensor:
        """Angles ``(N,)`` in degrees, in [0, 360), of outputs ``(N, outputs)``."""

    def confidence(self, outputs: Tensor) -> Tensor | None:
        """How sure each output ``(N, outputs)`` is, ``(N,)``; None where outputs cannot say."""

    def errors_deg(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """Absolute errors ``(N,)`` in degrees of outputs ``(N, outputs)``, as the target counts."""

    def circular_errors_deg(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """Absolute errors ``(N,)`` in degrees along the circle, at most 180."""


@dataclass(frozen=True, slots=True)
class ScalarTarget:
    """``(angle - mean) / std``; errors are linear: mistaking 359° for 0° counts 359°."""

    mean: float
    std: float
    """Both in degrees."""

    def state(self) -> dict[str, float]:
        """Mean and standard deviation."""
        return {"mean": self.mean, "std": self.std}

    def encode(self, angles: Tensor) -> Tensor:
        """Targets ``(N, 1)`` of angles ``(N,)`` in degrees."""
        return ((angles - self.mean) / self.std).unsqueeze(1)

    def decode(self, outputs: Tensor) -> Tensor:
        """``output · std + mean``, brought onto the circle."""
        return on_circle_deg(outputs.squeeze(1) * self.std + self.mean)

    def confidence(self, outputs: Tensor) -> None:
        """A number alone does not say how sure it is."""
        return None

    def errors_deg(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """``|predicted - wanted| · std``."""
        return (predicted - wanted).abs().squeeze(1) * self.std

    def circular_errors_deg(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """The same along the circle: 359° for 0° counts 1°."""
        return wrap_deg((predicted - wanted).squeeze(1) * self.std).abs()


@dataclass(frozen=True, slots=True)
class CircularTarget:
    """``(cos, sin)``; errors are along the circle, at most 180°."""

    def state(self) -> dict[str, float]:
        """Nothing: this target is the same for all angles."""
        return {}

    def encode(self, angles: Tensor) -> Tensor:
        """Unit vectors ``(N, 2)`` of angles ``(N,)`` in degrees."""
        radians = torch.deg2rad(angles)
        return torch.stack((radians.cos(), radians.sin()), dim=1)

    def decode(self, outputs: Tensor) -> Tensor:
        """``atan2(sin, cos)``; the angle of a short vector means little, see ``confidence``."""
        return on_circle_deg(torch.rad2deg(torch.atan2(outputs[:, 1], outputs[:, 0])))

    def confidence(self, outputs: Tensor) -> Tensor:
        """The length of the vector.

        The mean squared error is least at the mean of the unit vectors that an image could stand
        for, and the length of that mean is 1 where they agree and 0 where they cancel out (the mean
        resultant length; Mardia & Jupp, 2000, section 2.3). The cosine loss leaves it free.
        """
        length: Tensor = torch.linalg.vector_norm(outputs, dim=1)
        return length

    def circular_errors_deg(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """The same as ``errors_deg``, which is along the circle already."""
        return self.errors_deg(predicted, wanted)

    def errors_deg(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """The angle between the two vectors, ``|atan2(cross, dot)|``.

        A vector of no length points nowhere: it counts 90°, as a guess would on the average.
        """
        cross = predicted[:, 0] * wanted[:, 1] - predicted[:, 1] * wanted[:, 0]
        dot = (predicted * wanted).sum(1)
        nowhere = (cross == 0) & (dot == 0)
        return torch.rad2deg(torch.atan2(cross, dot)).abs().masked_fill(nowhere, CHANCE_DEG)


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


def target_from(target: Target, state: Mapping[str, float]) -> AngleTarget:
    """The target that a config names, from what its ``state()`` was.

    Raises:
        KeyError, TypeError, ValueError: the scalar target's numbers are missing or are none.
    """
    if target == "circular":
        return CircularTarget()
    mean, std = float(state["mean"]), float(state["std"])
    if not (math.isfinite(mean) and math.isfinite(std) and std > 0):
        raise ValueError(f"no target has mean {mean} and standard deviation {std}")
    return ScalarTarget(mean, std)
