"""What the equivariance pane looks at: an image, a shift, an angle and weights."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from rottui.core.shapes import IMAGE_SIZE
from rottui.errors import RottuiError

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
        """Such as ``3 right, 2 up``; ``none`` for no shift."""
        across, along = self.shift
        parts = [
            f"{abs(pixels)} {forth if pixels > 0 else back}"
            for pixels, forth, back in ((across, "right", "left"), (along, "down", "up"))
            if pixels
        ]
        return ", ".join(parts) or "none"

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

PROMPT = "image 12 · shift 3 -2 · angle 37 · weights 4 · train · test"


def view_from(text: str, view: View, total: int | None = None) -> View:
    """The view that a person has typed, such as ``image 12``, ``shift 3 -2`` or ``angle 37``.

    Args:
        text: one or several wishes, separated by commas or semicolons or not at all.
        view: what is not named stays as it is here.
        total: images of the view's split, when it is known.

    Raises:
        ViewError: one sentence that says what was wrong and what fits.
    """
    words = re.findall(r"[a-z]+|[^\s,;a-z=:°]+", text.lower())
    if not words:
        raise ViewError("Type image 12, shift 3 -2, angle 37 or weights 4.")
    words = _named(words, degrees="°" in text)
    start, position = view, 0
    while position < len(words):
        word = words[position]
        if not word[0].isalpha():
            word, position = "image", position - 1
        if word not in WORDS:
            raise ViewError(f"No “{word}” here; try image 12, shift 3 -2 or angle 37.")
        word, wants = WORDS[word]
        values = words[position + 1 : position + 1 + wants]
        if len(values) < wants:
            raise ViewError(_missing(word))
        view = _changed(view, word, values, total if view.split == start.split else None)
        position += 1 + wants
    return view


def _named(words: list[str], *, degrees: bool) -> list[str]:
    """Numbers alone are named: one an image or, in degrees, an angle; two a shift."""
    if len(words) == 2 and words[1] in ("deg", "degree", "degrees"):
        return ["angle", words[0]]
    if any(word[0].isalpha() for word in words):
        return words
    if len(words) > 2:
        raise ViewError("Too many numbers; type image 12 or shift 3 -2.")
    if len(words) == 2:
        return ["shift", *words]
    return ["angle" if degrees else "image", *words]


def _missing(word: str) -> str:
    if word == "shift":
        return "A shift is two numbers, right and down: shift 3 -2."
    return f"{word} needs a number, such as {word} 12."


def _changed(view: View, word: str, values: list[str], total: int | None) -> View:
    match word:
        case "image":
            number = _whole(values[0], "An image's number")
            if number < 1 or (total is not None and number > total):
                last = f"; {view.split} has 1 to {total:,}" if total is not None else ""
                raise ViewError(f"There is no image {number:,}{last}.")
            return replace(view, index=number - 1)
        case "shift":
            right, down = (_whole(value, "A shift") for value in values)
            if max(abs(right), abs(down)) > FARTHEST:
                raise ViewError(f"A shift is at most {FARTHEST} pixels, or nothing is left.")
            return replace(view, shift=(right, down))
        case "angle":
            return replace(view, angle=_degrees(values[0]) % 360)
        case "weights":
            seed = _whole(values[0], "The weights' seed")
            if not 0 <= seed < 2**32:
                raise ViewError("The weights' seed is a whole number from 0 on.")
            return replace(view, weights_seed=seed)
        case _:
            return replace(view, split=word, index=0 if word != view.split else view.index)


def _whole(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ViewError(f"{what} is a whole number, not “{text}”.") from None


def _degrees(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ViewError(f"An angle is a number of degrees, not “{text}”.")
    return value
