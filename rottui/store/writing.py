"""What every write to the store does: a new revision, and a line in the audit."""

from __future__ import annotations

import sqlite3
import time


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
