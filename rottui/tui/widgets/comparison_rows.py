"""How a comparison is laid out: verdicts, then a table with a column a side (pure)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from rottui.engine.comparing import Comparison
from rottui.tui.charts.cells import ASCII, UNICODE, Row, Span, fit, shorten, shorten_middle
from rottui.tui.comparison_words import Cell, Line, Part, parts, side_words, verdicts
from rottui.tui.widgets.glyphs import to_ascii

TONES = {"ok": "run-ok", "error": "run-failed", "muted": ""}
WORDS = 20
"""Columns that words of a setting may take; numbers take what they need."""
GAP = 2


@dataclass(frozen=True, slots=True)
class Laid:
    """The rows of a comparison, and how far its columns go."""

    rows: tuple[Row, ...]
    more: bool
    """Whether sides are left out at the right."""


@dataclass(frozen=True, slots=True)
class _Column:
    """One side's place in the lines."""

    side: int
    value: int
    """Columns of what it has."""
    delta: int
    """Columns of the differences to the reference; 0 where there are none."""

    @property
    def width(self) -> int:
        return GAP + self.value + (1 + self.delta if self.delta else 0)


def lay_out(
    comparison: Comparison, width: int, *, skipped: int = 0, note: str = "", ascii: bool = False
) -> Laid:
    """The rows in ``width`` columns, without the first ``skipped`` sides beside the reference.

    ``note`` stands where the verdicts would be as long as there are none.
    """
    found = parts(comparison)
    if ascii:
        found = [_plain_part(part) for part in found]
    columns, label = _columns(comparison, found, width, skipped)
    at_end = not columns or columns[-1].side == _others(comparison)[-1]
    rows: list[Row] = []
    for at, side in enumerate(comparison.sides):
        mark = "  (the others are compared to it)" if at == comparison.reference else ""
        room = max(8, width - 3 - len(mark))
        name = shorten_middle(side_words(side), room, UNICODE.more)
        rows.append((Span(f"{side.letter}  ", "bold"), Span(name), Span(mark, "chart-axis")))
    rows.append(())
    rows += [(Span(line, "chart-axis"),) for line in textwrap.wrap(note, width)]
    if not note:
        rows += _verdict_rows(comparison, width)
    for part in found:
        rows.append(())
        rows.append(_title(comparison, part, columns, label, more=not at_end))
        rows += [_row(line, columns, label) for line in part.lines]
    rows += [(), (Span(shorten(_legend(comparison), width), "chart-axis"),)]
    more = (ASCII if ascii else UNICODE).more
    fitted = [fit(_plain(row) if ascii else row, width, more) for row in rows]
    return Laid(tuple(fitted), not at_end)


def _others(comparison: Comparison) -> list[int]:
    return [at for at in range(len(comparison.sides)) if at != comparison.reference]


def _columns(
    comparison: Comparison, found: Sequence[Part], width: int, skipped: int
) -> tuple[list[_Column], int]:
    """The columns that fit, the reference's first, and the columns of the labels."""
    lines = [line for part in found for line in part.lines]
    titles = [part.title for part in found]
    whole = max(map(cell_len, (*titles, *(line.label for line in lines))), default=0)
    short = max(map(cell_len, (*titles, *(line.short or line.label for line in lines))), default=0)
    others = _others(comparison)
    sides = (comparison.reference, *others[min(skipped, len(others) - 1) :])
    wanted = [_column(lines, at) for at in sides]
    label = whole if whole + sum(column.width for column in wanted) <= width else short
    if label + sum(column.width for column in wanted[:2]) > width:
        wanted = [_column(lines, at, brief=True) for at in sides]
    kept = wanted[:2]  # one beside the reference, at least
    for column in wanted[2:]:
        if label + sum(one.width for one in kept) + column.width > width:
            break
        kept.append(column)
    return kept, label


def _column(lines: Sequence[Line], at: int, *, brief: bool = False) -> _Column:
    """One side's column; a brief one has no spreads."""
    values, deltas = [1], [0]
    for line in lines:
        cell = line.cells[at]
        size = cell_len(cell.short or cell.text if brief else cell.text)
        values.append(min(WORDS, size) if line.words else size)
        deltas.append(cell_len(cell.delta))
    return _Column(at, max(values), max(deltas))


def _title(
    comparison: Comparison, part: Part, columns: Sequence[_Column], label: int, *, more: bool
) -> Row:
    spans = [Span(part.title.ljust(label), "bold")]
    for column in columns:
        letter = comparison.sides[column.side].letter
        spans.append(Span(" " * GAP + letter.rjust(column.value), "bold"))
        if column.delta:
            spans.append(Span(" " * (1 + column.delta)))
    if more:
        spans.append(Span(" " + UNICODE.more, "bold"))
    return tuple(spans)


def _row(line: Line, columns: Sequence[_Column], label: int) -> Row:
    name = line.label if cell_len(line.label) <= label else line.short or line.label
    spans = [Span(shorten(name, label).ljust(label), "chart-axis")]
    for column in columns:
        spans += _cell_spans(line.cells[column.side], column)
    return tuple(spans)


def _cell_spans(cell: Cell, column: _Column) -> list[Span]:
    text = cell.text if cell_len(cell.text) <= column.value else cell.short or cell.text
    text = shorten_middle(text, column.value)
    spans = [Span(" " * (GAP + column.value - cell_len(text)) + text)]
    if column.delta:
        spans.append(Span(" " + cell.delta.rjust(column.delta), TONES.get(cell.tone, "")))
    return spans


def _verdict_rows(comparison: Comparison, width: int) -> list[Row]:
    rows: list[Row] = []
    for verdict in verdicts(comparison):
        style = f"{TONES[verdict.tone]} bold".strip()
        rows += [(Span(line, style),) for line in textwrap.wrap(verdict.headline, width)]
        for detail in verdict.details:
            rows += [(Span(f"  {line}"),) for line in textwrap.wrap(detail, max(10, width - 2))]
    return rows


def _legend(comparison: Comparison) -> str:
    letter = comparison.sides[comparison.reference].letter
    return f"beside a number: by how much it is more than {letter}'s; less error is better"


def _plain_part(part: Part) -> Part:
    """The part in characters that every terminal has, which may be more of them."""
    return Part(to_ascii(part.title), tuple(map(_plain_line, part.lines)))


def _plain_line(line: Line) -> Line:
    cells = tuple(
        replace(cell, text=to_ascii(cell.text), short=to_ascii(cell.short)) for cell in line.cells
    )
    return replace(line, label=to_ascii(line.label), short=to_ascii(line.short), cells=cells)


def _plain(row: Row) -> Row:
    return tuple(Span(to_ascii(span.text), span.style) for span in row)
