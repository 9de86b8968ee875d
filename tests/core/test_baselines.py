"""What guesses score: by hand, and by really guessing."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from rottui.core.baselines import CHANCE, baselines, predict_the_mean
from rottui.core.metrics import axial_deg
from rottui.core.targets import CircularTarget, ScalarTarget, angle_target

TRAIN = torch.tensor([10.0, 20.0, 60.0, 350.0])
TEST = torch.tensor([0.0, 90.0, 180.0, 350.0])


def test_the_mean_of_the_scalar_target_by_hand() -> None:
    target = angle_target("scalar", TRAIN)
    assert isinstance(target, ScalarTarget)
    found = predict_the_mean(target.encode(TRAIN), target.encode(TEST), target)
    off = TEST.double().numpy() - 110  # the mean of the train angles
    assert found.mae_deg == pytest.approx(np.abs(off).mean(), rel=1e-5)
    assert found.mae == pytest.approx(np.abs(off).mean() / target.std, rel=1e-5)
    assert found.loss == pytest.approx((off**2).mean() / target.std**2, rel=1e-5)
    along = np.array([110, 20, 70, 120])
    assert found.circular_mae_deg == pytest.approx(along.mean(), rel=1e-5)
    assert found.median_deg == pytest.approx(90, rel=1e-5)
    assert found.flips == 0
    assert found.axial_mae_deg == pytest.approx((70 + 20 + 70 + 60) / 4, rel=1e-5)


def test_the_mean_of_the_circular_target_by_hand() -> None:
    target = CircularTarget()
    found = predict_the_mean(target.encode(TRAIN), target.encode(TEST), target)
    radians = np.radians(TRAIN.double().numpy())
    x, y = np.cos(radians).mean(), np.sin(radians).mean()
    truth = np.radians(TEST.double().numpy())
    squares = (np.cos(truth) - x) ** 2 + (np.sin(truth) - y) ** 2
    assert found.loss == pytest.approx(squares.mean() / 2, rel=1e-5)
    middle = math.degrees(math.atan2(y, x))
    off = np.abs((np.degrees(truth) - middle + 180) % 360 - 180)
    assert found.circular_mae_deg == pytest.approx(off.mean(), rel=1e-5)
    assert found.mae_deg == found.circular_mae_deg
    assert found.median_deg == pytest.approx(np.median(off), rel=1e-5)
    assert found.flips == pytest.approx((off > 135).mean())


def test_no_constant_output_has_a_lower_squared_error_on_the_train_split() -> None:
    target = CircularTarget()
    train = target.encode(TRAIN.double())
    best = predict_the_mean(train, train, target).loss
    for offset in ([1e-3, 0.0], [0.0, -1e-3], [-2e-3, 1e-3]):
        other = train.mean(0) + torch.tensor(offset)
        assert (other - train).square().mean().item() > best


def test_the_cosine_loss_of_the_mean_is_that_of_its_direction() -> None:
    target = CircularTarget()
    train, test = target.encode(TRAIN), target.encode(TEST)
    found = predict_the_mean(train, test, target, "cosine").loss
    direction = math.degrees(math.atan2(train[:, 1].sum(), train[:, 0].sum()))
    wanted = np.mean([1 - math.cos(math.radians(angle - direction)) for angle in TEST.tolist()])
    assert found == pytest.approx(wanted, rel=1e-5)


def test_chance_is_what_many_guesses_score_on_any_angles() -> None:
    generator = torch.Generator().manual_seed(0)
    guessed = torch.rand(200_000, generator=generator, dtype=torch.float64) * 360
    for truth in (torch.full_like(guessed, 33.0), torch.arange(200_000.0) % 360):
        errors = ((guessed - truth + 180) % 360 - 180).abs()
        assert errors.mean().item() == pytest.approx(CHANCE["circular_mae_deg"], abs=0.5)
        assert errors.median().item() == pytest.approx(CHANCE["median_deg"], abs=0.5)
        assert (errors > 135).double().mean().item() == pytest.approx(CHANCE["flips"], abs=0.005)
        assert axial_deg(errors).mean().item() == pytest.approx(CHANCE["axial_mae_deg"], abs=0.5)


def test_angles_from_all_around_make_the_mean_no_better_than_chance() -> None:
    angles = torch.arange(360.0)
    for name, loss in (("scalar", 1.0), ("circular", 0.5)):
        target = angle_target(name, angles)  # type: ignore[arg-type]
        targets = target.encode(angles)
        found = baselines(targets, targets, target)
        assert list(found) == ["mean", "chance"]
        assert found["mean"]["test_loss"] == pytest.approx(loss, rel=0.01)
        for metric in ("circular_mae_deg", "median_deg", "flips", "axial_mae_deg"):
            mean, chance = (found[guess][f"test_{metric}"] for guess in ("mean", "chance"))
            assert mean == pytest.approx(chance, rel=0.02)
        assert "test_loss" not in found["chance"]
