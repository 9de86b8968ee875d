"""A store in which somebody has put what no rottui would: every list still answers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from store_rows import add, claimed, epoch_row

from rottui.errors import CheckpointError
from rottui.store.connection import FILE
from rottui.store.runs import RunStore
from rottui.store.states import State


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with RunStore.open(tmp_path / "store") as store:
        (run,) = add(store)
        claim = claimed(store)
        store.commit_epoch(claim, epoch_row(0), [store.write_checkpoint(claim, "last", 0, 0, b"w")])
        store.finish(claim, State.DONE)
        assert run.id == 1
    return tmp_path / "store"


def put(folder: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        db.execute(sql, values)


ODD = ["abc", b"\xff\x00", 2**62, -(2**62), 1e300, -1.5, "9" * 10_000]


@pytest.mark.parametrize(
    "column",
    ["state", "wish", "name", "position", "epochs", "epochs_done", "attempt", "threads", "config",
     "created_at", "started_at", "ended_at", "seconds", "error", "reason", "until", "baseline",
     "priority", "parent_id", "best_epoch", "notes", "versions"],
)  # fmt: skip
def test_whatever_stands_in_a_column_the_runs_are_listed(column: str, folder: Path) -> None:
    with RunStore.open(folder, read_only=True) as store:
        for value in ODD:
            put(folder, f"UPDATE runs SET {column} = ?", value)
            (run,) = store.runs()
            assert isinstance(run.state, State)
            assert isinstance(run.name, str)
            assert all(isinstance(number, int) for number in (run.epochs, run.epochs_done))
            assert 0 <= run.created_at < 1e11
            assert run.id == store.run(1).id


@pytest.mark.parametrize("column", ["test_loss", "seconds", "at", "step", "test_flips"])
def test_whatever_stands_in_a_curve_it_is_read(column: str, folder: Path) -> None:
    with RunStore.open(folder, read_only=True) as store:
        for value in ODD:
            put(folder, f"UPDATE epochs SET {column} = ?", value)
            (row,) = store.epochs(1)
            assert isinstance(row.test_loss, float)
            assert 0 <= row.at < 1e11


def test_no_text_of_the_store_steers_a_terminal(folder: Path) -> None:
    put(folder, "UPDATE runs SET name = ?, error = ?", "a\x1b[2Jb\x9b31mc\u202ed", "\x07bell\r")
    put(folder, "UPDATE runs SET config = ?", '{"a\\u001b": ["\\u009b2J", {"b": "\\u202e"}]}')
    put(folder, "UPDATE events SET detail = ?", "\x1b]0;title\x07")
    with RunStore.open(folder, read_only=True) as store:
        (run,) = store.runs()
        assert run.name == "a\ufffd[2Jb\ufffd31mc\ufffdd"
        assert run.error == "\ufffdbell\ufffd"
        assert run.config == {"a\ufffd": ["\ufffd2J", {"b": "\ufffd"}]}
        assert {event.detail for event in store.events(1)} == {"\ufffd]0;title\ufffd"}


@pytest.mark.parametrize("file", ["../../secret", "/etc/passwd", "..", "", "\x00", "a" * 5000])
def test_no_name_of_a_file_leads_out_of_the_folder(file: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine")
    put(folder, "UPDATE checkpoints SET file = ?", file)
    with RunStore.open(folder) as store:
        (kept,) = store.checkpoints(1)
        with pytest.raises(CheckpointError):
            store.read_checkpoint(kept)
        store.delete([1])
    assert (tmp_path / "secret").read_text() == "mine"
    assert Path("/etc/passwd").exists()
