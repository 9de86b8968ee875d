"""Halved sweeps, really trained: which runs go on, what it costs, and that nothing stops it."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from engine_runs import CNN, MLP, MakeEngine, add, alone, details, kinds, stored, until
from test_engine_kill import EngineProcess

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.halving import Halving, Plan
from rottui.engine import engine as engine_module
from rottui.engine.halving import Halvings, moves_of, unsettled
from rottui.store.records import Claim, EpochRow, NewRun, RungRow, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State

SMALL = MLP.replaced({"network.dense_hiddens": [8], "batch_size": 30})


@dataclass(frozen=True)
class Sweep:
    runs: list[RunRow]
    configs: list[RunConfig]
    plan: Plan


def halved(store: RunStore, configs: list[RunConfig], halving: Halving | None = None) -> Sweep:
    """Queue the runs as a halved sweep, by threes unless told otherwise."""
    plan = (halving or Halving()).plan(configs)
    new = [new_run(config, plan.rungs[0]) for config in configs]
    spec = {"halving": plan.to_dict()}
    return Sweep(store.add_runs(new, sweep="halved", spec=spec), configs, plan)


def new_run(config: RunConfig, until: int) -> NewRun:
    return NewRun(config.default_name, config.to_dict(), config.epochs, until)


def rates(count: int, base: RunConfig = SMALL, **changes: object) -> list[RunConfig]:
    """Runs of rising learning rates, of which the middle ones learn best."""
    lrs = [float(f"{10 ** (-5 + 4.5 * k / (count - 1)):.2e}") for k in range(count)]
    return [base.replaced({"lr": lr, "shuffle": True, **changes}) for lr in lrs]


def trained(make_engine: MakeEngine, **settings: object) -> None:
    """Until nothing more can be."""
    engine = make_engine(**settings)
    engine.start()
    assert engine.wait_idle(120)
    assert engine.stop(60)


def done(store: RunStore, sweep: Sweep) -> list[int]:
    """The epochs that each run was trained."""
    runs = [store.run(run.id) for run in sweep.runs]
    assert {run.state for run in runs} == {State.DONE}
    return [run.epochs_done for run in runs]


def expected(sweep: Sweep, dataset: Dataset) -> list[int]:
    """The same by synchronous halving over curves that were trained without store and engine."""
    losses = [[point[3] for point in alone(config, dataset)] for config in sweep.configs]
    epochs = [0] * len(losses)
    left = list(range(len(losses)))
    for rung, size in zip(sweep.plan.rungs, sweep.plan.sizes, strict=True):
        left = left[:size]
        for run in left:
            epochs[run] = rung
        left.sort(key=lambda run: (losses[run][rung], run))
    return epochs


# --- the epochs that it costs ---------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_27_runs_cost_81_epochs_instead_of_729(
    workers: int, store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    sweep = halved(store, rates(27, epochs=27))
    trained(make_engine, workers=workers)
    epochs = done(store, sweep)
    assert sum(epochs) == 81
    assert sum(row.epoch > 0 for run in sweep.runs for row in store.epochs(run.id)) == 81
    assert epochs == expected(sweep, tiny_dataset)
    assert epochs.index(27) not in (0, 26)


def test_every_run_says_why_it_was_stopped_where(store: RunStore, make_engine: MakeEngine) -> None:
    sweep = halved(store, rates(9, epochs=9))
    trained(make_engine)
    reasons = [store.run(run.id).reason for run in sweep.runs]
    assert reasons.count(None) == 1
    at_first = [reason for reason in reasons if reason and "rung 0 (epoch 1)" in reason]
    at_second = [reason for reason in reasons if reason and "rung 1 (epoch 3)" in reason]
    assert (len(at_first), len(at_second)) == (6, 2)
    places = sorted(reason.split(" was ")[1] for reason in at_first)
    assert places == [f"{n}th of 9; the best 3 went on" for n in (4, 5, 6, 7, 8, 9)]
    assert sorted(reason.split(" was ")[1] for reason in at_second) == [
        "2nd of 3; the best run went on",
        "3rd of 3; the best run went on",
    ]
    best = sweep.runs[reasons.index(None)]
    assert kinds(store, best) == [
        "queued",
        *("claimed", "paused", "promoted", "claimed", "resumed", "paused", "promoted"),
        *("claimed", "resumed", "done"),
    ]
    assert details(store, best, "paused")[0] == (
        "at its rung, epoch 1: waits for the others of its sweep"
    )
    assert details(store, best, "promoted")[1].startswith(
        "to epoch 9: the best at rung 1 (epoch 3), with test loss 0."
    )
    stopped = store.run(sweep.runs[0].id)
    assert details(store, stopped, "done") == [stopped.reason]


@pytest.mark.parametrize("network", [MLP, CNN], ids=["mlp", "cnn"])
@pytest.mark.parametrize("schedule", ["constant", "one-cycle"])
def test_a_run_that_waited_has_the_curve_of_one_that_did_not(
    network: RunConfig,
    schedule: str,
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
) -> None:
    halving = Halving(eta=2, min_epochs=1, n_rungs=4)
    sweep = halved(store, rates(4, network, epochs=5, schedule=schedule), halving)
    assert sweep.plan.rungs == (1, 2, 4, 5)
    trained(make_engine, workers=2)
    for run, config, epochs in zip(sweep.runs, sweep.configs, done(store, sweep), strict=True):
        assert stored(store, run) == alone(config, tiny_dataset)[: epochs + 1]
    best = sweep.runs[done(store, sweep).index(5)]
    assert store.run(best.id).attempt == 4


# --- whatever happens between two steps -----------------------------------------------------------


def test_an_engine_goes_on_where_another_was_killed_between_any_two_steps(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    """Steps: the epoch at the rung is committed, the run waits, the best goes on, the rest end."""
    sweep = halved(store, rates(4, epochs=3))
    for number, run in enumerate(sweep.runs):
        claim = store.claim("dead", threads=1, only=[run.id])
        assert claim is not None
        curve = alone(sweep.configs[number], tiny_dataset)
        for epoch in (0, 1):
            store.commit_epoch(claim, row_of(curve[epoch]))
        if number > 0:  # the first is killed before it says that it waits
            store.finish(claim, State.PAUSED)
    assert not unsettled(store)
    store.recover(["dead"])
    trained(make_engine)
    assert sum(done(store, sweep)) == 4 + 2
    assert done(store, sweep) == expected(sweep, tiny_dataset)


def row_of(point: tuple[float, ...]) -> EpochRow:
    epoch, step, *metrics = point
    names = (
        *("train_loss", "test_loss", "train_mae", "test_mae", "train_mae_deg", "test_mae_deg"),
        *("train_circular_mae_deg", "test_circular_mae_deg"),
        *("test_median_deg", "test_flips", "test_axial_mae_deg"),
    )
    values = dict(zip(names, metrics, strict=True))
    return EpochRow(epoch=int(epoch), step=int(step), seconds=0.1, at=1.0, **values)


def test_an_engine_that_starts_lets_those_go_on_that_a_killed_one_left_waiting(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sweep = halved(store, rates(3, epochs=3))
    with monkeypatch.context() as nobody:
        nobody.setattr(Halvings, "settle", lambda self: False)
        engine = make_engine()
        engine.start()
        assert not engine.wait_idle(2)  # a run waits that could go on
        assert unsettled(store, [sweep.runs[2].id])
        assert not engine.idle
        assert engine.stop(60)
    assert {run.state for run in store.runs()} == {State.PAUSED}
    trained(make_engine)
    assert done(store, sweep) == expected(sweep, tiny_dataset)


def test_a_halved_sweep_survives_kills(
    store: RunStore, tiny_dataset: Dataset, arrays: Path
) -> None:
    sweep = halved(store, rates(6, MLP, epochs=90), Halving(min_epochs=10, n_rungs=3))
    spare = EngineProcess(store, arrays)
    try:
        for changes in (15, 45, 30):
            engine, spare = spare, EngineProcess(store, arrays)
            engine.train()
            engine.kill_after(changes)
        spare.train()
        assert spare.finish() == 0
    finally:
        spare.end()
    epochs = done(store, sweep)
    assert sum(epochs) == 6 * 10 + 2 * 20 + 60
    assert epochs == expected(sweep, tiny_dataset)
    for run, config, trained_to in zip(sweep.runs, sweep.configs, epochs, strict=True):
        assert stored(store, run) == alone(config, tiny_dataset)[: trained_to + 1]


def test_two_engines_on_one_store_decide_together(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    sweep = halved(store, rates(9, epochs=9))
    engines = [make_engine(), make_engine()]
    for engine in engines:
        engine.start()
    until(lambda: not store.runs(states=set(State) - {State.DONE}))
    assert done(store, sweep) == expected(sweep, tiny_dataset)
    assert [len(details(store, run, "promoted")) for run in sweep.runs] == [
        {1: 0, 3: 1, 9: 2}[epochs] for epochs in done(store, sweep)
    ]


def test_many_threads_that_settle_at_once_let_each_run_go_on_once(
    store: RunStore, make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = halved(store, rates(9, epochs=9))
    with monkeypatch.context() as nobody:
        nobody.setattr(Halvings, "settle", lambda self: False)
        engine = make_engine(workers=2)
        engine.start()
        engine.wait_idle(2)
        until(lambda: not store.runs(states={State.QUEUED, State.RUNNING}))
        assert engine.stop(60)
    together = threading.Barrier(6)

    def settle() -> None:
        together.wait(30)
        Halvings(store).settle()

    threads = [threading.Thread(target=settle) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(details(store, run, "promoted")) for run in sweep.runs) == 3
    assert len(store.runs(states={State.QUEUED})) == 3


# --- runs that drop out, and people ---------------------------------------------------------------


def test_a_diverged_run_is_out_and_the_sweep_goes_on_without_it(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    deep = {"network.dense_hiddens": [64, 64, 64], "network.type": "cnn", "epochs": 4}
    configs = [MLP.replaced({**deep, "lr": lr, "batch_size": 4}) for lr in (100.0, 1e-3, 1e-5)]
    assert len(alone(configs[0], tiny_dataset)) < 4
    sweep = halved(store, configs, Halving(eta=2, min_epochs=1))
    trained(make_engine)
    first, *others = [store.run(run.id) for run in sweep.runs]
    assert first.state is State.FAILED
    assert first.error is not None
    assert "became NaN" in first.error
    assert sorted(run.epochs_done for run in others) == [1, 4]
    assert {run.state for run in others} == {State.DONE}


@pytest.mark.parametrize("end", [RunStore.cancel, RunStore.delete])
def test_a_run_that_a_person_ends_is_awaited_no_more(
    end, store: RunStore, make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = halved(store, rates(4, epochs=3))
    held = sweep.runs[3].id
    store.pause([held])
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)  # nothing more can be trained
    assert all(store.run(run.id).at_rung for run in sweep.runs[:3])
    end(store, [held])
    assert not engine.idle
    assert engine.wait_idle(60)
    assert sorted(store.run(run.id).epochs_done for run in sweep.runs[:3]) == [1, 1, 3]
    assert {store.run(run.id).state for run in sweep.runs[:3]} == {State.DONE}


def test_a_run_that_a_person_paused_is_awaited(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    sweep = halved(store, rates(4, epochs=3))
    store.pause([sweep.runs[2].id])
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    store.resume([sweep.runs[2].id])
    assert engine.wait_idle(60)
    assert done(store, sweep) == expected(sweep, tiny_dataset)


def test_a_run_let_go_on_by_hand_trains_to_its_next_rung(
    store: RunStore, make_engine: MakeEngine
) -> None:
    sweep = halved(store, rates(4, epochs=9), Halving(n_rungs=3))
    store.pause([sweep.runs[3].id])
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    worst = max(sweep.runs[:3], key=lambda run: store.epochs(run.id)[-1].test_loss)
    store.resume([worst.id])
    assert engine.wait_idle(60)
    assert (store.run(worst.id).epochs_done, store.run(worst.id).at_rung) == (3, True)
    store.resume([sweep.runs[3].id])
    assert engine.wait_idle(60)
    ends = [store.run(run.id) for run in sweep.runs]
    assert {run.state for run in ends} == {State.DONE}
    assert sorted(run.epochs_done for run in ends) == [1, 1, 3, 9]


def test_a_run_told_to_pause_at_its_rung_is_held_back_when_it_goes_on(
    store: RunStore,
    make_engine: MakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sweep = halved(store, rates(2, epochs=3))
    commit = RunStore.commit_epoch

    def paused_then(self: RunStore, claim: Claim, row: EpochRow, *args: Any, **more: Any) -> None:
        commit(self, claim, row, *args, **more)
        if row.epoch == 1:
            self.pause([claim.run.id])

    monkeypatch.setattr(RunStore, "commit_epoch", paused_then)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    (held,) = [run for run in store.runs() if run.until is None]
    (other,) = [run for run in store.runs() if run.id != held.id]
    assert (held.state, held.at_rung, held.epochs_done) == (State.PAUSED, False, 1)
    assert other.at_rung
    store.resume([held.id])
    assert engine.wait_idle(60)
    assert (store.run(held.id).epochs_done, store.run(other.id).epochs_done) == (3, 1)
    assert {store.run(run.id).state for run in sweep.runs} == {State.DONE}


def test_a_run_that_stops_early_keeps_its_place(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    configs = [
        SMALL.replaced({"epochs": 12, "lr": lr, "patience": 1}) for lr in (0.3, 0.2, 0.01, 1e-8)
    ]
    curves = [alone(config, tiny_dataset) for config in configs]
    assert len(curves[0]) < 13
    sweep = halved(store, configs, Halving(eta=2, min_epochs=3, n_rungs=3))
    trained(make_engine)
    ends = [store.run(run.id) for run in sweep.runs]
    assert {run.state for run in ends} == {State.DONE}
    early = [run for run in ends if (run.reason or "").startswith("stopped early")]
    assert early
    assert any(run.reason is None or run in early for run in ends)
    for run, curve in zip(ends, curves, strict=True):
        assert stored(store, run) == curve[: run.epochs_done + 1]


def test_an_engine_for_other_runs_is_idle_while_a_sweep_waits(
    store: RunStore, make_engine: MakeEngine
) -> None:
    sweep = halved(store, rates(3, epochs=3))
    (single,) = add(store, SMALL)
    claim = store.claim("other", threads=1, only=[sweep.runs[0].id])
    assert claim is not None
    trained(make_engine, only=[single.id])
    assert store.run(single.id).state is State.DONE
    assert [run.state for run in store.runs(sweep=1)] == [
        State.RUNNING,
        State.QUEUED,
        State.QUEUED,
    ]


def test_a_sweep_whose_plan_is_damaged_trains_to_the_end(
    store: RunStore, make_engine: MakeEngine
) -> None:
    plan = Plan((1, 3), (2, 1))
    new = [new_run(config, 1) for config in rates(2, epochs=3)]
    store.add_runs(new, sweep="damaged", spec={"halving": plan.to_dict() | {"sizes": "?"}})
    trained(make_engine)
    assert [run.epochs_done for run in store.runs()] == [3, 3]


SPEC = {"halving": Plan((1, 4, 8), (4, 2, 1)).to_dict()}


def waiting(run: int, *losses: float) -> RungRow:
    """A run that waits at its rung, with its test loss there and at the rungs before."""
    epochs = (1, 4)[: len(losses)]
    until = epochs[-1]
    by_epoch = dict(zip(epochs, losses, strict=True))
    return RungRow(run, State.PAUSED, True, until, 8, until, by_epoch)


def ended(run: int, state: State, until: int | None, losses: dict[int, float]) -> RungRow:
    """A run that has ended after the last of these epochs."""
    return RungRow(run, state, False, until, 8, max(losses), losses)


def test_nothing_is_decided_for_a_sweep_without_runs() -> None:
    assert not moves_of(SPEC, [])


@pytest.mark.parametrize("at_epoch", [3, 4])
def test_the_next_best_replaces_a_run_that_diverged_before_or_at_its_next_rung(
    at_epoch: int,
) -> None:
    diverged = ended(1, State.FAILED, 4, {1: 0.1, at_epoch: math.nan})
    rows = [diverged, waiting(2, 0.2, 0.1), waiting(3, 0.3), waiting(4, 0.4)]
    moves = moves_of(SPEC, rows)
    why = "to epoch 4: among the best 2 at rung 0 (epoch 1), with test loss 0.3"
    assert moves.go_on == {3: (4, why)}
    assert moves.end == {}


def test_a_run_cancelled_where_it_waits_takes_no_place_there() -> None:
    cancelled = ended(1, State.CANCELLED, 1, {1: 0.1})
    rows = [cancelled, waiting(2, 0.2), waiting(3, 0.3), waiting(4, 0.4)]
    assert list(moves_of(SPEC, rows).go_on) == [2, 3]


@pytest.mark.parametrize(("loss", "goes_on"), [(0.06, False), (0.04, True)])
def test_a_run_that_stopped_early_is_compared_with_its_last_loss(
    loss: float, goes_on: bool
) -> None:
    early = ended(1, State.DONE, 4, {1: 0.1, 3: 0.05})
    rows = [early, waiting(2, 0.2, loss), waiting(3, 0.3), waiting(4, 0.4)]
    moves = moves_of(SPEC, rows)
    if goes_on:
        assert moves.go_on == {
            2: (None, "to epoch 8: the best at rung 1 (epoch 4), with test loss 0.04")
        }
    else:
        assert moves.end == {
            2: "stopped by halving at rung 1 (epoch 4): test loss 0.06 was 2nd of 2; "
            "the best run went on",
            3: "stopped by halving at rung 0 (epoch 1): test loss 0.3 was 3rd of 4; "
            "the best 2 went on",
            4: "stopped by halving at rung 0 (epoch 1): test loss 0.4 was 4th of 4; "
            "the best 2 went on",
        }


def test_the_heartbeat_settles_while_every_worker_is_busy(
    store: RunStore, make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BEAT_SECONDS", 0.02)
    sweep = halved(store, rates(3, epochs=3))
    (long,) = add(store, MLP.replaced({"epochs": 100_000}))
    engine = make_engine(only=[*(run.id for run in sweep.runs[:2]), long.id])
    store.pause([long.id])
    engine.start()
    assert engine.wait_idle(60)
    store.resume([long.id])
    until(lambda: store.run(long.id).state is State.RUNNING)
    store.cancel([sweep.runs[2].id])
    until(lambda: store.runs(states={State.QUEUED}, sweep=1))
    assert store.run(long.id).state is State.RUNNING
    store.cancel([long.id])
    assert engine.wait_idle(60)


def test_a_run_that_was_stopped_goes_on_by_hand_to_the_curve_of_one_that_was_not(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    sweep = halved(store, rates(3, epochs=3))
    trained(make_engine)
    stopped = next(run for run in sweep.runs if store.run(run.id).reason)
    store.go_on([stopped.id])
    assert store.run(stopped.id).reason is None
    trained(make_engine)
    run = store.run(stopped.id)
    assert (run.state, run.epochs_done, run.reason) == (State.DONE, 3, None)
    assert stored(store, run) == alone(sweep.configs[sweep.runs.index(stopped)], tiny_dataset)
    assert details(store, run, "promoted") == ["by hand, to epoch 3"]
    assert sorted(done(store, sweep)) == [1, 3, 3]
