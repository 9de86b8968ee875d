"""The rungs of halved sweeps: the runs that wait there, and those that go on or end.

The first rung of a run is given when it is queued (``until``); its worker pauses it there, and
which runs go on is decided by whoever is asked to ``settle``: it gives the rule, and the store
applies it to what it reads in the same transaction, so that no two processes decide by halves.
"""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from rottui.store.connection import Connections
from rottui.store.reading import Reader, config_of
from rottui.store.records import RungMoves, RungRow
from rottui.store.states import State, Wish
from rottui.store.writing import new_revision, note

Rule = Callable[[Mapping[str, Any], Sequence[RungRow]], RungMoves]
"""From a sweep's spec and its runs to what becomes of those that wait."""


class Rungs(Reader):
    """Reads and settles the rungs of sweeps."""

    _connections: Connections

    def sweeps_at_rungs(self, only: Collection[int] | None = None) -> list[int]:
        """Sweeps of which a run (one of ``only``) waits at a rung."""
        among, values = "", []
        if only is not None:
            among = " AND id IN (SELECT value FROM json_each(?))"
            values = [json.dumps(list(only))]
        with self._connections.reading() as db:
            rows = db.execute(
                f"SELECT DISTINCT sweep_id FROM runs WHERE sweep_id IS NOT NULL AND {AT_RUNG}"
                f"{among} ORDER BY sweep_id",
                values,
            ).fetchall()
        return [row["sweep_id"] for row in rows]

    def moves(self, sweep_id: int, rule: Rule) -> RungMoves:
        """What ``settle`` would do now."""
        with self._connections.reading() as db:
            spec, rows = _standings(db, sweep_id)
        return rule(spec, rows)

    def settle(self, sweep_id: int, rule: Rule) -> RungMoves:
        """Let the runs of a sweep that wait at a rung go on or end, as the rule says; what it said.

        One transaction reads how they stand, asks the rule and writes. A run that a person holds
        back goes on by leaving the rung, and stays paused.
        """
        if not self.moves(sweep_id, rule):  # most looks find nothing and need no write lock
            return RungMoves({}, {})
        with self._connections.writing() as db:
            moves = rule(*_standings(db, sweep_id))
            revision = new_revision(db)
            now = time.time()
            for run_id, (until, why) in moves.go_on.items():
                left = db.execute(
                    "UPDATE runs SET until = ?, wish = NULL, revision = ?, "
                    f"state = CASE wish WHEN '{Wish.PAUSE}' THEN state ELSE '{State.QUEUED}' END "
                    f"WHERE id = ? AND {AT_RUNG}",
                    (until, revision, run_id),
                ).rowcount
                if left:
                    note(db, run_id, "promoted", why)
            for run_id, why in moves.end.items():
                left = db.execute(
                    "UPDATE runs SET state = ?, wish = NULL, reason = ?, ended_at = ?, "
                    f"revision = ? WHERE id = ? AND {AT_RUNG}",
                    (State.DONE, why, now, revision, run_id),
                ).rowcount
                if left:
                    note(db, run_id, str(State.DONE), why)
        return moves


AT_RUNG = "state = 'paused' AND until = epochs_done AND trashed_at IS NULL"
"""A run that waits for the others of its sweep, and not for a person."""


def at_rung(row: sqlite3.Row) -> bool:
    """Whether a row of ``runs`` is one of a run that waits at a rung."""
    return bool(row["state"] == State.PAUSED and row["until"] == row["epochs_done"])


def leave_rung(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Let a run go on to the next rung because a person wants it to."""
    later = [rung for rung in _rungs(_spec(db, row["sweep_id"])) if rung > row["until"]]
    until = min(later, default=row["epochs"])
    db.execute(
        "UPDATE runs SET until = ? WHERE id = ?",
        (until if until < row["epochs"] else None, row["id"]),
    )
    note(db, row["id"], "promoted", f"by hand, to epoch {until}")


def _spec(db: sqlite3.Connection, sweep_id: int | None) -> dict[str, Any]:
    found = db.execute("SELECT spec FROM sweeps WHERE id = ?", (sweep_id,)).fetchone()
    return {} if found is None else config_of(found["spec"]) or {}


def _rungs(spec: Mapping[str, Any]) -> list[int]:
    halving = spec.get("halving")
    rungs = halving.get("rungs") if isinstance(halving, dict) else None
    return [rung for rung in rungs if type(rung) is int] if isinstance(rungs, list) else []


def _standings(db: sqlite3.Connection, sweep_id: int) -> tuple[dict[str, Any], list[RungRow]]:
    """The sweep's spec and its runs as the open transaction sees them."""
    spec = _spec(db, sweep_id)
    losses: dict[int, dict[int, float]] = {}
    for row in db.execute(
        "SELECT e.run_id, e.epoch, e.test_loss FROM runs r JOIN epochs e ON e.run_id = r.id "
        "WHERE r.sweep_id = ? AND r.trashed_at IS NULL AND (e.epoch = r.epochs_done "
        "OR e.epoch IN (SELECT value FROM json_each(?)))",
        (sweep_id, json.dumps(_rungs(spec))),
    ):
        loss = row["test_loss"]
        losses.setdefault(row["run_id"], {})[row["epoch"]] = math.nan if loss is None else loss
    runs = db.execute(
        "SELECT * FROM runs WHERE sweep_id = ? AND trashed_at IS NULL ORDER BY id", (sweep_id,)
    ).fetchall()
    return spec, [
        RungRow(
            run_id=row["id"],
            state=State(row["state"]),
            at_rung=at_rung(row),
            until=row["until"],
            epochs=row["epochs"],
            epochs_done=row["epochs_done"],
            losses=losses.get(row["id"], {}),
        )
        for row in runs
    ]
