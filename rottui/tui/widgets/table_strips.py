"""The lines of a table as strips in which every segment has a style (pure)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rottui.tui.widgets.glyphs import Glyphs
from rottui.tui.widgets.table_layout import Cell, Column, Layout, Width, cells_wide, fit

GUTTER = 2
"""Cells at the left: one for the cursor, one for the mark."""
HINT = 2
"""Cells at the right of the header that say there are more columns."""

StyleOf = Callable[[str], Style]
"""The whole style of a tone; a segment without one would crash Textual's monochrome filter."""


def row_strip(
    columns: Sequence[Column],
    widths: Sequence[Width],
    layout: Layout,
    cells: Sequence[Cell],
    *,
    cursor: bool,
    marked: bool,
    room: int,
    symbols: Glyphs,
    style_of: StyleOf,
) -> Strip:
    """One row, ``room`` cells wide; under the cursor in the cursor's colours alone."""
    plain = "cursor" if cursor else ""
    pieces = [
        (symbols.cursor if cursor else " ", plain),
        (symbols.mark if marked else " ", plain or "mark"),
    ]
    end = 0
    for column, x, width in layout.places:
        spec, cell = columns[column], cells[column]
        if cell.short and width < widths[column].full:
            cell = Cell(cell.short, cell.tone)  # all of a column, or none
        text = fit(cell, width, spec.kind, spec.align, symbols.cut)
        pieces += [(" " * (x - end), plain), (text, plain or cell.tone)]
        end = x + width
    return strip_of(pieces, plain, room, style_of)


def header_strip(
    columns: Sequence[Column], layout: Layout, *, room: int, symbols: Glyphs, style_of: StyleOf
) -> Strip:
    """The titles, and at either edge a hint where scrolling shows other columns."""
    pieces = [((symbols.previous if layout.before else " ").ljust(GUTTER), "hint")]
    end = 0
    for column, x, width in layout.places:
        spec = columns[column]
        title = fit(spec.heading, width, "text", spec.align, symbols.cut)
        pieces += [(" " * (x - end), "header"), (title, "header")]
        end = x + width
    rest = room - GUTTER - end - HINT
    pieces.append((" " * max(0, rest), "header"))
    pieces.append(((symbols.next if layout.after else " ").rjust(HINT), "hint"))
    return strip_of(pieces, "header", room, style_of)


def strip_of(pieces: Sequence[tuple[str, str]], rest: str, room: int, style_of: StyleOf) -> Strip:
    """Texts with their tones as exactly ``room`` cells, filled up in the tone ``rest``."""
    merged: list[tuple[str, str]] = []
    used = 0
    for text, tone in pieces:
        if not text:
            continue
        used += cells_wide(text)
        if merged and merged[-1][1] == tone:
            merged[-1] = (merged[-1][0] + text, tone)
        else:
            merged.append((text, tone))
    if used < room:
        merged.append((" " * (room - used), rest))
    strip = Strip([Segment(text, style_of(tone)) for text, tone in merged], max(used, room))
    return strip.crop(0, room)
