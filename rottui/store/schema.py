"""The tables, as numbered migrations: each store remembers the last one it has seen.

A migration runs in one IMMEDIATE transaction with the new number, so that a killed process leaves
either the old or the new schema. Migrations that were ever released are never edited.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from rottui import __version__
from rottui.errors import StoreError

APPLICATION_ID = 0x726F7474
"""``rott``: marks the file as ours (SQLite's ``application_id``)."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('revision', 0);

    CREATE TABLE sweeps (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        created_at REAL NOT NULL
    );

    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uid TEXT NOT NULL UNIQUE,
        sweep_id INTEGER REFERENCES sweeps (id),
        name TEXT NOT NULL,
        config TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('draft', 'queued', 'running', 'paused', 'done', 'failed', 'cancelled')),
        wish TEXT CHECK (wish IN ('pause', 'cancel')),
        position REAL NOT NULL,
        epochs INTEGER NOT NULL,
        epochs_done INTEGER NOT NULL DEFAULT 0,
        best_epoch INTEGER,
        attempt INTEGER NOT NULL DEFAULT 0,
        threads INTEGER,
        worker TEXT,
        lease_until REAL,
        lease_boot TEXT,
        error TEXT,
        created_at REAL NOT NULL,
        started_at REAL,
        ended_at REAL,
        seconds REAL,
        revision INTEGER NOT NULL
    );
    CREATE INDEX runs_by_state ON runs (state, position, id);
    CREATE INDEX runs_by_position ON runs (position, id);
    CREATE INDEX runs_by_sweep ON runs (sweep_id);

    CREATE TABLE epochs (
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        step INTEGER NOT NULL,
        train_loss REAL,
        test_loss REAL,
        train_mae REAL,
        test_mae REAL,
        train_mae_deg REAL,
        test_mae_deg REAL,
        seconds REAL NOT NULL,
        at REAL NOT NULL,
        finite INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        PRIMARY KEY (run_id, epoch)
    ) WITHOUT ROWID;

    CREATE TABLE checkpoints (
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('last', 'previous', 'best')),
        epoch INTEGER NOT NULL,
        step INTEGER NOT NULL,
        file TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        PRIMARY KEY (run_id, kind)
    ) WITHOUT ROWID;

    CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL
    );
    CREATE INDEX events_by_run ON events (run_id, id);

    CREATE TABLE workers (
        id TEXT PRIMARY KEY,
        host TEXT NOT NULL,
        boot TEXT NOT NULL,
        pid INTEGER NOT NULL,
        pid_started REAL NOT NULL,
        started_at REAL NOT NULL,
        beat_at REAL NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE epochs ADD COLUMN train_circular_mae_deg REAL;
    ALTER TABLE epochs ADD COLUMN test_circular_mae_deg REAL;
    ALTER TABLE epochs ADD COLUMN test_median_deg REAL;
    ALTER TABLE epochs ADD COLUMN test_flips REAL;
    ALTER TABLE epochs ADD COLUMN test_axial_mae_deg REAL;
    ALTER TABLE runs ADD COLUMN baseline TEXT;
    ALTER TABLE runs ADD COLUMN reason TEXT;
    ALTER TABLE runs ADD COLUMN until INTEGER;
    ALTER TABLE sweeps ADD COLUMN spec TEXT;
    """,
    """
    ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN trashed_at REAL;
    ALTER TABLE runs ADD COLUMN parent_id INTEGER;
    ALTER TABLE runs ADD COLUMN parent_epoch INTEGER;
    CREATE INDEX runs_by_priority ON runs (state, priority DESC, position, id);
    CREATE INDEX runs_by_revision ON runs (revision);
    ALTER TABLE sweeps ADD COLUMN kind TEXT NOT NULL DEFAULT 'sweep';
    ALTER TABLE sweeps ADD COLUMN parallel INTEGER;
    ALTER TABLE sweeps ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sweeps ADD COLUMN stop_on_failure INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE events ADD COLUMN epoch REAL;
    ALTER TABLE workers ADD COLUMN program TEXT NOT NULL DEFAULT '';

    CREATE TABLE needs (
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        needs INTEGER NOT NULL,
        PRIMARY KEY (run_id, needs)
    ) WITHOUT ROWID;
    CREATE INDEX needs_by_needs ON needs (needs);

    CREATE TABLE steers (
        id INTEGER PRIMARY KEY,
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        at REAL NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('lr', 'checkpoint')),
        value REAL,
        step INTEGER
    );
    CREATE INDEX steers_by_run ON steers (run_id, id);

    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    ALTER TABLE runs ADD COLUMN notes TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN versions TEXT;

    CREATE TABLE tags (
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        tag TEXT NOT NULL CHECK (typeof(tag) = 'text'),
        PRIMARY KEY (run_id, tag)
    ) WITHOUT ROWID;
    CREATE INDEX tags_by_tag ON tags (tag);
    """,
)

NEWEST = len(MIGRATIONS)
MADE_BY = "rottui"
"""The setting that names the rottui whose schema the store has: an older one tells it on."""


def _has_settings(db: sqlite3.Connection) -> bool:
    asked = "SELECT count(*) FROM sqlite_master WHERE name = 'settings'"
    return bool(db.execute(asked).fetchone()[0])


def check_ours(db: sqlite3.Connection, path: Path) -> int:
    """The schema number of an open database; 0 for an empty one. Nothing is written.

    Raises:
        StoreError: another program's database, or one of a newer rottui.
    """
    if not db.in_transaction:  # another process's first migration could fall between the reads
        db.execute("BEGIN")
        try:
            return check_ours(db, path)
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    tables: int = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION_ID and (application or version or tables):
        raise StoreError(f"{path} is a database of another program, not a run store")
    if version > NEWEST:
        raise StoreError(
            f"{path} has schema {version}; this rottui ({__version__}) knows schemas up to "
            f"{NEWEST}: use {_needed(db)}"
        )
    return version


def _needed(db: sqlite3.Connection) -> str:
    """Which rottui can read a store of a newer one: that which brought it to its schema."""
    try:
        row = db.execute("SELECT value FROM settings WHERE key = ?", (MADE_BY,)).fetchone()
    except sqlite3.DatabaseError:
        row = None
    if row is None or not re.fullmatch(r"[0-9][0-9a-z.+-]{0,30}", str(row[0])):
        return "a newer rottui"
    return f"rottui {row[0]} or newer"


def migrate(db: sqlite3.Connection, path: Path) -> None:
    """Bring a store to the newest schema, one migration a transaction.

    Raises:
        StoreError: as ``check_ours``.
    """
    while check_ours(db, path) < NEWEST:
        db.execute("BEGIN IMMEDIATE")
        try:
            version = check_ours(db, path)  # another process may have been quicker
            if version < NEWEST:
                for statement in MIGRATIONS[version].split(";"):
                    if statement.strip():
                        db.execute(statement)
                if version + 1 == len(MIGRATIONS) and _has_settings(db):
                    db.execute(
                        "INSERT OR REPLACE INTO settings VALUES (?, ?)", (MADE_BY, __version__)
                    )
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {version + 1}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
