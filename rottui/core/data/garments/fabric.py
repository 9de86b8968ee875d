"""What garments are made of: stripes, checks, dots, knit, folds of light, and grain."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rottui.core.data.garments.sketch import FULL_TONE
from rottui.core.shapes import IMAGE_SIZE

Floats = npt.NDArray[np.float64]

DRAWS = 16
"""Random numbers that ``dressed`` reads of each image, all in [0, 1)."""

_WHITE = 220
"""Grey level of a surface of brightness 1; folds and highlights go beyond."""
_ROWS, _COLUMNS = np.mgrid[0:IMAGE_SIZE, 0:IMAGE_SIZE].astype(np.float64)


def dressed(
    tone: npt.NDArray[np.uint8],
    cloth: npt.NDArray[np.uint8],
    draws: Floats,
    grain: Floats,
) -> npt.NDArray[np.uint8]:
    """Finished images ``(N, 28, 28)`` of sketches.

    ``tone`` and ``cloth`` are the sketches' layers ``(N, 28, 28)``, ``draws`` is ``(N, DRAWS)``,
    ``grain`` is uniform noise ``(N, 28, 28)``, both in [0, 1).
    """
    d = iter(draws.T[:, :, None, None])  # each (N, 1, 1)
    weave = _weave(next(d), next(d), next(d), next(d), next(d))
    knit = 1 + (grain - 0.5) * 0.7 * _some(next(d), 0.35)
    shown = cloth / 255.0
    surface = 1 + shown * (weave * knit - 1)
    light = _folds(next(d), next(d), next(d)) * _slope(next(d), next(d))
    brightness = 0.80 + 0.36 * next(d) ** 0.5
    contrast = 0.75 + 0.5 * next(d)
    level = (tone / FULL_TONE) ** contrast * brightness * surface * light
    noise = (grain[:, ::-1, ::-1] - 0.5) * (tone > 0) * 0.10 * next(d)
    grey: Floats = np.clip(np.rint((level + noise) * _WHITE), 0, 255)
    return grey.astype(np.uint8)


def _weave(kind: Floats, period: Floats, phase: Floats, depth: Floats, duty: Floats) -> Floats:
    """Brightness factor: two garments in three are plain, the others striped, checked or dotted."""
    length = 2.6 + 5.0 * period
    across = _bars(_ROWS, length, phase, duty)
    along = _bars(_COLUMNS, length, phase, duty)
    pattern = np.select(
        [kind < 0.66, kind < 0.80, kind < 0.91, kind < 0.97],
        [np.ones_like(across), across, along, 0.5 * (across + along)],
        np.maximum(across, along),
    )
    return 1 - (0.15 + 0.55 * depth) * (1 - pattern)


def _bars(along: Floats, length: Floats, phase: Floats, duty: Floats) -> Floats:
    wave = np.cos(2 * np.pi * (along / length + phase)) + 0.8 * (duty - 0.5)
    bars: Floats = np.clip(0.5 + 1.5 * wave, 0, 1)
    return bars


def _folds(direction: Floats, phase: Floats, depth: Floats) -> Floats:
    """Soft light and dark bands, a few over the garment."""
    angle = np.pi * direction
    along = _COLUMNS * np.cos(angle) + _ROWS * np.sin(angle)
    light: Floats = 1 + 0.16 * depth * np.sin(0.55 * along + 2 * np.pi * phase)
    return light


def _slope(direction: Floats, depth: Floats) -> Floats:
    """Light from one side."""
    angle = 2 * np.pi * direction
    middle = (IMAGE_SIZE - 1) / 2
    along = (_COLUMNS - middle) * np.cos(angle) + (_ROWS - middle) * np.sin(angle)
    light: Floats = 1 + 0.35 * depth * along / IMAGE_SIZE
    return light


def _some(draw: Floats, share: float) -> Floats:
    """0 for most images, rising to 1 among ``share`` of them."""
    amount: Floats = np.clip((draw - (1 - share)) / share, 0, 1)
    return amount
