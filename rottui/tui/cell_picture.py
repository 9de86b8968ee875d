"""Lines of a screen as a PNG: blocks, dots and lines drawn exactly, letters by a font.

Fonts differ in how they draw blocks and braille dots, and many leave gaps between them; maps and
curves are made of these, so they are painted here, cell by cell, as a good terminal does.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME
from textual.strip import Strip

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

WIDTH, HEIGHT = 10, 20
"""Pixels of a cell."""
FONTS = ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf", "Menlo.ttc", "consola.ttf")
"""Fonts with letters of one width; Pillow's own otherwise."""
SIZE = 16

RGB = tuple[int, int, int]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom in shares of a cell."""

_QUADRANTS: dict[str, str] = {
    "▖": "c", "▗": "d", "▘": "a", "▙": "acd", "▚": "ad", "▛": "abc", "▜": "abd", "▝": "b",
    "▞": "bc", "▟": "bcd",
}  # fmt: skip
_CORNERS: dict[str, Box] = {
    "a": (0, 0, 0.5, 0.5),
    "b": (0.5, 0, 1, 0.5),
    "c": (0, 0.5, 0.5, 1),
    "d": (0.5, 0.5, 1, 1),
}
_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
_ARMS: dict[str, str] = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "udr", "┤": "udl",
    "┬": "lrd", "┴": "lru", "┼": "lrud", "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu", "━": "lr",
    "┃": "ud", "╌": "lr", "╎": "ud", "┄": "lr", "┆": "ud", "┈": "lr", "┊": "ud", "╴": "l",
    "╵": "u", "╶": "r", "╷": "d",
}  # fmt: skip
_DASHED = frozenset("╌╎┄┆┈┊")
_HEAVY = frozenset("━┃")


def png_of(lines: Sequence[Strip]) -> bytes:
    """The picture as a file's bytes; ``lines`` are what is on the screen, with their styles."""
    from PIL import Image, ImageDraw

    columns = max((line.cell_length for line in lines), default=0) or 1
    ground = _rgb(None, foreground=False)
    image = Image.new("RGB", (columns * WIDTH, max(1, len(lines)) * HEIGHT), ground)
    draw, font = ImageDraw.Draw(image), _font()
    for y, line in enumerate(lines):
        x = 0
        for segment in line:
            colours = _colours(segment.style)
            for character in segment.text:
                width = cell_len(character)
                _paint(draw, font, character, (x * WIDTH, y * HEIGHT), width, colours)
                x += width
            if segment.style and segment.style.underline:
                wide = cell_len(segment.text)
                foot = (y + 1) * HEIGHT - 2
                draw.line(((x - wide) * WIDTH, foot, x * WIDTH - 1, foot), colours[0])
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _paint(
    draw: ImageDraw,
    font: FreeTypeFont | ImageFont,
    character: str,
    corner: tuple[int, int],
    width: int,
    colours: tuple[RGB, RGB],
) -> None:
    """One character with its ground."""
    ink, ground = colours
    left, top = corner
    draw.rectangle((left, top, left + max(1, width) * WIDTH - 1, top + HEIGHT - 1), ground)
    if character == " " or width == 0:
        return
    if character in _SHADES:
        ink = _mixed(ink, ground, _SHADES[character])
    boxes = tuple(_boxes(character))
    for box in boxes:
        x1, y1, x2, y2 = (round(share * (WIDTH, HEIGHT)[at % 2]) for at, share in enumerate(box))
        draw.rectangle((left + x1, top + y1, left + x2 - 1, top + y2 - 1), ink)
    if not boxes:
        middle = (left + width * WIDTH / 2, top + 0.76 * HEIGHT)
        draw.text(middle, character, ink, font, anchor="ms")


def _boxes(character: str) -> Iterator[Box]:
    """What a character is made of, if it is made of boxes."""
    code = ord(character)
    if character in _QUADRANTS:
        yield from (_CORNERS[corner] for corner in _QUADRANTS[character])
    elif character in _SHADES:
        yield (0, 0, 1, 1)
    elif character in _ARMS:
        yield from _lines(character)
    elif character in "▀▐▔▕":
        yield {"▀": (0, 0, 1, 0.5), "▐": (0.5, 0, 1, 1), "▔": (0, 0, 1, 0.125)}.get(
            character, (0.875, 0, 1, 1)
        )
    elif 0x2581 <= code <= 0x2588:  # ▁ to █: eighths from below
        yield (0, 1 - (code - 0x2580) / 8, 1, 1)
    elif 0x2589 <= code <= 0x258F:  # ▉ to ▏: eighths from the left
        yield (0, 0, (0x2590 - code) / 8, 1)
    elif 0x2800 <= code <= 0x28FF:
        yield from _dots(code - 0x2800)


def _dots(bits: int) -> Iterator[Box]:
    """The dots of braille: 1 2 3 7 in the left column, 4 5 6 8 in the right one."""
    for bit, (column, row) in enumerate(
        ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
    ):
        if bits >> bit & 1:
            x, y = 0.15 + 0.5 * column, 0.05 + 0.25 * row
            yield (x, y, x + 0.2, y + 0.1)


def _lines(character: str) -> Iterator[Box]:
    """The arms of a line-drawing character, from the middle of the cell to its edges."""
    thick = 0.1 if character in _HEAVY else 0.05
    x1, x2 = y1, y2 = 0.5 - thick, 0.5 + thick
    if character in _DASHED:
        across = _ARMS[character] == "lr"
        for start in (0.1, 0.6):
            yield (start, y1, start + 0.3, y2) if across else (x1, start, x2, start + 0.3)
        return
    for arm in _ARMS[character]:
        yield {
            "l": (0.0, y1, x2, y2),
            "r": (x1, y1, 1.0, y2),
            "u": (x1, 0.0, x2, y2),
            "d": (x1, y1, x2, 1.0),
        }[arm]


def _colours(style: Style | None) -> tuple[RGB, RGB]:
    """Ink and ground."""
    ink = _rgb(style.color if style else None, foreground=True)
    ground = _rgb(style.bgcolor if style else None, foreground=False)
    if style and style.reverse:
        ink, ground = ground, ink
    if style and style.dim:
        ink = _mixed(ink, ground, 0.6)
    return ink, ground


def _rgb(colour: Color | None, *, foreground: bool) -> RGB:
    theme = SVG_EXPORT_THEME
    if colour is None:
        return tuple(theme.foreground_color if foreground else theme.background_color)  # type: ignore[return-value]
    return tuple(colour.get_truecolor(theme, foreground))  # type: ignore[return-value]


def _mixed(ink: RGB, ground: RGB, share: float) -> RGB:
    red, green, blue = (
        round(share * over + (1 - share) * under) for over, under in zip(ink, ground, strict=True)
    )
    return red, green, blue


def _font() -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, SIZE)
        except OSError:
            continue
    return ImageFont.load_default(SIZE)
