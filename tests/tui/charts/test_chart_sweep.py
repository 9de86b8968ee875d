"""The chart of a sweep: which lines and dots, where on which axis, and how they are drawn."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweep_rows import sweep_snapshot

from rottui.tui.charts.cells import ASCII, plain
from rottui.tui.charts.chart import Chart, Dot
from rottui.tui.charts.drawing import draw
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.plotext_canvas import rasterise, rasterise_ascii
from rottui.tui.charts.series import Stroke
from rottui.tui.charts.sweep_plot import SweepPlot, groups, x_field
from rottui.tui.standings import Standings, standings, sweep_fields


def found(
    axes: str, finals: list[float | None], by: str = "test_circular_mae_deg", **options
) -> Standings:
    shot = sweep_snapshot(axes, finals, **options)
    (sweep,) = shot.sweeps.values()
    return standings(shot.runs, sweep_fields(shot.runs, sweep), by)


def test_a_dot_stands_at_the_mean_and_its_bar_reaches_one_spread_up_and_down() -> None:
    chart = SweepPlot(found("lr=1e-1, 1e-3", [50, 30, 54, 34], seeds=(1, 2), best=0.5)).chart()
    std = math.sqrt(8)
    assert [(dot.x, dot.y, dot.label) for dot in chart.dots] == [
        (0.1, 52.0, ""),
        (1e-3, 32.0, "best"),
    ]
    for dot in chart.dots:
        assert dot.y is not None
        assert (dot.low, dot.high) == (pytest.approx(dot.y - std), pytest.approx(dot.y + std))
    final, best = chart.series
    assert (final.stroke, best.stroke) == (Stroke.SOLID, Stroke.DOTTED)
    assert final.curve.segments == (((1e-3, 32.0), (0.1, 52.0)),)
    assert best.curve.segments == (((1e-3, 16.0), (0.1, 26.0)),)
    assert chart.x.log
    assert chart.x.low < 1e-3 < 0.1 < chart.x.high
    assert chart.x_label == "lr"
    assert chart.y.low <= 16
    assert chart.y.high >= 52 + std


def test_only_the_last_epoch_is_drawn_if_asked_so() -> None:
    plot = SweepPlot(found("lr=1e-1, 1e-3", [50, 30]), best=False)
    assert [series.stroke for series in plot.chart().series] == [Stroke.SOLID]


@pytest.mark.parametrize(
    ("axes", "runs", "field", "log"),
    [
        ("lr=1e-1, 1e-3; batch_size=8, 16", 4, "lr", True),
        ("batch_size=8, 16; lr=1e-1, 1e-3", 4, "lr", True),
        ("batch_size=8, 16; activation=relu, tanh", 4, "batch_size", False),
        ("batch_size=8, 4096", 2, "batch_size", True),
        ("activation=relu, tanh; batch_size=8, 16", 4, "batch_size", False),
        ("activation=relu, tanh", 2, None, False),
        ("lr=1e-3, 2e-3", 2, "lr", True),
        ("data.angle_min=0, 90", 2, "data.angle_min", False),
    ],
)
def test_the_x_axis_is_the_lr_or_the_first_number(
    axes: str, runs: int, field: str | None, log: bool
) -> None:
    these = found(axes, [50.0 + k for k in range(runs)])
    assert x_field(these) == field
    assert SweepPlot(these).chart().x.log is log


def test_what_the_x_axis_does_not_show_makes_lines_with_letters() -> None:
    these = found("lr=1e-1, 1e-2, 1e-3; activation=relu, tanh", [50, 40, 40, 30, 60, 20])
    first, second = groups(these)
    assert (first.letter, first.words, first.style) == ("a", "activation tanh", "run-1")
    assert (second.letter, second.words, second.style) == ("b", "activation relu", "run-2")
    chart = SweepPlot(these).chart()
    assert sorted((dot.x, dot.y, dot.text) for dot in chart.dots) == [
        (1e-3, 20, "a"), (1e-3, 60, "b"), (1e-2, 30, "a"), (1e-2, 40, "b"), (0.1, 40, "a"),
        (0.1, 50, "b"),
    ]  # fmt: skip
    assert (chart.dots[-1].x, chart.dots[-1].label) == (1e-3, "best")
    assert groups(found("lr=1e-1, 1e-2", [1, 2]))[0].letter == ""


def test_choices_stand_by_their_place() -> None:
    chart = SweepPlot(found("activation=relu, tanh, sigmoid", [50, 30, 40])).chart()
    assert [(dot.x, dot.y) for dot in chart.dots] == [(2.0, 40), (3.0, 50), (1.0, 30)]
    assert chart.ticks is not None
    assert [tick.label for tick in chart.ticks] == ["1", "2", "3"]
    assert chart.x_label == "place"


def test_zero_has_a_place_on_a_logarithmic_axis() -> None:
    chart = SweepPlot(found("weight_decay=0, 1e-4, 1e-2", [50, 30, 40])).chart()
    assert sorted((dot.x, dot.y) for dot in chart.dots) == [(1e-5, 50), (1e-4, 30), (1e-2, 40)]
    assert chart.ticks is not None
    assert [tick.label for tick in chart.ticks] == ["0", "1e-4", "1e-3", "1e-2"]


def test_whole_numbers_stand_at_their_own_ticks_and_none_has_no_place() -> None:
    chart = SweepPlot(found("patience=2, 5, none", [50, 30, 40])).chart()
    assert sorted(dot.x for dot in chart.dots) == [2.0, 5.0]
    assert chart.ticks is not None
    assert [tick.label for tick in chart.ticks] == ["2", "5"]
    assert not chart.x.log


def test_a_setting_that_failed_is_crossed_out_and_one_that_waits_is_not_there() -> None:
    chart = SweepPlot(found("lr=10, 1e-1, 1e-2", [90, 30, None], failed=[0])).chart()
    assert [(dot.x, dot.y) for dot in chart.dots] == [(10.0, None), (0.1, 30)]
    assert len(chart.series[0].curve.segments[0]) == 1


def test_a_logarithmic_y_axis_has_no_bar_below_zero() -> None:
    these = found("lr=1e-1, 1e-2", [50, 1, 52, 99], seeds=(1, 2))
    chart = SweepPlot(these, log=True).chart()
    assert chart.y.log
    assert all(dot.low > 0 for dot in chart.dots)


def test_the_chosen_setting_stands_out() -> None:
    chart = SweepPlot(found("lr=1e-1, 1e-2", [50, 30]), chosen=(0.1,)).chart()
    assert [dot.style for dot in chart.dots] == ["run-1 reverse", "run-1"]


def test_plots_that_may_share_a_y_axis_say_so() -> None:
    one = SweepPlot(found("lr=1e-1, 1e-2", [50, 30]))
    assert one.axes == SweepPlot(found("lr=1e-1, 1e-2", [50, 31]), chosen=(0.1,)).axes
    assert one.axes != SweepPlot(found("lr=1e-1, 1e-2", [50, 30], by="test_loss")).axes
    assert one.axes != SweepPlot(one.found, log=True).axes


def rows(chart: Chart, width: int = 40, height: int = 11, ascii: bool = False) -> list[str]:
    if ascii:
        return [
            plain(row).rstrip() for row in draw(chart, width, height, rasterise_ascii, ASCII).rows
        ]
    return [plain(row).rstrip() for row in draw(chart, width, height, rasterise).rows]


def test_dots_and_bars_in_cells() -> None:
    dots = (
        Dot(1.0, 50.0, 20.0, 80.0),
        Dot(3.0, 95.0, 94.0, 96.0, text="b", label="best"),
        Dot(5.0, None),
        Dot(7.0, 300.0, 250.0, 350.0),
        Dot(9.9, 5.0, 5.0, 5.0, label="end"),
    )
    chart = Chart("dots", (), Limits(0, 10), Limits(0, 100), dots=dots, ticks=())
    assert rows(chart, 48, 13) == [
        "dots",
        "   100┤   ·   ·   ·b best ·✗  ·   ·▲  ·   ·   ·",
        "      │",
        "      │    │",
        "      │    │",
        "    50┤   ·●  ·   ·   ·   ·   ·   ·   ·   ·   ·",
        "      │    │",
        "      │    │",
        "      │    │",
        "      │",
        "     0┤   ·   ·   ·   ·   ·   ·   ·   ·   ·end ●",
        "      └─────────────────────────────────────────",
        " epoch",
    ]
    assert "\n".join(rows(chart, 48, 13, ascii=True)).isascii()


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(0, 1e308)), min_size=12, max_size=12),
    st.booleans(),
    st.booleans(),
    st.integers(1, 90),
    st.integers(1, 30),
)
def test_whatever_came_out_is_drawn(
    finals: list[float | None], log: bool, best: bool, width: int, height: int
) -> None:
    these = found("lr=1e-1, 1e-2; momentum=0, 0.5; optimizer=sgd", finals[:4], seeds=(1,))
    plot = SweepPlot(these, log, best, chosen=these.places[0].setting)
    drawing = draw(plot.chart(), width, height, rasterise)
    assert drawing.error is None
    assert len(drawing.rows) == height
    again = draw(plot.chart(drawing.y), width, height, rasterise)
    assert again.rows == drawing.rows
