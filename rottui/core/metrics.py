"""Loss, MAE and errors along the circle of a network on images, in chunks that fit the cache."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import astuple, dataclass

import torch
from torch import Tensor

from rottui.core.angles import FLIP_DEG
from rottui.core.config import Loss
from rottui.core.losses import split_loss
from rottui.core.targets import AngleTarget

CHUNK = 250
"""Images a forward pass when evaluating: one pass over 10,000 is many times slower and takes a
gigabyte. Fixed, since another chunk size may change the last bits."""
TRAIN_PART = 2000
"""Train metrics are taken on the first 2,000 train images, as in the experiment."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The experiment's four numbers, and errors in degrees beside them."""

    train_loss: float
    test_loss: float
    train_mae: float
    test_mae: float
    """In the target's units."""
    train_mae_deg: float
    test_mae_deg: float
    """The MAE in degrees; of the scalar target the long way round, as the experiment counts it."""
    train_circular_mae_deg: float
    test_circular_mae_deg: float
    """Mean error along the circle: 359° for 0° counts 1°. Chance is 90°."""
    test_median_deg: float
    """Median error along the circle; flips do not move it."""
    test_flips: float
    """Share of test images, 0 to 1, with an error along the circle above 135°."""
    test_axial_mae_deg: float
    """Mean error along the circle modulo 180°: what is left when up and down do not matter."""

    @property
    def finite(self) -> bool:
        """Whether no number is NaN or infinite."""
        return all(math.isfinite(value) for value in astuple(self))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics of one split; degrees but for the first two, which are in the target's units."""

    loss: float
    mae: float
    mae_deg: float
    circular_mae_deg: float
    median_deg: float
    flips: float
    axial_mae_deg: float


def evaluate(
    predict: Callable[[Tensor], Tensor],
    images: Tensor,
    targets: Tensor,
    target: AngleTarget,
    loss: Loss = "mse",
) -> Evaluation:
    """Metrics of ``predict`` on images ``(N, 1, 28, 28)`` and targets ``(N, outputs)``.

    ``predict`` maps images ``(n, 1, 28, 28)`` to outputs ``(n, outputs)``.
    """
    return evaluation(outputs_of(predict, images), targets, target, loss)


def outputs_of(predict: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """Outputs ``(N, outputs)`` of images ``(N, 1, 28, 28)``, chunk by chunk."""
    with torch.inference_mode():
        return torch.cat([predict(chunk) for chunk in torch.split(images, CHUNK)])


def evaluation(
    predicted: Tensor, wanted: Tensor, target: AngleTarget, loss: Loss = "mse"
) -> Evaluation:
    """Metrics of outputs against targets, both ``(N, outputs)``, reckoned in float64."""
    with torch.inference_mode():
        predicted, wanted = _double(predicted), _double(wanted)
        circular = target.circular_errors_deg(predicted, wanted)
        return Evaluation(
            loss=split_loss(loss, predicted, wanted),
            mae=(predicted - wanted).abs().mean().item(),
            mae_deg=target.errors_deg(predicted, wanted).mean().item(),
            circular_mae_deg=circular.mean().item(),
            median_deg=circular.quantile(0.5).item(),
            flips=(circular > FLIP_DEG).double().mean().item(),
            axial_mae_deg=axial_deg(circular).mean().item(),
        )


def axial_deg(circular_errors: Tensor) -> Tensor:
    """Errors along the circle, any shape, in [0, 180], brought to errors modulo 180 in [0, 90]."""
    return torch.minimum(circular_errors, 180 - circular_errors)


def _double(values: Tensor) -> Tensor:
    """In float64 on the CPU: some devices have no float64, and the outputs of a split are small."""
    return values.cpu().double()
