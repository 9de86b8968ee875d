"""Fashion-MNIST from its IDX files, each image turned by an angle of its own.

The files are read here and not by torchvision (which downloads them, see ``download``): the pixels
are the same, and a folder of files can be used where torchvision cannot be imported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rottui.core.data.dataset import Split
from rottui.core.data.idx import read_count, read_idx
from rottui.core.data.rotation import Turns, turned
from rottui.core.data.source import SPLITS, Contents, Progress, silent
from rottui.core.shapes import IMAGE_SIZE
from rottui.errors import DataError

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
VERSION = 1
"""Counts up whenever the same files and settings would give other pixels or angles."""

_STEMS = {"train": "train", "test": "t10k"}


class FashionMnist:
    """A folder with the four IDX files, plain or gzipped, or with torchvision's layout below it."""

    def __init__(self, folder: Path, turns: Turns) -> None:
        self._folder = folder
        self._turns = turns

    def digest(self) -> str:
        """SHA-256 of the files' bytes and of the settings.

        Raises:
            DataError: a file is missing or cannot be read.
        """
        total = hashlib.sha256(f"fashion-mnist {VERSION} {self._turns.digest()}".encode())
        for path in self._paths():
            try:
                with path.open("rb") as file:
                    total.update(hashlib.file_digest(file, "sha256").digest())
            except OSError as error:
                raise DataError(f"{path} cannot be read: {error.strerror}") from None
        return total.hexdigest()

    def counts(self) -> tuple[int, int]:
        """Number of train and of test images, from the files' headers alone.

        Raises:
            DataError: a file is missing or not IDX.
        """
        train, test = (read_count(self._path(split, "images-idx3")) for split in SPLITS)
        return train, test

    def read(self, progress: Progress | None = None) -> Contents:
        """Read and turn every image; labels are kept.

        Raises:
            DataError: a file is missing, damaged, or of another kind.
        """
        train, test = (self._split(split, progress or silent) for split in SPLITS)
        return Contents(train, test, CLASS_NAMES)

    def _split(self, split: str, progress: Progress) -> Split:
        progress(f"reading {split} images", 0, 1)
        images_path = self._path(split, "images-idx3")
        images = read_idx(images_path, 3)
        if images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE):
            height, width = images.shape[1:]
            raise DataError(f"{images_path} has images of {width} × {height} pixels, not 28 × 28")
        if not len(images):
            raise DataError(f"{images_path} has no images")
        labels = self._labels(split, len(images))
        angles = self._turns.angles(split, len(images))
        return Split(turned(images, angles, split, progress), angles, labels)

    def _labels(self, split: str, n: int) -> npt.NDArray[np.uint8]:
        path = self._path(split, "labels-idx1")
        labels = read_idx(path, 1)
        if len(labels) != n:
            raise DataError(f"{path} has {len(labels):,} labels for {n:,} images")
        if labels.max() >= len(CLASS_NAMES):
            raise DataError(f"{path} has a label {labels.max()}; Fashion-MNIST's go from 0 to 9")
        return labels

    def _paths(self) -> Iterator[Path]:
        for split in SPLITS:
            for kind in ("images-idx3", "labels-idx1"):
                yield self._path(split, kind)

    def _path(self, split: str, kind: str) -> Path:
        name = f"{_STEMS[split]}-{kind}-ubyte"
        for folder in _folders(self._folder):
            for path in (folder / name, folder / f"{name}.gz"):
                if path.is_file():
                    return path
        raise DataError(f"{self._folder} has no {name} (plain or .gz), a file of Fashion-MNIST")


def holds_fashion_mnist(folder: Path) -> bool:
    """Whether any file of Fashion-MNIST lies where ``FashionMnist`` would look for it."""
    return any(
        (place / f"{stem}-{kind}-ubyte{ending}").is_file()
        for place in _folders(folder)
        for stem in _STEMS.values()
        for kind in ("images-idx3", "labels-idx1")
        for ending in ("", ".gz")
    )


def _folders(folder: Path) -> tuple[Path, ...]:
    return folder, folder / "FashionMNIST" / "raw", folder / "raw"
