"""A curve of very many epochs by those of them that show its shape."""

from __future__ import annotations

import sqlite3

STRETCHES = 1_000
"""Parts of a curve, of which each keeps its extremes."""
LOSSES = ("train_loss", "test_loss")

_WITHIN = "FROM epochs WHERE run_id = ? AND epoch >= ? AND epoch < ?"


def telling_epochs(db: sqlite3.Connection, run_id: int) -> list[int]:
    """Epochs of a run in order: the first, the last, and the extremes of each stretch.

    An extreme is an epoch with the lowest or highest train or test loss, or the first one that is
    not finite: a spike of a single epoch is kept, however many there are.
    """
    first, last = db.execute(
        "SELECT min(epoch), max(epoch) FROM epochs WHERE run_id = ?", (run_id,)
    ).fetchone()
    if first is None:
        return []
    found = {first, last}
    length = max(1, -(-(last - first + 1) // STRETCHES))
    ends = ", ".join(f"min({name}), max({name})" for name in LOSSES)
    for start in range(first, last + 1, length):
        part = (run_id, start, start + length)
        *extremes, unsound = db.execute(
            f"SELECT {ends}, sum(NOT finite) {_WITHIN}", part
        ).fetchone()
        for number, value in enumerate(extremes):
            name = LOSSES[number // 2]
            found.update(_first(db, part, f"{name} = ?", value))
        if unsound:
            found.update(_first(db, part, "NOT finite"))
    return sorted(found)


def _first(
    db: sqlite3.Connection, part: tuple[int, int, int], condition: str, *values: float | None
) -> set[int]:
    sql = f"SELECT epoch {_WITHIN} AND {condition} ORDER BY epoch LIMIT 1"
    return {epoch for (epoch,) in db.execute(sql, (*part, *values))}
