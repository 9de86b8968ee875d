"""What holds a queued run back: pauses, groups, priorities and runs that must be done before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from store_rows import add, claimed

from rottui.errors import StoreError
from rottui.store.groups import GENTLY, NO, NOW
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State, Wish

DONE, FAILED = State.DONE, State.FAILED


def grouped(store: RunStore, group: str, *names: str) -> list[int]:
    return [run.id for run in store.add_runs([NewRun(n, {}, 1) for n in names], group=group)]


def order(store: RunStore) -> list[int]:
    """Ids in the order in which one worker gets them."""
    ids = []
    while (claim := store.claim("w", threads=1)) is not None:
        ids.append(claim.run.id)
        store.finish(claim, DONE)
    return ids


def test_the_highest_priority_is_first_then_the_place_in_the_queue(store: RunStore) -> None:
    add(store, "a", "b", "c", "d")
    store.set_priority([4, 2], 5)
    store.set_priority([1], -1)
    assert order(store) == [2, 4, 3, 1]
    with pytest.raises(StoreError, match="run 1 is done; it waits for nothing"):
        store.set_priority([1], 2)


def test_priorities_are_raised_from_what_each_run_has(store: RunStore) -> None:
    add(store, "a", "b", "c")
    store.set_priority([2], 4)
    store.set_priority([2, 3], 1, relative=True)
    assert [run.priority for run in store.runs()] == [0, 5, 1]


def test_a_draft_is_laid_aside_until_it_is_queued(store: RunStore) -> None:
    add(store, "a", "b")
    store.draft([1])
    assert store.run(1).state is State.DRAFT
    assert claimed(store).run.id == 2
    assert not store.busy([])
    with pytest.raises(StoreError, match="run 2 is running; only a queued run becomes"):
        store.draft([2, 1])
    store.resume([1])
    assert store.run(1).state is State.QUEUED
    assert claimed(store).run.id == 1


def test_a_run_waits_for_those_it_needs(store: RunStore) -> None:
    first, second = add(store, "a", "b")
    (last,) = store.add_runs([NewRun("c", {}, 1)], needs=[first.id, second.id], priority=9)
    assert last.needs == (1, 2)
    one, two = claimed(store), claimed(store)
    store.finish(one, DONE)
    assert store.claim("w", threads=1) is None
    store.finish(two, FAILED, error="it broke")
    assert store.claim("w", threads=1) is None
    assert not store.busy([])  # nothing can be trained: an engine has no reason to stay
    store.retry([two.run.id])
    assert order(store) == [2, 3]


def test_what_is_needed_must_be_there(store: RunStore) -> None:
    with pytest.raises(StoreError, match="run 7 is gone"):
        store.add_runs([NewRun("c", {}, 1)], needs=[7])
    assert store.runs() == []


def test_a_run_whose_need_was_purged_waits_and_keeps_nobody(store: RunStore) -> None:
    add(store)
    store.add_runs([NewRun("c", {}, 1)], needs=[1])
    store.delete([1])
    store.purge([1])
    assert not store.busy([])
    assert store.claim("w", threads=1) is None


def test_a_group_trains_so_many_runs_at_the_same_time(store: RunStore) -> None:
    grouped(store, "g", "a", "b", "c")
    assert grouped(store, "g", "d") == [4]  # the same group
    (group,) = store.sweeps()
    assert (group.kind, group.run_ids) == ("group", (1, 2, 3, 4))
    store.set_group(group.id, parallel=2)
    one, _two = claimed(store), claimed(store)
    assert store.claim("w", threads=1) is None
    store.finish(one, DONE)
    assert claimed(store).run.id == 3
    store.set_group(group.id, unlimited=True)
    assert claimed(store).run.id == 4


def test_many_processes_keep_to_what_a_group_may(store: RunStore, folder: Path) -> None:
    grouped(store, "g", *map(str, range(40)))
    store.set_group(1, parallel=3)
    script = Path(__file__).with_name("claim_all.py")
    claimers = [
        subprocess.Popen(
            [sys.executable, str(script), str(folder), f"w{i}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(4)
    ]
    for claimer in claimers:
        assert claimer.stdout is not None
        assert claimer.stdout.readline() == "ready\n"
    lines = [line for claimer in claimers for line in claimer.communicate("all\n")[0].splitlines()]
    assert len(lines) == len(store.runs(states=[State.RUNNING])) == 3


def test_a_paused_group_begins_nothing_and_lets_go_of_what_trains(store: RunStore) -> None:
    grouped(store, "g", "a", "b")
    claim = claimed(store)
    store.set_group(1, paused=NOW)
    assert store.wish_of(claim) is Wish.PAUSE
    store.finish(claim, State.QUEUED)
    assert store.run(1).state is State.QUEUED  # not paused by itself: it goes on with its group
    assert store.claim("w", threads=1) is None
    assert not store.busy([])
    store.set_group(1, paused=NO)
    assert order(store) == [1, 2]


def test_everything_is_paused_and_goes_on(store: RunStore) -> None:
    add(store, "a", "b")
    claim = claimed(store)
    store.pause_all(NOW)
    assert store.all_paused
    assert store.wish_of(claim) is Wish.PAUSE
    assert store.claim("w", threads=1) is None
    store.pause_all(NO)
    assert not store.all_paused
    assert store.wish_of(claim) is None
    assert claimed(store).run.id == 2


def test_a_gentle_pause_lets_runs_come_to_their_end(store: RunStore) -> None:
    grouped(store, "g", "a", "b")
    claim = claimed(store)
    store.set_group(1, paused=GENTLY)
    assert store.wish_of(claim) is None
    assert store.claim("w", threads=1) is None
    store.set_group(1, paused=NO)
    store.pause_all(GENTLY)
    assert store.wish_of(claim) is None
    assert store.claim("w", threads=1) is None


def test_a_group_stops_when_one_of_its_runs_fails(store: RunStore) -> None:
    grouped(store, "g", "a", "b")
    (other,) = grouped(store, "h", "c")
    store.set_group(1, stop_on_failure=True)
    store.finish(claimed(store), FAILED, error="it broke")
    assert [(group.name, group.paused) for group in store.sweeps()] == [("g", True), ("h", False)]
    assert "group paused" in [event.kind for event in store.events(1)]
    assert order(store) == [other]


def test_an_unknown_group_is_refused(store: RunStore) -> None:
    with pytest.raises(StoreError, match="there is no group 3"):
        store.set_group(3, paused=NOW)
