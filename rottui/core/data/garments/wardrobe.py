"""Garments of ten kinds in any number, drawn from a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from rottui.core.data.dataset import Split
from rottui.core.data.garments import accessories, clothes, fabric
from rottui.core.data.garments.sketch import Dice, Sketch
from rottui.core.data.rotation import Turns, stream, turned
from rottui.core.data.source import SPLITS, Contents, Progress, silent
from rottui.core.shapes import IMAGE_SIZE

VERSION = 1
"""Counts up whenever the same seed would give other pixels or angles."""

DEFAULT_SIZES = (10_000, 2_000)

_KINDS: tuple[tuple[str, Callable[[Sketch, Dice], None]], ...] = (
    ("T-shirt/top", clothes.t_shirt),
    ("Trouser", clothes.trouser),
    ("Pullover", clothes.pullover),
    ("Dress", clothes.dress),
    ("Coat", clothes.coat),
    ("Sandal", accessories.sandal),
    ("Shirt", clothes.shirt),
    ("Sneaker", accessories.sneaker),
    ("Bag", accessories.bag),
    ("Ankle boot", accessories.ankle_boot),
)
_DICE = 47
"""Random numbers for an image's outline, more than any kind takes."""
_SHAPES = 1
"""The random stream of outlines and fabric (0 is that of the angles)."""
_CHUNK = 500


class Garments:
    """``sizes`` train and test images of garments, turned."""

    def __init__(self, turns: Turns, sizes: tuple[int, int] = DEFAULT_SIZES) -> None:
        self._turns = turns
        self._sizes = sizes

    def digest(self) -> str:
        """SHA-256 of version, seed, range of angles and sizes."""
        text = f"garments {VERSION} {self._turns.digest()} {self._sizes}"
        return hashlib.sha256(text.encode()).hexdigest()

    def counts(self) -> tuple[int, int]:
        """Number of train and of test images."""
        return self._sizes

    def read(self, progress: Progress | None = None) -> Contents:
        """Draw and turn every image."""
        train, test = (
            self._split(split, n, progress or silent)
            for split, n in zip(SPLITS, self._sizes, strict=True)
        )
        return Contents(train, test, tuple(name for name, _ in _KINDS))

    def _split(self, split: str, n: int, progress: Progress) -> Split:
        images, labels = upright_garments(self._turns.seed, split, n, progress)
        angles = self._turns.angles(split, n)
        return Split(turned(images, angles, split, progress), angles, labels)


def upright_garments(
    seed: int, split: str, n: int, progress: Progress = silent
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The first ``n`` garments of a split before they are turned, and their classes.

    Returns:
        Images ``(n, 28, 28)`` and labels ``(n,)`` from 0 to 9.
    """
    rng = stream(seed, split, _SHAPES)
    images = np.empty((n, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    labels = np.empty(n, np.uint8)
    for start in range(0, n, _CHUNK):
        progress(f"drawing {split} garments", start, n)
        part = slice(start, min(start + _CHUNK, n))
        images[part], labels[part] = _drawn(rng, part.stop - start)
    progress(f"drawing {split} garments", n, n)
    return images, labels


def _drawn(rng: np.random.Generator, n: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The next ``n`` garments. Each takes the same count of random numbers, one row."""
    widths = (1, _DICE, fabric.DRAWS, IMAGE_SIZE * IMAGE_SIZE)
    rows = rng.random((n, sum(widths)))
    kinds, dice, fabrics, grain = np.split(rows, np.cumsum(widths)[:-1], axis=1)
    labels = (kinds[:, 0] * len(_KINDS)).astype(np.uint8)
    tone = np.empty((n, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    cloth = np.empty_like(tone)
    for k, label in enumerate(labels.tolist()):
        throw = Dice(dice[k])
        sketch = Sketch(throw)
        _KINDS[label][1](sketch, throw)
        tone[k], cloth[k] = sketch.layers()
    return fabric.dressed(tone, cloth, fabrics, grain.reshape(tone.shape)), labels
