"""plotext behind its adapter: right, lazy, and never the end of the process."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from rottui.tui.charts.chart import Chart, DrawingError, Line
from rottui.tui.charts.drawing import draw
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.plotext_canvas import rasterise, rasterise_ascii
from rottui.tui.charts.series import Series, Stroke, clean


def line(*parts: tuple[tuple[float, float], ...], stroke: Stroke = Stroke.SOLID) -> Line:
    return Line(parts, stroke)


def test_a_solid_diagonal_is_made_of_quadrant_blocks() -> None:
    assert rasterise(10, 3, [line(((0, 0), (10, 3)))]) == [
        [
            "      ▗▄▀▀",
            "   ▗▄▀▘   ",
            "▄▄▀▘      ",
        ]
    ]


def test_a_dotted_one_is_made_of_braille() -> None:
    [layer] = rasterise(10, 3, [line(((0, 0), (10, 3)), stroke=Stroke.DOTTED)])
    assert layer == ["      ⢀⡠⠒⠉", "   ⢀⠤⠒⠁   ", "⣀⠤⠊⠁      "]


def test_each_line_has_its_own_layer_and_gaps_stay_open() -> None:
    first, second = rasterise(8, 2, [line(((0, 0), (2, 0)), ((6, 0), (8, 0))), line(((4.5, 1.9),))])
    assert first == ["        ", "▄▄▖  ▗▄▄"]
    assert second == ["    ▘   ", "        "]


def test_nothing_to_draw_is_an_empty_layer() -> None:
    assert rasterise(4, 2, [line()]) == [["    ", "    "]]
    assert rasterise(4, 2, []) == []


def test_ascii_knows_no_blocks() -> None:
    layers = rasterise_ascii(9, 2, [line(((0, 0), (9, 2))), line(((0, 2), (9, 0)),
                             stroke=Stroke.DOTTED)])  # fmt: skip
    assert {c for layer in layers for row in layer for c in row} == {" ", "#", "."}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -0.1, 10.1, 1e9])
def test_a_point_outside_never_reaches_plotext(bad: float) -> None:
    with pytest.raises(DrawingError, match="outside the 10×3 chart"):
        rasterise(10, 3, [line(((0, 0), (bad, 1)))])


@pytest.mark.parametrize("size", [(0, 3), (3, 0), (-1, 5), (10**6, 10**6)])
def test_a_chart_of_no_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(DrawingError, match="no chart can be"):
        rasterise(*size, [line(((0, 0),))])


def test_whatever_plotext_raises_becomes_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import plotext._kernel.terminal

    def fails(self: object) -> None:
        raise KeyError("timer")

    monkeypatch.setattr(plotext._kernel.terminal.terminal, "__init__", fails)
    with pytest.raises(DrawingError, match="plotext could not draw: KeyError"):
        rasterise(10, 3, [line(((0, 0), (1, 1)))])


def test_a_whole_chart() -> None:
    train = [1.0, 0.6, 0.4, 0.3, 0.24, 0.2, 0.17, 0.15, 0.14]
    test = [1.0, 0.7, 0.55, 0.48, 0.45, 0.44, 0.44, 0.45, 0.46]
    chart = Chart(
        "loss",
        (
            Series("train", clean(range(9), train), "run-1", Stroke.SOLID),
            Series("test", clean(range(9), test), "run-1", Stroke.DOTTED, "#1"),
        ),
        Limits(0, 8),
        Limits(0.0, 1.0),
    )
    assert draw(chart, 44, 11, rasterise).text.splitlines() == GOLDEN


GOLDEN = [
    "loss                                        ",
    "   1.0┤▀▖ ·   ·   ·   ·   ·   ·   ·   ·     ",
    "      │ ▝▖⡀                                 ",
    "      │  ▝▚⠢⢄⡀                              ",
    "   0.5┤   ·▀▄▖⠑⠢⠤⣀⡀   ·   ·   ·   ·   ·     ",
    "      │      ▝▀▄▄ ⠈⠉⠉⠑⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒ #1",
    "      │          ▀▀▚▄▄▄▖                    ",
    "      │                ▝▀▀▀▀▀▀▄▄▄▄▄▄▄▄▄▄▄   ",
    "   0.0┤   ·   ·   ·   ·   ·   ·   ·   ·     ",
    "      └┬───────┬────────┬───────┬───────┬   ",
    " epoch 0       2        4       6       8   ",
]


def test_plotext_is_left_alone_until_something_is_drawn() -> None:
    script = (
        "import sys; import rottui.tui.widgets.charts_pane, rottui.tui.charts.plotext_canvas;"
        "assert not [m for m in ('plotext', 'torch', 'numpy') if m in sys.modules], sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_no_number_and_no_size_ends_the_process() -> None:
    fuzz = Path(__file__).with_name("fuzz_plotext.py")
    done = subprocess.run(
        [sys.executable, str(fuzz), "1", "400"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "ok\n"
