"""What the writes to the store share: the rows they change, a new revision, a line in the audit."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection

from rottui.errors import StoreError


def rows_of(db: sqlite3.Connection, ids: Collection[int]) -> list[sqlite3.Row]:
    """The rows of these runs, each once, in the order of the ids.

    Raises:
        StoreError: a run is gone.
    """
    rows = []
    for run_id in dict.fromkeys(ids):
        row = db.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
        if row is None:
            raise StoreError(f"run {run_id} is gone; somebody deleted it")
        rows.append(row)
    return rows


def files_of(db: sqlite3.Connection, run_id: int) -> dict[str, str]:
    """Kind of checkpoint → the file that is recorded for it."""
    rows = db.execute("SELECT kind, file FROM checkpoints WHERE run_id = ?", (run_id,))
    return {row["kind"]: row["file"] for row in rows}


def new_revision(db: sqlite3.Connection) -> int:
    """Raise the store's revision in the open transaction; readers notice by it."""
    row = db.execute(
        "UPDATE meta SET value = value + 1 WHERE key = 'revision' RETURNING value"
    ).fetchone()
    value: int = row[0]
    return value


def note(
    db: sqlite3.Connection,
    run_id: int,
    kind: str,
    detail: str = "",
    epoch: float | None = None,
) -> None:
    """Append to a run's events; ``epoch`` is its place in the training, in epochs and parts."""
    db.execute(
        "INSERT INTO events (run_id, at, kind, detail, epoch) VALUES (?, ?, ?, ?, ?)",
        (run_id, time.time(), kind, detail, epoch),
    )
