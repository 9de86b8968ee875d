"""Checkpoint files: recorded when they are safe on the disk, refused when they are not as then."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from store_rows import add, claimed, dump, epoch_row, files

from rottui.errors import CheckpointError, StoreError
from rottui.store import connection
from rottui.store.checkpoints import LEFTOVER_SECONDS
from rottui.store.connection import FILE
from rottui.store.records import Checkpoint, Claim
from rottui.store.runs import RunStore
from rottui.store.states import State


@pytest.fixture
def claim(store: RunStore) -> Claim:
    add(store)
    return claimed(store)


def weights(epoch: int) -> bytes:
    return f"weights after epoch {epoch}".encode() * 50


def save(store: RunStore, claim: Claim, epoch: int, *kinds: str) -> list[Checkpoint]:
    written = [
        store.write_checkpoint(claim, kind, epoch, 4 * epoch, weights(epoch))
        for kind in kinds or ("last",)
    ]
    store.commit_epoch(claim, epoch_row(epoch, 1 / (epoch + 1)), written)
    return written


def kept(store: RunStore) -> dict[str, int]:
    """Epoch of each kind; all of them can be read, and no other file lies there."""
    checkpoints = store.checkpoints(1)
    for checkpoint in checkpoints:
        assert store.read_checkpoint(checkpoint) == weights(checkpoint.epoch)
    assert files(store.folder) == {checkpoint.file for checkpoint in checkpoints}
    return {checkpoint.kind: checkpoint.epoch for checkpoint in checkpoints}


# --- what is kept ---------------------------------------------------------------------------------


def test_the_last_two_and_the_best_are_kept(store: RunStore, claim: Claim) -> None:
    save(store, claim, 0, "last", "best")
    assert kept(store) == {"last": 0, "best": 0}
    save(store, claim, 1)
    assert kept(store) == {"last": 1, "previous": 0, "best": 0}
    save(store, claim, 2, "last", "best")
    assert kept(store) == {"last": 2, "previous": 1, "best": 2}
    save(store, claim, 3)
    assert kept(store) == {"last": 3, "previous": 2, "best": 2}
    last = store.write_checkpoint(claim, "last", 4, 16, weights(4))
    store.finish(claim, State.DONE, checkpoints=[last])
    assert kept(store) == {"last": 4, "previous": 3, "best": 2}


def test_a_checkpoint_is_recorded_with_its_size_and_digest(store: RunStore, claim: Claim) -> None:
    (written,) = save(store, claim, 2)
    assert store.checkpoints(1) == [written]
    assert (written.run_id, written.kind, written.epoch, written.step) == (1, "last", 2, 8)
    path = store.folder / "checkpoints" / written.file
    assert written.bytes == path.stat().st_size == len(weights(2))
    assert written.sha256 == hashlib.sha256(weights(2)).hexdigest()
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_checkpoints_are_listed_newest_first(store: RunStore, claim: Claim) -> None:
    for epoch in range(3):
        save(store, claim, epoch, "last", *(["best"] if epoch == 0 else []))
    assert [(c.kind, c.epoch) for c in store.checkpoints(1)] == [
        ("last", 2),
        ("previous", 1),
        ("best", 0),
    ]


def test_nothing_recorded_is_lost_before_the_new_one_is_committed(
    store: RunStore, claim: Claim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for epoch in range(3):
        save(store, claim, epoch, "last", "best")
    before = dump(folder)
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    with (
        RunStore.open(folder) as hasty,
        closing(sqlite3.connect(folder / FILE, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="busy"):
            save(hasty, claim, 3, "last", "best")
    assert dump(folder) == before
    for checkpoint in store.checkpoints(1):
        assert store.read_checkpoint(checkpoint) == weights(checkpoint.epoch)


def test_files_are_removed_when_everybody_sees_the_new_rows(
    store: RunStore, claim: Claim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for epoch in range(2):
        save(store, claim, epoch)
    seen = []
    unlink = Path.unlink

    def spy(self: Path, missing_ok: bool = False) -> None:
        with RunStore.open(folder, read_only=True) as reader:
            seen.append({checkpoint.epoch for checkpoint in reader.checkpoints(1)})
        unlink(self, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", spy)
        save(store, claim, 2)
        last = store.write_checkpoint(claim, "last", 3, 12, weights(3))
        store.finish(claim, State.DONE, checkpoints=[last])
    assert seen == [{1, 2}, {2, 3}]
    assert kept(store) == {"last": 3, "previous": 2}


def test_two_checkpoints_of_one_step_never_share_a_file(store: RunStore, claim: Claim) -> None:
    """A run saved after its epoch and paused before the next batch saves the same step again."""
    (recorded,) = save(store, claim, 1)
    again = store.write_checkpoint(claim, "last", 1, 4, weights(1) + b"!")
    assert store.read_checkpoint(recorded) == weights(1)  # as a kill at this moment leaves it
    store.finish(claim, State.QUEUED, checkpoints=[again])
    last, previous = sorted(store.checkpoints(1), key=lambda checkpoint: checkpoint.kind)
    assert store.read_checkpoint(last) == weights(1) + b"!"
    assert store.read_checkpoint(previous) == weights(1)


def test_the_same_bytes_saved_twice_do_not_push_out_the_last_but_one(
    store: RunStore, claim: Claim
) -> None:
    for epoch in (0, 1, 1):
        save(store, claim, epoch)
    assert kept(store) == {"last": 1, "previous": 0}


# --- damage ---------------------------------------------------------------------------------------


def flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [flip_a_byte, truncate, empty])
def test_a_damaged_file_is_refused(damage: object, store: RunStore, claim: Claim) -> None:
    (written,) = save(store, claim, 0)
    damage(store.folder / "checkpoints" / written.file)  # type: ignore[operator]
    with pytest.raises(CheckpointError, match=r"run1-last-.*is damaged \(its SHA-256 differs\)"):
        store.read_checkpoint(written)


def test_a_missing_file_is_refused(store: RunStore, claim: Claim) -> None:
    (written,) = save(store, claim, 0)
    (store.folder / "checkpoints" / written.file).unlink()
    with pytest.raises(CheckpointError, match="cannot be read: No such file"):
        store.read_checkpoint(written)


def test_a_row_cannot_name_a_file_outside_the_folder(
    store: RunStore, claim: Claim, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_bytes(b"mine")
    foreign = Checkpoint(1, "last", 0, 0, "../../mine.txt", 4, hashlib.sha256(b"mine").hexdigest())
    with pytest.raises(CheckpointError, match="cannot be read"):
        store.read_checkpoint(foreign)


# --- the disk does not do as asked ----------------------------------------------------------------


def test_a_checkpoint_that_cannot_be_written_is_said_and_leaves_nothing(
    store: RunStore, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(store, claim, 0)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = files(store.folder)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match=r"run1-last-.* cannot be written: No space left"):
            store.write_checkpoint(claim, "last", 1, 4, weights(1))
    assert files(store.folder) == before
    save(store, claim, 1)
    assert kept(store) == {"last": 1, "previous": 0}


def test_a_file_where_the_folder_should_be_is_said(store: RunStore, claim: Claim) -> None:
    (store.folder / "checkpoints").write_text("mine")
    with pytest.raises(StoreError, match=r"checkpoint .* cannot be written"):
        store.write_checkpoint(claim, "last", 0, 0, b"x")


def test_a_file_that_cannot_be_removed_undoes_nothing(
    store: RunStore, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        for epoch in range(3):
            save(store, claim, epoch)
        store.finish(claim, State.DONE)
        assert store.remove_leftovers() == 0
    assert store.run(1).state is State.DONE
    assert len(files(store.folder)) == 3
    assert {c.kind: c.epoch for c in store.checkpoints(1)} == {"last": 2, "previous": 1}
    store.delete([1])
    store.purge([1])
    assert len(files(store.folder)) == 1


# --- leftovers ------------------------------------------------------------------------------------


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_old_files_that_no_row_names_are_removed(store: RunStore, claim: Claim) -> None:
    save(store, claim, 0)
    save(store, claim, 1)
    checkpoints = store.folder / "checkpoints"
    for name in ("run1-last-e9-s9-a1-0.pt", "run1-last-e9.4711.tmp", "fresh.pt"):
        (checkpoints / name).write_bytes(b"half")
    (checkpoints / "a folder").mkdir()
    for path in checkpoints.iterdir():
        age(path, LEFTOVER_SECONDS - 60 if path.name == "fresh.pt" else LEFTOVER_SECONDS + 60)
    assert store.remove_leftovers() == 2
    assert files(store.folder) - {c.file for c in store.checkpoints(1)} == {"fresh.pt", "a folder"}
    assert store.remove_leftovers() == 0


def test_a_store_without_checkpoints_has_no_leftovers(store: RunStore) -> None:
    assert store.remove_leftovers() == 0
