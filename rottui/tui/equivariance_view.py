"""What the equivariance pane looks at: an image, a shift, an angle and weights."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from rottui.core.shapes import IMAGE_SIZE
from rottui.errors import RottuiError
from rottui.tui.charts.cells import shorten

FARTHEST = IMAGE_SIZE - 1
"""Pixels; a larger shift leaves nothing of an image."""


class ViewError(RottuiError):
    """What was typed names nothing that can be shown."""


@dataclass(frozen=True, slots=True)
class View:
    """The seed's own panels are the default."""

    split: str = "train"
    index: int = 0
    """From 0; the screen counts from 1."""
    shift: tuple[int, int] = (5, 5)
    """Pixels right and down."""
    angle: float = 90.0
    """Degrees clockwise, 0 up to 360."""
    weights_seed: int = 0

    def shifted(self, right: int, down: int) -> View:
        """Shifted further, as far as something of the image is left."""
        across, along = self.shift[0] + right, self.shift[1] + down
        return replace(self, shift=(_bounded(across), _bounded(along)))

    def turned(self, degrees: float) -> View:
        """Turned further; a full turn is none."""
        return replace(self, angle=(self.angle + degrees) % 360)

    def moved(self, by: int, total: int | None) -> View:
        """Another image of the split, from the last on to the first."""
        if total is None or total < 1:
            return replace(self, index=max(0, self.index + by))
        return replace(self, index=(self.index + by) % total)

    def reweighted(self) -> View:
        """The next weights of the stack."""
        return replace(self, weights_seed=self.weights_seed + 1)

    @property
    def shift_words(self) -> str:
        """Such as ``shift 3 right, 2 up``; ``no shift`` where there is none."""
        across, along = self.shift
        parts = [
            f"{abs(pixels)} {forth if pixels > 0 else back}"
            for pixels, forth, back in ((across, "right", "left"), (along, "down", "up"))
            if pixels
        ]
        return f"shift {', '.join(parts)}" if parts else "no shift"

    @property
    def exact(self) -> bool:
        """Whether the turn only permutes pixels."""
        return self.angle % 90 == 0


def _bounded(pixels: int) -> int:
    return max(-FARTHEST, min(FARTHEST, pixels))


WORDS: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("image", "i"), ("image", 1)),
    **dict.fromkeys(("shift", "s"), ("shift", 2)),
    **dict.fromkeys(("angle", "turn", "a"), ("angle", 1)),
    **dict.fromkeys(("weights", "seed", "w"), ("weights", 1)),
    "train": ("train", 0),
    "test": ("test", 0),
}
"""What can be typed, what it means, and how many numbers follow it."""

PROMPT = "image 12, shift 3 -2, angle 37, weights 4, train, test"
TRY = "try image 12, shift 3 -2, angle 37"

_QUOTED = 12
"""Columns of what was typed that an error repeats; the whole error is to fit beside its mark."""
_LONGEST = 4000
"""Digits; Python refuses to read numbers that are a little longer."""
_DEGREES = ("°", "deg", "degree", "degrees")
_TOKEN = re.compile(r"[a-z]+|°|[^\s,;a-z=:°]+")
_GROUPED = re.compile(r"\b(image|i|train|test)([\s=:]+)(\d{1,3}(?:,\d{3})+)(?![\d.])")
"""An image's number as the screen writes it, such as ``image 20,000``."""
_WHOLE = re.compile(r"[+-]?(0|[1-9]\d*)", re.ASCII)
_REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


def view_from(text: str, view: View, total: int | None = None) -> View:
    """The view that a person has typed, such as ``image 12``, ``shift 3 -2`` or ``angle 37``.

    Numbers alone are an image (``12``), a shift (``3,4``) or an angle (``60°``); a split may be
    followed by an image's number (``test 3``).

    Args:
        text: one or several wishes, separated by commas or semicolons or not at all.
        view: what is not named stays as it is here.
        total: images of the view's split, when it is known.

    Raises:
        ViewError: one sentence that says what was wrong and what fits.
    """
    ungrouped = _GROUPED.sub(lambda m: m[1] + m[2] + m[3].replace(",", ""), text.lower())
    words = _named(_TOKEN.findall(ungrouped))
    split, position = view.split, 0
    while position < len(words):
        typed = words[position]
        if typed not in WORDS:
            raise ViewError(f'no "{shorten(typed, _QUOTED)}"; {TRY}')
        word, wants = WORDS[typed]
        values = words[position + 1 : position + 1 + wants]
        position += 1 + wants
        if len(values) < wants or any(value in WORDS for value in values):
            raise ViewError(_missing(word))
        view = _changed(view, word, values, total if view.split == split else None)
        if word == "angle" and words[position : position + 1] in [[unit] for unit in _DEGREES]:
            position += 1
        if position < len(words) and word in ("train", "test") and not words[position].isalpha():
            words.insert(position, "image")
    return view


def _named(words: list[str]) -> list[str]:
    """Numbers alone are named: one an image or, in degrees, an angle; two a shift."""
    if not words:
        raise ViewError(TRY)
    if len(words) == 2 and words[1] in _DEGREES:
        return ["angle", words[0]]
    if any(word.isalpha() or word in _DEGREES for word in words):
        return words
    if len(words) > 2:
        raise ViewError("too many numbers; try image 12 or shift 3 -2")
    return ["shift" if len(words) == 2 else "image", *words]


def _missing(word: str) -> str:
    if word == "shift":
        return "a shift is two numbers: shift 3 -2"
    return f"{word} needs a number, such as {word} 12"


def _changed(view: View, word: str, values: list[str], total: int | None) -> View:
    match word:
        case "image":
            number = _whole(values[0], "an image is a whole number")
            if number < 1 or (total is not None and number > total):
                raise ViewError(no_image(values[0], total))
            return replace(view, index=number - 1)
        case "shift":
            right, down = (_whole(value, "a shift is two whole numbers") for value in values)
            if max(abs(right), abs(down)) > FARTHEST:
                raise ViewError(f"a shift is at most {FARTHEST} pixels: shift 3 -2")
            return replace(view, shift=(right, down))
        case "angle":
            return replace(view, angle=_degrees(values[0]) % 360)
        case "weights":
            seed = _whole(values[0], "weights is a whole number")
            if not 0 <= seed < 2**32:
                raise ViewError(f"weights go from 0 to {2**32 - 1}")
            return replace(view, weights_seed=seed)
        case _:
            return replace(view, split=word, index=0 if word != view.split else view.index)


def no_image(typed: str, total: int | None) -> str:
    """The sentence for an image's number that the split does not have."""
    there = "they are counted from 1" if total is None else f"there are 1 to {total:,}"
    return f"no image {shorten(typed, _QUOTED)}: {there}"


def _whole(text: str, what: str) -> int:
    if _WHOLE.fullmatch(text) and len(text) <= _LONGEST:
        return int(text)
    raise ViewError(f'{what}, not "{shorten(text, _QUOTED)}"')


def _degrees(text: str) -> float:
    value = float(text) if _REAL.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise ViewError(f'an angle is in degrees, not "{shorten(text, _QUOTED)}"')
    return value
