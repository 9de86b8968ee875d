"""Saving a damaged store: a new file with all that can be read takes the damaged one's place.

The damaged file stays beside it under another name, with its log. At every moment of the repair one
of the two is whole under a name of its own: a kill or a loss of power leaves what was there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rottui.errors import CheckpointError, StoreError
from rottui.store.checkpoints import FOLDER, CheckpointFiles, sync_folder
from rottui.store.connection import FILE, open_read_only
from rottui.store.records import Checkpoint
from rottui.store.remaking import ReadRun, remake
from rottui.store.salvage import CHILDREN, mend, salvage
from rottui.store.schema import check_ours, migrate

NAMES = re.compile(r"run(\d+)-(last|previous|best)-e(\d+)-s(\d+)-a(\d+)-([0-9a-f]{8})\.pt")
"""How checkpoints are named; their digest's first digits vouch for one whose row is lost."""


@dataclass(slots=True)
class Repaired:
    """How it went."""

    kept: Path
    """Where the damaged file is now."""
    rows: dict[str, int]
    """Table → rows that were saved."""
    lost: list[str] = field(default_factory=list)
    """A sentence for each thing that was not."""
    found: list[str] = field(default_factory=list)
    """Checkpoints whose row was lost, and whose file was found."""
    remade: list[str] = field(default_factory=list)
    """A sentence for each run whose row was lost and that was made again."""
    aside: Path | None = None
    """Where the checkpoint files of runs that were lost are, if there are any."""


def repair(folder: Path, read: ReadRun = lambda data: None) -> Repaired:
    """Save what can be read; nobody may use the store meanwhile.

    ``read`` finds the run in a checkpoint's bytes, for runs whose own row is lost: the bytes are
    made elsewhere.

    Raises:
        StoreError: there is no store, it is another program's or a newer rottui's, nothing can be
            read from it, or the disk has no room for the new file.
    """
    path = folder / FILE
    temporary = path.with_name(f"{FILE}.{os.getpid()}.repair")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        repaired = _save_into(temporary, path, read)
        repaired.kept = _take_its_place(temporary, path)
        repaired.aside = _set_aside(path, repaired.kept)
    except OSError as error:
        raise StoreError(f"{folder} cannot be repaired: {error.strerror or error}") from None
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)
    return repaired


def _save_into(temporary: Path, path: Path, read: ReadRun) -> Repaired:
    try:
        with closing(open_read_only(path)) as old:
            try:
                check_ours(old, path)
            except sqlite3.DatabaseError as error:
                raise StoreError(
                    f"nothing can be read from {path} ({error}); it was left as it is: put a "
                    "copy in its place"
                ) from None
            with closing(sqlite3.connect(temporary, isolation_level=None)) as new:
                migrate(new, temporary)
                new.execute("BEGIN IMMEDIATE")
                saved = salvage(old, new)
                repaired = Repaired(path, saved.rows, saved.lost)
                _remake(old, new, path.parent, repaired, read)
                mend(new)
                _hold_checkpoints_against_files(new, path.parent, repaired)
                new.execute("COMMIT")
                problem = new.execute("PRAGMA quick_check(1)").fetchone()[0]
                assert problem == "ok", problem
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be repaired: {error}") from None
    return repaired


def _remake(
    old: sqlite3.Connection,
    new: sqlite3.Connection,
    folder: Path,
    repaired: Repaired,
    read: ReadRun,
) -> None:
    """Make runs of those whose row is lost, and give up what belongs to none even then."""
    files = CheckpointFiles(folder)

    def checkpoints(run_id: int) -> list[bytes]:
        found = _of_files(folder / FOLDER, set(), f"run{run_id}-*.pt")
        return [files.read(each) for each in sorted(found, key=lambda each: -each.step)]

    remade = remake(old, new, checkpoints, read)
    repaired.remade += remade.told
    repaired.lost += remade.lost
    repaired.rows["runs"] += len(remade.told)
    for table in CHILDREN:
        gone = new.execute(
            f"DELETE FROM {table} WHERE run_id NOT IN (SELECT id FROM runs)"
        ).rowcount
        repaired.rows[table] -= gone


def _hold_checkpoints_against_files(
    new: sqlite3.Connection, folder: Path, repaired: Repaired
) -> None:
    """Keep the rows whose file is sound, and find those of the others by the files' names."""
    files = CheckpointFiles(folder)
    names = set()
    for row in new.execute("SELECT * FROM checkpoints").fetchall():
        checkpoint = Checkpoint(*row)
        try:
            files.read(checkpoint)
            names.add(checkpoint.file)
        except CheckpointError as error:
            repaired.rows["checkpoints"] -= 1
            repaired.lost.append(f"run {checkpoint.run_id}, {checkpoint.kind}: {error}")
            new.execute(
                "DELETE FROM checkpoints WHERE run_id = ? AND kind = ?",
                (checkpoint.run_id, checkpoint.kind),
            )
    runs = {row[0] for row in new.execute("SELECT id FROM runs")}
    found: dict[tuple[int, str], Checkpoint] = {}
    for checkpoint in _of_files(folder / FOLDER, names):
        key = (checkpoint.run_id, checkpoint.kind)
        if checkpoint.run_id in runs and checkpoint.step > getattr(found.get(key), "step", -1):
            found[key] = checkpoint
    for checkpoint in found.values():
        added = new.execute(
            "INSERT OR IGNORE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                checkpoint.run_id,
                checkpoint.kind,
                checkpoint.epoch,
                checkpoint.step,
                checkpoint.file,
                checkpoint.bytes,
                checkpoint.sha256,
            ),
        ).rowcount
        if added:
            repaired.rows["checkpoints"] += 1
            repaired.found.append(f"run {checkpoint.run_id}, {checkpoint.kind}: {checkpoint.file}")


def _of_files(folder: Path, named: set[str], pattern: str = "*.pt") -> list[Checkpoint]:
    """Sound checkpoints that no row names."""
    found = []
    for path in sorted(folder.glob(pattern)):
        match = NAMES.fullmatch(path.name)
        if match is None or path.name in named:
            continue
        try:
            data = path.read_bytes()
        except OSError:
            continue
        digest = hashlib.sha256(data).hexdigest()
        if digest.startswith(match[6]):
            run, kind, epoch, step = int(match[1]), match[2], int(match[3]), int(match[4])
            found.append(Checkpoint(run, kind, epoch, step, path.name, len(data), digest))
    return found


def _take_its_place(new: Path, path: Path) -> Path:
    """Put the new file where the damaged one is; where that one is then."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    kept = path.with_name(f"damaged-{stamp}-{os.getpid()}.sqlite3")
    shutil.copyfile(path, kept)
    kept.chmod(0o600)
    _sync(kept)
    log = path.with_name(f"{FILE}-wal")
    if log.exists():
        beside = kept.with_name(f"{kept.name}-wal")
        shutil.copyfile(log, beside)
        beside.chmod(0o600)
        _sync(beside)
    _sync(new)
    sync_folder(path.parent)
    # The old log must never be taken for the new file's: it goes first, when its copy is safe.
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(FILE + suffix).unlink(missing_ok=True)
    sync_folder(path.parent)
    new.replace(path)
    sync_folder(path.parent)
    return kept


def _set_aside(path: Path, kept: Path) -> Path | None:
    """Move the files that no row names beside the damaged file: an engine would remove them."""
    with closing(open_read_only(path)) as db:
        named = {row[0] for row in db.execute("SELECT file FROM checkpoints")}
    folder = path.with_name(FOLDER)
    orphans = [file for file in folder.glob("*.pt") if file.name not in named]
    if not orphans:
        return None
    aside = kept.with_name(f"{kept.stem}-{FOLDER}")
    aside.mkdir(mode=0o700)
    for file in orphans:
        file.replace(aside / file.name)
    sync_folder(aside)
    return aside


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
