"""The part of a chart where the curves are: one character and one style a cell."""

from __future__ import annotations

from collections.abc import Sequence

from rottui.tui.charts.cells import Glyphs, Row, join
from rottui.tui.charts.chart import Mark
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.series import Series, Stroke

EMPTY = " ⠀"
"""What a rasteriser leaves where there is no curve: a space, or the empty braille cell."""

GLIMPSE = 12
"""Where a solid curve covers a dotted one, every so many columns the dots are seen."""


class Area:
    """Layers of curves put together; later calls write over earlier ones."""

    def __init__(self, width: int, height: int, glyphs: Glyphs) -> None:
        self.width = width
        self.height = height
        self._glyphs = glyphs
        self._text = [[" "] * width for _ in range(height)]
        self._style = [[""] * width for _ in range(height)]

    def rule(self, rows: Sequence[int]) -> None:
        """Faint dots along some rows."""
        for y in rows:
            for x in range(3, self.width, 4):
                self._text[y][x], self._style[y][x] = self._glyphs.grid, "chart-grid"

    def upright(self, columns: Sequence[int]) -> None:
        """A line down some columns."""
        for x in columns:
            for y in range(self.height):
                self._text[y][x], self._style[y][x] = self._glyphs.upright, "chart-band"

    def compose(self, layers: Sequence[Sequence[str]], series: Sequence[Series]) -> None:
        """Lay the curves over each other.

        In a cell that several share, the solid ones are seen and a dotted one now and then; of
        several alike, they take turns by columns.
        """
        for y in range(self.height):
            rows = [layer[y] for layer in layers]
            for x in range(self.width):
                here = [i for i, row in enumerate(rows) if row[x] not in EMPTY]
                if not here:
                    continue
                if len(here) > 1:
                    wanted = Stroke.DOTTED if x % GLIMPSE == GLIMPSE - 1 else Stroke.SOLID
                    here = [i for i in here if series[i].stroke is wanted] or here
                chosen = here[(x // 2) % len(here)]
                self._text[y][x], self._style[y][x] = rows[chosen][x], series[chosen].style

    def mark(self, marks: Sequence[Mark], x_axis: Limits) -> None:
        """Write where each diverged run ended, one below the other from the top."""
        for y, mark in enumerate(sorted(marks, key=lambda mark: mark.x)[: self.height]):
            text = f"{self._glyphs.lost} {mark.text}"
            column = min(self.width - 1, max(0, int(x_axis.share(mark.x) * self.width)))
            self.write(y, text, mark.style, min(column, max(0, self.width - len(text))))

    def write(self, y: int, text: str, style: str, column: int = 0) -> None:
        """Put text over what is there; a cut at the right edge is marked."""
        room = self.width - column
        if len(text) > room > 0:
            text = text[: room - 1] + self._glyphs.more
        for x, character in enumerate(text[: max(0, room)], column):
            self._text[y][x], self._style[y][x] = character, style

    def rows(self) -> list[Row]:
        """What there is to see, from the top."""
        return [join(zip(*pair, strict=True)) for pair in zip(self._text, self._style, strict=True)]
