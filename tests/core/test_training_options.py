"""What the experiment has none of: the cosine loss, schedules, bf16; alone and interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.events import EpochDone, Event, Stopped
from rottui.core.metrics import Metrics
from rottui.core.schedules import lr_at
from rottui.core.training import Training

MLP = RunConfig().replaced({"network.dense_hiddens": [16, 8], "batch_size": 16, "epochs": 3})
NETWORKS = {
    "mlp": MLP,
    "cnn": MLP.replaced(
        {"network.type": "cnn", "network.n_channels": [3, 4, 5], "network.dense_hiddens": [8]}
    ),
}
OPTIONS: dict[str, Mapping[str, object]] = {
    "cosine schedule": {"schedule": "cosine"},
    "one cycle": {"schedule": "one-cycle", "shuffle": True},
    "cosine loss": {"target": "circular", "loss": "cosine"},
    "circular": {"target": "circular", "optimizer": "adamw", "weight_decay": 0.01},
    "bf16": {"precision": "bf16"},
    "float64": {"precision": "float64", "shuffle": True},
}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def metrics(events: list[Event]) -> list[Metrics]:
    return [event.metrics for event in events if isinstance(event, EpochDone)]


def numbers(events: list[Event]) -> list[tuple[float, ...]]:
    return [astuple(found) for found in metrics(events)]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("option", OPTIONS)
def test_a_run_stopped_anywhere_and_restored_gives_the_same_curve(
    network: str, option: str, tiny_dataset: Dataset
) -> None:
    config = NETWORKS[network].replaced(OPTIONS[option])
    whole = Training(config, tiny_dataset)
    wanted = numbers(list(whole.events()))
    for stop_after in (0, 1, 4, 6, 11):
        asked = iter(range(100))
        training = Training(config, tiny_dataset)
        events = list(training.events(lambda asked=asked, n=stop_after: next(asked) >= n))
        assert events[-1] == Stopped(stop_after // 4, stop_after)
        rest = Training.restore(config, tiny_dataset, training.checkpoint())
        assert numbers(events + list(rest.events())) == wanted
        for one, two in zip(rest.network.parameters(), whole.network.parameters(), strict=True):
            assert torch.equal(one, two)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("schedule", ["cosine", "one-cycle"])
def test_a_schedule_gives_each_step_its_rate(
    network: str, schedule: str, tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = NETWORKS[network].replaced({"schedule": schedule, "lr": 0.01})
    training = Training(config, tiny_dataset)
    rates = []
    step = training.learner.step

    def recorded(images: torch.Tensor, targets: torch.Tensor, lr: float) -> torch.Tensor:
        rates.append(lr)
        return step(images, targets, lr)

    monkeypatch.setattr(training.learner, "step", recorded)
    list(training.events())
    assert rates == [lr_at(config.schedule, 0.01, step, 12) for step in range(12)]


def test_a_network_learns_by_the_cosine_loss(tiny_dataset: Dataset) -> None:
    config = MLP.replaced({"target": "circular", "loss": "cosine", "lr": 3e-3, "epochs": 60})
    done = metrics(list(Training(config, tiny_dataset).events()))
    assert done[0].train_circular_mae_deg > 50
    assert done[-1].train_circular_mae_deg < 15
    assert done[-1].train_loss < 0.1 * done[0].train_loss


@pytest.mark.parametrize("network", NETWORKS)
def test_steps_of_the_cosine_loss_are_those_of_autograd(
    network: str, tiny_dataset: Dataset
) -> None:
    config = NETWORKS[network].replaced(
        {"target": "circular", "loss": "cosine", "precision": "float64", "lr": 0.01}
    )
    training, twin = Training(config, tiny_dataset), Training(config, tiny_dataset).network
    optimizer = torch.optim.Adam(twin.parameters(), lr=0.01)
    images, targets = training.train_tensors
    for part in (slice(0, 16), slice(16, 32)):
        found = training.learner.step(images[part], targets[part], 0.01)
        optimizer.zero_grad()
        wanted = 1 - F.cosine_similarity(twin(images[part]), targets[part]).mean()
        wanted.backward()
        optimizer.step()
        assert found.item() == pytest.approx(wanted.item(), rel=1e-10)
    for one, two in zip(training.network.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("network", NETWORKS)
def test_bf16_differs_from_float32_a_little_and_keeps_its_weights_whole(
    network: str, tiny_dataset: Dataset
) -> None:
    config = NETWORKS[network].replaced({"target": "circular", "lr": 3e-3, "epochs": 10})
    curves = {}
    for precision in ("float32", "bf16"):
        training = Training(config.replaced({"precision": precision}), tiny_dataset)
        curves[precision] = np.array([m.test_loss for m in metrics(list(training.events()))])
        assert {weight.dtype for weight in training.network.parameters()} == {torch.float32}
    assert not (curves["bf16"] == curves["float32"]).any()
    np.testing.assert_allclose(curves["bf16"][0], curves["float32"][0], rtol=0.02)
    np.testing.assert_allclose(curves["bf16"], curves["float32"], rtol=0, atol=0.02)
    assert curves["bf16"][-1] < 0.8 * curves["bf16"][0]
