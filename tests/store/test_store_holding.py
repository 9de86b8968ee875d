"""Why queued runs are held back: what claims pass over, and nothing else."""

from __future__ import annotations

import random

import pytest

from rottui.errors import StoreError
from rottui.store.groups import GENTLY, NO, NOW
from rottui.store.records import HeldBack, Hold, Missing, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State


def add(store: RunStore, count: int = 1, **how: object) -> list[int]:
    new = [NewRun(f"run {n}", {}, 4) for n in range(count)]
    return [run.id for run in store.add_runs(new, **how)]  # type: ignore[arg-type]


def finish_next(store: RunStore, state: State = State.DONE) -> int:
    claim = store.claim("w", threads=1)
    assert claim is not None
    store.finish(claim, state)
    return claim.run.id


def test_a_done_run_in_the_trash_holds_nothing_back(store: RunStore) -> None:
    (first,) = add(store)
    (second,) = add(store, needs=[first])
    assert store.held_back() == {second: HeldBack(Hold.NEEDS, (Missing(first, State.QUEUED),))}
    finish_next(store)
    store.delete([first])
    assert store.held_back() == {}
    assert finish_next(store) == second


def test_what_was_thrown_away_or_purged_holds_back_for_good(store: RunStore) -> None:
    thrown, purged = add(store, 2)
    (run,) = add(store, needs=[thrown, purged])
    (later,) = add(store, needs=[run])
    store.delete([thrown, purged])
    store.purge([purged])
    missing = (Missing(thrown, State.QUEUED, trashed=True), Missing(purged, None))
    assert store.held_back() == {
        run: HeldBack(Hold.NEEDS, missing, for_good=True),
        later: HeldBack(Hold.NEEDS, (Missing(run, State.QUEUED),), for_good=True),
    }


def test_the_first_of_several_reasons_is_told(store: RunStore) -> None:
    first, second = add(store, 2, sweep="rates")
    (group,) = store.sweeps()
    store.set_group(group.id, parallel=1)
    assert store.held_back() == {}
    store.claim("w", threads=1)
    assert store.held_back() == {second: HeldBack(Hold.FULL)}
    store.set_group(group.id, paused=GENTLY)
    assert store.held_back() == {second: HeldBack(Hold.GROUP)}
    store.pause_all(NOW)
    assert store.held_back() == {second: HeldBack(Hold.EVERYTHING)}
    assert store.run(first).state is State.RUNNING


@pytest.mark.parametrize("seed", range(3))
def test_what_is_held_back_is_what_no_claim_takes(store: RunStore, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(3):
        add(store, 2, sweep="rates", needs=chance.sample(range(1, 3), store.counts() != {}))
    groups = [group.id for group in store.sweeps()]
    for _ in range(60):
        run_id = chance.randint(1, 8)
        try:
            match chance.randrange(9):
                case 0:
                    add(store, needs=[run_id])
                case 1:
                    store.set_group(chance.choice(groups), paused=chance.choice([NO, NOW]))
                case 2:
                    store.set_group(chance.choice(groups), parallel=chance.randint(1, 2))
                case 3:
                    store.pause_all(chance.choice([NO, NO, GENTLY]))
                case 4:
                    store.delete([run_id])
                case 5:
                    store.restore([run_id])
                case 6:
                    store.cancel([run_id])
                case 7:
                    store.retry([run_id])
                case 8:
                    store.claim("w", threads=1)
        except StoreError:  # that run is gone, or is not in a state for this
            continue
        queued = [run.id for run in store.runs(states=[State.QUEUED])]
        free = {run_id for run_id in queued if store.busy((), only=[run_id])}
        assert free == set(queued) - store.held_back().keys()
