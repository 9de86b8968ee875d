"""Reading what can be read from a damaged file: table by table, and row by row where that fails.

SQLite stops at the first page that it cannot read. Rows behind it are reached by their keys: a span
of keys that cannot be read is halved, until single rows are left, which are given up. Which of
those were rows at all is told by the indexes, which lie in pages of their own.

Rows of runs whose own row is lost are kept: ``rottui.store.remaking`` makes runs of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rottui.store.health import quoted
from rottui.store.schema import MADE_BY
from rottui.store.states import State, Wish

PARENTS = ("sweeps", "runs")
"""Tables with a row id that others refer to, in the order in which they are saved."""
CHILDREN = ("epochs", "checkpoints", "events", "needs", "steers", "tags")
"""Rows that belong to a run."""
FURTHEST = 1 << 24
"""No row id is looked for beyond: a higher one is damaged itself, or is found in the first look."""
SPAN = 4096
"""Row ids that are looked at together, past those that the file still vouches for."""
INDEXES = {
    "runs": ("runs_by_position", "runs_by_revision", "runs_by_state", "runs_by_sweep"),
    "events": ("events_by_run",),
    "steers": ("steers_by_run",),
}
"""Table → indexes of it, each of which knows all of its row ids."""
MOST_EPOCHS = 1 << 16
"""So many of a run are looked for, whatever it says that it has."""
MOST_EPOCHS_OF_LOST = 1 << 10
"""So many of a run whose row is lost, past the first page of them that cannot be read."""
DAMAGED_STATE = "its state in the store was damaged"

Row = dict[str, Any]
Fetch = Callable[[int, int], list[sqlite3.Row]]


@dataclass(slots=True)
class Saved:
    """What became of the rows."""

    rows: dict[str, int] = field(default_factory=dict)
    """Table → rows that were saved."""
    lost: list[str] = field(default_factory=list)
    """A sentence for what could not be read, or not be kept."""
    runs: list[int] = field(default_factory=list)
    """Ids of runs whose row could not be read."""


def salvage(old: sqlite3.Connection, new: sqlite3.Connection) -> Saved:
    """Copy every readable row of ``old`` into ``new``, an empty store of the newest schema.

    ``new`` is in a transaction, and stays in it. Rows may belong to runs that are not there, and
    what a run says of its epochs may be wrong: ``mend`` comes after what is made of that.
    """
    old.row_factory = sqlite3.Row
    old.text_factory = lambda data: data.decode("utf-8", "replace")
    saved = Saved()
    for table in PARENTS:
        _save(saved, new, table, _by_row_id(saved, old, table))
    runs: dict[int, int] = dict(new.execute("SELECT id, max(epochs, epochs_done) FROM runs"))
    for table in CHILDREN:
        rows = _of_runs(saved, old, table, runs) if _keyed(table) else _by_row_id(saved, old, table)
        _save(saved, new, table, (row for row in rows if _is_id(row["run_id"])))
    settings = _whole(saved, old, "settings")
    _save(saved, new, "settings", (row for row in settings if row["key"] != MADE_BY))
    return saved


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and 0 < value <= FURTHEST


def _keyed(table: str) -> bool:
    """Whether the rows lie under their run's id, and not under an id of their own."""
    return table in ("epochs", "checkpoints", "needs", "tags")


# --- reading --------------------------------------------------------------------------------------


def _whole(saved: Saved, old: sqlite3.Connection, table: str) -> Iterator[Row]:
    try:
        yield from map(dict, old.execute(f"SELECT * FROM {quoted(table)}").fetchall())
    except sqlite3.DatabaseError as error:
        if "no such table" not in str(error):
            saved.lost.append(f"{table}: {error}")


def _whole_or_raise(old: sqlite3.Connection, table: str) -> Iterator[Row]:
    """The rows, read once before the first is given out: millions of them are never kept."""
    sql = f"SELECT * FROM {quoted(table)} NOT INDEXED"
    for _ in old.execute(sql):
        pass
    return map(dict, old.execute(sql))


def _by_row_id(saved: Saved, old: sqlite3.Connection, table: str) -> Iterator[Row]:
    """The rows of a table with a row id."""

    def fetch(low: int, high: int) -> list[sqlite3.Row]:
        return old.execute(
            f"SELECT * FROM {quoted(table)} NOT INDEXED WHERE id BETWEEN ? AND ?", (low, high)
        ).fetchall()

    try:
        yield from _whole_or_raise(old, table)
        return
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            return
    unread: list[int] = []
    there = _known_ids(old, table)
    highest, sure = (max(there, default=0), True) if there is not None else _highest(old, table)
    for low in range(0, highest + 1, SPAN):
        for row in _halving(fetch, low, min(low + SPAN - 1, highest), unread):
            yield dict(row)
    lost = [row for row in unread if row > 0 and (there is None or row in there)]
    if table == "runs":
        saved.runs = lost
    if lost and there is not None:
        saved.lost.append(f"{table}: {_count(len(lost), 'row')} could not be read: {spans(lost)}")
    elif lost:
        # Nothing tells the id of a row that is lost from one that was never given, or purged.
        beyond = "" if sure else "; whether there were rows beyond is not known"
        saved.lost.append(
            f"{table}: what had {'these ids' if len(lost) > 1 else 'this id'}, if anything, could "
            f"not be read: {spans(lost)}{beyond}"
        )


def _known_ids(old: sqlite3.Connection, table: str) -> set[int] | None:
    """The ids of all rows, by an index that can be read whole; None if there is none."""
    for index in INDEXES.get(table, ()):
        try:
            rows = old.execute(f"SELECT id FROM {quoted(table)} INDEXED BY {index}").fetchall()
        except sqlite3.DatabaseError:
            continue
        return {row[0] for row in rows if _is_id(row[0])}
    return None


def _highest(old: sqlite3.Connection, table: str) -> tuple[int, bool]:
    """The highest row id that there can be, and whether that is sure."""
    asked = (
        f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'",
        f"SELECT max(id) FROM {quoted(table)} NOT INDEXED",
    )
    for sql in asked:
        try:
            row = old.execute(sql).fetchone()
        except sqlite3.DatabaseError:
            continue
        if row is not None and _is_id(row[0]):
            return row[0], True
    try:
        row = old.execute("SELECT max(run_id) FROM epochs").fetchone() if table == "runs" else None
    except sqlite3.DatabaseError:
        row = None
    return max(SPAN, row[0] if row is not None and _is_id(row[0]) else 0), False


def _of_runs(
    saved: Saved, old: sqlite3.Connection, table: str, runs: dict[int, int]
) -> Iterator[Row]:
    """The rows of a table that lie under their run's id; ``runs`` has the epochs of each."""
    try:
        yield from _whole_or_raise(old, table)
        return
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            return
    lost = dict.fromkeys(saved.runs, MOST_EPOCHS_OF_LOST)
    for run, planned in sorted((lost | runs).items()):
        unread: list[int] = []
        try:
            rows = old.execute(f"SELECT * FROM {quoted(table)} WHERE run_id = ?", (run,)).fetchall()
            yield from map(dict, rows)
            continue
        except sqlite3.DatabaseError:
            if table != "epochs":
                if run in runs:
                    saved.lost.append(f"run {run}: its {table} could not be read")
                continue

        def fetch(low: int, high: int, run: int = run) -> list[sqlite3.Row]:
            return old.execute(
                "SELECT * FROM epochs WHERE run_id = ? AND epoch BETWEEN ? AND ?", (run, low, high)
            ).fetchall()

        found = [dict(row) for row in _halving(fetch, 0, min(planned, MOST_EPOCHS), unread)]
        yield from found
        if run not in runs and not found:
            continue
        saved.lost.append(f"run {run}: {_epochs_lost(found, unread)} could not be read")


def _epochs_lost(found: list[Row], unread: list[int]) -> str:
    """Which epochs are missing before the last one that was found, and whether any may be after."""
    if not found:
        return "its epochs"
    last = max(row["epoch"] for row in found)
    gaps = [epoch for epoch in unread if epoch < last]
    parts = [f"its epochs {spans(gaps)}"] if gaps else []
    parts += [f"its epochs after {last}"] if any(epoch > last for epoch in unread) else []
    return " and ".join(parts)


def _halving(fetch: Fetch, low: int, high: int, unread: list[int]) -> Iterator[sqlite3.Row]:
    """The readable rows of a span of keys."""
    try:
        yield from fetch(low, high)
    except sqlite3.DatabaseError:
        if low == high:
            unread.append(low)
            return
        middle = (low + high) // 2
        yield from _halving(fetch, low, middle, unread)
        yield from _halving(fetch, middle + 1, high, unread)


# --- writing --------------------------------------------------------------------------------------


def _save(saved: Saved, new: sqlite3.Connection, table: str, rows: Iterator[Row]) -> None:
    known = {row[1] for row in new.execute(f"PRAGMA table_info({quoted(table)})")}
    saved.rows[table] = 0
    refused = 0
    for row in rows:
        values = {name: value for name, value in row.items() if name in known}
        if table == "runs":
            _make_sound(values)
        try:
            new.execute(
                f"INSERT INTO {quoted(table)} ({', '.join(values)}) "
                f"VALUES ({', '.join('?' * len(values))})",
                tuple(values.values()),
            )
        except sqlite3.Error:
            refused += 1
            continue
        saved.rows[table] += 1
    if refused:
        saved.lost.append(f"{table}: {_count(refused, 'row')} held what no {table} can hold")


def _make_sound(run: Row) -> None:
    """Let a run keep its curve, whatever became of its state."""
    if run.get("state") not in set(State):
        run["state"] = State.FAILED
        run["error"] = run.get("error") or DAMAGED_STATE
    if run.get("wish") not in {None, *Wish}:
        run["wish"] = None
    if run["state"] == State.RUNNING:  # nobody trains it: the store was closed
        run["state"] = State.QUEUED
    run.update(worker=None, lease_until=None, lease_boot=None)


def mend(new: sqlite3.Connection) -> None:
    """Make the rows fit each other again."""
    new.execute("UPDATE runs SET sweep_id = NULL WHERE sweep_id NOT IN (SELECT id FROM sweeps)")
    new.execute(
        "UPDATE runs SET epochs_done = coalesce((SELECT max(epoch) FROM epochs "
        "WHERE run_id = runs.id), 0)"
    )
    new.execute(
        "UPDATE runs SET best_epoch = (SELECT epoch FROM epochs WHERE run_id = runs.id "
        "AND finite ORDER BY test_loss, epoch LIMIT 1)"
    )
    new.execute(
        "UPDATE meta SET value = 1 + (SELECT coalesce(max(revision), 0) FROM runs) "
        "WHERE key = 'revision'"
    )


def spans(numbers: Iterable[int]) -> str:
    """``3, 7–9`` for 3, 7, 8, 9."""
    ends: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ends and number == ends[-1][1] + 1:
            ends[-1][1] = number
        else:
            ends.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in ends)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
