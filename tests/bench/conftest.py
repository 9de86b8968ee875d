"""Small workloads on the tiny data set, so that a whole benchmark takes a second."""

from __future__ import annotations

import pytest

from rottui.bench.workload import Workload
from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset

SMALL_MLP = RunConfig().replaced(
    {"network.dense_hiddens": [16, 8], "batch_size": 16, "epochs": 2, "lr": 1e-3}
)
SMALL_CNN = SMALL_MLP.replaced(
    {"network.type": "cnn", "network.n_channels": [3, 4, 5], "network.dense_hiddens": [8]}
)


@pytest.fixture(autouse=True)
def quick_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rottui.bench.peaks.SIZES", (32, 64))
    monkeypatch.setattr("rottui.bench.peaks.BURST_SECONDS", 0.0)


@pytest.fixture(params=[SMALL_MLP, SMALL_CNN], ids=["mlp", "cnn"])
def workload(request: pytest.FixtureRequest, tiny_dataset: Dataset) -> Workload:
    return Workload.of(request.param, tiny_dataset, repeats=2, threads=1)
