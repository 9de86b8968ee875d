"""What people ask of runs: queue, pause, resume, cancel, retry, edit, move, duplicate.

Each call is one transaction: either every run changes as asked, or none does and the error says
which run stands against it. What is running is not touched here: it gets a wish, which its worker
obeys between two batches.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rottui.errors import StoreError
from rottui.store.checkpoints import CheckpointFiles
from rottui.store.connection import Connections
from rottui.store.groups import group_named
from rottui.store.insertion import insert_run
from rottui.store.reading import Reader, config_of
from rottui.store.records import NewRun, RunRow
from rottui.store.rungs import at_rung, leave_rung
from rottui.store.states import RETRIED, State, Wish, allowed
from rottui.store.writing import files_of, new_revision, note, rows_of

_AGAIN = "only paused runs and drafts are resumed: retry it"
_INSTEAD: dict[str, str] = {
    State.DONE: "only paused runs and drafts are resumed: extend it, or fork it with other "
    "settings",
    State.FAILED: _AGAIN,
    State.CANCELLED: _AGAIN,
}
"""What is done with a run that ended, and is not resumed."""


class Wishes(Reader):
    """Writes what people want."""

    _connections: Connections
    _files: CheckpointFiles

    def add_runs(
        self,
        new: Sequence[NewRun],
        *,
        sweep: str | None = None,
        spec: Mapping[str, Any] | None = None,
        state: State = State.QUEUED,
        group: str | None = None,
        into: int | None = None,
        priority: int = 0,
        needs: Collection[int] = (),
    ) -> list[RunRow]:
        """Add runs at the end of the queue, as one sweep if that has a name.

        Args:
            new: the runs.
            sweep: name of the sweep that they are.
            spec: how the sweep was made, in plain JSON types.
            state: queued, or draft.
            group: name of the group that they join, made if there is none; not for a sweep.
            into: id of the sweep that they join, instead of being one or a group.
            priority: higher ones are trained first.
            needs: ids of runs that must be done before they are trained.

        Raises:
            StoreError: a config or a spec that is no strict JSON, a run to wait for or a sweep to
                join that is not there, or the store cannot be written.
        """
        texts = [_strict_json(run.config, f"the config of {run.name!r}") for run in new]
        made = None if spec is None else _strict_json(spec, "the spec of the sweep")
        now = time.time()
        with self._connections.writing() as db:
            revision = new_revision(db)
            sweep_id = None
            if sweep is not None:
                sweep_id = db.execute(
                    "INSERT INTO sweeps (name, created_at, spec) VALUES (?, ?, ?)",
                    (sweep, now, made),
                ).lastrowid
            elif group is not None:
                sweep_id = group_named(db, group)
            elif into is not None:
                if db.execute("SELECT 1 FROM sweeps WHERE id = ?", (into,)).fetchone() is None:
                    raise StoreError(f"there is no sweep {into}")
                sweep_id = into
            rows_of(db, needs)
            ids = []
            for run, config in zip(new, texts, strict=True):
                run_id = insert_run(
                    db,
                    name=run.name,
                    config=config,
                    epochs=run.epochs,
                    state=state,
                    revision=revision,
                    sweep_id=sweep_id,
                    until=run.until,
                    priority=priority,
                )
                ids.append(run_id)
                for needed in dict.fromkeys(needs):
                    db.execute("INSERT INTO needs VALUES (?, ?)", (run_id, needed))
                note(db, run_id, str(state))
        return self.runs(ids=ids)

    def pause(self, ids: Collection[int]) -> list[int]:
        """Hold back queued runs; ask running ones to stop at the next batch.

        A run that waits at a rung is held back once its sweep lets it go on. The ids of those that
        were not paused already.

        Raises:
            StoreError: a run is neither queued nor running; nothing was changed.
        """
        changed = []
        with self._connections.writing() as db:
            revision = new_revision(db)
            for row in rows_of(db, ids):
                if row["wish"] == Wish.PAUSE:
                    continue
                if row["state"] == State.RUNNING or at_rung(row):
                    _wish(db, row, Wish.PAUSE, revision)
                elif row["state"] != State.PAUSED:
                    _move_to(db, row, State.PAUSED, revision, "only queued and running runs pause")
                else:
                    continue
                changed.append(row["id"])
        return changed

    def resume(self, ids: Collection[int]) -> list[int]:
        """Queue paused runs and drafts at their old place; take back a wish to pause.

        A run that waits at a rung goes on to the next one, whatever the others do. The ids of
        those that neither trained nor were queued already.

        Raises:
            StoreError: a run has ended; nothing was changed.
        """
        changed = []
        with self._connections.writing() as db:
            revision = new_revision(db)
            for row in rows_of(db, ids):
                if row["wish"] == Wish.PAUSE:
                    _wish(db, row, None, revision)
                elif row["state"] in (State.RUNNING, State.QUEUED):
                    continue
                else:
                    if at_rung(row):
                        leave_rung(db, row)
                    _move_to(db, row, State.QUEUED, revision, _INSTEAD.get(row["state"], ""))
                changed.append(row["id"])
        return changed

    def draft(self, ids: Collection[int]) -> None:
        """Lay queued runs aside, until a person queues them.

        Raises:
            StoreError: a run is not queued; nothing was changed.
        """
        with self._connections.writing() as db:
            revision = new_revision(db)
            for row in rows_of(db, ids):
                _move_to(db, row, State.DRAFT, revision, "only a queued run becomes a draft")

    def cancel(self, ids: Collection[int]) -> list[int]:
        """End waiting runs for good; ask running ones to end at the next batch.

        The ids of those of which that was not asked already.

        Raises:
            StoreError: a run has ended already; nothing was changed.
        """
        changed = []
        with self._connections.writing() as db:
            revision = new_revision(db)
            for row in rows_of(db, ids):
                if row["wish"] == Wish.CANCEL:
                    continue
                if row["state"] == State.RUNNING:
                    _wish(db, row, Wish.CANCEL, revision)
                else:
                    _move_to(
                        db, row, State.CANCELLED, revision, "only unfinished runs are cancelled"
                    )
                    db.execute(
                        "UPDATE runs SET ended_at = ? WHERE id = ?", (time.time(), row["id"])
                    )
                changed.append(row["id"])
        return changed

    def move(self, ids: Collection[int], by: int) -> None:
        """Move unstarted runs by so many places among those that wait; the ends hold.

        They stay in order among themselves.

        Raises:
            StoreError: a run is not waiting; nothing was changed.
        """
        waiting = (State.QUEUED, State.PAUSED, State.DRAFT)
        with self._connections.writing() as db:
            for row in rows_of(db, ids):
                if row["state"] not in waiting:
                    raise StoreError(
                        f"run {row['id']} is {row['state']}; only waiting runs are moved"
                    )
            order = db.execute(
                "SELECT id, position FROM runs WHERE state IN (?, ?, ?) ORDER BY position, id",
                waiting,
            ).fetchall()
            before = [other["id"] for other in order]
            after = _moved(before, frozenset(ids), by)
            if before == after:
                return
            revision = new_revision(db)
            for place, was, now in zip(order, before, after, strict=True):
                if was != now:
                    db.execute(
                        "UPDATE runs SET position = ?, revision = ? WHERE id = ?",
                        (place["position"], revision, now),
                    )

    def duplicate(self, ids: Collection[int]) -> list[RunRow]:
        """Queue the configs of runs again, as new runs.

        Raises:
            StoreError: a run is gone, or its config is damaged.
        """
        with self._connections.reading() as db:
            rows = rows_of(db, ids)
        return self.add_runs([_copy_of(row) for row in rows])

    def retry(self, ids: Collection[int], *, fresh: bool = False) -> None:
        """Queue failed and cancelled runs again, with the same config and seed.

        They go on from their last checkpoint, or with ``fresh`` from the start.

        Raises:
            StoreError: a run neither failed nor was cancelled; nothing was changed.
        """
        files: list[str] = []
        with self._connections.writing() as db:
            revision = new_revision(db)
            for row in rows_of(db, ids):
                if row["state"] not in RETRIED:
                    raise StoreError(
                        f"run {row['id']} is {row['state']}; only failed and cancelled runs are "
                        "tried again"
                    )
                if fresh:
                    if row["parent_id"] is not None:
                        raise StoreError(
                            f"run {row['id']} is a fork and has no start of its own; fork run "
                            f"{row['parent_id']} again"
                        )
                    files += _begin_anew(db, row["id"])
                db.execute(
                    "UPDATE runs SET state = ?, wish = NULL, error = NULL, reason = NULL, "
                    "ended_at = NULL, revision = ? WHERE id = ?",
                    (State.QUEUED, revision, row["id"]),
                )
                note(db, row["id"], "retried", "from the start" if fresh else "")
        self._files.remove(files)

    def edit(self, run_id: int, new: NewRun) -> None:
        """Give a run that nobody has begun another name and config.

        Raises:
            StoreError: it has been begun, or the config is no strict JSON; nothing was changed.
        """
        text = _strict_json(new.config, f"the config of {new.name!r}")
        with self._connections.writing() as db:
            (row,) = rows_of(db, [run_id])
            if row["attempt"] or row["state"] not in (State.QUEUED, State.DRAFT, State.PAUSED):
                raise StoreError(
                    f"run {run_id} has been begun or has ended; only a run that waits is edited: "
                    "fork it where it has a checkpoint, else duplicate it"
                )
            if row["parent_id"] is not None:
                raise StoreError(
                    f"run {run_id} is a fork, made for its config; delete it and fork again"
                )
            db.execute(
                "UPDATE runs SET name = ?, config = ?, epochs = ?, revision = ? WHERE id = ?",
                (new.name, text, new.epochs, new_revision(db), run_id),
            )
            note(db, run_id, "edited")


def _moved(order: list[int], chosen: Collection[int], by: int) -> list[int]:
    """The order with the chosen ones so many places further; none passes another of them."""
    later = by > 0
    order = order[::-1] if later else order[:]
    front = 0
    for run_id in [run_id for run_id in order if run_id in chosen]:
        here = order.index(run_id, front)
        there = max(front, here - abs(by))
        order.insert(there, order.pop(here))
        front = there + 1
    return order[::-1] if later else order


def _begin_anew(db: sqlite3.Connection, run_id: int) -> list[str]:
    """Forget what a run has come to; the files that no row names any more."""
    files = files_of(db, run_id)
    db.execute("DELETE FROM checkpoints WHERE run_id = ?", (run_id,))
    db.execute("DELETE FROM epochs WHERE run_id = ?", (run_id,))
    db.execute("DELETE FROM steers WHERE run_id = ?", (run_id,))
    db.execute(
        "UPDATE runs SET epochs_done = 0, best_epoch = NULL, seconds = NULL, started_at = NULL "
        "WHERE id = ?",
        (run_id,),
    )
    return list(files.values())


def _wish(db: sqlite3.Connection, row: sqlite3.Row, wish: Wish | None, revision: int) -> None:
    db.execute("UPDATE runs SET wish = ?, revision = ? WHERE id = ?", (wish, revision, row["id"]))
    note(db, row["id"], "wish", "none" if wish is None else str(wish))


def _move_to(
    db: sqlite3.Connection, row: sqlite3.Row, state: State, revision: int, otherwise: str
) -> None:
    if not allowed(State(row["state"]), state):
        raise StoreError(f"run {row['id']} is {row['state']}; {otherwise}")
    db.execute(
        "UPDATE runs SET state = ?, wish = NULL, revision = ? WHERE id = ?",
        (state, revision, row["id"]),
    )
    note(db, row["id"], str(state))


def _strict_json(values: Mapping[str, Any], what: str) -> str:
    try:
        return json.dumps(dict(values), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise StoreError(f"{what} cannot be stored: {error}") from None


def _copy_of(row: sqlite3.Row) -> NewRun:
    config = config_of(row["config"])
    if config is None:
        raise StoreError(f"the config of run {row['id']} is damaged; it cannot be queued again")
    name = row["name"] if row["name"].endswith(" copy") else f"{row['name']} copy"
    return NewRun(name, config, row["epochs"])
