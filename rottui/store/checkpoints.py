"""Checkpoints as files: written beside their final name, flushed, renamed, then recorded.

The row is the truth: a file without a row is a leftover of a killed process and is removed some
time later; a row whose file is missing or does not match its SHA-256 is refused when it is read. A
file that is named by a committed row survives a kill of the process and a loss of power.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Collection
from pathlib import Path

from rottui.errors import CheckpointError, StoreError
from rottui.store.records import Checkpoint

log = logging.getLogger("rottui.store")

FOLDER = "checkpoints"
LEFTOVER_SECONDS = 3600.0
"""Age from which a file without a row is taken for a leftover, not for one being written."""


class CheckpointFiles:
    """The folder of checkpoints of one store."""

    def __init__(self, store_folder: Path) -> None:
        self._folder = store_folder / FOLDER

    def write(
        self, run_id: int, kind: str, epoch: int, step: int, attempt: int, data: bytes
    ) -> Checkpoint:
        """Put the bytes on the disk, for good; the caller records the row.

        Other bytes get another name, also at the same step: no recorded file is ever overwritten.

        Raises:
            StoreError: they cannot be written, such as when the disk is full.
        """
        digest = hashlib.sha256(data).hexdigest()
        file = f"run{run_id}-{kind}-e{epoch}-s{step}-a{attempt}-{digest[:8]}.pt"
        path = self._folder / file
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(mode=0o700, exist_ok=True)
                sync_folder(self._folder.parent)
            with open(temporary, "wb", opener=_private) as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(path)
            sync_folder(self._folder)
        except OSError as error:
            _unlink(temporary)
            raise StoreError(
                f"the checkpoint {path} cannot be written: {error.strerror or error}"
            ) from None
        return Checkpoint(run_id, kind, epoch, step, file, len(data), digest)

    def read(self, checkpoint: Checkpoint) -> bytes:
        """The bytes of a recorded checkpoint.

        Raises:
            CheckpointError: the file is missing, or not the one that was recorded.
        """
        path = self._folder / Path(checkpoint.file).name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CheckpointError(
                f"the checkpoint {path} cannot be read: {error.strerror}"
            ) from None
        if hashlib.sha256(data).hexdigest() != checkpoint.sha256:
            raise CheckpointError(f"the checkpoint {path} is damaged (its SHA-256 differs)")
        return data

    def remove(self, files: Collection[str]) -> None:
        """Remove files that no row names any more; what cannot be removed stays as a leftover."""
        for file in files:
            _unlink(self._folder / Path(file).name)

    def remove_leftovers(self, named: Collection[str]) -> int:
        """Remove old files that no row names; how many they were."""
        if not self._folder.is_dir():
            return 0
        removed = 0
        oldest = time.time() - LEFTOVER_SECONDS
        for path in self._folder.iterdir():
            if path.name not in named and _written_before(path, oldest):
                removed += _unlink(path)
        return removed


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _written_before(path: Path, seconds: float) -> bool:
    try:
        return path.is_file() and path.stat().st_mtime < seconds
    except OSError:  # another process has just removed it
        return False


def _unlink(path: Path) -> bool:
    """Remove a file if that can be done: what was committed does not depend on it."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s cannot be removed: %s", path, error)
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Make a rename survive a loss of power, where the platform can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
