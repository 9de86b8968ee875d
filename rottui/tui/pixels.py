"""Small images as cells of a terminal: half blocks in the colours of a ramp, or characters.

Two pixels stand in a cell, one above the other (``▀`` in two colours), so that 28×28 pixels take
28 columns and 14 rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from rottui.tui.ramps import RGB, Ramp

Pixels = Sequence[Sequence[float]]
LOST = "?"
"""Stands where a value is not a number."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Neighbouring cells of one look."""

    text: str
    upper: RGB | None = None
    """Colour of the upper half; None for the widget's own."""
    lower: RGB | None = None
    lost: bool = False
    """Whether the value is not a number."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as rows of cells."""

    rows: tuple[tuple[Piece, ...], ...]
    width: int

    @property
    def text(self) -> str:
        """The characters alone."""
        return "\n".join("".join(piece.text for piece in row) for row in self.rows)


def values_of(array: Any) -> list[list[float]]:
    """Rows of floats, from nested sequences or anything with ``tolist`` such as a numpy array.

    Raises:
        ValueError: not two-dimensional, or rows of different lengths.
    """
    rows = array.tolist() if hasattr(array, "tolist") else array
    try:
        values = [[float(value) for value in row] for row in rows]
    except TypeError:
        raise ValueError("an image has two dimensions") from None
    if len({len(row) for row in values}) > 1:
        raise ValueError("the rows of an image have one length")
    return values


def extent(pixels: Pixels) -> tuple[float, float] | None:
    """Smallest and largest finite value; None when there is none."""
    finite = [value for row in pixels for value in row if isfinite(value)]
    return (min(finite), max(finite)) if finite else None


def lost_count(pixels: Pixels) -> int:
    """Values that are not finite."""
    return sum(not isfinite(value) for row in pixels for value in row)


def fitted(columns: int, rows: int, width: int, height: int) -> tuple[int, int]:
    """Pixels ``(columns, rows)`` that an image gets in ``width`` × ``height`` cells.

    The aspect is kept. There is room for ``width`` × ``2 height`` pixels; an image grows by whole
    factors only, so that its pixels stay equal.
    """
    if min(columns, rows, width, height) < 1:
        return 0, 0
    scale = min(width / columns, 2 * height / rows)
    if scale >= 1:
        return int(scale) * columns, int(scale) * rows
    return max(1, int(columns * scale + 1e-9)), max(1, int(rows * scale + 1e-9))


def resample(pixels: Pixels, columns: int, rows: int) -> list[list[float]]:
    """The image in ``columns`` × ``rows`` pixels: the nearest when larger, the mean when smaller.

    A mean over a value that is not finite is NaN.
    """
    if not pixels or not pixels[0]:
        return []
    across = [_shares(len(pixels[0]), columns, i) for i in range(columns)]
    down = [_shares(len(pixels), rows, i) for i in range(rows)]
    narrow = [[_mean(row, shares) for shares in across] for row in pixels]
    turned = list(zip(*narrow, strict=True))
    return [[_mean(column, shares) for column in turned] for shares in down]


def _shares(old: int, new: int, index: int) -> list[tuple[int, float]]:
    """Which old pixels make a new one, and with which weight."""
    if new >= old:
        return [(index * old // new, 1.0)]
    start, end = index * old / new, (index + 1) * old / new
    shares: list[tuple[int, float]] = []
    for i in range(int(start), min(old, int(end) + 1)):
        weight = min(end, i + 1) - max(start, i)
        if weight > 1e-9:
            shares.append((i, weight))
    return shares


def _mean(values: Sequence[float], shares: list[tuple[int, float]]) -> float:
    if len(shares) == 1:
        return values[shares[0][0]]
    total = sum(weight for _, weight in shares)
    mean = sum(values[i] * weight for i, weight in shares) / total
    return mean if isfinite(mean) else float("nan")


def picture(
    pixels: Pixels,
    width: int,
    height: int,
    ramp: Ramp,
    *,
    low: float,
    high: float,
    exact_zero: bool = False,
) -> Picture:
    """The image in at most ``width`` × ``height`` cells.

    Args:
        pixels: rows of values, top row first.
        width: columns of the screen.
        height: rows of the screen.
        ramp: colours or characters from ``low`` to ``high``; values beyond get the end's.
        low: value of the ramp's first step.
        high: value of its last.
        exact_zero: keep the first step for values at or below ``low``.
    """
    columns, rows = fitted(len(pixels[0]) if pixels else 0, len(pixels), width, height)
    if columns == 0:
        return Picture((), 0)
    if ramp.colours:
        small = resample(pixels, columns, rows)
        levels = [[_level(v, low, high, ramp.levels, exact_zero) for v in row] for row in small]
        pairs = [(levels[y], levels[y + 1] if y + 1 < rows else None) for y in range(0, rows, 2)]
        return Picture(tuple(_blocks(upper, lower, ramp) for upper, lower in pairs), columns)
    small = resample(pixels, columns, max(1, (rows + 1) // 2))
    lines = [[_level(v, low, high, ramp.levels, exact_zero) for v in row] for row in small]
    return Picture(tuple(_letters(line, ramp) for line in lines), columns)


def _level(value: float, low: float, high: float, levels: int, exact_zero: bool) -> int | None:
    if not isfinite(value):
        return None
    span = high - low
    if value <= low or not (span > 0 and isfinite(span)):
        return 0
    level = round(min(1.0, (value - low) / span) * (levels - 1))
    return max(1, level) if exact_zero else level


def _blocks(
    upper: Sequence[int | None], lower: Sequence[int | None] | None, ramp: Ramp
) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for x, top in enumerate(upper):
        bottom = top if lower is None else lower[x]
        if top is None or bottom is None:
            piece = Piece(LOST, lost=True)
        elif lower is None:
            piece = Piece("▀", ramp.colours[top])
        else:
            piece = Piece("▀", ramp.colours[top], ramp.colours[bottom])
        _append(pieces, piece)
    return tuple(pieces)


def _letters(line: Sequence[int | None], ramp: Ramp) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for level in line:
        piece = Piece(LOST, lost=True) if level is None else Piece(ramp.characters[level])
        _append(pieces, piece)
    return tuple(pieces)


def _append(pieces: list[Piece], piece: Piece) -> None:
    if pieces:
        last = pieces[-1]
        if (last.upper, last.lower, last.lost) == (piece.upper, piece.lower, piece.lost):
            pieces[-1] = Piece(last.text + piece.text, last.upper, last.lower, last.lost)
            return
    pieces.append(piece)


def scale(ramp: Ramp, low: str, high: str, width: int) -> tuple[Piece, ...]:
    """One line that says which end is which: ``dark 0 ▀▀▀▀ 0.43 light``, shorter where narrow."""
    words = f"{ramp.low_word} {low} ", f" {high} {ramp.high_word}"
    bar = width - len(words[0]) - len(words[1])
    if bar < 3:
        both = f"{ramp.low_word} {low} {ramp.high_word} {high}"
        shorter = (both, f"{ramp.high_word} is {high}", high)
        text = next((text for text in shorter if len(text) <= width), "")
        return (Piece(text),) if text else ()
    length = min(bar, 12)
    steps = [round(i / (length - 1) * (ramp.levels - 1)) for i in range(length)]
    if ramp.colours:
        middle = [Piece("▀", ramp.colours[step], ramp.colours[step]) for step in steps]
    else:
        middle = [Piece("".join(ramp.characters[step] for step in steps))]
    return (Piece(words[0]), *middle, Piece(words[1]))
