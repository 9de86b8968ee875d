"""Rotated images as files: ``train/`` and ``test/`` of ``<id>_<angle>.png``, in a folder or a zip.

The two folders lie at the top or in one folder around them. Angles may be negative or decimal:
``7_-12.50.png`` is image 7 turned by -12.5 degrees. Images are in order of (id, name), so that the
order is the same on every machine.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from rottui.core.data.archive import Archive
from rottui.core.data.dataset import Split
from rottui.core.data.png import DECODER_VERSION, decode
from rottui.core.data.source import SPLITS, Contents, Progress, silent
from rottui.core.shapes import IMAGE_SIZE
from rottui.errors import DataError

_NAME = re.compile(r"([0-9]{1,18})_([+-]?[0-9]+(?:\.[0-9]+)?)\.png", re.IGNORECASE)
_JUNK = {"__macosx", "thumbs.db", "desktop.ini"}
_TICK = 1000
_EXPECTED = "expected train/ and test/ with images named <id>_<angle>.png, such as 7_120.png"


class _Files(Protocol):
    """Files of a folder or a zip by relative path."""

    @property
    def path(self) -> Path: ...
    @property
    def names(self) -> list[str]: ...
    def read(self, name: str) -> bytes: ...


class _Folder:
    """The files of a folder, three levels deep."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def names(self) -> list[str]:
        try:
            return list(self._below("", 3))
        except OSError as error:
            raise DataError(f"{error.filename} cannot be read: {error.strerror}") from None

    def read(self, name: str) -> bytes:
        try:
            with open(os.path.join(self.path, name), "rb", buffering=0) as file:
                return file.readall()
        except OSError as error:
            raise DataError(f"{self.path / name} cannot be read: {error.strerror}") from None

    def _below(self, prefix: str, depth: int) -> Iterator[str]:
        with os.scandir(os.path.join(self.path, prefix)) as entries:
            for entry in entries:
                if _is_junk(entry.name):
                    continue
                if not entry.is_dir():
                    yield prefix + entry.name
                elif depth > 1:
                    yield from self._below(f"{prefix}{entry.name}/", depth - 1)


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    """One image that is there; sorts in the order of the split."""

    number: int
    name: str
    angle: float


@dataclass(slots=True)
class _Repairs:
    """How many images had to be made to fit."""

    resized: int = 0
    converted: int = 0

    def notes(self, total: int) -> tuple[str, ...]:
        said = []
        if self.resized:
            said.append(f"{self.resized:,} of {total:,} images were resized to 28×28 pixels.")
        if self.converted:
            said.append(f"{self.converted:,} of {total:,} images were converted to 8-bit grey.")
        return tuple(said)


class SeedLayout:
    """A folder or a zip file of rotated images; nothing is read before it is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def digest(self) -> str:
        """SHA-256 of the zip file's bytes, or of the images' names and bytes in a folder.

        Raises:
            DataError: the path is missing or cannot be read.
        """
        if not self._path.is_dir():
            return self._zip_digest()
        folder = _Folder(self._path)
        return _content_digest(
            (name, folder.read(name)) for split in _index(folder) for name in _names(split)
        )

    def counts(self) -> tuple[int, int]:
        """Number of train and of test images, from their names alone.

        Raises:
            DataError: not in this layout.
        """
        train, test = _index(self._files())
        return len(train), len(test)

    def read(self, progress: Progress | None = None) -> Contents:
        """Decode every image.

        Raises:
            DataError: not in this layout, or an image cannot be read; the file is named.
        """
        files = self._files()
        repairs = _Repairs()
        train, test = (
            _decode_split(files, entries, name, repairs, progress or silent)
            for name, entries in zip(SPLITS, _index(files), strict=True)
        )
        return Contents(train, test, notes=repairs.notes(len(train) + len(test)))

    def _files(self) -> _Files:
        return _Folder(self._path) if self._path.is_dir() else Archive(self._path)

    def _zip_digest(self) -> str:
        try:
            with self._path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise DataError(f"{self._path} cannot be read: {error.strerror}") from None
        return hashlib.sha256(f"zip {DECODER_VERSION} {content}".encode()).hexdigest()


def _content_digest(files: Iterable[tuple[str, bytes]]) -> str:
    total = hashlib.sha256(f"folder {DECODER_VERSION}".encode())
    for name, data in files:
        total.update(f"\n{name} {len(data)}\n".encode(errors="surrogateescape"))
        total.update(data)
    return total.hexdigest()


def _decode_split(
    files: _Files, entries: Sequence[_Entry], split: str, repairs: _Repairs, progress: Progress
) -> Split:
    n, pixels = len(entries), IMAGE_SIZE * IMAGE_SIZE
    images = np.empty((n, 1, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    rows = images.reshape(n, pixels)
    for i, entry in enumerate(entries):
        if i % _TICK == 0:
            progress(f"reading {split} images", i, n)
        decoded = decode(files.read(entry.name), f"{entry.name} in {files.path}")
        rows[i] = np.frombuffer(decoded.pixels, np.uint8)
        repairs.resized += decoded.resized
        repairs.converted += decoded.converted
    progress(f"reading {split} images", n, n)
    return Split(images, np.array([entry.angle for entry in entries], np.float32))


def _names(entries: Iterable[_Entry]) -> Iterator[str]:
    return (entry.name for entry in entries)


def _index(files: _Files) -> tuple[list[_Entry], list[_Entry]]:
    """The images of both splits, in order.

    Raises:
        DataError: a split is missing or empty, or a file in it is not named as it should be.
    """
    names = [name for name in files.names if not any(map(_is_junk, name.split("/")))]
    root = _root(names, files.path)
    train, test = (_split(names, f"{root}{split}/", files.path) for split in SPLITS)
    return train, test


def _root(names: Sequence[str], path: Path) -> str:
    """The folder that holds both splits: empty, or the name of the one around them with a ``/``."""
    found: dict[str, set[str]] = {}
    for name in names:
        parts = name.split("/")
        for depth in range(min(2, len(parts) - 1)):
            if parts[depth] in SPLITS:
                found.setdefault("".join(part + "/" for part in parts[:depth]), set()).add(
                    parts[depth]
                )
    for root in sorted(found, key=lambda root: (-len(found[root]), root)):
        for split in SPLITS:
            if split not in found[root]:
                raise DataError(f"{path} has no images in {root}{split}/; {_EXPECTED}")
        return root
    raise DataError(f"{path} holds no rotated images; {_EXPECTED}")


def _split(names: Sequence[str], prefix: str, path: Path) -> list[_Entry]:
    entries = []
    for name in names:
        if not name.startswith(prefix):
            continue
        match = _NAME.fullmatch(name, len(prefix))
        angle = float(match[2]) if match else math.nan
        if match is None or not abs(angle) <= 1e6:
            raise DataError(
                f"{name} in {path} does not tell an angle; images are named <id>_<angle>.png, "
                "such as 7_-12.5.png"
            )
        entries.append(_Entry(int(match[1]), name, angle))
    return sorted(entries)


def _is_junk(part: str) -> bool:
    """Whether a file or folder is what an operating system leaves behind."""
    return part.startswith(".") or part.lower() in _JUNK
