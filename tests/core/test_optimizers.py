"""Each optimizer is PyTorch's own of that name, with the config's settings, and resumes exactly."""

from __future__ import annotations

from dataclasses import astuple
from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from rottui.core.config import MOMENTUM, Optimizer, RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.events import EpochDone, Stopped
from rottui.core.optimizers import make_optimizer
from rottui.core.training import Training

NAMES = get_args(Optimizer)
PYTORCHS = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "radam": torch.optim.RAdam,
    "adamax": torch.optim.Adamax,
    "adagrad": torch.optim.Adagrad,
    "adadelta": torch.optim.Adadelta,
    "rmsprop": torch.optim.RMSprop,
    "sgd": torch.optim.SGD,
    "asgd": torch.optim.ASGD,
    "rprop": torch.optim.Rprop,
}
TINY = RunConfig().replaced({"network.dense_hiddens": [8], "batch_size": 16, "epochs": 3})
LEARNS_AT = {"adadelta": 1.0, "sgd": 0.05, "asgd": 0.05, "adagrad": 0.03}
"""Rates at which they are quick on the tiny data set, where 3e-3 is not one."""


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


SETTINGS: list[tuple[str, dict[str, float]]] = [
    *((name, {}) for name in NAMES),
    *((name, {"weight_decay": 0.1}) for name in NAMES if name != "rprop"),
    *((name, {"momentum": 0.9, "weight_decay": 0.01}) for name in sorted(MOMENTUM)),
]


def one_weight() -> nn.Parameter:
    return nn.Parameter(torch.linspace(-1, 1, 12, dtype=torch.float64).reshape(3, 4))


def steps(optimizer: torch.optim.Optimizer, weight: nn.Parameter, count: int) -> Tensor:
    """The weight after so many steps down a bowl that is steeper one way than the other."""
    slopes = torch.arange(1.0, 13.0, dtype=torch.float64).reshape(3, 4)
    for _ in range(count):
        weight.grad = slopes * (weight.detach() - 0.3)
        optimizer.step()
    return weight.detach()


@pytest.mark.parametrize(("name", "options"), SETTINGS)
@pytest.mark.parametrize("count", [1, 5])
def test_steps_are_those_of_pytorchs_optimizer_made_by_hand(
    name: str, options: dict[str, float], count: int
) -> None:
    config = RunConfig().replaced({"optimizer": name, "lr": 0.02, **options})
    ours, theirs = one_weight(), one_weight()
    found = steps(make_optimizer(config, [ours]), ours, count)
    wanted = steps(PYTORCHS[name]([theirs], lr=0.02, **options), theirs, count)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-14)
    assert not torch.equal(found, one_weight())


def test_a_step_with_momentum_and_weight_decay_by_hand() -> None:
    config = RunConfig().replaced(
        {"optimizer": "sgd", "lr": 0.1, "momentum": 0.5, "weight_decay": 0.2}
    )
    weight = nn.Parameter(torch.tensor([2.0], dtype=torch.float64))
    optimizer = make_optimizer(config, [weight])
    velocity, wanted = 0.0, 2.0
    for gradient in (1.0, -3.0, 0.25):
        velocity = 0.5 * velocity + gradient + 0.2 * wanted
        wanted -= 0.1 * velocity
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        assert weight.item() == pytest.approx(wanted, rel=1e-12)


def test_adamw_shrinks_the_weights_apart_from_the_step_and_adam_within_it() -> None:
    shrunk = {}
    for name in ("adam", "adamw"):
        config = RunConfig().replaced({"optimizer": name, "lr": 0.1, "weight_decay": 0.5})
        weight = nn.Parameter(torch.tensor([2.0], dtype=torch.float64))
        weight.grad = torch.zeros(1, dtype=torch.float64)
        make_optimizer(config, [weight]).step()
        shrunk[name] = weight.item()
    assert shrunk["adamw"] == pytest.approx(2 * (1 - 0.1 * 0.5))
    assert shrunk["adam"] == pytest.approx(2 - 0.1, rel=1e-6)  # decay is all of the gradient


@pytest.mark.parametrize("network", ["mlp", "cnn"])
@pytest.mark.parametrize(("name", "options"), SETTINGS)
def test_a_step_of_a_training_is_one_of_autograd_and_pytorchs_optimizer(
    name: str, options: dict[str, float], network: str, tiny_dataset: Dataset
) -> None:
    config = TINY.replaced(
        {
            "network.type": network,
            "network.n_channels": [3, 4, 5],
            "precision": "float64",
            "optimizer": name,
            "lr": 0.01,
            **options,
        }
    )
    training, twin = Training(config, tiny_dataset), Training(config, tiny_dataset).network
    optimizer = PYTORCHS[name](twin.parameters(), lr=0.01, **options)
    images, targets = training.train_tensors
    for part in (slice(0, 16), slice(16, 32)):
        found = training.learner.step(images[part], targets[part], 0.01)
        optimizer.zero_grad()
        wanted = (twin(images[part]) - targets[part]).square().mean()
        wanted.backward()
        optimizer.step()
        assert found.item() == pytest.approx(wanted.item(), rel=1e-10)
    for one, two in zip(training.network.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_every_optimizer_trains(name: str, tiny_dataset: Dataset) -> None:
    rate = LEARNS_AT.get(name, 3e-3)
    config = TINY.replaced({"optimizer": name, "lr": rate, "epochs": 25, "target": "circular"})
    done = [e for e in Training(config, tiny_dataset).events() if isinstance(e, EpochDone)]
    assert done[-1].metrics.train_loss < 0.75 * done[0].metrics.train_loss


@pytest.mark.parametrize(("name", "options"), SETTINGS)
def test_every_optimizer_resumes_to_the_same_bits(
    name: str, options: dict[str, float], tiny_dataset: Dataset
) -> None:
    config = TINY.replaced({"optimizer": name, "schedule": "one-cycle", **options})
    whole = Training(config, tiny_dataset)
    wanted = [astuple(e.metrics) for e in whole.events() if isinstance(e, EpochDone)]
    asked = iter(range(100))
    first = Training(config, tiny_dataset)
    events = list(first.events(lambda: next(asked) >= 6))  # in the middle of the second epoch
    assert events[-1] == Stopped(1, 6)
    rest = Training.restore(config, tiny_dataset, first.checkpoint())
    events += list(rest.events())
    assert [astuple(e.metrics) for e in events if isinstance(e, EpochDone)] == wanted
    for one, two in zip(rest.network.parameters(), whole.network.parameters(), strict=True):
        assert torch.equal(one, two)
