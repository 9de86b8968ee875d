"""The last resort of a terminal without Unicode: what a widget still draws in it, in ASCII.

Our own widgets choose their characters for such a terminal; scroll bars and notices are Textual's,
and names of runs are a person's.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_STAND_INS = str.maketrans(
    {
        **dict.fromkeys("│┃║╎┊╏▌▐▎▏▕", "|"),
        **dict.fromkeys("─━═╌┄╍▁▔", "-"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝", "+"),
        **dict.fromkeys("▂▃▄▅▆▇█▀▉▊▋▍", "#"),
        **dict.fromkeys("•●◉", "*"),
        **dict.fromkeys("·", "-"),
        **dict.fromkeys("…", "~"),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("“”", '"'),
        **dict.fromkeys("–—", "-"),
        **dict.fromkeys("×", "x"),
        **dict.fromkeys("▶▸›", ">"),
        **dict.fromkeys("‹", "<"),
        "\xa0": " ",
    }
)


class AsciiText(LineFilter):
    """Puts ASCII in the place of every other character, in as many columns."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in ASCII."""
        return [
            segment
            if segment.text.isascii()
            else Segment(in_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


ASCII_TEXT = AsciiText()
"""One for all: strips remember what a filter did."""


@lru_cache(maxsize=1024)
def in_ascii(text: str) -> str:
    """The text in ASCII: letters without their accents, ``?`` for what has no likeness."""
    return "".join(map(_likeness, text.translate(_STAND_INS)))


def _likeness(char: str) -> str:
    if char.isascii():
        return char
    plain = unicodedata.normalize("NFD", char)[0]
    width = cell_len(char)
    return plain if plain.isascii() and width == 1 else "?" * width
