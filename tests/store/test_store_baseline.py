"""The baseline of a run: strict JSON, written by the worker that holds the run, once."""

from __future__ import annotations

import math

import pytest
from store_rows import add, claimed, epoch_row

from rottui.store.records import EpochRow
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.store.work import LeaseLostError

BASELINE = {"mean": {"test_loss": 0.75, "test_mae_deg": 90.5}, "chance": {"test_flips": 0.25}}


def test_it_is_committed_with_an_epoch_and_read_with_the_run(store: RunStore) -> None:
    add(store)
    claim = claimed(store)
    store.commit_epoch(claim, epoch_row(0), baseline=BASELINE)
    assert store.run(1).baseline == BASELINE
    store.commit_epoch(claim, epoch_row(1))
    store.finish(claim, State.DONE)
    assert store.runs()[0].baseline == BASELINE


def test_the_first_one_stays(store: RunStore) -> None:
    add(store)
    claim = claimed(store)
    store.commit_epoch(claim, epoch_row(0), baseline=BASELINE)
    store.commit_epoch(claim, epoch_row(1), baseline={"mean": {"test_loss": 9.0}})
    assert store.run(1).baseline == BASELINE


def test_a_worker_that_lost_the_run_writes_none(store: RunStore) -> None:
    add(store)
    stale = claimed(store)
    store.finish(stale, State.QUEUED)
    claimed(store, "w2")
    with pytest.raises(LeaseLostError):
        store.commit_epoch(stale, epoch_row(0), baseline=BASELINE)
    assert store.run(1).baseline is None


def test_what_is_not_finite_is_refused_and_nothing_is_written(store: RunStore) -> None:
    add(store)
    claim = claimed(store)
    with pytest.raises(ValueError, match="JSON"):
        store.commit_epoch(claim, epoch_row(0), baseline={"mean": {"test_loss": math.nan}})
    assert store.epochs(1) == []


def test_guesses_are_those_that_have_the_metric(store: RunStore) -> None:
    add(store)
    assert store.run(1).guesses("test_loss") == {}
    store.commit_epoch(claimed(store), epoch_row(0), baseline=BASELINE)
    run = store.run(1)
    assert run.guesses("test_loss") == {"mean": 0.75}
    assert run.guesses("test_flips") == {"chance": 0.25}
    assert run.guesses("test_mae") == {}


@pytest.mark.parametrize("damaged", ['{"mean": 3}', '{"mean": {"test_loss": NaN}}', "[1]", "{"])
def test_a_damaged_baseline_is_no_baseline(damaged: str, store: RunStore) -> None:
    add(store)
    with store._connections.writing() as db:
        db.execute("UPDATE runs SET baseline = ?", (damaged,))
    assert store.run(1).guesses("test_loss") == {}


def test_a_metric_that_was_not_taken_is_told_from_one_that_diverged() -> None:
    old = epoch_row(3)
    assert old.measured("test_loss") == 0.5
    assert old.measured("test_flips") is None
    numbers = (math.nan,) * 6
    diverged = EpochRow(3, 12, *numbers, 0.1, 0.0, finite=False)
    assert math.isnan(diverged.measured("test_flips") or 0)
