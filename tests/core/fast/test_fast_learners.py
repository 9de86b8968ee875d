"""The compiled learners against autograd, step by step, in float64."""

from __future__ import annotations

import copy
import sys
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rottui.core import fast, shapes
from rottui.core.config import RunConfig
from rottui.core.fast import fast_learner
from rottui.core.learner import AutogradLearner, Learner
from rottui.core.networks import build_network

CPU = torch.device("cpu")
MLP = RunConfig().replaced({"precision": "float64", "network.dense_hiddens": [12, 8]})
CNN = RunConfig().replaced(
    {
        "precision": "float64",
        "network.type": "cnn",
        "network.n_channels": [3, 4, 5],
        "network.dense_hiddens": [8],
    }
)


def pair(config: RunConfig, threads: int = 1) -> tuple[Learner, Learner]:
    """(plain, compiled) learners that start from the same weights."""
    dtype = torch.float64 if config.precision == "float64" else torch.float32
    network = build_network(config.network, outputs=config.outputs, seed=3, dtype=dtype)
    compiled = fast_learner(config, copy.deepcopy(network), CPU, threads)
    assert compiled is not None
    assert compiled.name == "compiled"
    return AutogradLearner(config, network, CPU), compiled


def batch(config: RunConfig, n: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Images with flat backgrounds, where pooled numbers are equal, and targets."""
    rng = np.random.default_rng(seed)
    images = np.full((n, 1, 28, 28), -1.0)
    images[:, :, 6:22, 9:19] = rng.uniform(-1, 1, (n, 1, 16, 10))
    angles = rng.uniform(0, 2 * np.pi, n)
    targets = np.stack([np.cos(angles), np.sin(angles)], 1)[:, : config.outputs]
    dtype = torch.float64 if config.precision == "float64" else torch.float32
    return torch.tensor(images, dtype=dtype), torch.tensor(targets, dtype=dtype)


def assert_same_steps(config: RunConfig, threads: int = 1, n: int = 40, steps: int = 4) -> None:
    plain, compiled = pair(config, threads)
    for step in range(steps):
        images, targets = batch(config, n if step < steps - 1 else 5, seed=step)
        lr = 1e-2 / (step + 1)
        wanted = plain.step(images, targets, lr).item()
        assert compiled.step(images, targets, lr).item() == pytest.approx(wanted, rel=1e-10)
    images, _ = batch(config, 70, seed=99)
    torch.testing.assert_close(
        compiled.predict(images), plain.predict(images), rtol=1e-8, atol=1e-10
    )
    for one, two in zip(compiled.network.parameters(), plain.network.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize(
    "loss", [{}, {"target": "circular"}, {"target": "circular", "loss": "cosine"}]
)
@pytest.mark.parametrize("config", [MLP, CNN], ids=["mlp", "cnn"])
def test_every_step_is_that_of_autograd(
    config: RunConfig, loss: dict[str, Any], activation: str
) -> None:
    assert_same_steps(config.replaced({"network.activation": activation, **loss}))


@given(
    channels=st.lists(st.integers(1, 6), min_size=2, max_size=4),
    kernels=st.lists(st.integers(1, 6), min_size=4, max_size=4),
    strides=st.lists(st.integers(1, 3), min_size=4, max_size=4),
    threads=st.integers(1, 3),
)
@settings(max_examples=8, deadline=None)
def test_every_layout_of_convolutions_is_that_of_autograd(
    channels: list[int], kernels: list[int], strides: list[int], threads: int
) -> None:
    count = len(channels)
    if isinstance(shapes.feature_maps(channels, kernels[:count], strides[:count]), shapes.Misfit):
        return
    config = CNN.replaced(
        {
            "network.n_channels": channels,
            "network.kernel_sizes": kernels[:count],
            "network.strides": strides[:count],
        }
    )
    assert_same_steps(config, threads, n=18, steps=2)


@pytest.mark.parametrize(
    "options",
    [
        {"optimizer": "adamw", "weight_decay": 0.1},
        {"optimizer": "adam", "weight_decay": 0.1},
        {"optimizer": "sgd", "momentum": 0.9, "weight_decay": 0.01},
        {"optimizer": "rmsprop"},
        {"optimizer": "nadam"},
        {"optimizer": "rprop"},
        {"optimizer": "asgd"},
    ],
    ids=lambda options: str(options["optimizer"]),
)
@pytest.mark.parametrize("config", [MLP, CNN], ids=["mlp", "cnn"])
def test_one_vector_is_as_good_as_many_tensors_for_every_optimizer(
    config: RunConfig, options: dict[str, Any]
) -> None:
    assert_same_steps(config.replaced(options))


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "asgd"])
@pytest.mark.parametrize("config", [MLP, CNN], ids=["mlp", "cnn"])
@pytest.mark.parametrize("to_compiled", [True, False])
def test_a_checkpoint_of_one_learner_is_gone_on_with_by_the_other(
    config: RunConfig, optimizer: str, to_compiled: bool
) -> None:
    config = config.replaced({"optimizer": optimizer})
    before = pair(config)[0 if to_compiled else 1]
    after = pair(config)[1 if to_compiled else 0]
    images, targets = batch(config, 30)
    for _ in range(3):
        before.step(images, targets, 1e-2)
    state = copy.deepcopy(before.network.state_dict()), copy.deepcopy(before.optimizer_state())
    after.load(*state)
    for _ in range(2):
        wanted = before.step(images, targets, 1e-2).item()
        assert after.step(images, targets, 1e-2).item() == pytest.approx(wanted, rel=1e-10)


def test_a_learner_that_took_no_step_has_the_state_of_a_new_optimizer() -> None:
    plain, compiled = pair(MLP)
    assert compiled.optimizer_state() == plain.optimizer_state()


@pytest.mark.parametrize("threads", [2, 3])
def test_parts_of_a_batch_add_up_to_the_whole(threads: int) -> None:
    assert_same_steps(CNN, threads)


def test_the_same_steps_give_the_same_bits_whatever_runs_beside_them() -> None:
    config = CNN.replaced({"precision": "float32"})
    images, targets = batch(config, 150)
    runs = []
    for _ in range(2):
        _, learner = pair(config, threads=2)
        runs.append([learner.step(images, targets, 1e-2).item() for _ in range(6)])
    assert runs[0] == runs[1]


def test_the_bits_of_a_cnn_do_not_depend_on_its_threads() -> None:
    config = CNN.replaced({"precision": "float32", "batch_size": 150})
    images, targets = batch(config, 150)
    plans = {"one": [1] * 6, "two": [2] * 6, "more and fewer": [1, 3, 2, 2, 1, 4]}
    curves = {}
    for name, plan in plans.items():
        _, learner = pair(config)
        curves[name] = []
        for threads in plan:
            learner.use_threads(threads)
            curves[name].append(learner.step(images, targets, 1e-2).item())
            curves[name] += learner.predict(images[:130]).flatten().tolist()
    assert curves["one"] == curves["two"] == curves["more and fewer"]


def test_moments_that_have_faded_away_become_zero_and_the_weights_stay() -> None:
    config = MLP.replaced({"precision": "float32"})
    plain, compiled = pair(config)
    images, targets = batch(config, 20)
    images[:, :, 8:12] = 0  # these pixels' weights get no gradient any more
    for learner in (plain, compiled):
        learner.step(*batch(config, 20), 1e-2)
        for _ in range(1023):
            learner.step(images, targets, 1e-6)
    smallest = torch.finfo(torch.float32).smallest_normal

    def faded(learner: Learner) -> int:
        state = learner.optimizer_state()["state"][0]["exp_avg"]
        return int(((state != 0) & (state.abs() < smallest)).sum())

    assert faded(plain) > 0
    assert faded(compiled) == 0
    weights = [next(iter(learner.network.parameters())) for learner in (plain, compiled)]
    torch.testing.assert_close(*weights, rtol=1e-3, atol=1e-5)


def test_the_callers_thread_count_is_left_as_it_was() -> None:
    _, learner = pair(CNN, threads=2)
    torch.set_num_threads(2)
    learner.step(*batch(CNN, 40), 1e-2)
    learner.predict(batch(CNN, 40)[0])
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)


def test_a_loss_that_is_not_finite_is_said_so() -> None:
    for config in (MLP, CNN):
        _, learner = pair(config)
        images, targets = batch(config, 20)
        learner.step(images, targets, float("inf"))
        assert not np.isfinite(learner.step(images, targets, 1.0).item())


@pytest.mark.parametrize(
    "changes",
    [
        {"precision": "bf16"},
        {"network.n_channels": [3], "network.kernel_sizes": [3], "network.strides": [1]},
    ],
    ids=["mixed precision", "one convolution"],
)
def test_what_is_not_compiled_is_left_to_autograd(changes: dict[str, Any]) -> None:
    config = CNN.replaced(changes)
    network = build_network(config.network, seed=1)
    assert fast_learner(config, network, CPU, 1) is None


def test_without_numba_training_takes_the_plain_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    fast._can_compile.cache_clear()
    assert fast_learner(MLP, build_network(MLP.network, seed=1), CPU, 1) is None
    fast._can_compile.cache_clear()
