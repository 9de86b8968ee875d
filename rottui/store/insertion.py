"""The one place that gives a run its row, whether it is new or forked."""

from __future__ import annotations

import sqlite3
import time
import uuid
from typing import Any

from rottui.store.states import State


def insert_run(
    db: sqlite3.Connection,
    *,
    name: str,
    config: str,
    epochs: int,
    state: State,
    revision: int,
    **columns: Any,
) -> int:
    """Add a run at the end of the queue, in the open transaction; its id.

    Args:
        db: the connection that has the transaction.
        name: of the run.
        config: as strict JSON.
        epochs: planned.
        state: queued, or draft.
        revision: of the transaction.
        columns: of ``runs``, those that differ from what a new run has.
    """
    end = db.execute("SELECT coalesce(max(position), 0) FROM runs").fetchone()[0]
    values = {
        "uid": uuid.uuid4().hex,
        "name": name,
        "config": config,
        "epochs": epochs,
        "state": state,
        "position": end + 1,
        "created_at": time.time(),
        "revision": revision,
    } | columns
    run_id = db.execute(
        f"INSERT INTO runs ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        tuple(values.values()),
    ).lastrowid
    assert run_id is not None
    return run_id
