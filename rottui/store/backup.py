"""Copies of a store: one sound state of it, while others write."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from rottui.errors import StoreError
from rottui.store.checkpoints import FOLDER
from rottui.store.connection import FILE, explain, open_read_only
from rottui.store.health import damaged
from rottui.store.schema import check_ours

TRIES = 3
"""How often a copy with checkpoints is begun anew because a run has replaced one meanwhile."""


def back_up(folder: Path, target: Path, *, force: bool = False) -> int:
    """Copy the store's file to ``target``, private to its owner; the copy's size in bytes.

    It is written beside its name and renamed, so that a copy that was there stays until the new
    one is whole.

    Raises:
        StoreError: the target is there already (unless ``force``), the store is damaged, or one
            of the two cannot be read or written.
    """
    if target.is_dir():
        raise StoreError(f"{target} is a folder; name a file, or take the checkpoints, too")
    if _is_a_store_of_its_own(folder, target):
        raise StoreError(f"{target} is the store itself")
    if target.exists() and not force:
        raise StoreError(f"{target} is there already; --force writes over it")
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(folder / FILE, temporary)
        size = temporary.stat().st_size
        temporary.replace(target)
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
    return size


def back_up_whole(folder: Path, target: Path, *, force: bool = False) -> int:
    """Copy the store and its checkpoints to a folder, which is a store itself; its bytes.

    Raises:
        StoreError: as ``back_up``.
    """
    if (target / FILE).exists() and not force:
        raise StoreError(f"{target} has a store already; --force writes over it")
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        (target / FOLDER).mkdir(mode=0o700, exist_ok=True)
        for _ in range(TRIES):
            size = back_up(folder, target / FILE, force=True)
            copied, missing = _copy_files(folder, target)
            if not missing:
                break
        else:
            _forget(target / FILE, missing)
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror or error}") from None
    return size + copied


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(open_read_only(source)) as here, closing(sqlite3.connect(target)) as there:
            if not check_ours(here, source):
                raise StoreError(f"{source} is empty, not a run store")
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
            problem = there.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        where = target.parent if "full" in str(error) else source
        raise StoreError(explain(error, where)) from None
    if problem != "ok":
        raise StoreError(damaged(source, problem))


def _copy_files(folder: Path, target: Path) -> tuple[int, list[str]]:
    """Copy what the copied store names; the bytes, and the files that are no longer there."""
    with closing(open_read_only(target / FILE)) as db:
        names = [Path(row[0]).name for row in db.execute("SELECT file FROM checkpoints")]
    copied, missing = 0, []
    for name in names:
        source, copy = folder / FOLDER / name, target / FOLDER / name
        temporary = copy.with_suffix(f".{os.getpid()}.tmp")
        try:
            shutil.copyfile(source, temporary)
        except FileNotFoundError:
            temporary.unlink(missing_ok=True)
            missing.append(name)
            continue
        temporary.chmod(0o600)
        copied += temporary.stat().st_size
        temporary.replace(copy)
    return copied, missing


def _forget(file: Path, names: list[str]) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.executemany("DELETE FROM checkpoints WHERE file = ?", [(name,) for name in names])


def _is_a_store_of_its_own(folder: Path, target: Path) -> bool:
    own = folder / FILE
    return target.exists() and own.exists() and os.path.samefile(own, target)
