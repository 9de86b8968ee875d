"""What goes wrong: each run fails or goes on by itself, and the worker with the next one."""

from __future__ import annotations

import logging
import math
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from engine_runs import (
    BATCHES,
    CNN,
    MLP,
    MakeEngine,
    add,
    alone,
    before_batch,
    details,
    kinds,
    stored,
    until,
)

from rottui.core.config import DataConfig
from rottui.core.data.dataset import Dataset
from rottui.core.training import Training
from rottui.engine import engine as engine_module
from rottui.engine import troubles, worker
from rottui.errors import DataError
from rottui.store import connection
from rottui.store.connection import FILE
from rottui.store.records import Claim
from rottui.store.runs import RunStore
from rottui.store.states import State


def pause(store: RunStore, claim: Claim) -> None:
    store.pause([claim.run.id])


# --- the run is at fault --------------------------------------------------------------------------


def test_a_diverged_run_fails_with_epoch_and_lr_and_keeps_its_curve(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    config = CNN.replaced({"lr": 100, "epochs": 60, "network.dense_hiddens": [64, 64, 64]})
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    run, rows = store.run(run.id), store.epochs(run.id)
    assert run.state is State.FAILED
    assert run.error == (
        f"the loss became NaN in epoch {rows[-1].epoch} at lr 100; try a smaller learning rate"
    )
    assert [row.finite for row in rows] == [True] * (len(rows) - 1) + [False]
    assert math.isnan(rows[-1].test_loss)
    assert stored(store, run)[:-1] == alone(config, tiny_dataset)[:-1]
    assert run.best is not None
    assert run.best.finite


Load = Callable[[DataConfig], Dataset]


def failing_once(error: BaseException, dataset: Dataset) -> Load:
    """A ``load`` that fails for data seed 1 and gives the data set for any other."""

    def load(data: DataConfig) -> Dataset:
        if data.seed == 1:
            raise error
        return dataset

    return load


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DataError("no images in /nowhere"), "no images in /nowhere"),
        (ValueError("boom"), "unexpected ValueError: boom"),
        (MemoryError("8 GB"), "unexpected MemoryError: 8 GB"),
        (PermissionError(13, "Permission denied"), "unexpected PermissionError: .*denied"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_run_whose_data_cannot_be_loaded_fails_and_the_next_one_is_trained(
    error: Exception,
    said: str,
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
) -> None:
    bad, good = add(store, MLP.replaced({"data.seed": 1}), MLP)
    engine = make_engine(load=failing_once(error, tiny_dataset))
    engine.start()
    assert engine.wait_idle(60)
    failed = store.run(bad.id)
    assert failed.state is State.FAILED
    assert failed.error is not None
    with pytest.raises(AssertionError, match=f"^{said}$"):
        raise AssertionError(failed.error)
    assert details(store, bad, "failed") == [failed.error]
    assert store.epochs(bad.id) == []
    assert stored(store, good) == alone(MLP, tiny_dataset)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("{", "its config in the store is damaged; delete the run and queue it again"),
        ("[]", "its config in the store is damaged; delete the run and queue it again"),
        ('{"lr": -1, "bach_size": 2}', "lr: must be above 0, not -1; bach_size: there is no such"),
        ('{"network": {"type": "vit"}}', "network.type: must be mlp or cnn, not 'vit'"),
    ],
)
def test_a_run_whose_config_is_damaged_fails_and_nothing_else_is_trained_in_its_name(
    config: str, said: str, store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    bad, good = add(store, MLP, MLP)
    with closing(sqlite3.connect(store.folder / FILE)) as db, db:
        db.execute("UPDATE runs SET config = ? WHERE id = ?", (config, bad.id))
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    failed = store.run(bad.id)
    assert failed.state is State.FAILED
    assert failed.error is not None
    assert failed.error.startswith(said)
    assert store.epochs(bad.id) == []
    assert store.run(good.id).state is State.DONE


# --- checkpoints are at fault ---------------------------------------------------------------------


def spoil(store: RunStore, run_id: int, *spoilt: str) -> None:
    for checkpoint in store.checkpoints(run_id):
        if checkpoint.kind in spoilt:
            path = store.folder / "checkpoints" / checkpoint.file
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.write_bytes(data)


@pytest.mark.parametrize(
    ("spoilt", "then"),
    [
        (["last"], ["checkpoint refused", "resumed"]),
        (["last", "previous"], ["checkpoint refused", "checkpoint refused", "restarted"]),
    ],
    ids=["last", "both"],
)
def test_a_damaged_checkpoint_costs_time_and_nothing_else(
    spoilt: list[str],
    then: list[str],
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = MLP.replaced({"shuffle": True})
    monkeypatch.setattr(worker, "SAVE_SECONDS", 0.0)
    before_batch(10, pause, monkeypatch)
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    spoil(store, run.id, *spoilt)
    store.resume([run.id])
    assert engine.wait_idle(60)
    assert store.run(run.id).state is State.DONE
    assert kinds(store, run)[-2 - len(then) :] == ["claimed", *then, "done"]
    assert "damaged" in details(store, run, "checkpoint refused")[0]
    if "previous" not in spoilt:
        assert details(store, run, "resumed") == ["from epoch 2, step 8"]
    for checkpoint in store.checkpoints(run.id):  # none that was refused has become another kind
        Training.restore(config, tiny_dataset, store.read_checkpoint(checkpoint))
    assert stored(store, run) == alone(config, tiny_dataset)


def test_the_sound_checkpoint_outlives_the_damaged_one_at_the_next_save(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stopped after one save, the run has what it went on from, and not what was refused."""
    monkeypatch.setattr(worker, "SAVE_SECONDS", 0.0)
    before_batch(10, pause, monkeypatch)
    (run,) = add(store, MLP)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    spoil(store, run.id, "last")
    kept = {each.kind: each for each in store.checkpoints(run.id)}
    monkeypatch.setattr(worker, "SAVE_SECONDS", 1e9)
    before_batch(0, pause, monkeypatch)
    store.resume([run.id])
    until(lambda: store.run(run.id).attempt == 2 and store.run(run.id).state is State.PAUSED)
    now = {each.kind: each for each in store.checkpoints(run.id)}
    assert now["previous"] == kept["previous"]
    assert now["last"].step == kept["previous"].step
    files = {path.name for path in (store.folder / "checkpoints").iterdir()}
    assert files == {each.file for each in now.values()}
    for each in now.values():
        Training.restore(MLP, tiny_dataset, store.read_checkpoint(each))


# --- the store is at fault ------------------------------------------------------------------------


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds that would be waited, as moments."""
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(worker, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(engine_module, "BEAT_SECONDS", 0.05)


class Holder:
    """Another program that holds the store's write lock, until a line of ours is logged."""

    def __init__(self, folder: Path, until_logged: str) -> None:
        self._db = sqlite3.connect(folder / FILE, isolation_level=None, check_same_thread=False)
        self._until = until_logged
        self.held = self.freed = False

    def hold(self, store: RunStore, claim: Claim) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self.held = True

    def filter(self, record: logging.LogRecord) -> bool:
        if self.held and not self.freed and self._until in record.getMessage():
            self._db.execute("ROLLBACK")
            self.freed = True
        return True

    def close(self) -> None:
        self._db.close()


@pytest.mark.usefixtures("hasty")
def test_an_epoch_that_cannot_be_committed_waits_in_memory_and_is_not_trained_twice(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    holder = Holder(store.folder, "waits: the run store")
    before_batch(6, holder.hold, monkeypatch)
    (run,) = add(store, MLP)
    engine = make_engine()
    troubles.log.addFilter(holder)
    try:
        engine.start()
        until(lambda: store.run(run.id).state is State.DONE)
    finally:
        troubles.log.removeFilter(holder)
        holder.close()
    assert holder.freed
    assert kinds(store, run) == ["queued", "claimed", "done"]  # and never resumed
    assert stored(store, run) == alone(MLP, tiny_dataset)


@pytest.mark.usefixtures("hasty")
def test_a_checkpoint_that_cannot_be_written_is_written_later_and_both_kinds_are_there(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk is full at the first file, at the second, and at the commit between."""
    full = iter([True, False, False, True, False, False, True])
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        if next(full, False):
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(worker, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(worker, "WAIT_TOLD_SECONDS", 0.0)
    monkeypatch.setattr(os, "fsync", fsync)
    (run,) = add(store, MLP)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert (store.run(run.id).state, store.run(run.id).attempt) == (State.DONE, 1)
    assert engine.trouble is None
    waits = details(store, run, "waited")
    assert waits
    assert all("No space left on device" in said for said in waits)
    assert stored(store, run) == alone(MLP, tiny_dataset)
    best = store.run(run.id).best
    kept = {each.kind: each.epoch for each in store.checkpoints(run.id)}
    assert best is not None
    assert kept == {"last": 3, "previous": 2, "best": best.epoch}


@pytest.mark.usefixtures("hasty")
def test_a_run_that_waits_for_the_disk_can_be_stopped_and_is_done_later(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(worker, "SAVE_SECONDS", 0.0)
    (run,) = add(store, MLP)
    engine = make_engine()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        engine.start()
        until(lambda: engine.trouble)
        assert "No space left on device" in str(engine.trouble)
        assert engine.stop(60)
        assert store.run(run.id).state is State.QUEUED
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert stored(store, run) == alone(MLP, tiny_dataset)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_a_wish_while_the_disk_is_full_comes_after_the_epoch_that_waits_for_room(
    wish: str,
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[object] = []

    def full(*given: object) -> None:
        tries.append(given)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(worker, "SAVE_SECONDS", 0.0)
    (run,) = add(store, MLP)
    engine = make_engine()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        engine.start()
        until(lambda: engine.trouble)
        getattr(store, wish)([run.id])
        asked = len(tries)
        until(lambda: len(tries) > asked + 4)  # it was tried again since, and nothing given up
        assert store.run(run.id).state is State.RUNNING
        assert stored(store, run) == []
    until(lambda: store.run(run.id).state is not State.RUNNING)
    assert store.run(run.id).state is {"pause": State.PAUSED, "cancel": State.CANCELLED}[wish]
    assert engine.trouble is None
    assert stored(store, run) == alone(MLP, tiny_dataset)[:1]
    (last,) = [each for each in store.checkpoints(run.id) if each.kind == "last"]
    assert (last.epoch, last.step) == (0, 0)


def test_a_worker_whose_run_was_taken_away_writes_nothing_and_goes_on(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As after a sleep of the machine that was longer than the lease."""

    def take_away(own: RunStore, claim: Claim) -> None:
        own.recover([claim.worker])

    before_batch(6, take_away, monkeypatch)
    (run,) = add(store, MLP)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert kinds(store, run) == ["queued", "claimed", "recovered", "claimed", "done"]
    assert store.run(run.id).attempt == 2
    assert stored(store, run) == alone(MLP, tiny_dataset)


def test_the_best_weights_are_kept_also_if_the_worker_died_before_they_were_saved(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = MLP.replaced({"lr": 0.05, "epochs": 12})
    losses = [test_loss for _, _, _, test_loss, *_ in alone(config, tiny_dataset)]
    best = losses.index(min(losses))
    assert best < 11
    # The best epoch is committed, and no checkpoint is: the next claim trains it anew.
    before_batch(BATCHES * (best + 1), lambda own, claim: own.recover([claim.worker]), monkeypatch)
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert (store.run(run.id).state, store.run(run.id).attempt) == (State.DONE, 2)
    (kept,) = [each for each in store.checkpoints(run.id) if each.kind == "best"]
    assert Training.restore(config, tiny_dataset, store.read_checkpoint(kept)).epoch == best


@pytest.mark.usefixtures("hasty")
def test_the_heartbeat_keeps_a_run_that_takes_long_to_load(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    loading, go_on = threading.Event(), threading.Event()

    def load(data: DataConfig) -> Dataset:
        loading.set()
        assert go_on.wait(60)
        return tiny_dataset

    def lease() -> float:
        with closing(sqlite3.connect(store.folder / FILE)) as db:
            return float(db.execute("SELECT lease_until FROM runs").fetchone()[0])

    (run,) = add(store, MLP)
    engine = make_engine(load=load)
    engine.start()
    assert loading.wait(60)
    for _ in range(3):
        before = lease()
        until(lambda before=before: lease() > before)
    go_on.set()
    assert engine.wait_idle(60)
    assert (store.run(run.id).state, store.run(run.id).attempt) == (State.DONE, 1)
