"""What people ask of runs: every way from state to state, the order of the queue, copies."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from store_rows import add, claimed, dump, epoch_row, files, in_state

from rottui.errors import StoreError
from rottui.store.records import NewRun, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import ENDED, LET_GO, TRANSITIONS, State, Wish, allowed, sources
from rottui.store.work import LeaseLostError

DRAFT, QUEUED, RUNNING, PAUSED = State.DRAFT, State.QUEUED, State.RUNNING, State.PAUSED
DONE, FAILED, CANCELLED = State.DONE, State.FAILED, State.CANCELLED

WISHES: dict[str, Callable[[RunStore, int], object]] = {
    "pause": lambda store, run_id: store.pause([run_id]),
    "resume": lambda store, run_id: store.resume([run_id]),
    "cancel": lambda store, run_id: store.cancel([run_id]),
    "move": lambda store, run_id: store.move([run_id], 1),
    "delete": lambda store, run_id: store.delete([run_id]),
    "duplicate": lambda store, run_id: store.duplicate([run_id]),
    "claim": lambda store, run_id: store.claim("w", threads=1, only=[run_id]),
}

PAUSE_REFUSED = "only queued and running runs pause"
EXTEND_INSTEAD = (
    "only paused runs and drafts are resumed: extend it, or fork it with other settings"
)
RETRY_INSTEAD = "only paused runs and drafts are resumed: retry it"
CANCEL_REFUSED = "only unfinished runs are cancelled"
MOVE_REFUSED = "only waiting runs are moved"

OUTCOMES: dict[str, dict[State, State | str]] = {
    "pause": {
        DRAFT: PAUSE_REFUSED,
        QUEUED: PAUSED,
        RUNNING: RUNNING,
        PAUSED: PAUSED,
        DONE: PAUSE_REFUSED,
        FAILED: PAUSE_REFUSED,
        CANCELLED: PAUSE_REFUSED,
    },
    "resume": {
        DRAFT: QUEUED,
        QUEUED: QUEUED,
        RUNNING: RUNNING,
        PAUSED: QUEUED,
        DONE: EXTEND_INSTEAD,
        FAILED: RETRY_INSTEAD,
        CANCELLED: RETRY_INSTEAD,
    },
    "cancel": {
        DRAFT: CANCELLED,
        QUEUED: CANCELLED,
        RUNNING: RUNNING,
        PAUSED: CANCELLED,
        DONE: CANCEL_REFUSED,
        FAILED: CANCEL_REFUSED,
        CANCELLED: CANCEL_REFUSED,
    },
    "move": {
        DRAFT: DRAFT,
        QUEUED: QUEUED,
        RUNNING: MOVE_REFUSED,
        PAUSED: PAUSED,
        DONE: MOVE_REFUSED,
        FAILED: MOVE_REFUSED,
        CANCELLED: MOVE_REFUSED,
    },
    "duplicate": {state: state for state in State},
    "claim": {state: state for state in State} | {QUEUED: RUNNING},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("wish", OUTCOMES)
def test_a_wish_leads_to_its_state_or_is_refused_in_one_sentence(
    wish: str, state: State, store: RunStore, folder: Path
) -> None:
    run = in_state(store, state)
    outcome = OUTCOMES[wish][state]
    if isinstance(outcome, State):
        assert outcome is state or allowed(state, outcome)
        WISHES[wish](store, run.id)
        assert store.run(run.id).state is outcome
    else:
        before = dump(folder)
        with pytest.raises(StoreError, match=f"^run {run.id} is {state}; {outcome}$"):
            WISHES[wish](store, run.id)
        assert dump(folder) == before


@pytest.mark.parametrize("state", State)
def test_only_a_running_run_is_not_deleted(state: State, store: RunStore, folder: Path) -> None:
    run = in_state(store, state)
    if state is not RUNNING:
        store.delete([run.id])
        assert store.runs() == []
        return
    before = dump(folder)
    with pytest.raises(StoreError, match="run 1 is running; cancel it before deleting it"):
        store.delete([run.id])
    assert dump(folder) == before


def finish(store: RunStore, state: State, wish: str | None = None) -> None:
    claim = claimed(store)
    if wish is not None:
        WISHES[wish](store, claim.run.id)
    store.finish(claim, state)


WAYS: dict[tuple[State, State], Callable[[RunStore], object]] = {
    (DRAFT, QUEUED): lambda store: store.resume([1]),
    (DRAFT, CANCELLED): lambda store: store.cancel([1]),
    (QUEUED, RUNNING): lambda store: store.claim("w", threads=1),
    (QUEUED, PAUSED): lambda store: store.pause([1]),
    (QUEUED, CANCELLED): lambda store: store.cancel([1]),
    (PAUSED, QUEUED): lambda store: store.resume([1]),
    (PAUSED, CANCELLED): lambda store: store.cancel([1]),
}
FINISHES: dict[State, tuple[State, str | None]] = {
    QUEUED: (QUEUED, None),
    PAUSED: (QUEUED, "pause"),
    DONE: (DONE, None),
    FAILED: (FAILED, None),
    CANCELLED: (QUEUED, "cancel"),
}
NOBODY_ASKS_YET = {(QUEUED, DRAFT)}
ONLY_AT_RUNGS = {(PAUSED, DONE)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (old, new)
        for old in State
        for new in State
        if (old, new) not in NOBODY_ASKS_YET | ONLY_AT_RUNGS
    ],
)
def test_every_way_that_is_allowed_can_be_gone(old: State, new: State, store: RunStore) -> None:
    if old is RUNNING and allowed(old, new):
        add(store)
        finish(store, *FINISHES[new])
    elif allowed(old, new):
        in_state(store, old)
        WAYS[old, new](store)
    else:
        assert (old, new) not in WAYS
        return
    run = store.run(1)
    assert run.state is new
    assert (run.ended_at is not None) == (new in ENDED)


def test_what_ended_never_changes_and_sources_are_the_transitions_turned_round() -> None:
    assert {state for state in State if not TRANSITIONS[state]} == ENDED
    for old in State:
        for new in State:
            assert (old in sources(new)) == allowed(old, new)
    assert all(state in TRANSITIONS[RUNNING] for state in LET_GO.values())


@pytest.mark.parametrize("state", [state for state in State if state is not RUNNING])
def test_a_run_that_is_not_running_is_not_finished(
    state: State, store: RunStore, folder: Path
) -> None:
    run = add(store)[0]
    claim = claimed(store)
    store.finish(claim, QUEUED)
    if state is PAUSED:
        store.pause([run.id])
    elif state is CANCELLED:
        store.cancel([run.id])
    elif state in (DONE, FAILED):
        store.finish(claimed(store), state)
    before = dump(folder)
    for end in (DONE, FAILED, CANCELLED, QUEUED):
        with pytest.raises(LeaseLostError):
            store.finish(claim, end)
    assert dump(folder) == before


# --- wishes of running runs -----------------------------------------------------------------------


def test_a_running_run_gets_a_wish_that_can_be_taken_back(store: RunStore) -> None:
    add(store)
    claim = claimed(store)
    assert store.wish_of(claim) is None
    store.pause([claim.run.id])
    assert store.wish_of(claim) is store.run(claim.run.id).wish is Wish.PAUSE
    store.resume([claim.run.id])
    assert store.wish_of(claim) is None
    store.cancel([claim.run.id])
    assert store.wish_of(claim) is Wish.CANCEL
    store.resume([claim.run.id])
    assert store.wish_of(claim) is Wish.CANCEL


@pytest.mark.parametrize(
    ("wish", "state"), [(None, QUEUED), ("pause", PAUSED), ("cancel", CANCELLED)]
)
def test_a_wish_is_kept_when_the_worker_lets_go_of_the_run_for_another_reason(
    wish: str | None, state: State, store: RunStore
) -> None:
    """The engine is told to stop, or the disk is full, before the worker has seen the wish."""
    add(store)
    finish(store, QUEUED, wish)
    run = store.run(1)
    assert (run.state, run.wish, run.worker) == (state, None, None)
    assert store.events(1)[-1].kind == ("released" if wish is None else str(state))


@pytest.mark.parametrize(
    ("wish", "state"), [(None, QUEUED), ("pause", PAUSED), ("cancel", CANCELLED)]
)
def test_a_wish_is_kept_when_the_worker_dies(
    wish: str | None, state: State, store: RunStore
) -> None:
    add(store)
    claim = claimed(store)
    if wish is not None:
        WISHES[wish](store, claim.run.id)
    assert store.recover([claim.worker]) == [1]
    run = store.run(1)
    assert (run.state, run.wish, run.worker) == (state, None, None)
    assert (run.ended_at is not None) == (state is CANCELLED)


def test_a_run_that_ended_by_itself_has_no_wish_any_more(store: RunStore) -> None:
    add(store)
    finish(store, DONE, "pause")
    run = store.run(1)
    assert (run.state, run.wish) == (DONE, None)


@pytest.mark.parametrize("state", [QUEUED, RUNNING, PAUSED])
@pytest.mark.parametrize("wish", ["pause", "resume", "cancel", "delete"])
def test_what_was_asked_already_is_changed_and_noted_once(
    wish: str, state: State, store: RunStore
) -> None:
    if (wish, state) == ("delete", RUNNING):
        pytest.skip("it is refused")
    run_id = in_state(store, state).id
    already = {("pause", PAUSED), ("resume", QUEUED), ("resume", RUNNING)}
    ask = getattr(store, wish)
    assert ask([run_id]) == ([] if (wish, state) in already else [run_id])
    noted = store.events(run_id)
    if not (wish == "cancel" and state is not RUNNING):  # then it has ended, and is refused
        assert ask([run_id]) == []
    assert store.events(run_id) == noted


# --- all or none ----------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", ["pause", "resume", "cancel", "delete"])
def test_one_run_that_stands_against_it_leaves_all_as_they_were(
    wish: str, store: RunStore, folder: Path
) -> None:
    waiting = [run.id for run in add(store, "a", "b")]
    bad = in_state(store, RUNNING if wish == "delete" else DONE).id
    before = dump(folder)
    with pytest.raises(StoreError, match=f"run {bad} is "):
        getattr(store, wish)([*waiting, bad])
    with pytest.raises(StoreError, match="run 77 is gone; somebody deleted it"):
        getattr(store, wish)([*waiting, 77])
    assert dump(folder) == before


def test_a_run_named_twice_is_asked_once(store: RunStore) -> None:
    (run,) = add(store)
    store.pause([run.id, run.id])
    assert [event.kind for event in store.events(run.id)] == ["queued", "paused"]


# --- adding ---------------------------------------------------------------------------------------


def test_runs_are_added_at_the_end_as_they_are_given(store: RunStore) -> None:
    first, second = add(store, "first", "second")
    third = store.add_runs([NewRun("third", {"lr": 0.5, "net": {"type": "mlp"}}, 7)])[0]
    assert [run.name for run in store.runs()] == ["first", "second", "third"]
    assert first.position < second.position < third.position
    assert len({run.uid for run in (first, second, third)}) == 3
    assert (third.config, third.epochs) == ({"lr": 0.5, "net": {"type": "mlp"}}, 7)
    assert (third.state, third.wish, third.attempt, third.threads) == (QUEUED, None, 0, None)
    assert [event.kind for event in store.events(third.id)] == ["queued"]


def test_the_id_of_a_deleted_run_is_never_given_again(store: RunStore) -> None:
    (run,) = add(store)
    store.delete([run.id])
    assert add(store)[0].id == run.id + 1


@pytest.mark.parametrize("bad", [math.nan, math.inf, {1, 2}, Path("x")], ids=repr)
def test_a_config_that_is_no_strict_json_is_refused_and_nothing_is_added(
    bad: object, store: RunStore, folder: Path
) -> None:
    before = dump(folder)
    with pytest.raises(StoreError, match="the config of 'odd' cannot be stored"):
        store.add_runs([NewRun("fine", {"lr": 1}, 1), NewRun("odd", {"lr": bad}, 1)], sweep="s")
    with pytest.raises(StoreError, match="the spec of the sweep cannot be stored"):
        store.add_runs([NewRun("fine", {"lr": 1}, 1)], sweep="s", spec={"seeds": bad})
    assert dump(folder) == before


# --- order ----------------------------------------------------------------------------------------


def names(store: RunStore) -> str:
    return "".join(run.name for run in store.runs())


@pytest.mark.parametrize(
    ("name", "by", "wanted"),
    [
        ("c", -1, "acbde"),
        ("c", 1, "abdce"),
        ("a", 2, "bcade"),
        ("e", -4, "eabcd"),
        ("b", 99, "acdeb"),
        ("d", -99, "dabce"),
        ("a", -1, "abcde"),
        ("c", 0, "abcde"),
    ],
)
def test_a_run_is_moved_among_those_that_wait_and_the_ends_hold(
    name: str, by: int, wanted: str, store: RunStore
) -> None:
    add(store, *"abcde")
    store.move([store.run(name).id], by)
    assert names(store) == wanted
    assert [claimed(store).run.name for _ in "abcde"] == list(wanted)


@pytest.mark.parametrize(
    ("chosen", "by", "wanted"),
    [
        ("bd", -1, "badce"),
        ("bd", 1, "acbed"),
        ("ab", -1, "abcde"),
        ("de", 1, "abcde"),
        ("ac", -1, "acbde"),
        ("ce", 1, "abdce"),
        ("eca", -9, "acebd"),
        ("eca", 9, "bdace"),
    ],
)
def test_several_runs_move_together_and_none_passes_another(
    chosen: str, by: int, wanted: str, store: RunStore
) -> None:
    add(store, *"abcde")
    store.move([store.run(name).id for name in chosen], by)
    assert names(store) == wanted


def test_of_several_runs_all_move_or_none(store: RunStore, folder: Path) -> None:
    runs = add(store, *"abc")
    store.cancel([runs[2].id])
    before = dump(folder)
    with pytest.raises(StoreError, match="run 3 is cancelled; only waiting runs are moved"):
        store.move([runs[1].id, runs[2].id], -1)
    assert dump(folder) == before


def test_a_move_passes_over_runs_that_do_not_wait(store: RunStore) -> None:
    runs = add(store, *"abcd")
    claimed(store, only=[runs[1].id])
    store.move([runs[2].id], -1)
    assert names(store) == "cbad"
    store.move([runs[2].id], 1)
    assert names(store) == "abcd"


def test_a_paused_run_comes_back_at_its_old_place(store: RunStore) -> None:
    runs = add(store, *"abc")
    store.pause([runs[0].id])
    store.resume([runs[0].id])
    assert claimed(store).run.name == "a"


# --- copies and deletion --------------------------------------------------------------------------


def test_a_duplicate_is_a_new_run_of_the_same_config_at_the_end(store: RunStore) -> None:
    add(store, "a", "b")
    claim = claimed(store)
    store.commit_epoch(claim, epoch_row(0))
    store.finish(claim, FAILED, error="no images")
    copies = store.duplicate([2, 1])
    assert [(run.name, run.state) for run in copies] == [("b copy", QUEUED), ("a copy", QUEUED)]
    old, new = store.run("a"), store.run("a copy")
    assert (new.config, new.epochs) == (old.config, old.epochs)
    assert (new.attempt, new.error, new.last, new.sweep_id) == (0, None, None, None)
    assert new.uid != old.uid
    assert names(store) == "abb copya copy"
    assert store.duplicate([new.id])[0].name == "a copy"


def test_a_damaged_config_cannot_be_duplicated(store: RunStore) -> None:
    run = add(store)[0]
    with store._connections.writing() as db:
        db.execute("UPDATE runs SET config = '{'")
    with pytest.raises(StoreError, match="the config of run 1 is damaged"):
        store.duplicate([run.id])
    assert [each.id for each in store.runs()] == [run.id]


def with_checkpoint(store: RunStore) -> RunRow:
    claim = claimed(store)
    written = store.write_checkpoint(claim, "last", 1, 4, claim.run.name.encode())
    store.commit_epoch(claim, epoch_row(1), [written])
    store.finish(claim, DONE)
    return store.run(claim.run.id)


def test_a_purged_run_is_gone_with_its_epochs_events_and_files(
    store: RunStore, folder: Path
) -> None:
    add(store, "a", "b")
    gone, kept = with_checkpoint(store), with_checkpoint(store)
    assert len(files(folder)) == 2
    store.delete([gone.id])
    store.purge([gone.id])
    assert store.runs() == [kept]
    assert files(folder) == {checkpoint.file for checkpoint in store.checkpoints(kept.id)}
    assert store.epochs(gone.id) == store.events(gone.id) == store.checkpoints(gone.id) == []
    assert not any(
        line.startswith(f'INSERT INTO "epochs" VALUES({gone.id},') for line in dump(folder)
    )
