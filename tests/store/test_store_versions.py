"""Stores of every version: what an old rottui has left is all there, and can be gone on with."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from store_rows import claimed, epoch_row

from rottui.errors import StoreError
from rottui.store import schema
from rottui.store.connection import FILE
from rottui.store.examination import examine
from rottui.store.runs import RunStore
from rottui.store.states import State, Wish

WEIGHTS = b"weights of the run that is done"


def old_store(folder: Path, version: int) -> None:
    """A store as the rottui of that schema left it: runs of every state, and all they have.

    Made by the SQL of that version alone.
    """
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "checkpoints" / "run5-last-e2-s8-a1-00000000.pt").write_bytes(WEIGHTS)
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        for migration in schema.MIGRATIONS[:version]:
            for statement in migration.split(";"):
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("UPDATE meta SET value = 41")
        db.execute("INSERT INTO sweeps (name, created_at) VALUES ('three rates', 900.0)")
        for number, state in enumerate(State, start=1):
            db.execute(
                "INSERT INTO runs (uid, sweep_id, name, config, state, wish, position, epochs, "
                "epochs_done, best_epoch, attempt, threads, worker, lease_until, lease_boot, "
                "error, created_at, started_at, ended_at, seconds, revision) VALUES "
                "(?, ?, ?, ?, ?, ?, ?, 4, ?, ?, 1, 1, ?, 5.0, 'boot', ?, 1000.0, ?, ?, 0.5, ?)",
                (
                    f"uid{number}",
                    1 if number < 4 else None,
                    f"run that is {state}",
                    json.dumps({"lr": 0.1 * number, "seed": number}),
                    state,
                    "pause" if state is State.RUNNING else None,
                    float(number),
                    2 if state is State.DONE else 0,
                    1 if state is State.DONE else None,
                    "w1" if state is State.RUNNING else None,
                    "it broke" if state is State.FAILED else None,
                    1001.0 if state is State.DONE else None,
                    1002.0 if state is State.DONE else None,
                    number,
                ),
            )
            db.execute(
                "INSERT INTO events (run_id, at, kind, detail) VALUES (?, 1000.0, 'queued', 'so')",
                (number,),
            )
        for epoch in range(3):
            db.execute(
                "INSERT INTO epochs (run_id, epoch, step, train_loss, test_loss, train_mae, "
                "test_mae, train_mae_deg, test_mae_deg, seconds, at, finite, attempt) "
                "VALUES (5, ?, ?, 0.1, ?, 0.3, 0.4, 30.0, ?, 0.5, 1001.0, ?, 1)",
                (epoch, 4 * epoch, None if epoch == 2 else 0.2, 40.0 + epoch, epoch != 2),
            )
        db.execute(
            "INSERT INTO checkpoints VALUES (5, 'last', 2, 8, ?, ?, ?)",
            (
                "run5-last-e2-s8-a1-00000000.pt",
                len(WEIGHTS),
                hashlib.sha256(WEIGHTS).hexdigest(),
            ),
        )
        db.execute("INSERT INTO workers (id, host, boot, pid, pid_started, started_at, beat_at) "
                   "VALUES ('w1', 'host', 'boot', 4711, 1.0, 1000.0, 1000.0)")  # fmt: skip


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("version", range(1, schema.NEWEST + 1))
def test_all_that_an_old_store_holds_is_there(version: int, read_only: bool, folder: Path) -> None:
    old_store(folder, version)
    with RunStore.open(folder, read_only=read_only) as store:
        runs = {run.state: run for run in store.runs()}
        assert [runs[state].id for state in State] == list(range(1, len(State) + 1))
        for number, state in enumerate(State, start=1):
            run = runs[state]
            assert run.name == f"run that is {state}"
            assert run.config == {"lr": 0.1 * number, "seed": number}
            assert run.error == ("it broke" if state is State.FAILED else None)
            assert (run.priority, run.needs, run.trashed_at, run.parent_id) == (0, (), None, None)
            assert (run.tags, run.notes, run.versions) == ((), "", None)
            assert [event.kind for event in store.events(run.id)] == ["queued"]
        assert runs[State.RUNNING].wish is Wish.PAUSE
        done = runs[State.DONE]
        assert done.last is not None
        assert done.best is not None
        assert (done.last.epoch, done.last.finite, done.best.epoch) == (2, False, 1)
        assert [row.test_mae_deg for row in store.epochs(done.id)] == [40.0, 41.0, 42.0]
        (kept,) = store.checkpoints(done.id)
        assert store.read_checkpoint(kept) == WEIGHTS
        (sweep,) = store.sweeps()
        assert (sweep.name, sweep.run_ids, sweep.kind, sweep.paused) == (
            "three rates",
            (1, 2, 3),
            "sweep",
            False,
        )
        assert [worker.id for worker in store.workers()] == ["w1"]
        assert store.revision() >= 41
    assert examine(folder).damage == []


@pytest.mark.parametrize("version", range(1, schema.NEWEST + 1))
def test_an_old_store_is_gone_on_with(version: int, folder: Path) -> None:
    old_store(folder, version)
    with RunStore.open(folder) as store:
        assert store.recover(["w1"]) == [3]
        assert store.run(3).state is State.PAUSED  # as was wished before
        claim = claimed(store)
        assert claim.run.id == 2
        store.commit_epoch(claim, epoch_row(0))
        store.finish(claim, State.DONE)
        assert store.run(2).state is State.DONE


def test_a_store_of_a_newer_rottui_says_which_one_it_needs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE toys (name TEXT)"))
        newer.setattr(schema, "NEWEST", schema.NEWEST + 1)
        newer.setattr(schema, "__version__", "0.9.2")
        RunStore.open(folder).close()
    before = (folder / FILE).read_bytes()
    for read_only in (False, True):
        with pytest.raises(StoreError, match=r"has schema \d+; .*: use rottui 0\.9\.2 or newer$"):
            RunStore.open(folder, read_only=read_only)
    assert (folder / FILE).read_bytes() == before
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        db.execute("UPDATE settings SET value = '\x1b[2J' WHERE key = 'rottui'")
    with pytest.raises(StoreError, match=r"use a newer rottui$"):
        RunStore.open(folder)
