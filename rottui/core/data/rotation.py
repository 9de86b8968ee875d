"""Angles drawn from a seed, and upright images turned by them (counter-clockwise)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from rottui.core.data.source import SPLITS, Progress
from rottui.core.shapes import IMAGE_SIZE

_SIZE = (IMAGE_SIZE, IMAGE_SIZE)
_TICK = 2000


@dataclass(frozen=True, slots=True)
class Turns:
    """Which angles images are turned by: from ``low`` up to, never at, ``high``, in degrees.

    Whole degrees if both ends are whole (as in the experiment's own images, 0 to 359), else any
    angle between.
    """

    low: float
    high: float
    seed: int

    def angles(self, split: str, n: int) -> npt.NDArray[np.float32]:
        """``(n,)`` angles in degrees; angle i depends on the seed, the split and i alone."""
        rng = stream(self.seed, split)
        if float(self.low).is_integer() and float(self.high).is_integer():
            return rng.integers(int(self.low), int(self.high), n).astype(np.float32)
        drawn = rng.uniform(self.low, self.high, n).astype(np.float32)
        below = np.nextafter(np.float32(self.high), np.float32(-np.inf))
        return np.minimum(drawn, below)  # rounding to 32 bits may reach the upper end

    def digest(self) -> str:
        """Hex digest of the settings."""
        return hashlib.sha256(f"{self.low!r} {self.high!r} {self.seed}".encode()).hexdigest()


def stream(seed: int, split: str, purpose: int = 0) -> np.random.Generator:
    """A random generator of its own for each seed, split and purpose (0: angles)."""
    entropy = np.random.SeedSequence([seed, SPLITS.index(split), purpose])
    return np.random.Generator(np.random.PCG64(entropy))


def turned(
    upright: npt.NDArray[np.uint8],
    angles: npt.NDArray[np.float32],
    split: str,
    progress: Progress,
) -> npt.NDArray[np.uint8]:
    """Images ``(N, 28, 28)`` turned counter-clockwise by ``(N,)`` degrees, as ``(N, 1, 28, 28)``.

    Bilinear, about the centre of the image, black where nothing was: PIL's ``Image.rotate``.
    """
    n = len(upright)
    parts = []
    for i, (image, angle) in enumerate(zip(upright, angles.tolist(), strict=True)):
        if i % _TICK == 0:
            progress(f"turning {split} images", i, n)
        parts.append(_rotated(image, angle))
    progress(f"turning {split} images", n, n)
    return np.frombuffer(b"".join(parts), np.uint8).reshape(n, 1, *_SIZE)


def turned_back(image: npt.NDArray[np.uint8], angle: float) -> npt.NDArray[np.uint8]:
    """A garment ``(28, 28)`` that was turned by ``angle`` degrees, upright again: as ``turned``."""
    return np.frombuffer(_rotated(image, -angle), np.uint8).reshape(_SIZE)


def _rotated(image: npt.NDArray[np.uint8], angle: float) -> bytes:
    whole = Image.frombytes("L", _SIZE, image.tobytes())
    return whole.rotate(angle, Image.Resampling.BILINEAR, fillcolor=0).tobytes()
