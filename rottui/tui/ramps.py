"""From 0 to the largest value of an image: ramps made by hand for each depth of colour.

Every colour here exists in its colour depth as it is: leaving the choice to an automatic
conversion bends the order of dark and light.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

RGB = tuple[int, int, int]
LEVELS = 33
"""Steps of a ramp in true colour; more would cost bytes and show nothing."""
GREYS_256 = 26
"""Greys that a terminal with 256 colours tells apart, black and white among them."""


class Depth(Enum):
    """What a terminal can show."""

    TRUE = "truecolor"
    COLOURS_256 = "256"
    COLOURS_16 = "16"
    NONE = "none"
    """No colour, or no Unicode: characters of growing ink, which every font has."""


class Look(Enum):
    """What kind of image it is."""

    GREY = "grey"
    """Images and features."""
    ERROR = "error"
    """Error maps, where exactly 0 matters: what is above 0 is never drawn as 0."""


# From 0 upwards on a dark theme; light themes go from white downwards. The numbers are entries of
# the 6×6×6 cube and of the 16 standard colours, their luminance strictly in order.
_ERROR_256: tuple[RGB, ...] = (
    (0, 0, 0),
    (0, 0, 95),
    (95, 0, 95),
    (135, 0, 95),
    (175, 0, 95),
    (215, 0, 95),
    (215, 95, 0),
    (255, 95, 0),
    (255, 135, 0),
    (255, 175, 0),
    (255, 215, 0),
    (255, 255, 135),
    (255, 255, 215),
)
_PAPER_ERROR_256: tuple[RGB, ...] = (
    (255, 255, 255),
    (255, 255, 175),
    (255, 215, 135),
    (255, 175, 95),
    (255, 135, 95),
    (255, 95, 95),
    (215, 95, 95),
    (215, 0, 95),
    (175, 0, 95),
    (135, 0, 95),
    (95, 0, 95),
    (0, 0, 95),
    (0, 0, 0),
)
_GREY_16: tuple[RGB, ...] = ((0, 0, 0), (85, 85, 85), (170, 170, 170), (255, 255, 255))
_ERROR_16: tuple[RGB, ...] = (
    (0, 0, 0),
    (170, 0, 0),
    (255, 85, 85),
    (255, 255, 85),
    (255, 255, 255),
)
_PAPER_ERROR_16: tuple[RGB, ...] = (
    (255, 255, 255),
    (255, 255, 85),
    (255, 85, 85),
    (170, 0, 0),
    (0, 0, 0),
)
CHARACTERS = " .:-=+*#%@"


@dataclass(frozen=True, slots=True)
class Ramp:
    """From 0 to the largest value: colours, or characters of growing ink."""

    colours: tuple[RGB, ...] = ()
    characters: str = ""
    low_word: str = "dark"
    high_word: str = "light"

    @property
    def levels(self) -> int:
        """Steps."""
        return len(self.colours) or len(self.characters)


def ramp(
    look: Look, depth: Depth, *, dark: bool = True, stops: tuple[RGB, RGB, RGB] | None = None
) -> Ramp:
    """The ramp for a kind of image on a kind of terminal.

    Args:
        look: grey, or the colours of an error map.
        depth: what the terminal can show.
        dark: whether the theme is dark; 0 is black there, and white as on paper otherwise.
        stops: the theme's colours for 0, the middle and the largest value of an error map.
    """
    words = ("dark", "light") if dark else ("light", "dark")
    if depth is Depth.NONE:
        return Ramp((), CHARACTERS, "empty", "full")
    if depth is Depth.COLOURS_16:
        if look is Look.GREY:
            return Ramp(_GREY_16 if dark else _GREY_16[::-1], "", *words)
        return Ramp(_ERROR_16 if dark else _PAPER_ERROR_16, "", *words)
    if look is Look.GREY:
        steps = GREYS_256 if depth is Depth.COLOURS_256 else LEVELS
        greys = tuple(_grey(255 * i / (steps - 1)) for i in range(steps))
        return Ramp(greys if dark else greys[::-1], "", *words)
    if depth is Depth.COLOURS_256 or stops is None:
        return Ramp(_ERROR_256 if dark else _PAPER_ERROR_256, "", *words)
    return Ramp(_blend(stops), "", *words)


def _grey(value: float) -> RGB:
    level = round(value)
    return (level, level, level)


def _blend(stops: tuple[RGB, RGB, RGB]) -> tuple[RGB, ...]:
    half = (LEVELS - 1) // 2
    colours: list[RGB] = []
    for i in range(LEVELS):
        start, end = (stops[0], stops[1]) if i <= half else (stops[1], stops[2])
        share = (i if i <= half else i - half) / half
        red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
        colours.append((red, green, blue))
    return tuple(colours)
