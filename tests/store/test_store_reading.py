"""What readers get: runs in queue order, by reference, their epochs, and the revision."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from store_rows import add, claimed, epoch_row, worker_row

from rottui.errors import StoreError
from rottui.store.connection import FILE
from rottui.store.records import Changes, EpochRow, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

NAN, INF = math.nan, math.inf


def spoil(folder: Path, run_id: int, column: str, value: object) -> None:
    """Write what no part of rottui would write."""
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        db.execute(f"UPDATE runs SET {column} = CAST(? AS TEXT) WHERE id = ?", (value, run_id))


# --- lists ----------------------------------------------------------------------------------------


def test_runs_are_filtered_by_state_sweep_and_id_together(store: RunStore) -> None:
    new = [NewRun(f"lr {lr}", {"lr": lr}, 2) for lr in (0.1, 0.01)]
    first = store.add_runs(new, sweep="lrs")
    second = store.add_runs(new, sweep="lrs again")
    (alone,) = add(store, "alone")
    store.pause([first[0].id, alone.id])
    assert first[0].sweep_id is not None
    assert [run.id for run in store.runs(sweep=first[0].sweep_id)] == [run.id for run in first]
    assert [run.id for run in store.runs(states={State.PAUSED})] == [first[0].id, alone.id]
    assert [run.id for run in store.runs(ids=[second[1].id, alone.id, 99])] == [
        second[1].id,
        alone.id,
    ]
    assert [
        run.id
        for run in store.runs(states=[State.PAUSED], sweep=first[0].sweep_id, ids=[alone.id, 1])
    ] == [first[0].id]
    assert store.runs(ids=[]) == store.runs(states=[]) == []


def test_a_sweep_lists_its_runs_and_goes_with_the_last_of_them(store: RunStore) -> None:
    new = [NewRun("a", {}, 1), NewRun("b", {}, 1)]
    first = store.add_runs(new, sweep="first")
    second = store.add_runs(new, sweep="second")
    assert [(sweep.name, sweep.run_ids) for sweep in store.sweeps()] == [
        ("first", tuple(run.id for run in first)),
        ("second", tuple(run.id for run in second)),
    ]
    store.delete([first[0].id])
    assert store.sweeps()[0].run_ids == (first[1].id,)
    store.delete([first[1].id])
    assert [sweep.name for sweep in store.sweeps()] == ["second"]


def test_a_sweep_keeps_how_it_was_made(store: RunStore) -> None:
    spec = {"axes": [{"field": "lr", "values": [0.1, 0.01], "span": None}], "seeds": [7]}
    store.add_runs([NewRun("a", {}, 1)], sweep="made", spec=spec)
    store.add_runs([NewRun("b", {}, 1)], sweep="unknown")
    assert [sweep.spec for sweep in store.sweeps()] == [spec, None]


# --- one run --------------------------------------------------------------------------------------


def test_a_run_is_found_by_id_and_by_a_name_that_only_it_has(store: RunStore) -> None:
    first, second = add(store, "mlp lr 1e-3", "cnn")
    for reference in (first.id, "1", "#1", " 1 ", "mlp lr 1e-3"):
        assert store.run(reference) == first
    assert store.run("cnn") == second


def test_a_name_that_several_runs_have_asks_for_an_id(store: RunStore) -> None:
    add(store, "twin", "other", "twin")
    with pytest.raises(StoreError, match="2 runs are named 'twin'; say which by its id: 1, 3"):
        store.run("twin")


@pytest.mark.parametrize(
    ("names", "reference", "said"),
    [
        ([], 1, "there is no run 1; the store has no runs yet"),
        (["a"], 7, "there is no run 7; the store has run 1"),
        (["a", "b"], "#7", "there is no run 7; the store has runs 1 to 2"),
        (["a"], "mlp", "there is no run 'mlp'; the store has run 1"),
        (["a"], "", "there is no run ''; the store has run 1"),
        (["a"], "9" * 30, "there is no run '9999.*; the store has run 1"),
        (["a"], "-1", "there is no run '-1'; the store has run 1"),
    ],
)
def test_a_run_that_is_not_there_is_said_with_what_is(
    names: list[str], reference: int | str, said: str, store: RunStore
) -> None:
    if names:
        add(store, *names)
    with pytest.raises(StoreError, match=said):
        store.run(reference)


# --- epochs ---------------------------------------------------------------------------------------


def test_epochs_come_back_as_they_were_committed_and_only_the_new_ones(store: RunStore) -> None:
    add(store)
    claim = claimed(store)
    rows = [epoch_row(epoch, 1 / (epoch + 3)) for epoch in range(4)]
    for row in rows:
        store.commit_epoch(claim, row)
    assert store.epochs(claim.run.id) == rows
    assert store.epochs(claim.run.id, after=1) == rows[2:]
    assert store.epochs(claim.run.id, after=3) == store.epochs(99) == []


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
@pytest.mark.parametrize("marked", [True, False], ids=["marked finite", "marked"])
def test_a_number_that_is_not_finite_is_read_as_nan_and_the_epoch_says_so(
    bad: float, marked: bool, store: RunStore
) -> None:
    add(store)
    claim = claimed(store)
    store.commit_epoch(claim, epoch_row(0, 0.75))
    store.commit_epoch(claim, replace(epoch_row(1, bad), finite=marked))
    (row,) = store.epochs(claim.run.id, after=0)
    assert math.isnan(row.test_loss)
    assert row.train_loss == 0.25
    assert not row.finite
    run = store.run(claim.run.id)
    assert isinstance(run.last, EpochRow)
    assert (run.last.epoch, run.last.finite) == (1, False)
    assert run.best == epoch_row(0, 0.75)


def test_an_epoch_with_any_number_that_is_not_finite_is_never_the_best(store: RunStore) -> None:
    add(store)
    claim = claimed(store)
    store.commit_epoch(claim, replace(epoch_row(0, 0.1), train_mae_deg=NAN))
    assert store.run(claim.run.id).best is None
    store.commit_epoch(claim, epoch_row(1, 0.5))
    assert store.run(claim.run.id).best == epoch_row(1, 0.5)


def best_epoch(store: RunStore, run_id: int) -> int | None:
    best = store.run(run_id).best
    return None if best is None else best.epoch


def test_the_best_epoch_has_the_lowest_test_loss_and_is_the_first_of_equals(
    store: RunStore,
) -> None:
    add(store)
    claim = claimed(store)
    found = []
    for epoch, loss in enumerate([0.9, 0.5, 0.7, 0.5, NAN, 0.3, 0.4]):
        store.commit_epoch(claim, epoch_row(epoch, loss))
        found.append(best_epoch(store, claim.run.id))
    assert found == [0, 1, 1, 1, 1, 5, 5]


def test_the_best_epoch_follows_epochs_that_are_trained_anew(store: RunStore) -> None:
    add(store)
    claim = claimed(store)
    for epoch, loss in enumerate([0.9, 0.3, 0.5]):
        store.commit_epoch(claim, epoch_row(epoch, loss))
    store.commit_epoch(claim, epoch_row(1, 0.8))  # the best one, worse this time
    assert best_epoch(store, claim.run.id) == 2
    store.commit_epoch(claim, epoch_row(0, 0.2))
    assert best_epoch(store, claim.run.id) == 0
    store.commit_epoch(claim, epoch_row(2, 0.1))
    assert best_epoch(store, claim.run.id) == 2


def test_a_run_knows_its_progress_and_the_seconds_of_its_recent_epochs(store: RunStore) -> None:
    add(store)
    claim = claimed(store)
    assert (claim.run.last, claim.run.best, claim.run.seconds) == (None, None, None)
    for epoch, seconds in enumerate([100.0, 9.0, 1.0, 2.0, 3.0, 4.0, 5.0]):
        store.commit_epoch(claim, replace(epoch_row(epoch), seconds=seconds))
    run = store.run(claim.run.id)
    assert (run.epochs_done, run.seconds) == (6, 3.0)
    assert run.last == replace(epoch_row(6), seconds=5.0)
    store.commit_epoch(claim, epoch_row(2))  # trained anew after a kill: progress stays
    assert store.run(run.id).epochs_done == 6
    assert [row.epoch for row in store.epochs(run.id)] == list(range(7))


# --- damaged rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage", ["{", "", "[1]", "null", "[" * 100_000, b"\xff\xfe"], ids=lambda d: repr(d)[:9]
)
def test_a_damaged_config_is_told_of_that_run_alone(
    damage: str | bytes, store: RunStore, folder: Path
) -> None:
    sound, spoilt = add(store, "sound", "spoilt")
    spoil(folder, spoilt.id, "config", damage)
    first, second = store.runs()
    assert first == sound
    assert (second.config, second.error) == ({}, "its config in the store is damaged")
    assert store.run(spoilt.id) == second
    store.cancel([spoilt.id])
    store.delete([spoilt.id])


def test_a_damaged_name_is_shown_as_far_as_it_can_be_read(store: RunStore, folder: Path) -> None:
    add(store, "sound", "spoilt")
    spoil(folder, 2, "name", b"sp\xffilt")
    assert [run.name for run in store.runs()] == ["sound", "sp\ufffdilt"]


def test_a_damaged_run_keeps_the_error_it_failed_with(store: RunStore, folder: Path) -> None:
    add(store)
    claim = claimed(store)
    store.finish(claim, State.FAILED, error="no images")
    spoil(folder, claim.run.id, "config", "{")
    assert store.run(claim.run.id).error == "no images"


# --- the revision ---------------------------------------------------------------------------------


def test_every_change_raises_the_revision_and_reading_does_not(store: RunStore) -> None:
    revisions = [store.revision()]

    def changed() -> None:
        revisions.append(store.revision())
        assert revisions[-1] > revisions[-2]

    add(store, "a", "b", "c", "d")
    changed()
    for wish in (store.pause, store.resume, store.cancel, store.delete):
        wish([4])
        changed()
    store.move([3], -1)
    changed()
    store.duplicate([1])
    changed()
    claim = claimed(store, only=[1])
    changed()
    assert store.run(1).revision == store.revision()
    store.commit_epoch(claim, epoch_row(0))
    changed()
    assert store.run(1).revision == store.revision()
    assert store.run(2).revision < store.revision()
    store.note_event(claim, "resumed", "from epoch 0")
    changed()
    store.pause([1])
    changed()
    store.recover([claim.worker])
    changed()
    assert store.run(1).revision == store.revision()
    store.runs(), store.epochs(1), store.sweeps(), store.events(1), store.checkpoints(1)
    store.claim("nobody", threads=1, only=[])
    store.recover()
    assert store.revision() == revisions[-1]


def test_a_change_by_another_process_is_seen(store: RunStore, folder: Path) -> None:
    (run,) = add(store)
    before = store.revision()
    script = (
        "import sys\nfrom pathlib import Path\nfrom rottui.store.runs import RunStore\n"
        "RunStore.open(Path(sys.argv[1])).pause([1])"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True)
    assert store.revision() > before
    assert store.run(run.id).state is State.PAUSED


def test_workers_are_listed_until_they_sign_off(store: RunStore) -> None:
    for name in ("w1", "w2"):
        store.add_worker(worker_row(name))
    assert store.workers() == [worker_row("w1"), worker_row("w2")]
    store.remove_worker("w1")
    assert store.workers() == [worker_row("w2")]


# --- only what has changed ------------------------------------------------------------------------


def test_after_a_revision_only_what_has_changed_since_is_told(store: RunStore) -> None:
    add(store, "a", "b", "c")
    everything = store.changes(-1)
    assert [run.name for run in everything.runs] == ["a", "b", "c"]
    assert (everything.revision, everything.count) == (store.revision(), 3)
    assert store.changes(everything.revision).runs == ()
    store.commit_epoch(claimed(store), epoch_row(0))
    assert list(store.changes(everything.revision).runs) == [store.run(1)]


def test_a_run_that_goes_into_the_trash_or_is_purged_is_told_of(store: RunStore) -> None:
    add(store, "a", "b")
    revision = store.revision()
    store.delete([2])
    changes = store.changes(revision)
    assert [(run.id, run.trashed_at is None) for run in changes.runs] == [(2, False)]
    assert changes.count == 2
    store.purge([2])
    assert store.changes(revision) == Changes(store.revision(), (), 1)
    assert store.ids() == {1}


def test_a_revision_from_another_life_of_the_store_is_told_everything(store: RunStore) -> None:
    add(store, "a")
    assert [run.name for run in store.changes(store.revision() + 7).runs] == ["a"]


def test_places_are_those_of_the_runs(store: RunStore) -> None:
    add(store, "a", "b", "c", "d")
    claimed(store)
    store.pause([3])
    store.delete([4])
    store.move([2], 1)
    for asked in ({}, {"states": [State.PAUSED]}, {"trashed": True}, {"sweep": 1}):
        runs = store.runs(**asked)
        assert store.places(**asked) == [(run.id, run.state) for run in runs]
    assert [run_id for run_id, _ in store.places()] == [1, 3, 2]
