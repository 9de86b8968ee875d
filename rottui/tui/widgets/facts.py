"""Facts in rows: labels with values, and small tables, in as many columns as there are (pure)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from rottui.tui.charts.cells import Row, Span, columns, fit, shorten
from rottui.tui.widgets.glyphs import glyphs, to_ascii

MUTED = "chart-axis"
LABEL = 20
"""Columns that labels have at most."""
GAP = 2
"""Columns between a label and its value, or two columns of a table."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands behind it."""

    label: str
    text: str
    style: str = ""
    note: str = ""
    """Behind the text, where there is room for it."""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that belong together, under a title; ``note`` stands beside the title."""

    title: str
    rows: tuple[Row, ...]
    note: str = ""


def facts(found: Iterable[Fact], width: int, *, ascii: bool = False) -> list[Row]:
    """A row each, values below one another; a long value goes on in the next row."""
    found, more = list(found), glyphs(ascii).cut
    widest = max((cell_len(fact.label) for fact in found), default=0)
    room = min(widest, LABEL, max(1, width // 2))
    rows: list[Row] = []
    for fact in found:
        label = shorten(fact.label, room, more)
        head = label + " " * (room - cell_len(label) + GAP)
        lines = wrapped(fact.text, width - room - GAP, ascii=ascii)
        for number, line in enumerate(lines):
            row: Row = (Span(head if number == 0 else " " * len(head), MUTED),)
            row = (*row, Span(line, fact.style))
            if number == len(lines) - 1 and fact.note:
                with_note = (*row, Span(" " * GAP), Span(said(fact.note, ascii), MUTED))
                row = with_note if columns(with_note) <= width else row
            rows.append(fit(row, width, more))
    return rows


def table(
    header: Sequence[str],
    lines: Sequence[Sequence[str]],
    width: int,
    *,
    ascii: bool = False,
    styles: Sequence[str] = (),
) -> list[Row]:
    """A table whose first column holds words and the others numbers, right-aligned.

    Where there is too little room, the words are shortened; then the right edge is cut, and marked.

    Args:
        header: one title a column.
        lines: one text a column, each.
        width: columns that there are.
        ascii: whether the terminal shows ASCII only.
        styles: of each line; plain where there is none.
    """
    every, more = (
        [[said(cell, ascii) for cell in line] for line in (header, *lines)],
        glyphs(ascii).cut,
    )
    sizes = [max(cell_len(line[at]) for line in every) for at in range(len(header))]
    numbers = sum(sizes[1:]) + GAP * (len(sizes) - 1)
    sizes[0] = max(6, min(sizes[0], width - numbers))
    rows: list[Row] = []
    for number, line in enumerate(every):
        word = shorten(line[0], sizes[0], more)
        text = word + " " * (sizes[0] - cell_len(word))
        for size, cell in zip(sizes[1:], line[1:], strict=True):
            text += " " * (GAP + size - cell_len(cell)) + cell
        style = MUTED if number == 0 else (styles[number - 1] if styles else "")
        rows.append(fit((Span(text, style),), width, more))
    return rows


def said(text: str, ascii: bool) -> str:
    """The text in one line, as the terminal can show it."""
    words = " ".join(text.split())
    return to_ascii(words) if ascii else words


def wrapped(text: str, width: int, *, ascii: bool = False) -> list[str]:
    """The text in lines of at most ``width`` columns; line breaks of its own do not count."""
    words = said(text, ascii)
    if cell_len(words) > len(words):
        width //= 2  # of characters that may be two cells wide
    return textwrap.wrap(words, max(1, width), break_on_hyphens=False) or [""]


def laid_out(
    sections: Sequence[Section], width: int, *, ascii: bool = False
) -> tuple[list[Row], list[int]]:
    """All rows, an empty one between sections, and where each section begins."""
    rows: list[Row] = []
    begins: list[int] = []
    for section in sections:
        if rows:
            rows.append(())
        begins.append(len(rows))
        title: Row = (Span(said(section.title, ascii), "bold"),)
        if section.note:
            title = (*title, Span(" " * GAP), Span(said(section.note, ascii), MUTED))
        rows.append(fit(title, width, glyphs(ascii).cut))
        rows += section.rows
    return rows, begins
