"""The trash: what is thrown away is hidden and not trained, and comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from store_rows import add, claimed, epoch_row, files, in_state

from rottui.errors import StoreError
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State


def test_a_deleted_run_is_hidden_everywhere_and_comes_back_as_it_was(
    store: RunStore, folder: Path
) -> None:
    add(store, "a", "b")
    claim = claimed(store)
    written = store.write_checkpoint(claim, "last", 1, 4, b"weights")
    store.commit_epoch(claim, epoch_row(1), [written])
    store.pause([1])
    store.finish(claim, State.QUEUED)
    before = store.run(1)
    store.delete([1])
    assert [run.id for run in store.runs()] == [2]
    assert store.counts() == {State.QUEUED: 1}
    with pytest.raises(StoreError, match="run 1 is in the trash: rottui restore 1"):
        store.run(1)
    (lost,) = store.runs(trashed=True)
    assert lost.trashed_at is not None
    store.restore([1])
    after = store.run(1)
    assert after == replace(before, revision=after.revision)
    assert store.epochs(1)
    assert files(folder) == {written.file}


def test_what_lies_in_the_trash_is_not_trained(store: RunStore) -> None:
    add(store)
    store.delete([1])
    assert not store.busy([])
    assert store.claim("w", threads=1) is None
    store.restore([1])
    assert claimed(store).run.id == 1


def test_a_sweep_is_as_large_as_what_is_left_of_it(store: RunStore) -> None:
    store.add_runs([NewRun("a", {}, 1), NewRun("b", {}, 1)], sweep="s")
    store.delete([1])
    assert [sweep.run_ids for sweep in store.sweeps()] == [(2,)]
    store.delete([2])
    assert store.sweeps() == []
    store.restore([1, 2])
    assert [sweep.run_ids for sweep in store.sweeps()] == [(1, 2)]


def test_only_the_trash_is_purged(store: RunStore) -> None:
    add(store, "a", "b")
    store.delete([1])
    with pytest.raises(StoreError, match="run 2 is not in the trash"):
        store.purge([1, 2])
    assert len(store.runs(trashed=True)) == 1
    store.purge([1])
    assert store.runs(trashed=True) == []
    with pytest.raises(StoreError, match="run 1 is gone"):
        store.restore([1])


def test_a_purged_run_is_not_taken_for_one_that_never_was(store: RunStore) -> None:
    add(store, "a", "b", "c")
    store.delete([2, 3])
    store.purge([2, 3])
    for run_id in (2, 3):  # 3 had the highest id that there ever was
        with pytest.raises(StoreError, match=f"^run {run_id} is gone for good: it was purged$"):
            store.run(run_id)
    for reference in (0, 4):
        with pytest.raises(StoreError, match=f"^there is no run {reference}; the store has run 1"):
            store.run(reference)


def test_a_running_run_is_not_thrown_away(store: RunStore) -> None:
    run = in_state(store, State.RUNNING)
    other = add(store)[0]
    with pytest.raises(StoreError, match="is running; cancel it"):
        store.delete([other.id, run.id])
    assert store.runs(trashed=True) == []


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
@pytest.mark.parametrize("fresh", [False, True])
def test_what_failed_is_tried_again_with_the_same_config(
    store: RunStore, state: State, fresh: bool
) -> None:
    add(store)
    claim = claimed(store)
    kept = store.write_checkpoint(claim, "last", 1, 4, b"weights")
    store.commit_epoch(claim, epoch_row(1), [kept])
    store.finish(claim, state, error="it broke")
    store.retry([1], fresh=fresh)
    run = store.run(1)
    assert (run.state, run.error, run.ended_at) == (State.QUEUED, None, None)
    assert run.epochs_done == (0 if fresh else 1)
    assert (store.checkpoints(1) == []) is fresh
    again = claimed(store)
    assert (again.run.config, again.attempt) == (claim.run.config, 2)


@pytest.mark.parametrize("state", [State.DONE, State.RUNNING, State.QUEUED, State.PAUSED])
def test_nothing_else_is_tried_again(store: RunStore, state: State) -> None:
    run = in_state(store, state)
    with pytest.raises(StoreError, match="only failed and cancelled runs are tried again"):
        store.retry([run.id])


def test_a_run_that_waits_is_edited_and_one_that_was_begun_is_not(store: RunStore) -> None:
    add(store)
    store.edit(1, NewRun("other", {"lr": 0.5}, 9))
    run = store.run(1)
    assert (run.name, dict(run.config), run.epochs) == ("other", {"lr": 0.5}, 9)
    claim = claimed(store)
    store.finish(claim, State.QUEUED)
    with pytest.raises(StoreError, match="has been begun"):
        store.edit(1, NewRun("late", {}, 1))
