"""Runs that are steered: whenever they are killed or paused, they go through the same rates."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import astuple
from functools import partial
from pathlib import Path

import pytest
import torch
from engine_runs import (
    BATCHES,
    CNN,
    MLP,
    NETWORKS,
    Curve,
    MakeEngine,
    add,
    alone,
    before_batch,
    details,
    kinds,
    stored,
    until,
)
from test_engine_kill import EngineProcess

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.events import EpochDone
from rottui.core.steering import Scale
from rottui.core.training import Training
from rottui.engine.steering import extend, fork
from rottui.errors import ConfigError, StoreError
from rottui.store.records import Claim, NewRun, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State


def steered(config: RunConfig, dataset: Dataset, scales: list[tuple[int, float]]) -> Curve:
    """The curve of a training whose lr is scaled, without store, engine or interruption."""
    training = Training(config, dataset)
    training.steer([Scale(step, factor) for step, factor in scales])
    return [
        (event.epoch, event.step, *astuple(event.metrics))
        for event in training.events()
        if isinstance(event, EpochDone)
    ]


def halve(store: RunStore, claim: Claim) -> None:
    store.scale_lr([claim.run.id], 0.5)


def trained(store: RunStore, engine: object, config: RunConfig) -> RunRow:
    (run,) = add(store, config)
    assert engine.wait_idle(60)  # type: ignore[attr-defined]
    return store.run(run.id)


@pytest.mark.parametrize("batch", [0, 5, 11])
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_the_lr_is_scaled_at_the_batch_of_the_wish(
    network: str,
    schedule: str,
    batch: int,
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = NETWORKS[network].replaced({"schedule": schedule, "lr": 0.01})
    before_batch(batch, halve, monkeypatch)
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert store.scales(run.id) == [(batch, 0.5)]
    (event,) = [event for event in store.events(run.id) if event.kind == "lr"]
    assert event.epoch == batch / BATCHES
    assert event.detail.startswith("×0.5: ")
    assert stored(store, run) == steered(config, tiny_dataset, [(batch, 0.5)])
    assert stored(store, run) != alone(config, tiny_dataset)


def test_a_steered_run_that_is_paused_goes_on_at_the_rate_it_had(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def halve_and_pause(store: RunStore, claim: Claim) -> None:
        store.scale_lr([claim.run.id], 0.5)
        store.take_scales(claim, 5, 1.25, {1: "halved"})
        store.pause([claim.run.id])

    before_batch(5, halve_and_pause, monkeypatch)
    (run,) = add(store, MLP)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    store.resume([run.id])
    assert engine.wait_idle(60)
    assert details(store, run, "resumed") == ["from epoch 1, step 5"]
    assert stored(store, run) == steered(MLP, tiny_dataset, [(5, 0.5)])


def test_what_is_asked_of_a_waiting_run_holds_from_its_next_step(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    (run,) = add(store, MLP)
    store.scale_lr([run.id], 3.0)
    store.pause([run.id])
    store.scale_lr([run.id], 0.1)
    assert [steer.step for steer in store.steers(run.id)] == [None, None]
    store.resume([run.id])
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert store.scales(run.id) == [(0, 3.0), (0, 0.1)]
    assert stored(store, run) == steered(MLP, tiny_dataset, [(0, 3.0), (0, 0.1)])


def test_nothing_that_was_committed_is_changed_by_a_later_wish(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a kill the run stands at its checkpoint, before epochs that the store has."""
    monkeypatch.setattr("rottui.engine.worker.WISH_SECONDS", 0.0)
    (run,) = add(store, MLP)
    claim = store.claim("dead-1-1", threads=1)
    assert claim is not None
    for row in alone(MLP, tiny_dataset)[:2]:
        commit(store, claim, row)
    store.recover(["dead-1-1"])
    store.scale_lr([run.id], 5.0)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert store.scales(run.id) == [(BATCHES, 5.0)]
    assert stored(store, run) == steered(MLP, tiny_dataset, [(BATCHES, 5.0)])


def commit(store: RunStore, claim: Claim, row: tuple[float, ...]) -> None:
    from rottui.store.reading import METRICS
    from rottui.store.records import EpochRow

    epoch, step, *metrics = row
    values = dict(zip(METRICS, metrics, strict=True))
    store.commit_epoch(
        claim, EpochRow(int(epoch), int(step), seconds=0.1, at=time.time(), **values)
    )


def test_a_checkpoint_that_is_asked_for_is_of_that_batch(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[str, int]] = []

    def look(store: RunStore, claim: Claim) -> None:
        store.ask_checkpoint([claim.run.id])

    before_batch(6, look, monkeypatch)
    save = RunStore.save_asked

    def save_asked(self: RunStore, *args: object) -> None:
        save(self, *args)  # type: ignore[arg-type]
        run_id = args[0].run.id  # type: ignore[attr-defined]
        for kept in self.checkpoints(run_id):
            state = Training.restore(MLP, tiny_dataset, self.read_checkpoint(kept))
            seen.append((kept.kind, state.step))

    monkeypatch.setattr(RunStore, "save_asked", save_asked)
    (run,) = add(store, MLP)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert ("last", 6) in seen
    assert details(store, run, "checkpoint") == ["as asked, at step 6"]
    (event,) = [event for event in store.events(run.id) if event.kind == "checkpoint"]
    assert event.epoch == 6 / BATCHES
    assert stored(store, run) == alone(MLP, tiny_dataset)


@pytest.mark.parametrize("network", ["mlp", pytest.param("cnn", marks=pytest.mark.slow)])
def test_steered_runs_survive_kills(
    network: str, store: RunStore, tiny_dataset: Dataset, arrays: Path
) -> None:
    survive_steering(network, store, tiny_dataset, arrays, kills=2)


@pytest.mark.slow
@pytest.mark.parametrize("network", ["mlp", "cnn"])
def test_steered_runs_survive_many_kills(
    network: str, store: RunStore, tiny_dataset: Dataset, arrays: Path
) -> None:
    survive_steering(network, store, tiny_dataset, arrays, kills=30)


def saved_since_scaled(store: RunStore, run_id: int, times: int) -> bool:
    """Whether the lr was scaled so often, and a checkpoint holds steps at the latest rate."""
    scales = store.scales(run_id)
    saved = [kept.step for kept in store.checkpoints(run_id) if kept.kind == "last"]
    return len(scales) == times and bool(saved) and saved[0] > scales[-1][0]


def survive_steering(
    network: str, store: RunStore, dataset: Dataset, arrays: Path, kills: int
) -> None:
    moments = random.Random(kills)
    base = MLP if network == "mlp" else CNN
    config = base.replaced({"epochs": 60 * kills, "shuffle": True, "schedule": "cosine"})
    (run,) = add(store, config)
    for kill in range(1, kills + 1):
        engine = EngineProcess(store, arrays)
        try:
            engine.train()
            store.scale_lr([run.id], moments.choice([0.5, 2.0, 1.25]))
            # a kill before this would be one of a run that begins, or asks, anew
            until(partial(saved_since_scaled, store, run.id, kill))
            engine.kill_after(moments.randint(0, 15))
        finally:
            engine.end()
    assert store.runs(states={State.QUEUED, State.RUNNING}), "too short to be killed so often"
    last = EngineProcess(store, arrays)
    try:
        last.train()
        assert last.finish() == 0
    finally:
        last.end()
    scales = store.scales(run.id)
    assert len(scales) == kills
    assert stored(store, run) == steered(config, dataset, scales)
    (kept,) = [row for row in store.checkpoints(run.id) if row.kind == "last"]
    found = Training.restore(config, dataset, store.read_checkpoint(kept))
    wanted = Training(config, dataset)
    wanted.steer([Scale(*scale) for scale in scales])
    list(wanted.events())
    for one, two in zip(found.network.parameters(), wanted.network.parameters(), strict=True):
        assert torch.equal(one, two)


@pytest.mark.parametrize("network", NETWORKS)
def test_an_extended_run_is_one_that_was_planned_longer(
    network: str, store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    config = NETWORKS[network].replaced({"shuffle": True})
    engine = make_engine()
    engine.start()
    run = trained(store, engine, config)
    (longer,) = extend(store, [run], 2)
    assert (longer.id, longer.epochs, longer.config["epochs"]) == (run.id, 5, 5)
    assert engine.wait_idle(60)
    end = store.run(run.id)
    assert (end.state, end.epochs_done) == (State.DONE, 5)
    assert stored(store, run) == alone(config.replaced({"epochs": 5}), tiny_dataset)
    (event,) = [event for event in store.events(run.id) if event.kind == "extended"]
    assert (event.epoch, event.detail) == (3.0, "by 2 epochs, to 5")


def test_runs_that_cannot_be_extended_are_refused(store: RunStore, make_engine: MakeEngine) -> None:
    engine = make_engine()
    engine.start()
    cosine = trained(store, engine, MLP.replaced({"schedule": "cosine"}))
    with pytest.raises(StoreError, match=r"cosine schedule depends.*fork it"):
        extend(store, [cosine], 1)
    early = trained(store, engine, MLP.replaced({"lr": 1e-12, "patience": 1, "epochs": 9}))
    if early.epochs_done < early.epochs:
        with pytest.raises(StoreError, match=r"ended before its last epoch .*fork it"):
            extend(store, [early], 1)
    done = trained(store, engine, MLP)
    (ended,) = store.add_runs([NewRun("never begun", MLP.to_dict(), MLP.epochs)], state=State.DRAFT)
    store.cancel([ended.id])
    with pytest.raises(StoreError, match="is cancelled; only done runs"):
        extend(store, [done, store.run(ended.id)], 1)
    assert store.run(done.id) == done, "all are extended or none"
    with pytest.raises(StoreError, match="is cancelled; it takes no step any more"):
        store.scale_lr([ended.id], 0.5)


@pytest.mark.parametrize("kind", ["last", "best", "previous"])
def test_an_unchanged_fork_has_the_curve_of_its_parent(
    kind: str,
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rottui.engine.worker.SAVE_SECONDS", 0.0)
    engine = make_engine()
    engine.start()
    parent = trained(store, engine, MLP)
    longer = MLP.replaced({"epochs": 5})
    child = fork(store, parent, longer, kind=kind)
    at = next(row.epoch for row in store.checkpoints(parent.id) if row.kind == kind)
    assert (child.parent_id, child.parent_epoch) == (parent.id, at)
    assert stored(store, child) == alone(MLP, tiny_dataset)[: at + 1]
    assert engine.wait_idle(60)
    assert store.run(child.id).state is State.DONE
    assert stored(store, child) == alone(longer, tiny_dataset)
    assert details(store, parent, "fork") == [f"run {child.id} begins here"]
    assert kinds(store, child)[:2] == ["forked", "queued"]


@pytest.mark.parametrize(
    "change",
    [{"lr": 0.05}, {"weight_decay": 0.5}, {"optimizer": "sgd"}, {"schedule": "cosine"}],
    ids=str,
)
def test_a_fork_with_another_setting_goes_another_way_from_there(
    change: dict[str, object], store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    engine = make_engine()
    engine.start()
    parent = trained(store, engine, MLP)
    config = MLP.replaced({"epochs": 5, **change})
    child = fork(store, parent, config)
    assert engine.wait_idle(60)
    assert store.run(child.id).state is State.DONE
    own, straight = stored(store, child), alone(MLP.replaced({"epochs": 5}), tiny_dataset)
    assert own[:4] == straight[:4]
    assert own[4:] != straight[4:]
    (event,) = [event for event in store.events(child.id) if event.kind == "forked"]
    assert ("starts afresh" in event.detail) == ("optimizer" in change)


def test_a_fork_outlives_its_parent_and_takes_over_its_scales(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before_batch(5, halve, monkeypatch)
    engine = make_engine()
    engine.start()
    parent = trained(store, engine, MLP)
    child = fork(store, parent, MLP.replaced({"epochs": 4}))
    fresh = fork(store, parent, MLP.replaced({"epochs": 4}), own_lr=True)
    store.delete([parent.id])
    assert engine.wait_idle(60)
    assert (store.scales(child.id), store.scales(fresh.id)) == ([(5, 0.5)], [])
    assert stored(store, child) == steered(MLP.replaced({"epochs": 4}), tiny_dataset, [(5, 0.5)])
    assert stored(store, fresh)[-1] != stored(store, child)[-1]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"network.dense_hiddens": [7]}, "network.dense_hiddens: cannot change in a fork"),
        ({"batch_size": 8, "epochs": 9}, "batch_size: cannot change in a fork"),
        ({"data.train_size": 9, "epochs": 9}, "data.train_size: cannot change in a fork"),
        ({"epochs": 3}, "epochs: the checkpoint stands after epoch 3"),
    ],
    ids=str,
)
def test_forks_that_cannot_be_are_refused_by_name(
    change: dict[str, object], sentence: str, store: RunStore, make_engine: MakeEngine
) -> None:
    engine = make_engine()
    engine.start()
    parent = trained(store, engine, MLP)
    with pytest.raises(ConfigError, match=sentence):
        fork(store, parent, MLP.replaced(change))
    assert len(store.runs()) == 1


def test_a_fork_whose_checkpoint_is_gone_fails_and_does_not_begin_anew(
    store: RunStore, make_engine: MakeEngine
) -> None:
    engine = make_engine()
    engine.start()
    parent = trained(store, engine, MLP)
    child = fork(store, parent, MLP.replaced({"epochs": 4}), state=State.DRAFT)
    for row in store.checkpoints(child.id):
        (store.folder / "checkpoints" / row.file).write_bytes(b"damaged")
    store.resume([child.id])
    assert engine.wait_idle(60)
    end = store.run(child.id)
    assert end.state is State.FAILED
    assert f"fork run {parent.id} again" in (end.error or "")


def test_a_lost_lease_steers_nothing(store: RunStore) -> None:
    (run,) = add(store, MLP)
    claim = store.claim("one", threads=1)
    assert claim is not None
    store.recover(["one"])
    assert store.claim("two", threads=1) is not None
    store.scale_lr([run.id], 0.5)
    (steer,) = store.asked(claim)
    for write in take(claim, steer.id), save(claim, steer.id):
        with pytest.raises(StoreError, match="taken over"):
            write(store)
    assert [steer.step for steer in store.steers(run.id)] == [None]


def take(claim: Claim, steer: int) -> Callable[[RunStore], object]:
    return lambda store: store.take_scales(claim, 0, 0.0, {steer: "x"})


def save(claim: Claim, steer: int) -> Callable[[RunStore], object]:
    return lambda store: store.save_asked(claim, 0, 0.0, [steer], [])
