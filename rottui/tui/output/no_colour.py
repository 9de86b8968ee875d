"""The screen of a person who has set ``NO_COLOR``: not one colour, not even a grey.

Textual's own filter turns colours into greys, and crashes on text without a style (8.2.8). What
stands out by its background is drawn in reverse here, so that the cursor is still seen.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

STANDS_OUT = 0.25
"""Difference in brightness from the ground, 0 to 1, from which on a background is one of its own:
the cursor's is, those of headings and fields are not."""

_BARE = Style(color="default", bgcolor="default")
_REVERSED = _BARE + Style(reverse=True)


class NoColour(LineFilter):
    """Takes every colour away; attributes such as bold and underlined stay.

    Args:
        ground: the background of the whole screen.
    """

    def __init__(self, ground: Color) -> None:
        super().__init__()
        self._ground = ground

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without colours; ``background`` is the widget's and says nothing here."""
        return [Segment(text, self._bare(style), control) for text, style, control in segments]

    def _bare(self, style: Style | None) -> Style:
        return _BARE if style is None else _without(style, self._ground)


@lru_cache(maxsize=64)
def no_colour(ground: Color) -> NoColour:
    """The filter for a ground: always the same one, since strips remember what a filter did."""
    return NoColour(ground)


@lru_cache(maxsize=4096)
def _without(style: Style, ground: Color) -> Style:
    return style + (_REVERSED if not style.reverse and _stands_out(style, ground) else _BARE)


def _stands_out(style: Style, ground: Color) -> bool:
    below: RichColor | None = style.bgcolor
    if below is None or below.is_default:
        return False
    if below.triplet is None:
        return True  # one of the terminal's own, which nobody uses for a ground
    red, green, blue = below.triplet
    return abs(Color(red, green, blue).brightness - ground.brightness) > STANDS_OUT
