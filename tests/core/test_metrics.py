"""Evaluation in chunks against one batch, and errors in degrees by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rottui.core.config import NetworkConfig
from rottui.core.metrics import CHUNK, Metrics, axial_deg, evaluate, evaluation
from rottui.core.networks import build_network
from rottui.core.targets import AngleTarget, CircularTarget, ScalarTarget


@pytest.mark.parametrize("n", [1, CHUNK, CHUNK + 1, 3 * CHUNK - 7])
def test_chunks_give_the_numbers_of_one_batch(n: int) -> None:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(n, 1, 28, 28, generator=generator, dtype=torch.float64)
    wanted = torch.randn(n, 1, generator=generator, dtype=torch.float64)
    network = build_network(NetworkConfig(dense_hiddens=(9,)), seed=1, dtype=torch.float64)
    found = evaluate(network, images, wanted, ScalarTarget(180.0, 100.0))
    with torch.no_grad():
        off = network(images) - wanted
    assert found.loss == pytest.approx(off.square().mean().item(), rel=1e-12)
    assert found.mae == pytest.approx(off.abs().mean().item(), rel=1e-12)
    assert found.mae_deg == pytest.approx(100 * off.abs().mean().item(), rel=1e-12)


def test_metrics_know_when_they_are_not_finite() -> None:
    fine = Metrics(*[1.0] * 11)
    assert fine.finite
    assert not replace(fine, test_loss=float("nan")).finite
    assert not replace(fine, test_median_deg=float("inf")).finite


SCALAR = ScalarTarget(mean=180.0, std=100.0)
CIRCULAR = CircularTarget()


@pytest.mark.parametrize("target", [SCALAR, CIRCULAR], ids=["scalar", "circular"])
def test_errors_along_the_circle_by_hand(target: AngleTarget) -> None:
    predicted = target.encode(torch.tensor([10.0, 359.0, 0.0, 180.0, 90.0, 45.0]))
    wanted = target.encode(torch.tensor([12.0, 1.0, 136.0, 0.0, 90.0, 315.0]))
    found = evaluation(predicted, wanted, target)  # errors 2, 2, 136, 180, 0 and 90
    assert found.circular_mae_deg == pytest.approx(410 / 6, abs=1e-4)
    assert found.median_deg == pytest.approx((2 + 90) / 2, abs=1e-4)
    assert found.flips == pytest.approx(2 / 6)
    assert found.axial_mae_deg == pytest.approx((2 + 2 + 44 + 0 + 0 + 90) / 6, abs=1e-4)


def test_the_experiments_mae_of_the_scalar_target_goes_the_long_way_round() -> None:
    predicted = SCALAR.encode(torch.tensor([359.0, 100.0]))
    wanted = SCALAR.encode(torch.tensor([1.0, 90.0]))
    found = evaluation(predicted, wanted, SCALAR)
    assert found.mae_deg == pytest.approx((358 + 10) / 2, abs=1e-4)
    assert found.circular_mae_deg == pytest.approx((2 + 10) / 2, abs=1e-4)
    assert found.mae == pytest.approx(1.84, abs=1e-6)


def test_a_flip_is_an_error_above_135_degrees() -> None:
    wanted = CIRCULAR.encode(torch.zeros(2, dtype=torch.float64))
    predicted = CIRCULAR.encode(torch.tensor([134.9, 135.1], dtype=torch.float64))
    assert evaluation(predicted, wanted, CIRCULAR).flips == 0.5


def test_the_axial_error_forgets_which_way_is_up() -> None:
    errors = torch.tensor([0.0, 30.0, 90.0, 91.0, 150.0, 180.0])
    assert axial_deg(errors).tolist() == [0.0, 30.0, 90.0, 89.0, 30.0, 0.0]


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_the_median_is_the_middle_or_the_mean_of_the_middle_two(n: int) -> None:
    angles = torch.rand(n, dtype=torch.float64, generator=torch.Generator().manual_seed(n)) * 360
    wanted = torch.zeros(n, dtype=torch.float64)
    found = evaluation(CIRCULAR.encode(angles), CIRCULAR.encode(wanted), CIRCULAR).median_deg
    errors = np.minimum(angles.numpy(), 360 - angles.numpy())
    assert found == pytest.approx(np.median(errors), abs=1e-9)


def test_the_loss_is_the_one_that_was_trained() -> None:
    predicted = torch.tensor([[2.0, 0.0], [0.0, 3.0]])
    wanted = CIRCULAR.encode(torch.tensor([60.0, 90.0], dtype=torch.float64))
    assert evaluation(predicted, wanted, CIRCULAR, "cosine").loss == pytest.approx(0.25)
    mse = ((2 - 0.5) ** 2 + 0.75 + 0 + 4) / 4
    assert evaluation(predicted, wanted, CIRCULAR, "mse").loss == pytest.approx(mse)


def test_numbers_that_are_not_finite_are_not_hidden() -> None:
    wanted = CIRCULAR.encode(torch.zeros(3))
    predicted = torch.tensor([[1.0, 0.0], [float("nan"), 0.0], [0.0, 1.0]])
    found = evaluation(predicted, wanted, CIRCULAR)
    assert np.isnan([found.loss, found.mae_deg, found.circular_mae_deg, found.median_deg]).all()
    assert np.isnan(found.axial_mae_deg)
