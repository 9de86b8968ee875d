"""Loss and MAE of a network on images, in chunks that fit the processor's cache."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import torch
from torch import Tensor, nn

from rottui.core.targets import AngleTarget

CHUNK = 250
"""Images a forward pass when evaluating: one pass over 10,000 is many times slower and takes a
gigabyte. Fixed, since another chunk size may change the last bits."""
TRAIN_PART = 2000
"""Train metrics are taken on the first 2,000 train images, as in the experiment."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The experiment's four numbers, and the MAE in degrees beside them."""

    train_loss: float
    test_loss: float
    train_mae: float
    test_mae: float
    train_mae_deg: float
    test_mae_deg: float

    @property
    def finite(self) -> bool:
        """Whether no number is NaN or infinite."""
        return all(math.isfinite(value) for value in astuple(self))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics of one split."""

    loss: float
    """Mean squared error in the target's units."""
    mae: float
    """Mean absolute error in the target's units."""
    mae_deg: float
    """Mean absolute error in degrees."""


def evaluate(
    network: nn.Module, images: Tensor, targets: Tensor, target: AngleTarget
) -> Evaluation:
    """Metrics of ``network`` on images ``(N, 1, 28, 28)`` and targets ``(N, outputs)``.

    Sums are kept in float64, so the result does not depend on the number of images.
    """
    network.eval()
    sums = torch.zeros(3, dtype=torch.float64, device=images.device)
    with torch.inference_mode():
        for chunk, wanted in zip(
            torch.split(images, CHUNK), torch.split(targets, CHUNK), strict=True
        ):
            predicted = network(chunk)
            off = predicted - wanted
            sums[0] += off.square().sum(dtype=torch.float64)
            sums[1] += off.abs().sum(dtype=torch.float64)
            sums[2] += target.errors_deg(predicted, wanted).sum(dtype=torch.float64)
    squared, absolute, degrees = sums.tolist()
    return Evaluation(squared / targets.numel(), absolute / targets.numel(), degrees / len(targets))
