"""The one place that knows plotext: polylines to characters, with a private figure.

plotext 6.1 is native code. A value that is not finite, a logarithm of 0 or a point far outside
raises, hangs or aborts the process, so it gets only finite points inside the area, no scale, no
ticks, no legend and no colour; all of that is ours. It has no public constructor for a figure and
its module-wide one is not safe to share, hence the private import, which the exact pin protects.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from math import isfinite
from typing import Any

from rottui.tui.charts.chart import DrawingError, Line
from rottui.tui.charts.series import Stroke

MARKERS = {Stroke.SOLID: "hd", Stroke.DOTTED: "braille", Stroke.FAINT: "·"}
"""Quadrant blocks (2×2 dots a cell), braille (2×4), and one point a cell."""
ASCII_MARKERS = {Stroke.SOLID: "#", Stroke.DOTTED: ".", Stroke.FAINT: ","}
MOST_CELLS = 1_000_000

_ONE_AT_A_TIME = threading.Lock()
"""Native code that nobody promises to be safe for several threads, such as several painters'."""


def rasterise(columns: int, rows: int, lines: Sequence[Line]) -> list[list[str]]:
    """One layer of quadrant blocks or braille a line.

    Any thread. The first call imports plotext (about 150 ms).

    Raises:
        DrawingError: plotext failed, or a point is not inside.
    """
    return _layers(columns, rows, lines, MARKERS)


def rasterise_ascii(columns: int, rows: int, lines: Sequence[Line]) -> list[list[str]]:
    """The same with ``#`` and ``.`` only."""
    return _layers(columns, rows, lines, ASCII_MARKERS)


def _layers(
    columns: int, rows: int, lines: Sequence[Line], markers: dict[Stroke, str]
) -> list[list[str]]:
    if columns < 1 or rows < 1 or columns * rows > MOST_CELLS:
        raise DrawingError(f"no chart can be {columns}×{rows} cells")
    for line in lines:
        _refuse_outsiders(columns, rows, line)
    try:
        with _ONE_AT_A_TIME:
            return [_layer(columns, rows, line, markers[line.stroke]) for line in lines]
    except Exception as error:  # whatever a native library raises must not end the app
        raise DrawingError(f"plotext could not draw: {type(error).__name__}: {error}") from error


def _refuse_outsiders(columns: int, rows: int, line: Line) -> None:
    for part in line.parts:
        for x, y in part:
            if not (isfinite(x) and isfinite(y) and 0 <= x <= columns and 0 <= y <= rows):
                raise DrawingError(f"a point ({x:g}, {y:g}) is outside the {columns}×{rows} chart")


def _layer(columns: int, rows: int, line: Line, marker: str) -> list[str]:
    points = [point for part in line.parts for point in part]
    if not points:
        return [" " * columns] * rows
    figure = _figure(columns, rows)
    xs, ys = zip(*points, strict=True)
    signal = figure.signal(xs, ys, marker=marker).lines(True)
    start = 0
    for part in line.parts:
        signal.line(start, False)
        start += len(part)
    figure.draw(signal)
    text: str = figure.build().string(colorless=True)
    return text.rstrip("\n").split("\n")


def _figure(columns: int, rows: int) -> Any:
    from plotext._kernel.terminal import terminal

    owner = terminal()
    owner.limit(False, False)
    figure = owner._master
    figure.plot_size(columns, rows)
    figure.theme("colorless")
    figure.axes(False)
    figure.legend(False)
    for name, reach in (("x", columns), ("y", rows)):
        ruler = figure.ruler(name)
        ruler.frequency(0)
        ruler.alignment(lim="edge")
        ruler.lim(0, reach)
    return figure
