"""The four panels of the equivariance pane: how they are laid out and what each says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rottui.core.shapes import IMAGE_SIZE
from rottui.tui.pixels import fitted, values_of
from rottui.tui.ramps import Look
from rottui.tui.widgets.formats import format_loss
from rottui.tui.widgets.image import Image

if TYPE_CHECKING:
    from rottui.core.equivariance import ErrorNumbers, SeedMaps

GAP = 1
"""Columns between two panels."""
NOTES = 2
"""Lines of numbers under each panel, where there is room."""


@dataclass(frozen=True, slots=True)
class Panels:
    """How the four panels are laid out."""

    across: int
    notes: int
    """Lines of numbers under each."""


def lay_out(width: int, height: int) -> Panels:
    """Four in a row or two by two: whichever shows the larger images."""
    best, most = Panels(4, 0), -1
    for notes in (NOTES, 0):
        for across in (4, 2):
            room = (width - GAP * (across - 1)) // across
            high = height // (4 // across) - 2 - notes
            size = fitted(IMAGE_SIZE, IMAGE_SIZE, room, high)[0] if room > 0 and high > 0 else 0
            if size > most:
                best, most = Panels(across, notes), size
    return best


@dataclass(frozen=True, slots=True)
class ShownMaps:
    """An answer on the screen."""

    maps: SeedMaps
    index: int
    split: str
    true_angle: float
    source: str
    total: int | None


def images(shown: ShownMaps, room: int, *, notes: bool, plain: Callable[[str], str]) -> list[Image]:
    """The four panels in ``room`` columns each; ``plain`` is applied to every text."""
    maps = shown.maps
    short = room < 19
    lines_of = (
        (f"garment at {shown.true_angle:g}°", "28×28 pixels"),
        ("untrained" if short else "untrained stack", "24×24 pixels"),
        numbers_of(maps.shift_numbers, short=short),
        numbers_of(maps.rotation_numbers, short=short),
    )
    arrays = (maps.image, maps.features, maps.shift_error, maps.rotation_error)
    return [
        Image(
            values_of(array),
            title,
            look=Look.ERROR if position >= 2 else Look.GREY,
            high=1.0 if position == 0 else None,
            notes=tuple(map(plain, lines)) if notes else (),
            frame=IMAGE_SIZE,
        )
        for position, (array, title, lines) in enumerate(
            zip(arrays, _titles(room), lines_of, strict=True)
        )
    ]


def _titles(room: int) -> tuple[str, str, str, str]:
    if room < 19:
        return "(1) x", "(2) f(x)", "(3) shift", "(4) turn"
    if room < 31:
        return "(1) image x", "(2) features f(x)", "(3) shift error", "(4) rotation error"
    shift, turn = "(3) |shift(f(x)) - f(shift(x))|", "(4) |rot(f(x)) - f(rot(x))|"
    return "(1) image x", "(2) features f(x)", shift, turn


def numbers_of(numbers: ErrorNumbers, *, short: bool = False) -> tuple[str, str]:
    """Share of exact zeros and relative error, in words."""
    zeros, relative = f"{100 * numbers.zero_share:.1f} %", numbers.relative
    known = relative == relative  # NaN where there is nothing to compare with
    if short:
        return f"0: {zeros}", f"rel {relative:.3g}" if known else "rel none"
    return f"exact 0: {zeros}", f"relative {format_loss(relative)}" if known else "relative: none"
