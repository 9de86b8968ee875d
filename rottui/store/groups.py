"""Groups of runs, of which a sweep is one, and the pause of everything.

A pause lets go of what is in training: it goes back into the queue with a checkpoint, and on once
the pause is over. A gentle one lets it come to its end, and begins nothing new.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection

from rottui.errors import StoreError
from rottui.store.connection import Connections
from rottui.store.reading import Reader
from rottui.store.states import ENDED
from rottui.store.writing import new_revision, note, rows_of

NO, NOW, GENTLY = 0, 1, 2
"""How a group is paused, and everything likewise."""


class Groups(Reader):
    """Writes what people want of groups, and the order in which runs are begun."""

    _connections: Connections

    def set_group(
        self,
        group: int,
        *,
        parallel: int | None = None,
        unlimited: bool = False,
        paused: int | None = None,
        stop_on_failure: bool | None = None,
    ) -> None:
        """Change how the runs of a group are begun; what is None stays.

        Args:
            group: id of the sweep or group.
            parallel: how many of its runs may train at the same time; ``unlimited`` lifts it.
            paused: ``NO``, ``NOW`` or ``GENTLY``.
            stop_on_failure: whether it is paused, gently, once one of its runs fails.

        Raises:
            StoreError: there is no such group.
        """
        with self._connections.writing() as db:
            changed = db.execute(
                "UPDATE sweeps SET parallel = CASE WHEN ? THEN NULL ELSE coalesce(?, parallel) END,"
                " paused = coalesce(?, paused), stop_on_failure = coalesce(?, stop_on_failure) "
                "WHERE id = ?",
                (unlimited, parallel, paused, stop_on_failure, group),
            ).rowcount
            if not changed:
                raise StoreError(f"there is no group {group}")
            db.execute("UPDATE runs SET revision = ? WHERE sweep_id = ?", (new_revision(db), group))

    def pause_all(self, paused: int) -> None:
        """Begin no run any more, or go on: ``NO``, ``NOW`` or ``GENTLY``."""
        with self._connections.writing() as db:
            new_revision(db)
            db.execute("INSERT OR REPLACE INTO settings VALUES ('paused', ?)", (str(paused),))

    @property
    def all_paused(self) -> bool:
        """Whether everything is paused."""
        with self._connections.reading() as db:
            row = db.execute("SELECT value FROM settings WHERE key = 'paused'").fetchone()
        return row is not None and row["value"] != str(NO)

    def set_priority(self, ids: Collection[int], priority: int, *, relative: bool = False) -> None:
        """Train these before all others of lower priority; ``relative`` adds to what each has.

        Raises:
            StoreError: a run is gone, or has ended; nothing was changed.
        """
        with self._connections.writing() as db:
            revision = new_revision(db)
            for row in rows_of(db, ids):
                if row["state"] in ENDED:
                    raise StoreError(f"run {row['id']} is {row['state']}; it waits for nothing")
                new = row["priority"] + priority if relative else priority
                db.execute(
                    "UPDATE runs SET priority = ?, revision = ? WHERE id = ?",
                    (new, revision, row["id"]),
                )
                note(db, row["id"], "priority", str(new))


def group_named(db: sqlite3.Connection, name: str) -> int:
    """The id of the group that a person named, made if there is none."""
    row = db.execute("SELECT id FROM sweeps WHERE kind = 'group' AND name = ?", (name,)).fetchone()
    if row is not None:
        return int(row["id"])
    made = db.execute(
        "INSERT INTO sweeps (name, created_at, kind) VALUES (?, ?, 'group')", (name, time.time())
    ).lastrowid
    assert made is not None
    return made


def pause_if_it_stops_on_failure(db: sqlite3.Connection, run_id: int) -> None:
    """Pause the group of a run that fails in the open transaction, if it is so set."""
    paused = db.execute(
        "UPDATE sweeps SET paused = ? WHERE stop_on_failure AND paused = ? "
        "AND id = (SELECT sweep_id FROM runs WHERE id = ?)",
        (GENTLY, NO, run_id),
    ).rowcount
    if paused:
        note(db, run_id, "group paused", "since this run failed")
