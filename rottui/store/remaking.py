"""Runs whose row could not be read, made again from what else the file and the checkpoints tell.

The curve, the events, the wishes and the checkpoints of a run lie in pages of their own, and so do
the indexes, which know its state, its place in the queue and its sweep. Its config is in each of
its checkpoints. What can be trained on waits for a person, who has to look at it first; what has
no config is a failed run that keeps its curve.
"""

from __future__ import annotations

import json
import re
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rottui.store.records import NewRun
from rottui.store.salvage import CHILDREN
from rottui.store.states import ENDED, State
from rottui.store.writing import note

ReadRun = Callable[[bytes], NewRun | None]
"""The run that a checkpoint is of, from its bytes; None if they do not tell."""
ROW_LOST = "its row in the store was lost, and its config with it"
NO_CONFIG = {"lost": ROW_LOST}
"""No config of ours: nothing else is ever trained in the name of a run whose config is lost."""
KNOWN_BY = (
    ("runs_by_priority", ("state", "priority", "position")),
    ("runs_by_state", ("state", "position")),
    ("runs_by_position", ("position",)),
    ("runs_by_sweep", ("sweep_id",)),
    ("sqlite_autoindex_runs_1", ("uid",)),
)
"""Index of ``runs`` → the columns in it."""
FORKED = re.compile(r"from run (\d+), ")


@dataclass(slots=True)
class Remade:
    """What became of the runs whose row was lost."""

    told: list[str] = field(default_factory=list)
    """A sentence for each that was made again."""
    lost: list[str] = field(default_factory=list)
    """A sentence for each of which too little is known."""


def remake(
    old: sqlite3.Connection,
    new: sqlite3.Connection,
    checkpoints: Callable[[int], list[bytes]],
    read: ReadRun,
) -> Remade:
    """Make a run of each that has rows in ``new``, but none of its own.

    Args:
        old: the damaged file.
        new: the saved rows, in a transaction.
        checkpoints: the sound checkpoints of a run, the best to go on from first.
        read: the run in one of them.
    """
    remade = Remade()
    among = " UNION ".join(f"SELECT run_id FROM {table}" for table in CHILDREN)
    orphans = new.execute(
        f"SELECT run_id FROM ({among}) WHERE run_id NOT IN (SELECT id FROM runs) ORDER BY run_id"
    ).fetchall()
    known = _by_indexes(old) if orphans else {}
    for (run_id,) in orphans:
        found = next((run for each in checkpoints(run_id) if (run := read(each))), None)
        epochs = new.execute("SELECT max(epoch) FROM epochs WHERE run_id = ?", (run_id,)).fetchone()
        if found is None and epochs[0] is None:
            remade.lost.append(
                f"run {run_id}: its row is lost, and neither an epoch nor its config is left of it"
            )
            continue
        remade.told.append(_remake(new, run_id, found, known.get(run_id, {})))
    for run_id, needed in new.execute(
        "SELECT run_id, needs FROM needs WHERE needs NOT IN (SELECT id FROM runs) "
        "AND run_id IN (SELECT id FROM runs)"
    ).fetchall():
        remade.lost.append(f"run {run_id} waits for run {needed}, which is not there any more")
    return remade


def _remake(
    new: sqlite3.Connection, run_id: int, found: NewRun | None, known: Mapping[str, Any]
) -> str:
    last, attempt, first_at = new.execute(
        "SELECT coalesce(max(epoch), 0), coalesce(max(attempt), 0), "
        "coalesce((SELECT min(at) FROM events WHERE run_id = :run), min(at), 0.0) "
        "FROM epochs WHERE run_id = :run",
        {"run": run_id},
    ).fetchone()
    planned = max(last, 1 if found is None else found.epochs)
    config = NO_CONFIG if found is None else dict(found.config)
    if "epochs" in config:  # it may have been extended since the checkpoint
        config["epochs"] = planned
    state, error = _state_of(new, run_id, known.get("state"))
    if found is None:
        state, error = State.FAILED, ROW_LOST
    parent = new.execute(
        "SELECT detail, epoch FROM events WHERE run_id = ? AND kind = 'forked'", (run_id,)
    ).fetchone()
    match = None if parent is None else FORKED.match(parent[0])
    new.execute(
        "INSERT INTO runs (id, uid, sweep_id, name, config, state, position, priority, epochs, "
        "attempt, error, created_at, trashed_at, revision, parent_id, parent_epoch) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
        (
            run_id,
            known.get("uid", uuid.uuid4().hex),
            known.get("sweep_id"),
            f"run {run_id}" if found is None else found.name,
            json.dumps(config),
            state,
            known.get("position", float(run_id)),
            known.get("priority", 0),
            planned,
            attempt,
            error,
            first_at,
            _thrown_away_at(new, run_id),
            None if match is None else int(match[1]),
            None if match is None or parent[1] is None else int(parent[1]),
        ),
    )
    kept = "its config is lost" if found is None else "with the config of its checkpoint"
    words = f"its row was lost; made again {kept}"
    note(new, run_id, "repaired", words)
    return f"run {run_id}: {words}; epochs up to {last}, {state}"


def _state_of(new: sqlite3.Connection, run_id: int, indexed: Any) -> tuple[State, str | None]:
    """The state that it ended in, with why if it failed; else paused."""
    last = new.execute(
        "SELECT kind, detail FROM events WHERE run_id = ? AND kind IN ('claimed', 'retried', "
        "'extended', 'done', 'failed', 'cancelled') ORDER BY id DESC LIMIT 1",
        (run_id,),
    ).fetchone()
    kind = indexed if indexed is not None else last[0] if last else None
    if kind not in ENDED:
        return State.PAUSED, None
    state = State(kind)
    told = last is not None and last[0] == State.FAILED
    return state, (last[1] if told else ROW_LOST) if state is State.FAILED else None


def _thrown_away_at(new: sqlite3.Connection, run_id: int) -> float | None:
    """Since when it lies in the trash, as its events tell."""
    last = new.execute(
        "SELECT kind, at FROM events WHERE run_id = ? AND kind IN ('deleted', 'restored') "
        "ORDER BY id DESC LIMIT 1",
        (run_id,),
    ).fetchone()
    return last[1] if last is not None and last[0] == "deleted" else None


def _by_indexes(old: sqlite3.Connection) -> dict[int, dict[str, Any]]:
    """Run → what the readable indexes of ``runs`` know of it."""
    known: dict[int, dict[str, Any]] = {}
    kinds: dict[str, tuple[type, ...]] = {
        "state": (str,), "priority": (int,), "position": (float, int), "sweep_id": (int,),
        "uid": (str,),
    }  # fmt: skip
    for index, columns in KNOWN_BY:
        sql = f"SELECT id, {', '.join(columns)} FROM runs INDEXED BY {index}"
        try:
            for row in old.execute(sql):
                values = dict(zip(columns, row[1:], strict=True))
                facts = known.setdefault(row[0], {})
                for name, value in values.items():
                    if isinstance(value, kinds[name]):
                        facts.setdefault(name, value)
        except sqlite3.DatabaseError:
            continue  # damaged itself, or of a later schema
    return known
