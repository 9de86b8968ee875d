"""Draws thousands of strange charts with plotext; run by a test, in a process of its own.

Native code that is given a bad number hangs or aborts, which would take the tests down with it.
"""

from __future__ import annotations

import math
import random
import sys

from rich.cells import cell_len

from rottui.tui.charts.cells import ASCII, UNICODE
from rottui.tui.charts.chart import Chart, Mark
from rottui.tui.charts.drawing import draw
from rottui.tui.charts.limits import Limits, near, x_limits, y_limits
from rottui.tui.charts.plotext_canvas import rasterise, rasterise_ascii
from rottui.tui.charts.series import Series, Stroke, clean

STRANGE = (
    math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1e-300, 1e300, -1e300,
    1.7976931348623157e308, -1.7976931348623157e308, 1e30, 1e7, 0.1, 0.30000000000000004,
)  # fmt: skip
SIZES = (*((w, h) for w in range(6) for h in range(4)), (12, 5), (24, 6), (40, 12), (80, 24))


def check(chart: Chart, width: int, height: int) -> None:
    ascii_only = width % 2 == 1
    drawing = draw(
        chart,
        width,
        height,
        rasterise_ascii if ascii_only else rasterise,
        ASCII if ascii_only else UNICODE,
    )
    assert drawing.error is None, drawing.error
    rows = ["".join(span.text for span in row) for row in drawing.rows]
    assert len(rows) == height, (width, height)
    assert all(cell_len(row) == width for row in rows), (width, height, rows)


def chart_of(ys: list[list[float]], log: bool, planned: int = 0) -> Chart:
    series = tuple(
        Series(
            str(i),
            clean(range(len(y)), y, log=log),
            f"run-{i % 8 + 1}",
            list(Stroke)[i % 2],
            f"#{i}",
        )
        for i, y in enumerate(ys)
    )
    bounds = near([one.curve for one in series]) or (0.1, 1.0)
    last = max((len(y) for y in ys), default=1) - 1
    return Chart("loss", series, x_limits(max(0, last), planned), y_limits(*bounds, log=log),
                 marks=(Mark(2, "epoch 2 NaN", "run-1"),))  # fmt: skip


def zoomed(ys: list[float]) -> Chart:
    """Limits that were not made for the data: points far outside on every side."""
    xs = [-1e9, *range(max(0, len(ys) - 2)), 1e9]
    return Chart("far", (Series("a", clean(xs, ys)),), Limits(0, 2), Limits(0.0, 2.0))


def strange_or_not(rng: random.Random) -> float:
    spread = rng.choice((0.1, 9.0))
    return rng.choice(STRANGE) if rng.random() < 0.1 else rng.lognormvariate(0, spread)


def main(seed: int, rounds: int) -> None:
    rng = random.Random(seed)
    fixed: list[list[list[float]]] = [[], [[]], [[1.0]], [[math.nan]], [[0.5] * 50], [[0.0] * 9]]
    fixed += [[[value]] for value in STRANGE]
    fixed += [[[1.0, value, 1.0]] for value in STRANGE] + [[[value, 1.0]] for value in STRANGE]
    fixed += [[[1.0, 0.9, value, 0.8, 0.7, value]] for value in STRANGE]
    fixed.append([[math.sin(x) for x in range(20_000)]])
    for ys in fixed:
        for log in (False, True):
            for size in SIZES if len(ys) != 1 or len(ys[0]) < 100 else ((80, 24),):
                check(chart_of(ys, log), *size)
    for value in (*STRANGE, 1e4, 1e6, 1e8, 1e12):
        check(zoomed([0.5, 1.0, value, 1.0]), 80, 24)
        check(zoomed([value, 1.0, 0.3, -value]), 80, 24)
    for _ in range(rounds):
        many = [
            [strange_or_not(rng) for _ in range(rng.choice((0, 1, 2, 3, 7, 60, 300)))]
            for _ in range(rng.randint(0, 6))
        ]
        check(chart_of(many, rng.random() < 0.5, rng.choice((0, 50, 1000))), *rng.choice(SIZES))
    print("ok")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
