"""Text in named styles: what charts, legends and summaries are made of before they are coloured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one style."""

    text: str
    style: str = ""
    """Colour token of the theme, or ``bold``; empty for plain text."""


Row = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of charts, for terminals with and without Unicode."""

    left: str = "│"
    tick_left: str = "┤"
    corner: str = "└"
    below: str = "─"
    tick_below: str = "┬"
    grid: str = "·"
    upright: str = "┊"
    band: str = "┝━┿┥"
    """Left end, line, middle and right end of a marked part of the x axis."""
    reference: str = "╌"
    lost: str = "✗"
    above: str = "▲"
    more: str = "…"
    solid: str = "▄▄▄▄"
    dotted: str = "⠤⠤⠤⠤"
    dot: str = "●"
    bar: str = "│"
    degree: str = "°"
    shade: str = "░"
    none: str = "–"
    """Stands for a number that was not taken."""


UNICODE = Glyphs()
ASCII = Glyphs(
    *("|", "+", "+", "-", "+", ".", ":", "[=|]", "-", "x", "^", "~", "####", "....", "o", "|"),
    *(" deg", ":", "-"),
)


def join(cells: Iterable[tuple[str, str]]) -> Row:
    """Cells ``(character, style)`` as spans, neighbours of one style joined."""
    spans: list[Span] = []
    text, style = "", ""
    for character, its in cells:
        if its != style and text:
            spans.append(Span(text, style))
            text = ""
        text, style = text + character, its
    if text:
        spans.append(Span(text, style))
    return tuple(spans)


def shorten(text: str, width: int, more: str = "…") -> str:
    """``text`` in at most ``width`` columns; a cut is marked."""
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    return set_cell_size(text, width - 1).rstrip() + more


def shorten_middle(text: str, width: int, more: str = "…") -> str:
    """``text`` in at most ``width`` columns, cut in the middle: names differ at their ends."""
    if cell_len(text) <= width:
        return text
    head = max(0, (width - 1) // 3)
    tail = text
    while tail and cell_len(tail) > width - 1 - head:
        tail = tail[1:]
    return shorten(text, head + 1, more) + tail if width > 3 else shorten(text, width, more)


def fit(row: Row, width: int, more: str = "…") -> Row:
    """The row in exactly ``width`` columns: filled with spaces, or cut and marked."""
    length = sum(cell_len(span.text) for span in row)
    if length == width:
        return row
    if length < width:
        return (*row, Span(" " * (width - length)))
    if width <= 0:
        return ()
    kept: list[Span] = []
    room = width - 1
    for span in row:
        size = cell_len(span.text)
        if size > room:
            kept.append(Span(set_cell_size(span.text, room) + more, span.style))
            return tuple(kept)
        kept.append(span)
        room -= size
    return tuple(kept)


def columns(row: Row) -> int:
    """Columns that a row takes on the screen."""
    return sum(cell_len(span.text) for span in row)


def plain(row: Row) -> str:
    """The row's text."""
    return "".join(span.text for span in row)


def flow(
    parts: Iterable[Span], width: int, height: int, between: str = "   ", more: str = "…"
) -> list[Row]:
    """Parts one after another, broken between parts, in at most ``height`` rows.

    What does not fit is left out, and the last row says so with ``more``.
    """
    rows: list[list[Span]] = []
    room = 0
    cut = False
    for part in parts:
        size = cell_len(part.text)
        if rows and size + len(between) <= room:
            rows[-1] += [Span(between), part]
            room -= size + len(between)
        elif len(rows) < height:
            rows.append([part])
            room = width - size
        else:
            cut = True
            break
    fitted = [fit(tuple(row), width, more) for row in rows]
    if cut and fitted:
        fitted[-1] = fit((*rows[-1], Span(between + more)), width, more)
    return fitted
