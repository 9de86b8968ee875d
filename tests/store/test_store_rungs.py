"""Rungs of halved sweeps: where runs wait, and that going on and ending is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from store_rows import claimed, dump, epoch_row

from rottui.errors import StoreError
from rottui.store.records import NewRun, RungMoves, RungRow, RunRow
from rottui.store.rungs import Rule
from rottui.store.runs import RunStore
from rottui.store.states import State, Wish
from rottui.store.work import LeaseLostError

RUNGS = [1, 2, 4]
NOTHING = RungMoves({}, {})


def halved(store: RunStore, count: int = 3) -> list[RunRow]:
    """A sweep whose runs wait after epochs 1 and 2 of 4."""
    new = [NewRun(f"run {k}", {}, 4, until=1) for k in range(count)]
    return store.add_runs(new, sweep="halved", spec={"halving": {"rungs": RUNGS}})


def come(store: RunStore, run: RunRow, epoch: int = 1, loss: float = 0.5) -> RunRow:
    """Train the run to its rung."""
    claim = claimed(store, only=[run.id])
    store.commit_epoch(claim, epoch_row(epoch, loss))
    store.finish(claim, State.PAUSED)
    return store.run(run.id)


def says(go_on: Mapping[int, int | None], end: Mapping[int, str] | None = None) -> Rule:
    """A rule that always says the same."""
    moves = RungMoves({run: (until, "why") for run, until in go_on.items()}, end or {})
    return lambda spec, rows: moves


def kinds(store: RunStore, run: RunRow) -> list[str]:
    return [event.kind for event in store.events(run.id)]


# --- waiting --------------------------------------------------------------------------------------


def test_a_run_that_has_come_to_its_rung_waits_there(store: RunStore) -> None:
    first, second, _ = halved(store)
    assert (first.until, first.at_rung) == (1, False)
    first = come(store, first)
    assert (first.state, first.at_rung, first.worker) == (State.PAUSED, True, None)
    store.pause([second.id])
    assert not store.run(second.id).at_rung
    assert store.claim("w", threads=1, only=[first.id]) is None
    assert not store.busy([], only=[first.id])


def test_a_sweep_is_found_by_the_runs_that_wait_at_its_rungs(store: RunStore) -> None:
    first, second = halved(store), halved(store)
    assert store.sweeps_at_rungs() == []
    store.pause([second[1].id])  # waits for a person
    come(store, first[0])
    assert store.sweeps_at_rungs() == [1]
    come(store, second[0])
    assert store.sweeps_at_rungs() == [1, 2]
    assert store.sweeps_at_rungs([second[0].id, first[1].id]) == [2]


def test_one_whose_worker_was_gone_before_it_waited_is_trained_again(store: RunStore) -> None:
    run = halved(store)[0]
    claim = claimed(store, only=[run.id])
    store.commit_epoch(claim, epoch_row(1))
    assert store.recover(["w1"]) == [run.id]
    assert store.run(run.id).state is State.QUEUED
    with pytest.raises(LeaseLostError):
        store.finish(claim, State.PAUSED)
    assert come(store, run).at_rung


# --- going on and ending --------------------------------------------------------------------------


def test_runs_go_on_and_end_together(store: RunStore) -> None:
    first, second, third = [come(store, run) for run in halved(store)]
    revision = store.revision()
    moves = store.settle(1, says({first.id: 2, second.id: None}, {third.id: "was last"}))
    assert list(moves.go_on) == [first.id, second.id]
    assert store.revision() > revision
    first, second, third = store.runs(sweep=1)
    assert (first.state, first.until, first.ended_at) == (State.QUEUED, 2, None)
    assert (second.state, second.until) == (State.QUEUED, None)
    assert (third.state, third.reason, third.error) == (State.DONE, "was last", None)
    assert third.ended_at is not None
    assert kinds(store, first)[-2:] == ["paused", "promoted"]
    assert store.events(third.id)[-1].detail == "was last"
    assert first.position < second.position  # they keep their places


def test_the_rule_is_given_how_every_run_of_the_sweep_stands(store: RunStore) -> None:
    runs = halved(store, 4)
    come(store, runs[0], loss=0.25)
    come(store, runs[1], loss=float("nan"))
    store.cancel([runs[2].id])
    store.settle(1, says({runs[0].id: 2}))
    come(store, runs[0], epoch=2, loss=0.125)
    given: list[RungRow] = []

    def rule(spec: Mapping[str, Any], rows: Sequence[RungRow]) -> RungMoves:
        assert spec == {"halving": {"rungs": RUNGS}}
        given.extend(rows)
        return NOTHING

    assert store.moves(1, rule) == NOTHING
    assert given[0] == RungRow(1, State.PAUSED, True, 2, 4, 2, {1: 0.25, 2: 0.125})
    assert (given[1].state, given[1].at_rung, str(given[1].losses)) == (
        State.PAUSED,
        True,
        "{1: nan}",
    )
    assert [(row.state, row.losses) for row in given[2:]] == [
        (State.CANCELLED, {}),
        (State.QUEUED, {}),
    ]


def test_nothing_is_written_where_nothing_is_decided(store: RunStore, folder: Path) -> None:
    come(store, halved(store)[0])
    before = dump(folder)
    assert store.settle(1, says({})) == NOTHING
    assert dump(folder) == before


def test_only_runs_that_wait_at_a_rung_are_moved(store: RunStore) -> None:
    waiting, queued, by_hand = halved(store)
    come(store, waiting)
    store.pause([by_hand.id])
    store.settle(1, says({queued.id: 2}, {by_hand.id: "was last"}))
    assert [run.state for run in store.runs()] == [State.PAUSED, State.QUEUED, State.PAUSED]
    assert [run.until for run in store.runs()] == [1, 1, 1]


def test_what_another_process_does_after_the_first_look_is_seen_by_the_decision(
    store: RunStore, folder: Path
) -> None:
    first, second, _ = halved(store)
    come(store, first)
    come(store, second)
    looks = []

    def rule(spec: Mapping[str, Any], rows: Sequence[RungRow]) -> RungMoves:
        looks.append(rows)
        if len(looks) == 1:
            with RunStore.open(folder) as other:
                other.cancel([first.id])
        waiting = [row.run_id for row in rows if row.at_rung]
        return RungMoves({waiting[0]: (2, "first of those that wait")}, {})

    assert list(store.settle(1, rule).go_on) == [second.id]
    assert store.run(first.id).state is State.CANCELLED
    assert store.run(second.id).state is State.QUEUED


def test_a_rule_that_fails_changes_nothing(store: RunStore, folder: Path) -> None:
    come(store, halved(store)[0])
    before = dump(folder)
    looks = iter([RungMoves({1: (2, "")}, {})])
    with pytest.raises(StopIteration):
        store.settle(1, lambda spec, rows: next(looks))
    assert dump(folder) == before


# --- what people want of runs at rungs ------------------------------------------------------------


def test_a_waiting_run_that_is_resumed_goes_on_by_hand_to_the_next_rung(store: RunStore) -> None:
    run = come(store, halved(store)[0])
    store.resume([run.id])
    run = store.run(run.id)
    assert (run.state, run.until) == (State.QUEUED, 2)
    assert [event.detail for event in store.events(run.id)][-2:] == ["by hand, to epoch 2", ""]
    run = come(store, run, epoch=2)
    assert run.at_rung
    store.resume([run.id])
    assert store.run(run.id).until is None
    assert store.events(run.id)[-2].detail == "by hand, to epoch 4"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_paused_before_or_at_its_rung_is_held_back_when_it_goes_on(
    when: str, store: RunStore
) -> None:
    run = halved(store)[0]
    claim = claimed(store, only=[run.id])
    store.commit_epoch(claim, epoch_row(1))
    if when == "before":
        store.pause([run.id])
    store.finish(claim, State.PAUSED)
    if when == "after":
        store.pause([run.id])
        store.pause([run.id])
    assert (store.run(run.id).wish, store.run(run.id).at_rung) == (Wish.PAUSE, True)
    store.settle(1, says({run.id: 2}))
    held = store.run(run.id)
    assert (held.state, held.wish, held.until, held.at_rung) == (State.PAUSED, None, 2, False)
    store.resume([run.id])
    assert (store.run(run.id).state, store.run(run.id).until) == (State.QUEUED, 2)


def test_a_hold_is_taken_back_by_resuming_and_the_run_waits_on(store: RunStore) -> None:
    run = come(store, halved(store)[0])
    store.pause([run.id])
    store.resume([run.id])
    run = store.run(run.id)
    assert (run.wish, run.at_rung, run.until) == (None, True, 1)


def test_one_paused_whose_worker_died_at_its_rung_is_held_back_too(store: RunStore) -> None:
    run = halved(store)[0]
    claim = claimed(store, only=[run.id])
    store.commit_epoch(claim, epoch_row(1))
    store.pause([run.id])
    store.recover(["w1"])
    assert (store.run(run.id).wish, store.run(run.id).at_rung) == (Wish.PAUSE, True)


def test_one_cancelled_as_it_comes_to_its_rung_ends(store: RunStore) -> None:
    run = halved(store)[0]
    claim = claimed(store, only=[run.id])
    store.commit_epoch(claim, epoch_row(1))
    store.cancel([run.id])
    store.finish(claim, State.PAUSED)
    run = store.run(run.id)
    assert (run.state, run.wish, run.until) == (State.CANCELLED, None, 1)
    assert run.ended_at is not None


@pytest.mark.parametrize("end", [RunStore.cancel, RunStore.delete])
def test_a_waiting_run_is_cancelled_or_deleted_like_any_other(
    end: Callable[[RunStore, list[int]], None], store: RunStore
) -> None:
    run = come(store, halved(store)[0])
    end(store, [run.id])
    assert store.sweeps_at_rungs() == []


def test_a_duplicate_of_a_halved_run_trains_to_the_end(store: RunStore) -> None:
    run = come(store, halved(store)[0])
    (copy,) = store.duplicate([run.id])
    assert (copy.until, copy.sweep_id, copy.epochs) == (None, None, 4)


# --- the queue ------------------------------------------------------------------------------------


def test_the_lowest_rung_is_filled_before_runs_that_went_on_are_trained(store: RunStore) -> None:
    first, second, third = halved(store)
    single = store.add_runs([NewRun("single", {}, 4)])[0]
    come(store, first)
    store.settle(1, says({first.id: 2}))
    assert claimed(store).run.id == second.id
    assert claimed(store).run.id == third.id
    assert claimed(store).run.id == first.id  # keeps its place before what was queued later
    assert claimed(store).run.id == single.id


def test_one_on_its_last_way_waits_for_the_lower_rungs_too(store: RunStore) -> None:
    first, second, third = halved(store)
    come(store, first)
    store.settle(1, says({first.id: None}))
    store.pause([third.id])
    assert claimed(store).run.id == second.id
    assert claimed(store).run.id == first.id  # a run that a person holds back is not waited for


def test_of_certain_runs_only_the_lowest_rung_among_them_is_filled_first(store: RunStore) -> None:
    first, second, _ = halved(store)
    come(store, first)
    store.settle(1, says({first.id: 2}))
    assert claimed(store, only=[first.id]).run.id == first.id
    assert claimed(store, only=[second.id]).run.id == second.id


# --- going on by hand once it is over -------------------------------------------------------------


def test_a_run_that_was_stopped_goes_on_to_the_end_and_no_other(store: RunStore) -> None:
    first, second, third = [come(store, run) for run in halved(store)]
    store.settle(1, says({second.id: None}, {first.id: "was last", third.id: "was last"}))
    with pytest.raises(StoreError, match=r"run 1 has no last checkpoint to go on from"):
        store.go_on([first.id])
    claim = claimed(store, only=[second.id])
    store.finish(claim, State.DONE)
    with pytest.raises(StoreError, match="run 2 was not stopped by halving"):
        store.go_on([second.id])
    assert store.run(second.id).state is State.DONE


def test_runs_join_a_sweep_that_is_there(store: RunStore) -> None:
    halved(store)
    (new,) = store.add_runs([NewRun("late", {}, 4)], into=1)
    assert new.sweep_id == 1
    assert [run.id for run in store.runs(sweep=1)] == [1, 2, 3, 4]
    with pytest.raises(StoreError, match="there is no sweep 7"):
        store.add_runs([NewRun("lost", {}, 4)], into=7)
    assert len(store.runs()) == 4
