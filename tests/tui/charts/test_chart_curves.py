"""From runs to charts: which curve, which colour, which axis."""

from __future__ import annotations

import math

from chart_rows import curve, run

from rottui.store.records import EpochRow
from rottui.tui.charts.chart import Chart, Mark
from rottui.tui.charts.curves import Metric, Plot, Splits, run_style
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.series import Stroke

ROWS = curve(1.0, 0.5, 0.25)


def chart_of(
    metric: Metric,
    *curves: tuple[int, tuple[EpochRow, ...]],
    splits: Splits = Splits.BOTH,
    log: bool = False,
    previous: Limits | None = None,
) -> Chart:
    runs = [run(number, rows) for number, rows in curves]
    return Plot.of(metric, runs, dict(curves), splits, log).chart(previous)


def test_train_is_solid_and_test_dotted_in_one_colour() -> None:
    chart = chart_of(Metric.LOSS, (3, ROWS))

    assert [(s.stroke, s.style, s.curve.ys()) for s in chart.series] == [
        (Stroke.SOLID, "run-3", [1.0, 0.5, 0.25]),
        (Stroke.DOTTED, "run-3", [1.1, 0.6, 0.35]),
    ]
    assert [[x for x, _ in s.curve.segments[0]] for s in chart.series] == [[0, 1, 2]] * 2


def test_a_run_keeps_its_colour_whatever_is_shown_beside_it() -> None:
    assert [run_style(number) for number in (1, 8, 9, 17)] == ["run-1", "run-8", "run-1", "run-1"]


def test_only_several_runs_need_names_at_their_ends() -> None:
    alone = chart_of(Metric.LOSS, (1, ROWS))
    both = chart_of(Metric.LOSS, (1, ROWS), (2, ROWS))

    assert [s.tag for s in alone.series] == ["", ""]
    assert [s.tag for s in both.series] == ["", "#1", "", "#2"]


def test_one_split_alone() -> None:
    chart = chart_of(Metric.MAE_DEG, (1, ROWS), splits=Splits.TEST)

    assert [s.stroke for s in chart.series] == [Stroke.DOTTED]
    assert chart.series[0].curve.ys() == [row.test_mae_deg for row in ROWS]


def test_the_x_axis_doubles_towards_the_plan() -> None:
    rows = curve(*[0.5] * 12)
    chart = chart_of(Metric.LOSS, (1, rows))

    assert chart.x == Limits(0, 16)


def test_a_diverged_run_is_marked_where_it_diverged() -> None:
    rows = curve(1.0, 30.0, math.nan)
    chart = chart_of(Metric.MAE, (2, rows))

    assert chart.marks == (Mark(2, "#2 epoch 2 NaN", "run-2"),)


def test_a_run_that_was_never_finite_still_gives_a_chart() -> None:
    rows = curve(math.nan)
    chart = chart_of(Metric.LOSS, (1, rows), log=True)

    assert chart.marks[0].x == 0


def test_a_run_without_an_epoch_has_no_curve() -> None:
    assert [s.name for s in chart_of(Metric.LOSS, (1, ()), (2, ROWS)).series] == [
        "#2 train",
        "#2 test",
    ]
    assert chart_of(Metric.LOSS).series == ()


def test_plots_share_an_axis_when_they_show_the_same() -> None:
    def axes(rows: tuple[EpochRow, ...], number: int = 1, log: bool = False) -> object:
        return Plot.of(Metric.LOSS, [run(number, rows)], {number: rows}, Splits.BOTH, log).axes

    assert axes(ROWS) == axes(curve(1.0))
    assert axes(ROWS) != axes(ROWS, number=2)
    assert axes(ROWS) != axes(ROWS, log=True)


def test_the_axis_on_the_screen_is_kept_while_it_fits() -> None:
    first = chart_of(Metric.LOSS, (1, ROWS))
    wider = Limits(0.0, 2.0)

    again = chart_of(Metric.LOSS, (1, ROWS), previous=wider)
    assert again.y == wider != first.y
