"""Ways to look at curves: axes, averages, and parts of an axis."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from chart_rows import curve, run
from hypothesis import given
from hypothesis import strategies as st
from test_chart_drawing import dots

from rottui.store.records import EventRow
from rottui.tui.charts.curves import Plot
from rottui.tui.charts.drawing import draw
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.look import (
    Look,
    XAxis,
    inside,
    moved,
    place_of,
    smoothed,
    stepped,
    zoomed,
)
from rottui.tui.charts.looks import Looks
from rottui.tui.charts.metrics import Metric, Splits
from rottui.tui.charts.ticks import time_label, x_ticks

ROWS = curve(1.0, 0.5, 0.25)
"""157 steps and 0.2 seconds an epoch."""


def plot(look: Look, **options: object) -> Plot:
    runs = [run(1, ROWS)]
    return Plot.of(Metric.LOSS, runs, {1: ROWS}, Splits.TRAIN, False, look=look, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("axis", "places", "high"),
    [
        (XAxis.EPOCH, [0, 1, 2], 8),
        (XAxis.STEP, [0, 157, 314], 512),
        (XAxis.TIME, [0.2, 0.4, 0.6], 8),
    ],
)
def test_a_curve_against_epoch_step_and_time(axis: XAxis, places: list[float], high: float) -> None:
    chart = plot(Look(axis)).chart()

    assert [x for x, _ in chart.series[0].curve.segments[0]] == pytest.approx(places)
    assert chart.x == Limits(0, high)
    assert chart.x_label == axis.value


def test_a_logarithmic_x_axis_begins_at_the_first_place_above_0() -> None:
    chart = plot(Look(log_x=True)).chart()

    assert chart.x == Limits(1, 8, log=True)
    assert [x for x, _ in chart.series[0].curve.segments[0]] == [1, 2]
    assert chart.unplaced == 1


def test_a_curve_of_which_some_epochs_were_read_says_how_many_there_are() -> None:
    rows = (ROWS[0], replace(ROWS[1], epoch=999_999), replace(ROWS[2], epoch=1_000_000))
    one = Plot.of(Metric.LOSS, [run(1, rows)], {1: rows}, Splits.BOTH, False)
    drawing = draw(one.chart(), 70, 12, dots)

    assert drawing.text.startswith("loss  2,000,002 points, 6 drawn")
    assert drawing.points == 2_000_002
    assert "drawn" not in draw(plot(Look()).chart(), 70, 12, dots).text


def test_what_happened_between_two_epochs_stands_between_them_on_every_axis() -> None:
    events = {1: [EventRow(1, 0.0, "lr", "halved", 1.5)]}
    chart = plot(Look(XAxis.STEP), events=events).chart()

    assert [note.x for note in chart.notes] == [235.5]
    assert place_of(2.5, ROWS, [0, 157, 314]) == pytest.approx(392.5)
    assert place_of(1.0, ROWS, [0, 157, 314]) == 157


def test_where_a_run_diverged_is_told_in_epochs_on_every_axis() -> None:
    rows = curve(1.0, 0.5, math.nan)
    one = Plot.of(Metric.LOSS, [run(1, rows)], {1: rows}, Splits.BOTH, False, look=Look(XAxis.STEP))

    assert [(mark.x, mark.text) for mark in one.chart().marks] == [(314, "#1 epoch 2 NaN")]


def test_the_average_starts_at_the_first_value_and_follows_later() -> None:
    assert smoothed([2.0, 2.0, 2.0], 0.9) == pytest.approx([2.0, 2.0, 2.0])
    assert smoothed([1.0, 0.0], 0.5) == pytest.approx([1.0, 1 / 3])
    assert smoothed([1.0, 0.0], 0.0) == [1.0, 0.0]


def test_the_average_passes_over_what_is_not_finite() -> None:
    found = smoothed([1.0, math.nan, 1.0, math.inf], 0.9)

    assert found[0] == found[2] == pytest.approx(1.0)
    assert math.isnan(found[1])
    assert found[3] == math.inf


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.sampled_from([0.6, 0.9, 0.97]))
def test_the_average_stays_between_the_extremes(values: list[float], keep: float) -> None:
    for count, value in enumerate(smoothed(values, keep), 1):
        near = 1e-9 * max(map(abs, values))
        assert min(values[:count]) - near <= value <= max(values[:count]) + near


def test_the_smoothed_curve_is_drawn_over_the_raw_one() -> None:
    raw, smooth = plot(Look(smoothing=0.6)).chart().series

    assert raw.curve.ys() == [1.0, 0.5, 0.25]
    assert smooth.curve.ys() == pytest.approx(smoothed([1.0, 0.5, 0.25], 0.6))
    assert smooth.rank > raw.rank


@pytest.mark.parametrize("limits", [Limits(2, 10), Limits(1, 1000, log=True)])
def test_zooming_keeps_one_place_and_back_is_the_same(limits: Limits) -> None:
    part = zoomed(limits, 0.5, about=0.25)

    assert part.share(limits.value(0.25)) == pytest.approx(0.25)
    back = zoomed(part, 2.0, about=0.25)
    assert (back.low, back.high) == pytest.approx((limits.low, limits.high))


def test_a_part_of_an_axis_never_leaves_it() -> None:
    whole = Limits(0, 100)

    assert inside(Limits(20, 40), whole) == Limits(20, 40)
    assert inside(moved(Limits(70, 90), 1.0), whole) == Limits(80, 100)
    assert inside(Limits(-30, 30), whole) == Limits(0, 60)
    assert inside(Limits(-10, 200), whole) is None


@given(st.lists(st.sampled_from([0.5, 2.0, 0.1]), max_size=40), st.floats(0, 1))
def test_however_often_one_zooms_there_is_an_axis(factors: list[float], about: float) -> None:
    looks, whole = Looks(), Limits(0, 50)
    for factor in factors:
        looks.zoom_x(whole, factor, about)
        looks.zoom_y(Metric.LOSS, Limits(1e-3, 10, log=True), factor, about)
    look = looks.of(Metric.LOSS)

    assert look.x is None or 0 <= look.x.low < look.x.high <= 50
    assert factors == [] or look.y is not None


def test_another_x_axis_has_other_places_and_so_shows_all_of_them() -> None:
    looks = Looks()
    looks.zoom_x(Limits(0, 50), 0.5)
    looks.next_axis()

    assert looks.of(Metric.LOSS) == Look(XAxis.STEP)


def test_a_height_belongs_to_its_metric() -> None:
    looks = Looks()
    looks.zoom_y(Metric.LOSS, Limits(0, 1), 0.5)

    assert looks.of(Metric.LOSS).y == Limits(0.25, 0.75)
    assert looks.of(Metric.MAE).y is None
    assert looks.zoomed


def test_the_cursor_steps_to_the_next_point_that_has_a_column_of_its_own() -> None:
    places = [0.0, 1.0, 1.2, 1.4, 5.0]

    assert stepped(places, None, -1, int) == 5.0
    assert stepped(places, 1.0, 1, int) == 5.0
    assert stepped(places, 5.0, 1, int) == 5.0
    assert stepped(places, 1.2, -1, int) == 0.0
    assert stepped([], 1.0, 1, int) is None


@pytest.mark.parametrize(
    ("limits", "columns", "seconds", "wanted"),
    [
        (Limits(6, 10), 40, False, "6 7 8 9 10"),
        (Limits(6.5, 7.5), 40, False, "6.6 6.8 7.0 7.2 7.4"),
        (Limits(0, 120), 70, True, "0 20s 40s 1m 1m20 1m40 2m"),
        (Limits(0, 7200), 40, True, "0 30m 1h 1h30 2h"),
        (Limits(1.0, 1.5), 40, True, "1.0s 1.2s 1.4s"),
    ],
)
def test_ticks_of_a_part_and_of_times(
    limits: Limits, columns: int, seconds: bool, wanted: str
) -> None:
    found = " ".join(tick.label for tick in x_ticks(limits, columns, seconds=seconds))
    assert found == wanted


def test_times_are_said_in_their_two_largest_units() -> None:
    assert [time_label(s) for s in (0, 45, 150, 3900, 86400, 194400)] == [
        "0",
        "45s",
        "2m30",
        "1h05",
        "1d",
        "2d06h",
    ]
