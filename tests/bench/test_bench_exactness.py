"""The check that the benchmark compares equals: it passes for ours, and sees the smallest slip."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from rottui.bench import exactness
from rottui.bench.exactness import TOLERANCE, compare, largest_difference, step_losses
from rottui.bench.workload import Workload
from rottui.core.learner import AutogradLearner
from rottui.core.networks import build_network
from rottui.core.training import Training


def test_rottui_computes_what_the_notebook_computes(workload: Workload) -> None:
    found = compare(workload.config, workload.dataset)
    assert found.same
    assert found.largest < 1e-13
    assert (found.steps, found.train_images, found.test_images) == (8, 60, 30)


class OtherEpsilon(AutogradLearner):
    """Adam with epsilon 1.01e-8 instead of 1e-8."""

    def step(self, images: Tensor, targets: Tensor, lr: float) -> Tensor:
        for group in self._optimizer.param_groups:
            group["eps"] = 1.01e-8
        return super().step(images, targets, lr)


def test_a_slightly_wrong_epsilon_is_not_the_same_mathematics(
    workload: Workload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(training: Training) -> list[float]:
        config = training.config
        network = build_network(config.network, seed=config.seed, dtype=torch.float64)
        learner = OtherEpsilon(config, network, torch.device("cpu"))
        return step_losses(training, learner)

    monkeypatch.setattr(exactness, "step_losses", wrong)
    found = compare(workload.config, workload.dataset)
    assert not found.same
    assert TOLERANCE < found.largest < 1


def test_a_wrong_metric_of_a_training_is_seen(
    workload: Workload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rottui.core.training.TRAIN_PART", 59)
    assert not compare(workload.config, workload.dataset).same


def test_differences_are_relative_and_nan_or_a_missing_step_is_infinite() -> None:
    assert largest_difference([1.0, 2.0], [1.0, 2.0]) == 0
    assert largest_difference([100.0, 1.0], [101.0, 1.0]) == pytest.approx(1 / 101)
    assert largest_difference([0.0], [0.0]) == 0
    for found, wanted in (([math.nan], [1.0]), ([1.0], [1.0, 1.0]), ([1.0], [0.0])):
        assert largest_difference(found, wanted) == math.inf


def test_the_cnn_is_compared_on_fewer_images() -> None:
    assert exactness.IMAGES["cnn"] < exactness.IMAGES["mlp"]
