"""Connections to the store's file: one a thread, and the two kinds of transaction.

What survives what, and by which settings, is said in ``rottui.store``. A transaction that may write
begins IMMEDIATE: a deferred one that has read before somebody else's commit would fail at once,
whatever the time-out.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from rottui.errors import NoRoomError, StoreError
from rottui.store.checkpoints import sync_folder
from rottui.store.health import damaged, quick_problem
from rottui.store.plain import plain
from rottui.store.schema import NEWEST, check_ours, migrate

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
        self._of_threads: dict[threading.Thread, sqlite3.Connection] = {}
        self._lock = threading.Lock()
        self._closed = False
        if not read_only:
            _make_private(folder)
        elif not _is_there(self._path):
            raise StoreError(f"there is no run store in {folder}")
        with self._explained():
            schema = self._schema()
            if read_only and schema == 0:
                raise StoreError(f"{self._path} is empty, not a run store")
            if read_only and schema < NEWEST:
                self._bring_up(schema)
            if not read_only:
                _make_file_private(self._path)
                self._migrate()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A short transaction that sees one state of the store."""
        with self._explained():
            db = self._connect()
            db.execute("BEGIN")
            try:
                yield db
            finally:
                if db.in_transaction:
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
            for db in self._of_threads.values():
                db.close()
            self._of_threads.clear()

    def _schema(self) -> int:
        """The schema of the file, 0 if there is none; not a byte of it is changed.

        Who may write has it checked: a damaged file is refused before anything is done to it.

        (A connection that may write would, when closed, move a killed program's log into the file.)
        """
        if not _is_there(self._path):
            return 0
        if self._path.is_dir():
            raise StoreError(f"{self._path} is a folder, not a run store; use another --store")
        with closing(_open(self._path, "ro")) as db:
            try:
                schema = check_ours(db, self._path)
                if schema and not self.read_only and (problem := quick_problem(db, self._path)):
                    raise StoreError(damaged(self._path, problem))
                return schema
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK or self.read_only:
                    raise
                return 0  # killed while the file was made: only who may write can see what it is

    def _bring_up(self, schema: int) -> None:
        """A reader knows the newest tables only: a writer brings an older store to them."""
        try:
            Connections(self.folder, read_only=False).close()
        except StoreError as error:
            raise StoreError(
                f"{self._path} has schema {schema}, older than this rottui reads, and cannot be "
                f"brought to schema {NEWEST}: {error}"
            ) from None

    def _migrate(self) -> None:
        db = self._connect()
        try:
            check_ours(db, self._path)
            _use_wal(db)
            migrate(db, self._path)
        except BaseException:
            self.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = _open(self._path, "ro" if self.read_only else "rwc")
            db.row_factory = sqlite3.Row
            db.text_factory = _text
            db.execute("PRAGMA foreign_keys=ON")
            if self.read_only:
                db.execute("PRAGMA query_only=ON")
            else:
                db.execute("PRAGMA synchronous=FULL")
            with self._lock:
                if self._closed:
                    db.close()
                    raise StoreError("the run store is closed")
                self._close_those_of_ended_threads()
                self._of_threads[threading.current_thread()] = db
            self._local.db = db
        return db

    def _close_those_of_ended_threads(self) -> None:
        for thread in [thread for thread in self._of_threads if not thread.is_alive()]:
            self._of_threads.pop(thread).close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            kind = NoRoomError if _is_full(error) else StoreError
            raise kind(explain(error, self._path)) from error


def open_read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, for whoever looks at a store as a file.

    Raises:
        StoreError: there is no such file.
    """
    if not _is_there(path) or path.is_dir():
        raise StoreError(f"there is no run store in {path.parent}")
    return _open(path, "ro")


def _open(path: Path, mode: str) -> sqlite3.Connection:
    if mode == "ro" and _on_read_only_disk(path):
        mode = "ro&immutable=1"  # nobody can make the files beside it that readers share
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        check_same_thread=False,  # close() is called from another thread
    )


def _text(data: bytes) -> str:
    """Damaged or hostile text is shown as such: it takes down no list and steers no terminal."""
    return plain(data.decode("utf-8", "replace"))


def _use_wal(db: sqlite3.Connection) -> None:
    """When two processes do this together, SQLite refuses one at once and without its time-out."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= end:
                raise
            time.sleep(0.01)


def explain(error: sqlite3.Error, path: Path) -> str:
    """What an error of SQLite means for a person, in one sentence."""
    text = str(error)
    if _is_full(error):
        return f"the disk of the run store {path} is full; make room"
    if "not a database" in text:
        return f"{path} is not a run store (not a SQLite database); it was left as it is"
    if "malformed" in text:
        return damaged(path, text)
    if "readonly" in text or "unable to open" in text:
        return f"the run store {path} cannot be written; check its folder's rights, or use --store"
    if "disk I/O error" in text:
        return f"the disk of the run store {path} does not read or write ({text})"
    if "locked" in text or "busy" in text:
        return f"the run store {path} was busy for {BUSY_SECONDS:.0f} s; try again"
    if "closed" in text:
        return "the run store is closed"
    return f"the run store {path} failed: {text}"


def _is_full(error: sqlite3.Error) -> bool:
    """Also where there is no room for the file beside the store's that its processes share."""
    full = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
    return getattr(error, "sqlite_errorcode", None) in full


def _make_private(folder: Path) -> None:
    """Make the folder for its owner alone; one that was there already keeps its rights."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            with suppress(OSError):  # a parent that may be searched and not read
                sync_folder(folder.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"the run store's folder {folder} cannot be used: {reason}; use another --store"
        ) from None


def _make_file_private(file: Path) -> None:
    """Make a file that is not there for its owner alone; SQLite gives its log the same rights."""
    if not _is_there(file):
        with suppress(OSError):  # SQLite says what is wrong
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


def _on_read_only_disk(file: Path) -> bool:
    """Whether the file is all there is to the store, and nobody can change it."""
    log = file.with_name(f"{file.name}-wal")
    if not hasattr(os, "statvfs") or (_is_there(log) and log.stat().st_size):
        return False
    return bool(os.statvfs(file.parent).f_flag & os.ST_RDONLY)


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # its folder may not be searched
        return False
