"""Small runs for the engine's tests, and what their curves must be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import astuple
from typing import Any, Protocol

import pytest

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.events import EpochDone
from rottui.core.training import Training
from rottui.engine.engine import Engine
from rottui.store.records import Claim, EpochRow, NewRun, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import Wish

BATCHES = 4
"""Batches an epoch: 60 images by 16."""

MLP = RunConfig().replaced({"network.dense_hiddens": [16, 8], "batch_size": 16, "epochs": 3})
CNN = MLP.replaced(
    {"network.type": "cnn", "network.n_channels": [3, 4, 5], "network.dense_hiddens": [8]}
)
NETWORKS = {"mlp": MLP, "cnn": CNN}

Curve = list[tuple[float, ...]]


class MakeEngine(Protocol):
    """Makes an engine over the test's store."""

    def __call__(self, **settings: Any) -> Engine: ...


def add(store: RunStore, *configs: RunConfig) -> list[RunRow]:
    return store.add_runs(
        [NewRun(config.default_name, config.to_dict(), config.epochs) for config in configs]
    )


def alone(config: RunConfig, dataset: Dataset) -> Curve:
    """The curve of a training without store, engine or interruption."""
    return [
        (event.epoch, event.step, *astuple(event.metrics))
        for event in Training(config, dataset).events()
        if isinstance(event, EpochDone)
    ]


def stored(store: RunStore, run: RunRow) -> Curve:
    """The curve that the store has."""
    return [numbers(row) for row in store.epochs(run.id)]


def numbers(row: EpochRow) -> tuple[float, ...]:
    return (
        row.epoch,
        row.step,
        row.train_loss,
        row.test_loss,
        row.train_mae,
        row.test_mae,
        row.train_mae_deg,
        row.test_mae_deg,
        row.train_circular_mae_deg,
        row.test_circular_mae_deg,
        row.test_median_deg,
        row.test_flips,
        row.test_axial_mae_deg,
    )


def until(fact: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.002)


def kinds(store: RunStore, run: RunRow) -> list[str]:
    return [event.kind for event in store.events(run.id)]


def details(store: RunStore, run: RunRow, kind: str) -> list[str]:
    return [event.detail for event in store.events(run.id) if event.kind == kind]


def before_batch(
    n: int, act: Callable[[RunStore, Claim], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Act once, when the ``n``-th batch (from 0) of the engine's life is about to be trained."""
    batches = iter(range(1_000_000))
    look = RunStore.wish_of

    def wish_of(self: RunStore, claim: Claim) -> Wish | None:
        if next(batches) == n:
            act(self, claim)
        return look(self, claim)

    monkeypatch.setattr("rottui.engine.worker.WISH_SECONDS", 0.0)
    monkeypatch.setattr(RunStore, "wish_of", wish_of)
