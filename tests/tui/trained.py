"""A store with one run that was trained on a few built-in garments, checkpoints and all."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import torch

from rottui.core.config import RunConfig
from rottui.core.data import load_dataset
from rottui.core.training import EpochDone, Training
from rottui.store.records import EpochRow, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

TINY: dict[str, Any] = {
    "data": {"source": "garments", "train_size": 40, "test_size": 20},
    "network": {"type": "mlp", "dense_hiddens": [8]},
    "epochs": 3,
}
"""A run that is trained at once."""


def put_trained_run(
    store: RunStore, cache: Any, *, best_at: int | None = None, **changes: Any
) -> int:
    """Train, store what was measured with made-up times, and return the run's id.

    The state after epoch ``best_at`` is kept as the best one, whatever its loss.
    """
    config = RunConfig.from_dict(
        {
            "data": {"source": "garments", "train_size": 600, "test_size": 200},
            "network": {"type": "mlp", "dense_hiddens": [64]},
            "target": "circular",
            "lr": 3e-3,
            "batch_size": 64,
            "epochs": 12,
            **changes,
        }
    )
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so that sums are added in the same order everywhere
    try:
        training = Training(config, load_dataset(config.data, cache))
        events = []
        best: list[tuple[int, int, bytes]] = []
        for event in training.events():
            if isinstance(event, EpochDone):
                events.append(event)
                if event.epoch == best_at:
                    best.append((training.epoch, training.step, training.checkpoint()))
    finally:
        torch.set_num_threads(threads)
    (row,) = store.add_runs([NewRun("garments mlp", config.to_dict(), config.epochs)])
    claim = store.claim("a-worker", threads=1)
    assert claim is not None
    for done in events:
        store.commit_epoch(
            claim,
            EpochRow(
                epoch=done.epoch, step=done.step, **asdict(done.metrics), seconds=0.1, at=1.0,
                finite=done.metrics.finite,
            ),
        )  # fmt: skip
    last = training.epoch, training.step, training.checkpoint()
    kept = [store.write_checkpoint(claim, "best", *state) for state in best]
    kept.append(store.write_checkpoint(claim, "last", *last))
    store.finish(claim, State.DONE, checkpoints=kept)
    return row.id
