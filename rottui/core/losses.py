"""What training minimises, as the mean over a batch and as the sum over a split."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from rottui.core.config import Loss

SHORTEST = 1e-8
"""Vectors shorter than this are taken to have this length where a length divides."""


def batch_loss(loss: Loss, predicted: Tensor, wanted: Tensor) -> Tensor:
    """The scalar that a step minimises, of outputs and targets ``(N, outputs)``.

    ``mse``: the mean over all numbers of ``(predicted - wanted)²``. ``cosine``: the mean over the
    batch of ``1 - u·v / |v|`` for unit targets u, which is ``1 - cos`` of the angular error.
    """
    if loss == "cosine":
        return _one_minus_cosine(predicted, wanted).mean()
    return (predicted - wanted).square().mean()


def split_loss(loss: Loss, predicted: Tensor, wanted: Tensor) -> float:
    """The same over a whole split, in the precision of its arguments."""
    return batch_loss(loss, predicted, wanted).item()


def _one_minus_cosine(predicted: Tensor, wanted: Tensor) -> Tensor:
    return 1 - F.cosine_similarity(predicted, wanted, dim=1, eps=SHORTEST)


def loss_gradient(loss: Loss, predicted: Tensor, wanted: Tensor) -> Tensor:
    """``d batch_loss / d predicted``, ``(N, outputs)``, without autograd.

    ``mse``: ``2 (predicted - wanted) / numel``. ``cosine``: ``((u·v) v / |v|² - u) / (|v| N)``.
    """
    if loss == "mse":
        return (predicted - wanted).mul_(2 / predicted.numel())
    length = torch.linalg.vector_norm(predicted, dim=1, keepdim=True).clamp_min(SHORTEST)
    along = (predicted * wanted).sum(1, keepdim=True) / length.square()
    return torch.addcmul(-wanted, along, predicted).div_(length * len(predicted))
