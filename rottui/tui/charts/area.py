"""The part of a chart where the curves are: one character and one style a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil, floor

from rottui.tui.charts.cells import Glyphs, Row, join
from rottui.tui.charts.chart import Dot, Mark, Shade
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
        self._covered = [[False] * width for _ in range(height)]
        """Where a curve or its mark is."""

    def rule(self, rows: Sequence[int]) -> None:
        """Faint dots along some rows."""
        for y in rows:
            for x in range(3, self.width, 4):
                self._text[y][x], self._style[y][x] = self._glyphs.grid, "chart-grid"

    def upright(self, columns: Sequence[int], style: str = "chart-band") -> None:
        """A line down some columns."""
        for x in columns:
            for y in range(self.height):
                self._text[y][x], self._style[y][x] = self._glyphs.upright, style

    def shade(self, shade: Shade, x_axis: Limits, y_axis: Limits) -> None:
        """Fill the cells between two curves, at least one a column."""
        for (x1, low1, high1), (x2, low2, high2) in pairwise(shade.points):
            start, end = (x_axis.share(x) * self.width for x in (x1, x2))
            for column in range(max(0, floor(start)), min(self.width - 1, floor(end)) + 1):
                part = min(1.0, max(0.0, (column + 0.5 - start) / max(end - start, 1e-9)))
                low, high = low1 + part * (low2 - low1), high1 + part * (high2 - high1)
                if y_axis.share(low) <= 1 and y_axis.share(high) >= 0:
                    for y in range(self._row(high, y_axis), self._row(low, y_axis) + 1):
                        self._text[y][column] = self._glyphs.shade
                        self._style[y][column] = shade.style

    def refer(self, rows: Sequence[int]) -> None:
        """A thin line across some rows."""
        for y in rows:
            self.write(y, self._glyphs.reference * self.width, "chart-axis")

    def name(self, names: Mapping[int, str]) -> None:
        """Write the name of each line ``refer`` drew: as far right as it covers no curve.

        It stands in the line, else right above or below it; where curves are everywhere, at the
        right end.
        """
        for y, name in names.items():
            text = name.replace("°", self._glyphs.degree)
            row, column = self._free(y, len(text) + 2) or (y, max(0, self.width - len(text) - 2))
            self.write(row, f" {text} ", "chart-axis", column)
            self._cover(row, column, len(text) + 2)

    def _free(self, y: int, length: int) -> tuple[int, int] | None:
        """Row at or beside ``y``, and column, of so many cells without a curve."""
        for row in (y, y - 1, y + 1):
            if 0 <= row < self.height:
                for column in range(self.width - length, -1, -1):
                    if not any(self._covered[row][column : column + length]):
                        return row, column
        return None

    def _cover(self, y: int, column: int, length: int) -> None:
        for x in range(column, min(self.width, column + length)):
            self._covered[y][x] = True

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
                    top = max(series[i].rank for i in here)
                    here = [i for i in here if series[i].rank == top]
                if len(here) > 1:
                    wanted = Stroke.DOTTED if x % GLIMPSE == GLIMPSE - 1 else Stroke.SOLID
                    here = [i for i in here if series[i].stroke is wanted] or here
                chosen = here[(x // 2) % len(here)]
                self._text[y][x], self._style[y][x] = rows[chosen][x], series[chosen].style
                self._covered[y][x] = True

    def mark(self, marks: Sequence[Mark], x_axis: Limits) -> None:
        """Write where each diverged run ended, one below the other from the top."""
        for y, mark in enumerate(sorted(marks, key=lambda mark: mark.x)[: self.height]):
            text = f"{self._glyphs.lost} {mark.text}"
            column = min(self.width - 1, max(0, int(x_axis.share(mark.x) * self.width)))
            column = min(column, max(0, self.width - len(text)))
            self.write(y, text, mark.style, column)
            self._cover(y, column, len(text))

    def dots(self, dots: Sequence[Dot], x_axis: Limits, y_axis: Limits) -> None:
        """Write each dot over its bar; what lies beyond the upper edge is marked there.

        A bar is drawn in the rows of which it covers the middle.
        """
        for dot in dots:
            column = min(self.width - 1, max(0, int(x_axis.share(dot.x) * self.width)))
            if dot.y is None:
                self.write(0, self._glyphs.lost, dot.style, column)
                continue
            low, high = (y_axis.share(end) * self.height for end in (dot.low, dot.high))
            for up in range(max(0, ceil(low - 0.5)), min(self.height, floor(high - 0.5) + 1)):
                self.write(self.height - 1 - up, self._glyphs.bar, dot.style, column)
            outside = y_axis.share(dot.y) > 1
            text = self._glyphs.above if outside else dot.text or self._glyphs.dot
            row = self._row(dot.y, y_axis)
            self.write(row, text, dot.style, column)
            if dot.label:
                room = column + 2 + len(dot.label) <= self.width
                place = column + 1 if room else max(0, column - 1 - len(dot.label))
                self.write(row, f" {dot.label}" if room else f"{dot.label} ", dot.style, place)

    def _row(self, value: float, y_axis: Limits) -> int:
        return (
            self.height - 1 - min(self.height - 1, max(0, int(y_axis.share(value) * self.height)))
        )

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
