"""A trash instead of a loss: deleted runs are hidden, and come back until they are purged."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection

from rottui.errors import StoreError
from rottui.store.checkpoints import CheckpointFiles
from rottui.store.connection import Connections
from rottui.store.reading import Reader
from rottui.store.states import State
from rottui.store.writing import files_of, new_revision, note, rows_of


class Trash(Reader):
    """Writes what people throw away, and what they want back."""

    _connections: Connections
    _files: CheckpointFiles

    def delete(self, ids: Collection[int]) -> list[int]:
        """Put runs into the trash: they are neither listed nor trained.

        The ids of those that were not there already.

        Raises:
            StoreError: a run is running or gone; nothing was changed.
        """
        changed = []
        with self._connections.writing() as db:
            revision, now = new_revision(db), time.time()
            for row in rows_of(db, ids):
                if row["state"] == State.RUNNING:
                    raise StoreError(f"run {row['id']} is running; cancel it before deleting it")
                if row["trashed_at"] is None:
                    db.execute(
                        "UPDATE runs SET trashed_at = ?, revision = ? WHERE id = ?",
                        (now, revision, row["id"]),
                    )
                    note(db, row["id"], "deleted", "into the trash")
                    changed.append(row["id"])
        return changed

    def restore(self, ids: Collection[int]) -> None:
        """Take runs out of the trash: they are what they were, and queued ones are trained.

        Raises:
            StoreError: a run is not in the trash; nothing was changed.
        """
        with self._connections.writing() as db:
            revision = new_revision(db)
            for row in _in_trash(db, ids):
                db.execute(
                    "UPDATE runs SET trashed_at = NULL, revision = ? WHERE id = ?",
                    (revision, row["id"]),
                )
                note(db, row["id"], "restored")

    def purge(self, ids: Collection[int]) -> None:
        """Remove runs of the trash with their curves and checkpoints, for good.

        Raises:
            StoreError: a run is not in the trash; nothing was changed.
        """
        with self._connections.writing() as db:
            new_revision(db)
            files: list[str] = []
            for row in _in_trash(db, ids):
                files += files_of(db, row["id"]).values()
                db.execute("DELETE FROM runs WHERE id = ?", (row["id"],))
            db.execute(
                "DELETE FROM sweeps WHERE kind = 'sweep' AND id NOT IN "
                "(SELECT sweep_id FROM runs WHERE sweep_id IS NOT NULL)"
            )
        self._files.remove(files)


def _in_trash(db: sqlite3.Connection, ids: Collection[int]) -> list[sqlite3.Row]:
    rows = rows_of(db, ids)
    for row in rows:
        if row["trashed_at"] is None:
            raise StoreError(f"run {row['id']} is not in the trash")
    return rows
