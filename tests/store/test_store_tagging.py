"""Tags and notes on runs, and the versions that a run was begun with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from store_rows import add, claimed, dump

from rottui.errors import StoreError
from rottui.store.connection import FILE
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.store.tagging import MOST_NOTES


def test_tags_are_put_on_runs_and_taken_off(store: RunStore) -> None:
    one, two = add(store, "one", "two")
    revision = store.revision()
    assert store.tag([one.id, two.id], ["paper", " baseline "]) == [one.id, two.id]
    assert store.run(one.id).tags == ("baseline", "paper")
    assert store.run(one.id).revision > revision
    assert store.tag([one.id, two.id], ["old"], ["paper", "none"]) == [one.id, two.id]
    assert store.tag([one.id], ["old"]) == []
    assert store.run(two.id).tags == ("baseline", "old")
    assert store.tags() == {"baseline": 2, "old": 2}
    events = [(each.kind, each.detail) for each in store.events(one.id)]
    assert events[1:] == [("tagged", "+baseline +paper"), ("tagged", "-paper +old")]


@pytest.mark.parametrize("text", ["", " ", "two words", "-old", "a:b", "a" * 41, "(x)", "\x1b[2J"])
def test_what_is_no_word_is_no_tag(text: str, store: RunStore, folder: Path) -> None:
    (run,) = add(store)
    before = dump(folder)
    with pytest.raises(StoreError, match="is no tag"):
        store.tag([run.id], ["good", text])
    assert dump(folder) == before


def test_tags_may_be_of_any_script(store: RunStore) -> None:
    (run,) = add(store)
    store.tag([run.id], ["größe", "v1.2", "lr/high", "2026-11"])
    assert store.run(run.id).tags == ("2026-11", "größe", "lr/high", "v1.2")


def test_a_run_that_is_gone_is_not_tagged_and_nothing_else_is(store: RunStore) -> None:
    (run,) = add(store)
    with pytest.raises(StoreError, match="run 9 is gone"):
        store.tag([run.id, 9], ["old"])
    assert store.run(run.id).tags == ()


def test_notes_are_written_and_taken_away(store: RunStore) -> None:
    (run,) = add(store)
    store.write_notes(run.id, "  the loss jumps at 12\nsee the plot \n")
    assert store.run(run.id).notes == "the loss jumps at 12\nsee the plot"
    revision = store.revision()
    store.write_notes(run.id, "the loss jumps at 12\nsee the plot")
    assert store.revision() == revision
    store.write_notes(run.id, "")
    assert store.run(run.id).notes == ""
    with pytest.raises(StoreError, match="at most 10,000 characters"):
        store.write_notes(run.id, "x" * (MOST_NOTES + 1))
    with pytest.raises(StoreError, match="run 9 is gone"):
        store.write_notes(9, "nobody")


def test_what_a_person_wrote_goes_with_the_run_for_good(store: RunStore) -> None:
    one, two = add(store, "one", "two")
    store.tag([one.id, two.id], ["old"])
    store.write_notes(one.id, "kept")
    store.delete([one.id])
    assert store.tags() == {"old": 1}
    store.restore([one.id])
    assert (store.run(one.id).tags, store.run(one.id).notes) == (("old",), "kept")
    store.delete([one.id])
    store.purge([one.id])
    assert store.tags() == {"old": 1}


def test_a_run_keeps_the_versions_of_its_first_claim(store: RunStore) -> None:
    (run,) = add(store)
    assert run.versions is None
    first = store.claim("w1", threads=1, versions={"rottui": "0.4", "torch": "2.9"})
    assert first is not None
    assert first.run.versions == {"rottui": "0.4", "torch": "2.9"}
    store.finish(first, State.QUEUED)
    store.claim("w2", threads=1, versions={"rottui": "0.5"})
    assert store.run(run.id).versions == {"rottui": "0.4", "torch": "2.9"}


def test_tags_of_a_hostile_store_steer_no_terminal(store: RunStore, folder: Path) -> None:
    (run,) = add(store)
    claimed(store)
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        for tag in ("a\x1b[2J", b"\xff\x00", "z\u202e"):
            db.execute("INSERT INTO tags VALUES (?, ?)", (run.id, tag))
        db.execute("""UPDATE runs SET versions = '{"torch": 2, "rottui": "\\u001b[2J"}'""")
    assert store.run(run.id).tags == ("a\ufffd[2J", "z\ufffd")
    assert store.run(run.id).versions == {"rottui": "\ufffd[2J"}
    assert list(store.tags()) == ["a\ufffd[2J", "z\ufffd"]
