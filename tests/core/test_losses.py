"""Losses by hand, and their gradients against autograd."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from rottui.core.config import Loss
from rottui.core.losses import batch_loss, loss_gradient, split_loss
from rottui.core.targets import CircularTarget

CIRCULAR = CircularTarget()


def outputs(n: int, width: int, seed: int = 0) -> Tensor:
    """Vectors of all lengths from a thousandth to a thousand."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(n, width, generator=generator, dtype=torch.float64)
    lengths = 10 ** (6 * torch.rand(n, 1, generator=generator, dtype=torch.float64) - 3)
    return drawn * lengths


def targets(n: int, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return CIRCULAR.encode(torch.rand(n, generator=generator, dtype=torch.float64) * 360)


def test_the_mean_squared_error_is_over_every_number() -> None:
    predicted, wanted = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[0.0, 2.0], [1.0, 1]])
    assert batch_loss("mse", predicted, wanted).item() == pytest.approx((1 + 0 + 4 + 9) / 4)


@pytest.mark.parametrize("error", [0.0, 1.0, 60.0, 90.0, 135.0, 180.0, 270.0])
@pytest.mark.parametrize("length", [1e-3, 1.0, 40.0])
def test_the_cosine_loss_is_one_less_the_cosine_of_the_error(error: float, length: float) -> None:
    wanted = CIRCULAR.encode(torch.tensor([20.0], dtype=torch.float64))
    predicted = length * CIRCULAR.encode(torch.tensor([20.0 + error], dtype=torch.float64))
    found = batch_loss("cosine", predicted, wanted).item()
    assert found == pytest.approx(1 - math.cos(math.radians(error)), abs=1e-12)


def test_the_cosine_loss_is_the_mean_of_its_formula() -> None:
    predicted, wanted = outputs(50, 2), targets(50)
    each = [
        1 - (v[0] * u[0] + v[1] * u[1]) / math.hypot(*v)
        for v, u in zip(predicted.tolist(), wanted.tolist(), strict=True)
    ]
    assert split_loss("cosine", predicted, wanted) == pytest.approx(sum(each) / 50, rel=1e-12)


def test_a_vector_without_length_has_the_cosine_loss_of_a_right_angle() -> None:
    assert batch_loss("cosine", torch.zeros(3, 2), torch.eye(3, 2)).item() == 1.0


@pytest.mark.parametrize(("loss", "width"), [("mse", 1), ("mse", 2), ("cosine", 2)])
@pytest.mark.parametrize("n", [1, 7, 128])
def test_the_gradient_by_formula_is_that_of_autograd(loss: Loss, width: int, n: int) -> None:
    predicted = outputs(n, width).requires_grad_()
    wanted = targets(n)[:, :width]
    batch_loss(loss, predicted, wanted).backward()
    found = loss_gradient(loss, predicted.detach(), wanted)
    assert predicted.grad is not None
    torch.testing.assert_close(found, predicted.grad, rtol=1e-10, atol=1e-15)


def test_the_gradient_of_the_cosine_loss_only_turns_the_vector() -> None:
    predicted = outputs(20, 2)
    gradient = loss_gradient("cosine", predicted, targets(20))
    along = (gradient * predicted).sum(1) / predicted.norm(dim=1) / gradient.norm(dim=1)
    torch.testing.assert_close(along, torch.zeros_like(along), rtol=0, atol=1e-9)


@pytest.mark.parametrize("loss", ["mse", "cosine"])
def test_the_gradient_changes_neither_outputs_nor_targets(loss: Loss) -> None:
    predicted, wanted = outputs(5, 2), targets(5)
    before = predicted.clone(), wanted.clone()
    loss_gradient(loss, predicted, wanted)
    assert torch.equal(predicted, before[0])
    assert torch.equal(wanted, before[1])
