"""Networks against the experiment's own construction."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rottui.core.config import NetworkConfig
from rottui.core.networks import build_network


def seed_mlp(activation: nn.Module) -> nn.Sequential:
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 128),
        activation,
        nn.Linear(128, 64),
        activation,
        nn.Linear(64, 1),
    )


def seed_cnn(activation: nn.Module) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3),
        activation,
        nn.MaxPool2d(kernel_size=2),
        nn.Conv2d(16, 32, 3),
        activation,
        nn.MaxPool2d(kernel_size=2),
        nn.Conv2d(32, 45, 3),
        nn.AdaptiveMaxPool2d((4, 4)),
        nn.Flatten(),
        nn.Linear(4 * 4 * 45, 128),
        activation,
        nn.Linear(128, 1),
    )


CONFIGS = {
    "mlp": NetworkConfig(type="mlp", dense_hiddens=(128, 64)),
    "cnn": NetworkConfig(type="cnn", n_channels=(16, 32, 45), dense_hiddens=(128,)),
}
ACTIVATIONS = {"relu": nn.ReLU(), "tanh": nn.Tanh(), "sigmoid": nn.Sigmoid()}


@pytest.mark.parametrize("network", ["mlp", "cnn"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_a_network_is_the_experiments_for_the_same_seed(network: str, activation: str) -> None:
    config = CONFIGS[network].model_copy(update={"activation": activation})
    ours = build_network(config, seed=197331)
    with torch.random.fork_rng():
        torch.manual_seed(197331)
        theirs = {"mlp": seed_mlp, "cnn": seed_cnn}[network](ACTIVATIONS[activation])
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(mine, other)
    images = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    assert torch.equal(ours(images), theirs(images))


def test_building_a_network_neither_reads_nor_moves_the_global_generator() -> None:
    torch.manual_seed(1)
    first = build_network(CONFIGS["cnn"], seed=5)
    after = torch.get_rng_state()
    torch.manual_seed(1)
    assert torch.equal(torch.get_rng_state(), after)
    torch.manual_seed(2)
    second = build_network(CONFIGS["cnn"], seed=5)
    for one, two in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, two)


def test_both_precisions_start_from_the_same_weights() -> None:
    single = build_network(CONFIGS["mlp"], seed=5)
    double = build_network(CONFIGS["mlp"], seed=5, dtype=torch.float64)
    for one, two in zip(single.parameters(), double.parameters(), strict=True):
        assert torch.equal(one, two.float())


def test_the_circular_target_has_two_outputs() -> None:
    network = build_network(CONFIGS["cnn"], outputs=2, seed=0)
    assert network(torch.zeros(3, 1, 28, 28)).shape == (3, 2)
