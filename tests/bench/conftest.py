"""Small workloads on a few built-in garments, so that a whole benchmark takes seconds."""

from __future__ import annotations

import pytest

from rottui.bench.workload import Workload
from rottui.core.config import DataConfig, RunConfig
from rottui.core.data import load_dataset
from rottui.locations import cache_dir

GARMENTS = DataConfig(source="garments", train_size=60, test_size=30)
SMALL_MLP = RunConfig(data=GARMENTS, batch_size=16, epochs=2).replaced(
    {"network.dense_hiddens": [16, 8]}
)
SMALL_CNN = SMALL_MLP.replaced(
    {"network.type": "cnn", "network.n_channels": [3, 4, 5], "network.dense_hiddens": [8]}
)


@pytest.fixture(autouse=True)
def quick_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rottui.bench.peaks.SIZES", (32, 64))
    monkeypatch.setattr("rottui.bench.peaks.BURST_SECONDS", 0.0)


@pytest.fixture(params=[SMALL_MLP, SMALL_CNN], ids=["mlp", "cnn"])
def workload(request: pytest.FixtureRequest) -> Workload:
    config: RunConfig = request.param
    return Workload.of(config, load_dataset(config.data, cache_dir()), repeats=2, threads=1)
