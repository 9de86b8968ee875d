"""Pause, cancel and stop at any batch: what was trained is kept, and what follows is the same."""

from __future__ import annotations

import threading

import pytest
from engine_runs import (
    BATCHES,
    MLP,
    NETWORKS,
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
from rottui.engine import worker
from rottui.store.records import Claim
from rottui.store.runs import RunStore
from rottui.store.states import State


def pause(store: RunStore, claim: Claim) -> None:
    store.pause([claim.run.id])


def cancel(store: RunStore, claim: Claim) -> None:
    store.cancel([claim.run.id])


@pytest.mark.parametrize("batch", [0, 1, 6, 11])
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("shuffle", [False, True], ids=["in order", "shuffled"])
def test_a_run_paused_at_any_batch_and_resumed_has_the_curve_of_one_that_was_not(
    network: str,
    shuffle: bool,
    batch: int,
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = NETWORKS[network].replaced({"shuffle": shuffle})
    before_batch(batch, pause, monkeypatch)
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    place = f"epoch {batch // BATCHES}, step {batch}"
    paused = store.run(run.id)
    assert (paused.state, paused.wish) == (State.PAUSED, None)
    assert details(store, run, "paused") == [f"at {place}"]
    assert stored(store, run) == alone(config, tiny_dataset)[: batch // BATCHES + 1]
    store.resume([run.id])
    assert engine.wait_idle(60)
    assert store.run(run.id).state is State.DONE
    assert details(store, run, "resumed") == [f"from {place}"]
    assert stored(store, run) == alone(config, tiny_dataset)


def test_a_run_paused_twice_at_one_batch_goes_on_from_there(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (run,) = add(store, MLP)
    engine = make_engine()
    for batch in (6, 0):  # the second time before the first batch after the resume
        with monkeypatch.context() as patch:
            before_batch(batch, pause, patch)
            if batch == 6:
                engine.start()
            else:
                store.resume([run.id])
            assert engine.wait_idle(60)
        assert store.run(run.id).state is State.PAUSED
    assert details(store, run, "paused") == ["at epoch 1, step 6"] * 2
    store.resume([run.id])
    assert engine.wait_idle(60)
    assert stored(store, run) == alone(MLP, tiny_dataset)


def test_a_cancelled_run_ends_at_the_batch_and_keeps_its_curve(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before_batch(6, cancel, monkeypatch)
    first, second = add(store, MLP, MLP.replaced({"seed": 2}))
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    run = store.run(first.id)
    assert (run.state, run.epochs_done) == (State.CANCELLED, 1)
    assert run.ended_at is not None
    assert details(store, first, "cancelled") == ["at epoch 1, step 6"]
    assert stored(store, first) == alone(MLP, tiny_dataset)[:2]
    assert store.run(second.id).state is State.DONE


def test_a_pause_that_is_taken_back_at_once_costs_nothing_but_a_new_claim(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The worker has seen the wish, and it is gone when the run is let go of."""
    write = RunStore.write_checkpoint

    def take_back_then_write(self: RunStore, claim: Claim, *args: object) -> object:
        self.resume([claim.run.id])
        return write(self, claim, *args)  # type: ignore[arg-type]

    before_batch(6, pause, monkeypatch)
    monkeypatch.setattr(RunStore, "write_checkpoint", take_back_then_write)
    (run,) = add(store, MLP)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert kinds(store, run)[-4:] == ["released", "claimed", "resumed", "done"]
    assert stored(store, run) == alone(MLP, tiny_dataset)


class Gate:
    """A ``load`` that waits until the test lets it go on."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self.loading = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, data: DataConfig) -> Dataset:
        self.loading.set()
        assert self.go_on.wait(60)
        return self._dataset


@pytest.mark.parametrize(("wish", "state"), [("pause", State.PAUSED), ("cancel", State.CANCELLED)])
def test_a_wish_made_while_the_data_is_loaded_is_obeyed_before_the_first_batch(
    wish: str, state: State, store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    gate = Gate(tiny_dataset)
    (run,) = add(store, MLP)
    engine = make_engine(load=gate)
    engine.start()
    assert gate.loading.wait(60)
    getattr(store, wish)([run.id])
    gate.go_on.set()
    assert engine.wait_idle(60)
    assert store.run(run.id).state is state
    assert details(store, run, str(state)) == ["at epoch 0, step 0"]
    assert [row.epoch for row in store.epochs(run.id)] == [0]


# --- stopping the engine --------------------------------------------------------------------------

LONG = MLP.replaced({"epochs": 150, "shuffle": True})


def test_a_stopped_engine_puts_its_runs_back_and_the_next_one_ends_them(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    configs = [LONG.replaced({"seed": seed}) for seed in (1, 2)]
    runs = add(store, *configs)
    engine = make_engine(workers=2)
    engine.start()
    until(lambda: all(store.run(run.id).epochs_done >= 3 for run in runs))
    assert engine.stop()
    for run in runs:
        left = store.run(run.id)
        assert (left.state, left.worker) == (State.QUEUED, None)
        assert 3 <= left.epochs_done < 150
        assert kinds(store, run)[-1] == "released"
    assert store.workers() == []
    again = make_engine(workers=2)
    again.start()
    assert again.wait_idle(60)
    for run, config in zip(runs, configs, strict=True):
        assert store.run(run.id).state is State.DONE
        assert kinds(store, run)[-3:] == ["claimed", "resumed", "done"]
        assert stored(store, run) == alone(config, tiny_dataset)


def test_a_wish_that_the_worker_has_not_seen_yet_counts_when_the_engine_stops(
    store: RunStore, make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "WISH_SECONDS", 600.0)  # looks once, before the first batch
    runs = add(store, LONG, LONG)
    engine = make_engine(workers=2)
    engine.start()
    until(lambda: all(store.run(run.id).epochs_done >= 1 for run in runs))
    store.pause([runs[0].id])
    store.cancel([runs[1].id])
    assert engine.stop()
    assert [store.run(run.id).state for run in runs] == [State.PAUSED, State.CANCELLED]


def test_stopping_gives_up_waiting_for_a_worker_that_loads_and_can_be_asked_again(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    gate = Gate(tiny_dataset)
    (run,) = add(store, MLP)
    engine = make_engine(load=gate)
    engine.start()
    assert gate.loading.wait(60)
    assert not engine.stop(0.01)
    assert store.run(run.id).state is State.RUNNING
    gate.go_on.set()
    assert engine.stop(60)
    assert store.run(run.id).state is State.QUEUED
