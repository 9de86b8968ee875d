"""The cache gives back what it was given, notices damage, and never stands in the way."""

from __future__ import annotations

import json
import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rottui.core.data import cache
from rottui.core.data.cache import through_cache
from rottui.core.data.dataset import Split
from rottui.core.data.source import Contents, Progress
from rottui.errors import DataError


class Counted:
    """A source of 50 + 20 random images that counts how often it is read."""

    def __init__(self, name: str = "a", labels: bool = True) -> None:
        self.name = name
        self.reads = 0
        self._labels = labels

    def digest(self) -> str:
        return self.name

    def counts(self) -> tuple[int, int]:
        return 50, 20

    def read(self, progress: Progress | None = None) -> Contents:
        self.reads += 1
        rng = np.random.default_rng(0)

        def split(n: int) -> Split:
            images = rng.integers(0, 256, (n, 1, 28, 28)).astype(np.uint8)
            labels = np.arange(n).astype(np.uint8) if self._labels else None
            return Split(images, rng.random(n).astype(np.float32), labels)

        return Contents(split(50), split(20), ("shirt", "bag"), ("2 were resized.",))


def same(one: Contents, other: Contents) -> bool:
    for mine, theirs in ((one.train, other.train), (one.test, other.test)):
        if not (mine.images == theirs.images).all() or not (mine.angles == theirs.angles).all():
            return False
        if (mine.labels is None) != (theirs.labels is None):
            return False
        if mine.labels is not None and not (mine.labels == theirs.labels).all():
            return False
    return one.class_names == other.class_names and one.notes == other.notes


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("labels", [True, False])
def test_the_second_time_nothing_is_read(tmp_path: Path, labels: bool) -> None:
    source = Counted(labels=labels)
    first = through_cache(source, "a", tmp_path)
    second = through_cache(source, "a", tmp_path)
    assert source.reads == 1
    assert same(first, source.read())
    assert same(second, first)


def test_cached_arrays_cannot_be_changed_by_accident(tmp_path: Path) -> None:
    source = Counted()
    through_cache(source, "a", tmp_path)
    train = through_cache(source, "a", tmp_path).train
    for array in (train.images, train.angles, train.labels):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_sources_do_not_mix(tmp_path: Path) -> None:
    one, other = Counted("a"), Counted("b")
    through_cache(one, "a", tmp_path)
    through_cache(other, "b", tmp_path)
    assert (one.reads, other.reads) == (1, 1)


@pytest.mark.parametrize("name", ["train-images.npy", "train-angles.npy", "test-labels.npy"])
@pytest.mark.parametrize("place", [0, 20, 129, -1])
def test_one_flipped_bit_anywhere_is_noticed(tmp_path: Path, name: str, place: int) -> None:
    source = Counted()
    first = through_cache(source, "a", tmp_path)
    (path,) = tmp_path.rglob(name)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.unlink()
    path.write_bytes(data)
    assert same(through_cache(source, "a", tmp_path), first)
    assert source.reads == 2
    through_cache(source, "a", tmp_path)
    assert source.reads == 2  # it was mended


@pytest.mark.parametrize("damage", ["truncated", "empty", "missing"])
@pytest.mark.parametrize("name", ["train-images.npy", "test-angles.npy", "manifest.json"])
def test_a_cut_or_missing_file_is_noticed(tmp_path: Path, name: str, damage: str) -> None:
    source = Counted()
    through_cache(source, "a", tmp_path)
    (path,) = tmp_path.rglob(name)
    data = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(data[: len(data) // 2] if damage == "truncated" else b"")
    assert same(through_cache(source, "a", tmp_path), source.read())
    assert source.reads == 3


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"files": 3}', '{"files": {"train-images": [1]}}', "é"]
)
def test_a_strange_manifest_is_noticed(tmp_path: Path, text: str) -> None:
    source = Counted()
    through_cache(source, "a", tmp_path)
    (manifest,) = tmp_path.rglob("manifest.json")
    manifest.write_text(text)
    through_cache(source, "a", tmp_path)
    assert source.reads == 2


def test_a_manifest_that_names_too_little_is_noticed(tmp_path: Path) -> None:
    source = Counted()
    through_cache(source, "a", tmp_path)
    (manifest,) = tmp_path.rglob("manifest.json")
    described = json.loads(manifest.read_text())
    del described["files"]["test-angles"]
    manifest.write_text(json.dumps(described))
    through_cache(source, "a", tmp_path)
    assert source.reads == 2


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    source = Counted()
    assert same(through_cache(source, "a", blocked / "cache"), source.read())
    assert blocked.read_text() == "in the way"


def test_a_full_disk_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    source = Counted()
    assert same(through_cache(source, "a", tmp_path), source.read())
    assert files(tmp_path) == []  # nothing half-written stays


def test_images_that_change_while_they_are_read_are_not_cached(tmp_path: Path) -> None:
    class Changing(Counted):
        def digest(self) -> str:
            return f"after {self.reads} reads"

    source = Changing()
    with pytest.raises(DataError, match="changed while they were read"):
        through_cache(source, source.digest(), tmp_path)
    assert files(tmp_path) == []


def test_threads_that_build_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: through_cache(Counted(), "a", tmp_path), range(16)))
    assert all(same(contents, made[0]) for contents in made)
    assert len(files(tmp_path)) == 7  # six arrays and the manifest, nothing temporary


def build_often(folder: Path) -> None:
    for _ in range(20):
        contents = through_cache(Counted(), "a", folder)
        assert same(contents, Counted().read())
        for manifest in folder.rglob("manifest.json"):
            manifest.unlink(missing_ok=True)


def test_processes_that_build_at_once_agree(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    builders = [context.Process(target=build_often, args=(tmp_path,)) for _ in range(3)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join(60)
    assert [builder.exitcode for builder in builders] == [0, 0, 0]


def test_only_the_ones_used_last_are_kept(tmp_path: Path) -> None:
    for k in range(cache.KEPT):
        through_cache(Counted(str(k)), str(k), tmp_path)
    for manifest in tmp_path.rglob("manifest.json"):
        os.utime(manifest, (2000, 2000))
    favourite = Counted("3")
    os.utime(tmp_path / "splits" / cache._key("3") / "manifest.json", (1000, 1000))
    through_cache(favourite, "3", tmp_path)  # the one used least lately is used now
    assert favourite.reads == 0
    through_cache(Counted("new"), "new", tmp_path)
    through_cache(Counted("newer"), "newer", tmp_path)
    assert len(list(tmp_path.rglob("manifest.json"))) == cache.KEPT
    through_cache(favourite, "3", tmp_path)
    assert favourite.reads == 0
