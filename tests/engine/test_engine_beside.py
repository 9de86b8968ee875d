"""Runs beside each other: not a bit of a curve shows what else was in training."""

from __future__ import annotations

import numpy as np
import pytest
from engine_runs import NETWORKS, MakeEngine, add, alone, stored

from rottui.core.data.dataset import Dataset, Split
from rottui.core.fast.parts import BLOCK
from rottui.core.training import Training
from rottui.store.runs import RunStore
from rottui.store.states import State


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Enough images that a batch has two parts, and its last one fewer."""

    def split(seed: int, n: int) -> Split:
        rng = np.random.default_rng(seed)
        images = rng.integers(0, 256, (n, 1, 28, 28), dtype=np.uint8)
        return Split(images, rng.integers(0, 360, n).astype(np.float32))

    return Dataset(split(1, 3 * BLOCK), split(2, 50), source="noise", fingerprint="noise-1")


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("shuffle", [False, True], ids=["in order", "shuffled"])
def test_runs_in_training_at_once_have_the_curves_they_have_alone(
    network: str, shuffle: bool, store: RunStore, make_engine: MakeEngine, dataset: Dataset
) -> None:
    base = NETWORKS[network].replaced({"shuffle": shuffle, "batch_size": BLOCK + 40, "epochs": 6})
    configs = [base.replaced({"lr": lr, "seed": seed}) for lr in (1e-3, 1e-2) for seed in (1, 2)]
    runs = add(store, *configs)
    engine = make_engine(workers=3, load=lambda _: dataset)
    engine.start()
    assert engine.wait_idle(120)
    for run, config in zip(runs, configs, strict=True):
        assert store.run(run.id).state is State.DONE, store.run(run.id).error
        assert stored(store, run) == alone(config, dataset)


def test_a_cnn_takes_up_the_cores_of_idle_workers_and_keeps_its_curve(
    store: RunStore, make_engine: MakeEngine, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[int] = []
    plain = Training.use_threads

    def use_threads(self: Training, threads: int) -> None:
        used.append(threads)
        plain(self, threads)

    monkeypatch.setattr(Training, "use_threads", use_threads)
    config = NETWORKS["cnn"].replaced({"batch_size": 2 * BLOCK})
    (run,) = add(store, config)
    engine = make_engine(workers=2, load=lambda _: dataset)
    engine.start()
    assert engine.wait_idle(120)
    assert store.run(run.id).threads == 1
    assert set(used) == {2}
    assert stored(store, run) == alone(config, dataset)
