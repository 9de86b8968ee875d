"""Engines over a fresh store, training on the tiny data set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from engine_runs import MakeEngine

from rottui.core.data.dataset import Dataset
from rottui.engine.engine import Engine
from rottui.store.runs import RunStore


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """The curves that engines are compared with are made with their number of threads."""
    torch.set_num_threads(1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as store:
        yield store


@pytest.fixture
def arrays(tmp_path: Path, tiny_dataset: Dataset) -> Path:
    """The tiny data set as a file, for an engine in a process of its own."""
    path = tmp_path / "bars.npz"
    np.savez(
        path,
        train_images=tiny_dataset.train.images,
        train_angles=tiny_dataset.train.angles,
        test_images=tiny_dataset.test.images,
        test_angles=tiny_dataset.test.angles,
    )
    return path


@pytest.fixture
def make_engine(store: RunStore, tmp_path: Path, tiny_dataset: Dataset) -> Iterator[MakeEngine]:
    made: list[Engine] = []

    def make(**settings: Any) -> Engine:
        chosen = {"workers": 1, "threads": 1, "load": lambda data: tiny_dataset} | settings
        engine = Engine(store.folder, cache_dir=tmp_path / "cache", **chosen)
        made.append(engine)
        return engine

    yield make
    for engine in made:
        assert engine.stop(60)
