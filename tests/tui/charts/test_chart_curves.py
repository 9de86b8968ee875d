"""From runs to charts: which curve, which colour, which axis."""

from __future__ import annotations

import math

import pytest
from chart_rows import curve, old, run

from rottui.store.records import EpochRow
from rottui.tui.charts.chart import Chart, Mark, Reference
from rottui.tui.charts.curves import Plot, run_style
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.metrics import Metric, Splits
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


# --- errors along the circle ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "values"),
    [
        (Metric.CIRCULAR, ["train_circular_mae_deg", "test_circular_mae_deg"]),
        (Metric.MEDIAN, ["test_median_deg"]),
        (Metric.AXIAL, ["test_axial_mae_deg"]),
    ],
)
@pytest.mark.parametrize("splits", Splits)
def test_a_metric_is_drawn_of_the_wanted_splits_that_have_it(
    metric: Metric, values: list[str], splits: Splits
) -> None:
    wanted = [name for name in values if name.split("_")[0] in splits.value] or values
    chart = chart_of(metric, (1, ROWS), splits=splits)
    assert [s.curve.ys() for s in chart.series] == [
        [getattr(row, name) for row in ROWS] for name in wanted
    ]
    assert [s.name.split()[1] for s in chart.series] == [name.split("_")[0] for name in wanted]


def test_flips_are_in_percent() -> None:
    chart = chart_of(Metric.FLIPS, (1, ROWS))
    assert chart.series[0].curve.ys() == [100 * row.test_flips for row in ROWS]
    assert "%" in chart.title


def test_what_an_old_store_has_not_measured_is_no_curve_and_no_divergence() -> None:
    chart = chart_of(Metric.CIRCULAR, (1, old(ROWS)))
    assert chart.title == "circular MAE in degrees: not measured"
    assert chart.marks == ()
    assert [s.curve.ys() for s in chart.series] == [[], []]

    later = chart_of(Metric.CIRCULAR, (1, (*old(ROWS[:1]), *ROWS[1:])))
    assert later.title == "circular MAE in degrees"
    assert [x for x, _ in later.series[0].curve.segments[0]] == [1, 2]


def test_a_run_that_diverged_is_marked_in_errors_along_the_circle_too() -> None:
    chart = chart_of(Metric.FLIPS, (2, curve(1.0, 30.0, math.nan)))
    assert chart.marks == (Mark(2, "#2 epoch 2 NaN", "run-2"),)


# --- baselines ------------------------------------------------------------------------------------

BASELINE = {
    "mean": {"test_loss": 0.99312, "test_circular_mae_deg": 90.12, "test_flips": 0.2512},
    "chance": {"test_circular_mae_deg": 90.0, "test_flips": 0.25},
}


def references(
    metric: Metric, *baselines: dict[str, dict[str, float]] | None, log: bool = False
) -> list[str]:
    """The names of the lines on a chart of runs 1, 2, … with these baselines."""
    runs = [run(number, ROWS, baseline=found) for number, found in enumerate(baselines, 1)]
    epochs = {row.id: ROWS for row in runs}
    plot = Plot.of(metric, runs, epochs, Splits.BOTH, log, baselines=True)
    return [reference.text for reference in plot.chart().references]


def test_guesses_are_lines_where_they_have_the_metric() -> None:
    assert references(Metric.LOSS, BASELINE) == ["mean 0.993"]
    assert references(Metric.CIRCULAR, BASELINE) == ["mean 90.1°", "chance 90°"]
    assert references(Metric.FLIPS, BASELINE) == ["mean 25.1 %", "chance 25 %"]
    assert references(Metric.AXIAL, BASELINE) == []
    assert references(Metric.LOSS, None) == []


def test_runs_that_share_a_baseline_share_its_line_and_others_name_a_run() -> None:
    assert references(Metric.LOSS, BASELINE, None, BASELINE) == ["mean 0.993"]
    other = {"mean": {"test_loss": 0.5}}
    assert references(Metric.LOSS, BASELINE, other, BASELINE) == ["mean 0.993 #1", "mean 0.5 #2"]


def test_without_baselines_there_is_no_line() -> None:
    plot = Plot.of(Metric.LOSS, [run(1, ROWS, baseline=BASELINE)], {1: ROWS}, Splits.BOTH, False)
    assert plot.references == ()


@pytest.mark.parametrize("log", [False, True])
def test_a_guess_in_reach_stretches_the_axis_and_one_far_off_is_left_out(log: bool) -> None:
    def chart(value: float) -> Chart:
        rows = curve(0.5, 0.3)  # the axis reaches to 0.6
        one = run(1, rows, baseline={"mean": {"test_loss": value}})
        return Plot.of(Metric.LOSS, [one], {1: rows}, Splits.BOTH, log, baselines=True).chart()

    near = chart(0.65)
    assert near.references == (Reference(0.65, "mean 0.65"),)
    assert near.y.low <= 0.65 <= near.y.high
    far = chart(30.0)
    assert far.references == ()
    assert far.y.high < 3
    assert chart(0.4).y == far.y
    assert chart(0.0).references == ()  # of which a logarithmic axis knows nothing


def test_a_baseline_that_arrives_makes_another_axis() -> None:
    def axes(found: dict[str, dict[str, float]] | None) -> object:
        one = run(1, ROWS, baseline=found)
        return Plot.of(Metric.LOSS, [one], {1: ROWS}, Splits.BOTH, False, baselines=True).axes

    assert axes(None) != axes(BASELINE)
    assert axes(BASELINE) == axes(dict(BASELINE))
