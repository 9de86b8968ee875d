"""Tables of text: aligned plain lines for a pipe, styled and fitted to the width for a terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rottui.tui.charts.cells import shorten_middle

GAP = "  "
Style = Callable[[str], str]
"""From a cell's text to the name of a rich style, or an empty string."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its cells from top to bottom are shown in full, or the column is not shown.

    Only a column of words with a ``least`` width may be cut, in the middle of its cells.
    """

    title: str
    cells: tuple[str, ...]
    right: bool = True
    """Numbers stand at the right, words at the left."""
    rank: int = 0
    """Where the screen is too narrow, the column with the highest rank goes first; 0 stays."""
    style: Style | None = None
    least: int | None = None
    """The column is never left out; at its rank its cells are cut, down to so many characters."""
    said: bool = False
    """The column with a ``least`` width says the same while it is whole, so this may go first."""

    @property
    def empty(self) -> bool:
        """Whether no row has a value."""
        return all(text in ("", "-") for text in self.cells)

    def cut(self, width: int) -> Column:
        """The column with no cell wider than this; names differ at their ends, so these stay."""
        return replace(self, cells=tuple(shorten_middle(text, width) for text in self.cells))

    @property
    def width(self) -> int:
        """Characters of the widest cell."""
        return max(len(self.title), max(map(len, self.cells), default=0))

    def lines(self) -> list[str]:
        """Title and cells, padded to one width."""
        pad, width = str.rjust if self.right else str.ljust, self.width
        return [pad(text, width) for text in (self.title, *self.cells)]


def on_terminal() -> bool:
    """Whether standard output can be painted on."""
    return sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def print_table(columns: Sequence[Column]) -> None:
    """Print to standard output; on a terminal in colour, and only the columns that fit."""
    if on_terminal():
        shown, left_out = fit(columns, shutil.get_terminal_size().columns)
        _print_styled(shown)
        if left_out:
            print(f"(too narrow for {', '.join(left_out)})")
    else:
        print("\n".join(plain(columns)))


def plain(columns: Sequence[Column]) -> list[str]:
    """One line a row, however long; columns are two blanks apart."""
    rows = zip(*(column.lines() for column in columns), strict=True)
    return [GAP.join(row).rstrip() for row in rows]


def fit(columns: Sequence[Column], width: int) -> tuple[list[Column], list[str]]:
    """The columns that fit into ``width`` characters, and the titles of those that are missed.

    Empty columns go first, then those that a whole name says, then by rank. What is empty, or said
    by another column, is not missed.
    """
    shown = _drop(columns, width, whole=True)
    whole = _width(shown) <= width
    if not whole:
        shown = _drop(columns, width, whole=False)
        shown = [_cut(column, width - _width(shown)) for column in shown]
    titles = {column.title for column in shown}
    missed = [
        column.title
        for column in columns
        if column.title not in titles and not column.empty and not (column.said and whole)
    ]
    return shown, missed


def _drop(columns: Sequence[Column], width: int, *, whole: bool) -> list[Column]:
    """The columns without those that must go, the columns to cut taken as whole or as narrow.

    As whole, only what ranks above them goes.
    """
    least = [column for column in columns if column.least is not None]
    floor = max((column.rank for column in least), default=0) if whole else 0
    shown = list(columns)

    def order(column: Column) -> tuple[bool, bool, int]:
        return (column.empty, column.said and whole, column.rank)

    while _width(shown) - (0 if whole else sum(map(_slack, shown))) > width:
        droppable = [
            column
            for column in shown
            if column.least is None
            and column.rank > 0
            and (column.rank > floor or column.empty or (column.said and whole))
        ]
        if not droppable:
            break
        shown.remove(max(droppable, key=order))
    return shown


def _cut(column: Column, spare: int) -> Column:
    """The column narrower by what the line lacks, where it can be."""
    lack = min(-spare, _slack(column))
    return column.cut(column.width - lack) if lack > 0 else column


def _slack(column: Column) -> int:
    """By how many characters it can be cut."""
    return 0 if column.least is None else max(0, column.width - column.least)


def _width(columns: Sequence[Column]) -> int:
    """Characters of a line."""
    return sum(column.width + len(GAP) for column in columns) - len(GAP)


def _print_styled(columns: Sequence[Column]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for number, row in enumerate(zip(*(column.lines() for column in columns), strict=True)):
        line = Text()
        for column, padded in zip(columns, row, strict=True):
            styled = column.style is not None and number > 0
            style = column.style(padded.strip()) if styled and column.style else ""
            line.append(padded + GAP, "bold" if number == 0 else style)
        line.rstrip()
        console.print(line)
