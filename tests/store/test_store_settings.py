"""What a store is set to, and what becomes of runs whose process died."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from store_rows import add, claimed, epoch_row

from rottui.errors import StoreError
from rottui.store.connection import FILE
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State, Wish


def test_interrupted_runs_go_on_unless_chosen_otherwise(store: RunStore) -> None:
    assert store.setting("interrupted") == "continue"
    add(store)
    claimed(store)
    store.recover(["w1"])
    assert store.run(1).state is State.QUEUED


def test_interrupted_runs_wait_where_that_was_chosen_and_say_why(store: RunStore) -> None:
    store.set_setting("interrupted", "wait")
    add(store, "a", "b", "c")
    for _ in range(2):
        claimed(store)
    store.cancel([2])
    store.recover(["w1"])
    runs = store.runs()
    assert [run.state for run in runs] == [State.PAUSED, State.CANCELLED, State.QUEUED]
    assert [run.wish for run in runs] == [None, None, None]
    told = [(event.kind, event.detail) for event in store.events(1)][-2:]
    assert told[0] == ("recovered", "worker w1 was gone")
    assert told[1][0] == "paused"
    assert "rottui store set interrupted continue" in told[1][1]
    store.resume([1])
    assert claimed(store, "w2").run.id == 1


def test_a_run_interrupted_at_its_rung_is_held_back_there(store: RunStore) -> None:
    store.set_setting("interrupted", "wait")
    store.add_runs([NewRun("a", {}, 4, 1)], sweep="s")
    claim = claimed(store)
    for epoch in range(2):
        store.commit_epoch(claim, epoch_row(epoch))
    store.recover(["w1"])
    run = store.run(1)
    assert (run.state, run.at_rung, run.wish) == (State.PAUSED, True, Wish.PAUSE)


def test_a_damaged_value_counts_as_the_default(store: RunStore, folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        db.execute("INSERT INTO settings VALUES ('interrupted', 'sideways')")
    assert store.setting("interrupted") == "continue"


@pytest.mark.parametrize(("key", "value"), [("interupted", "wait"), ("interrupted", "stop")])
def test_what_cannot_be_set_is_refused(store: RunStore, key: str, value: str) -> None:
    revision = store.revision()
    with pytest.raises(StoreError, match="interrupted"):
        store.set_setting(key, value)
    assert store.revision() == revision
