"""Tables of text: aligned plain lines for a pipe, styled and fitted to the width for a terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

GAP = "  "
Style = Callable[[str], str]
"""From a cell's text to the name of a rich style, or an empty string."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its cells from top to bottom are shown in full, or the column is not shown."""

    title: str
    cells: tuple[str, ...]
    right: bool = True
    """Numbers stand at the right, words at the left."""
    rank: int = 0
    """Where the screen is too narrow, the column with the highest rank goes first; 0 stays."""
    style: Style | None = None

    @property
    def width(self) -> int:
        """Characters of the widest cell."""
        return max(len(text) for text in (self.title, *self.cells))

    def lines(self) -> list[str]:
        """Title and cells, padded to one width."""
        pad = str.rjust if self.right else str.ljust
        return [pad(text, self.width) for text in (self.title, *self.cells)]


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
    """The columns that fit into ``width`` characters, and the titles of those that do not."""
    shown = list(columns)
    left_out: list[str] = []
    while sum(column.width + len(GAP) for column in shown) - len(GAP) > width:
        last = max(shown, key=lambda column: column.rank)
        if last.rank == 0:
            break
        shown.remove(last)
        left_out.append(last.title)
    return shown, [column.title for column in columns if column.title in left_out]


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
