"""Connections to the store's file: one a thread, and the two kinds of transaction.

What survives what: a committed transaction survives the kill of any process at any moment, and a
loss of power too (WAL with ``synchronous=FULL`` syncs the log at each commit); an uncommitted one
leaves no trace. A transaction that may write begins IMMEDIATE: a deferred one that has read before
somebody else's commit would fail at once, whatever the time-out.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rottui.errors import StoreError
from rottui.store.schema import check_ours, migrate

FILE = "runs.sqlite3"
BUSY_SECONDS = 10.0
"""How long a transaction waits for another process's."""


class Connections:
    """Opens the store's file once a thread.

    Raises:
        StoreError: the folder or the file cannot be used; nothing of it was changed.
    """

    def __init__(self, folder: Path, *, read_only: bool) -> None:
        self.folder = folder
        self.read_only = read_only
        self._path = folder / FILE
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        if not read_only:
            _make_private(folder)
        elif not self._path.exists():
            raise StoreError(f"there is no run store in {folder}")
        with self._explained():
            db = self._connect()
            if read_only:
                if check_ours(db, self._path) == 0:
                    raise StoreError(f"{self._path} is empty, not a run store")
            else:
                check_ours(db, self._path)
                db.execute("PRAGMA journal_mode=WAL")
                migrate(db, self._path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A short transaction that sees one state of the store."""
        with self._explained():
            db = self._connect()
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is committed whole, or not at all if anything is raised."""
        with self._explained():
            db = self._connect()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close every thread's connection; no thread may use the store any more."""
        with self._lock:
            self._closed = True
            for db in self._all:
                db.close()
            self._all.clear()

    def _connect(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            mode = "ro" if self.read_only else "rwc"
            db = sqlite3.connect(
                f"{self._path.resolve().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                timeout=BUSY_SECONDS,
                check_same_thread=False,  # close() is called from another thread
            )
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA foreign_keys=ON")
            if self.read_only:
                db.execute("PRAGMA query_only=ON")
            else:
                db.execute("PRAGMA synchronous=FULL")
            with self._lock:
                if self._closed:
                    db.close()
                    raise StoreError("the run store is closed")
                self._all.append(db)
            self._local.db = db
        return db

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(explain(error, self._path)) from error


def explain(error: sqlite3.Error, path: Path) -> str:
    """What an error of SQLite means for a person, in one sentence."""
    text = str(error)
    if "not a database" in text:
        return f"{path} is not a run store (not a SQLite database); it was left as it is"
    if "malformed" in text:
        return f"the run store {path} is damaged ({text}); restore a copy, or use another --store"
    if "readonly" in text or "unable to open" in text:
        return f"the run store {path} cannot be written; check its folder's rights, or use --store"
    if "full" in text:
        return f"the disk of the run store {path} is full; make room"
    if "locked" in text or "busy" in text:
        return f"the run store {path} was busy for {BUSY_SECONDS:.0f} s; try again"
    if "closed" in text:
        return "the run store is closed"
    return f"the run store {path} failed: {text}"


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"the run store's folder {folder} cannot be used: {reason}; use another --store"
        ) from None
