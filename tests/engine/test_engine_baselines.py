"""What the engine writes beside a curve: the baseline, and why a run stopped early."""

from __future__ import annotations

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
    stored,
)

from rottui.core.baselines import baselines
from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.events import StoppedEarly
from rottui.core.training import Training
from rottui.store.records import Claim
from rottui.store.runs import RunStore
from rottui.store.states import State

CIRCULAR = MLP.replaced({"target": "circular", "loss": "cosine"})


def wanted_baseline(config: RunConfig, dataset: Dataset) -> dict[str, dict[str, float]]:
    training = Training(config, dataset)
    (_, train), (_, test) = training.train_tensors, training.test_tensors
    return baselines(train, test, training.target, config.loss)


@pytest.mark.parametrize("config", [MLP, CIRCULAR], ids=["scalar", "cosine loss"])
def test_a_run_has_the_baseline_of_its_data_and_target(
    config: RunConfig, store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    (run,) = add(store, config)
    assert run.baseline is None
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    found = store.run(run.id)
    assert found.baseline == wanted_baseline(config, tiny_dataset)
    assert found.guesses("test_circular_mae_deg")["chance"] == 90
    assert found.guesses("test_loss") == {"mean": found.baseline["mean"]["test_loss"]}


def test_it_is_there_with_the_first_epoch_and_written_once(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    commit = RunStore.commit_epoch

    def recorded(self: RunStore, claim: Claim, *args: object, **kwargs: object) -> None:
        commit(self, claim, *args, **kwargs)  # type: ignore[arg-type]
        seen.append((kwargs.get("baseline"), self.run(claim.run.id).baseline))

    monkeypatch.setattr(RunStore, "commit_epoch", recorded)
    before_batch(6, lambda store, claim: store.pause([claim.run.id]), monkeypatch)
    (run,) = add(store, MLP)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    store.resume([run.id])
    assert engine.wait_idle(60)
    wanted = wanted_baseline(MLP, tiny_dataset)
    assert seen == [(wanted, wanted), *[(None, wanted)] * 3]


def test_a_run_of_an_older_store_gets_its_baseline_when_it_goes_on(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before_batch(6, lambda store, claim: store.pause([claim.run.id]), monkeypatch)
    (run,) = add(store, MLP)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    with store._connections.writing() as db:
        db.execute("UPDATE runs SET baseline = NULL")
    store.resume([run.id])
    assert engine.wait_idle(60)
    assert store.run(run.id).baseline == wanted_baseline(MLP, tiny_dataset)


# --- early stopping -------------------------------------------------------------------------------

JUMPY = {"lr": 0.01, "epochs": 14, "patience": 2, "shuffle": True}
"""The test loss goes up and down, as ``tests/core/test_early_stopping.py`` shows."""


def reason_of(config: RunConfig, dataset: Dataset) -> StoppedEarly:
    last = list(Training(config, dataset).events())[-1]
    assert isinstance(last, StoppedEarly)
    return last


@pytest.mark.parametrize("network", NETWORKS)
def test_a_run_that_stops_early_is_done_and_says_why(
    network: str, store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    config = NETWORKS[network].replaced(JUMPY)
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    found, wanted = store.run(run.id), reason_of(config, tiny_dataset)
    assert (found.state, found.error, found.reason) == (State.DONE, None, wanted.message)
    assert found.epochs_done == wanted.epoch < found.epochs
    assert stored(store, run) == alone(config, tiny_dataset)
    assert details(store, run, "done") == [wanted.message]


@pytest.mark.parametrize("batch", [0, 3, 17, 30, 39])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_run_paused_anywhere_stops_early_at_the_same_epoch(
    network: str,
    batch: int,
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = NETWORKS[network].replaced(JUMPY)
    wanted = reason_of(config, tiny_dataset)
    assert batch < wanted.epoch * BATCHES
    before_batch(batch, lambda store, claim: store.pause([claim.run.id]), monkeypatch)
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    assert store.run(run.id).state is State.PAUSED
    assert store.run(run.id).reason is None
    store.resume([run.id])
    assert engine.wait_idle(60)
    found = store.run(run.id)
    assert (found.state, found.reason) == (State.DONE, wanted.message)
    assert stored(store, run) == alone(config, tiny_dataset)
