"""Text as the cells of a terminal: one entry a cell, a wide character in two."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, split_graphemes
from rich.color import ColorSystem
from rich.segment import Segment

from rottui.tui.output.looks import PLAIN, Look, look_of

CONTINUES = ""
"""The text of the second cell of a wide character."""


class Cell(NamedTuple):
    """A character with what combines with it, and its look."""

    text: str
    look: Look

    @property
    def sure(self) -> bool:
        """Whether every terminal moves by one column when it draws this cell."""
        return _is_sure(self.text)

    @property
    def width(self) -> int:
        """Columns that its character takes; 0 if it goes on a wide one."""
        return cell_len(self.text)


BLANK = Cell(" ", PLAIN)


def cells_of(segments: Iterable[Segment], colors: ColorSystem) -> list[Cell]:
    """A line's segments as cells; control segments are none."""
    cells: list[Cell] = []
    for text, style, control in segments:
        if not control:
            cells += _cells(text, look_of(style, colors))
    return cells


@lru_cache(maxsize=8192)
def _cells(text: str, look: Look) -> tuple[Cell, ...]:
    blank = Cell(" ", look.on_blank)
    return tuple(
        blank if piece == " " else Cell(piece, look)
        for piece in (text if _is_plain(text) else _pieces(text))
    )


def _is_plain(text: str) -> bool:
    """Whether each of its characters is a cell of its own."""
    return text.isascii() and text.isprintable()


def _pieces(text: str) -> list[str]:
    """Characters with what combines with them; an empty one after each that is wide."""
    # A control character takes no column, and the terminal would obey it.
    drawn = "".join(char for char in text if unicodedata.category(char) != "Cc")
    spans, _ = split_graphemes(drawn)
    pieces: list[str] = []
    for start, end, width in spans:
        if width:
            pieces += [drawn[start:end]] + [CONTINUES] * (width - 1)
        elif lead := next((at for at in range(len(pieces) - 1, -1, -1) if pieces[at]), None):
            pieces[lead] += drawn[start:end]
    return pieces


@lru_cache(maxsize=8192)
def _is_sure(text: str) -> bool:
    if len(text) != 1:
        return False
    code = ord(text)
    return (
        0x20 <= code < 0x7F
        or (0xA0 <= code < 0x0250 and code != 0xAD)  # Latin, but the soft hyphen
        or 0x2500 <= code < 0x25A0  # box drawing and blocks
        or 0x2800 <= code < 0x2900  # braille
    )
