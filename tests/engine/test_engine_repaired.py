"""A run whose row was lost goes on, after a repair, from its checkpoint to the same bits."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing

import pytest
from engine_runs import MLP, MakeEngine, add, alone, before_batch, kinds, stored

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.engine.checkpointed import run_in
from rottui.errors import ConfigError, StoreError
from rottui.store.connection import FILE
from rottui.store.remaking import NO_CONFIG
from rottui.store.repair import repair
from rottui.store.runs import RunStore
from rottui.store.states import State


def test_a_run_whose_row_was_lost_is_made_again_and_trained_on_to_the_same_bits(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = MLP.replaced({"shuffle": True, "seed": 5})
    before_batch(6, lambda own, claim: own.pause([claim.run.id]), monkeypatch)
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert engine.stop(60)
    store.close()
    path = store.folder / FILE
    with closing(sqlite3.connect(path)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(random.Random(1).randbytes(size))
        os.fsync(file.fileno())
    with pytest.raises(StoreError, match="is damaged"):
        RunStore.open(store.folder)
    repaired = repair(store.folder, run_in)
    assert repaired.lost == ["runs: 1 row could not be read: 1"]
    with RunStore.open(store.folder) as rows:
        found = rows.run(run.id)
        assert (found.state, found.uid) == (State.PAUSED, run.uid)
        assert (found.name, found.config) == (run.name, run.config)
        rows.resume([run.id])
        engine = make_engine()
        engine.start()
        assert engine.wait_idle(60)
        assert kinds(rows, run)[-5:] == ["repaired", "queued", "claimed", "resumed", "done"]
        assert stored(rows, run) == alone(config, tiny_dataset)


def test_nothing_is_trained_in_the_name_of_a_run_whose_config_is_lost() -> None:
    with pytest.raises(ConfigError, match="lost: there is no such"):
        RunConfig.from_dict(NO_CONFIG)
