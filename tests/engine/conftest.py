"""Engines over a fresh store, training on the tiny data set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
