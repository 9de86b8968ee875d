"""A whole look at a store: its file, its rows and its checkpoints. Nothing of it is changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rottui.errors import CheckpointError, StoreError
from rottui.store.checkpoints import FOLDER, CheckpointFiles
from rottui.store.connection import FILE, explain, open_read_only
from rottui.store.health import quoted
from rottui.store.reading import config_of
from rottui.store.records import Checkpoint
from rottui.store.schema import check_ours

MOST_LINES = 20
"""So many findings of SQLite's own check are listed."""


@dataclass(slots=True)
class Examination:
    """What was found."""

    folder: Path
    schema: int = 0
    rows: dict[str, int | None] = field(default_factory=dict)
    """Table → its rows; None if they cannot all be read."""
    checkpoint_bytes: int = 0
    damage: list[str] = field(default_factory=list)
    """A sentence for each thing that is damaged."""
    notes: list[str] = field(default_factory=list)
    """What is odd and harms nothing, such as files that a killed process left."""


def examine(folder: Path) -> Examination:
    """Look at everything, whatever its size.

    Raises:
        StoreError: there is no store, or it is not one of ours.
    """
    path = folder / FILE
    found = Examination(folder)
    with closing(open_read_only(path)) as db:
        db.row_factory = sqlite3.Row
        db.text_factory = lambda data: data.decode("utf-8", "replace")
        try:
            found.schema = check_ours(db, path)
            db.execute("BEGIN")  # one state of the store for all that follows
            found.damage += _of_the_file(db)
            tables = [
                row[0]
                for row in db.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' "
                    "AND name NOT LIKE 'sqlite_%' ORDER BY name"
                )
            ]
        except sqlite3.DatabaseError as error:
            if not found.schema and "not a database" in str(error):
                raise StoreError(explain(error, path)) from None
            found.damage.append(f"{path}: {error}")
            return found
        for table in tables:
            found.rows[table] = _count(db, table)
        found.damage += _all(_of_references(db))
        found.damage += _all(_of_json(db))
        named = _checkpoints(db, found)
    _look_for_leftovers(folder, named, found)
    return found


def _of_the_file(db: sqlite3.Connection) -> list[str]:
    try:
        lines = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({MOST_LINES})")]
    except sqlite3.DatabaseError as error:
        return [f"{FILE}: {error}"]
    return [] if lines == ["ok"] else [f"{FILE}: {' '.join(line.split())}" for line in lines]


def _count(db: sqlite3.Connection, table: str) -> int | None:
    """Rows of a table, each of them read."""
    try:
        return sum(1 for _ in db.execute(f"SELECT * FROM {quoted(table)}"))
    except sqlite3.DatabaseError:
        return None


def _all(findings: Iterator[str]) -> list[str]:
    """The findings up to where the file cannot be read; the file's own check has told of that."""
    found: list[str] = []
    try:
        found.extend(findings)
    except sqlite3.DatabaseError:
        pass
    return found


def _of_references(db: sqlite3.Connection) -> Iterator[str]:
    for row in db.execute("PRAGMA foreign_key_check").fetchall():
        yield f"a row of {row[0]} belongs to no {row[2].removesuffix('s')}"


def _of_json(db: sqlite3.Connection) -> Iterator[str]:
    for row in db.execute("SELECT id, config FROM runs"):
        if config_of(row["config"]) is None:
            yield f"run {row['id']}: its config is not readable JSON (its curve is)"
    names = {row[1] for row in db.execute("PRAGMA table_info(sweeps)")}
    if "spec" in names:
        for row in db.execute("SELECT id, spec FROM sweeps WHERE spec IS NOT NULL"):
            if config_of(row["spec"]) is None:
                yield f"sweep {row['id']}: what it varies is not readable JSON"


def _checkpoints(db: sqlite3.Connection, found: Examination) -> set[str]:
    """Hold every recorded file against its SHA-256; their names."""
    files = CheckpointFiles(found.folder)
    named: set[str] = set()
    try:
        rows = db.execute("SELECT * FROM checkpoints ORDER BY run_id, kind").fetchall()
    except sqlite3.DatabaseError:
        return named
    for row in rows:
        checkpoint = Checkpoint(*tuple(row))
        named.add(checkpoint.file)
        try:
            found.checkpoint_bytes += len(files.read(checkpoint))
        except CheckpointError as error:
            if not _still_recorded(db, found.folder, checkpoint):
                continue  # a run in training has replaced it meanwhile
            found.damage.append(f"run {checkpoint.run_id}, {checkpoint.kind}: {error}")
    return named


def _still_recorded(db: sqlite3.Connection, folder: Path, checkpoint: Checkpoint) -> bool:
    with closing(open_read_only(folder / FILE)) as now:
        row = now.execute(
            "SELECT count(*) FROM checkpoints WHERE run_id = ? AND kind = ? AND file = ?",
            (checkpoint.run_id, checkpoint.kind, checkpoint.file),
        ).fetchone()
    return bool(row[0])


def _look_for_leftovers(folder: Path, named: set[str], found: Examination) -> None:
    place = folder / FOLDER
    if not place.is_dir():
        return
    left = [path for path in place.iterdir() if path.is_file() and path.name not in named]
    if left:
        size = sum(path.stat().st_size for path in left) / 1e6
        found.notes.append(
            f"{len(left)} files in {place} belong to no run ({size:.1f} MB); an engine removes "
            "them when they are an hour old"
        )
