"""Recorded steps, with a recorder that plays a step back by doing it again; CUDA's where it is."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.graphs import GraphLearner, own_stream
from rottui.core.learner import AutogradLearner
from rottui.core.networks import build_network
from rottui.core.training import Training

CPU = torch.device("cpu")
CNN = RunConfig().replaced(
    {
        "precision": "float64",
        "network.type": "cnn",
        "network.n_channels": [3, 4, 5],
        "network.dense_hiddens": [8],
    }
)


LR = 2**-7
"""Exact in float32: PyTorch's recorded Adam reads its rate in that precision."""


def again(step: Callable[[], None]) -> Callable[[], None]:
    """Plays back on any device; as a graph does, it does nothing while recording."""
    return step


def pair(config: RunConfig) -> tuple[AutogradLearner, GraphLearner]:
    network = build_network(config.network, outputs=config.outputs, seed=3, dtype=torch.float64)
    return (
        AutogradLearner(config, copy.deepcopy(network), CPU),
        GraphLearner(config, network, CPU, record=again),
    )


def batch(n: int, seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(n, 1, 28, 28, generator=generator, dtype=torch.float64)
    return images, torch.randn(n, 1, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("changes", [{}, {"optimizer": "adamw", "weight_decay": 0.1}])
def test_recorded_steps_are_those_of_autograd_for_every_size_of_batch_and_rate(
    changes: dict[str, Any],
) -> None:
    plain, recorded = pair(CNN.replaced(changes))
    losses: list[tuple[float, Tensor]] = []
    for step, n in enumerate((16, 16, 5, 16, 5)):
        data, lr = batch(n, step), LR / 2**step
        losses.append((plain.step(*data, lr).item(), recorded.step(*data, lr)))
    for wanted, found in losses:  # read late: a loss that was given out is not overwritten
        assert found.item() == pytest.approx(wanted, rel=1e-12)
    torch.testing.assert_close(recorded.predict(data[0]), plain.predict(data[0]))


def test_warming_up_leaves_no_trace_in_weights_and_optimizer() -> None:
    _, recorded = pair(CNN)
    weights = copy.deepcopy(recorded.network.state_dict())
    recorded._recorded(*batch(8, 0))
    for name, value in recorded.network.state_dict().items():
        assert torch.equal(value, weights[name])
    for state in recorded.optimizer_state()["state"].values():
        assert all(not value.any() for value in state.values())


def test_checkpoints_go_from_the_plain_learner_to_the_recorded_one_and_back() -> None:
    plain, recorded = pair(CNN)
    for step in range(2):
        plain.step(*batch(8, step), LR)
    recorded.step(*batch(8, 9), LR)  # something to be overwritten, and a recording of it
    recorded.load(copy.deepcopy(plain.network.state_dict()), copy.deepcopy(plain.optimizer_state()))
    assert recorded.step(*batch(8, 5), LR).item() == plain.step(*batch(8, 5), LR).item()
    back, _ = pair(CNN)
    back.load(recorded.network.state_dict(), recorded.optimizer_state())
    assert back.step(*batch(8, 6), LR).item() == plain.step(*batch(8, 6), LR).item()


def test_other_devices_have_no_streams() -> None:
    with own_stream("cpu"):
        assert torch.ones(1).item() == 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_a_cuda_device_trains_what_the_cpu_trains(tiny_dataset: Dataset, precision: str) -> None:
    config = CNN.replaced({"precision": precision, "epochs": 3, "batch_size": 16})
    curves = {}
    for device in ("cpu", "cuda"):
        with own_stream(device):
            training = Training(config.replaced({"device": device}), tiny_dataset)
            curves[device] = [event.metrics.train_loss for event in training.events()]
    assert curves["cuda"] == pytest.approx(curves["cpu"], rel=0.05)
