"""Limits: round, wide enough, and slow to move."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rottui.tui.charts.limits import Limits, clip, near, x_limits, y_limits
from rottui.tui.charts.series import clean


@pytest.mark.parametrize(
    ("last", "planned", "high"),
    [(0, 50, 8), (8, 50, 8), (9, 50, 16), (31, 50, 32), (33, 50, 50), (50, 50, 50), (3, 4, 4)],
)
def test_epochs_double_up_to_the_plan(last: int, planned: int, high: int) -> None:
    assert x_limits(last, planned) == Limits(0, high)


def test_a_run_longer_than_planned_is_still_held() -> None:
    assert x_limits(70, 50).high >= 70


def test_a_loss_axis_starts_at_zero_and_ends_round() -> None:
    axis = y_limits(0.08, 1.07, log=False)
    assert (axis.low, axis.high) == (0.0, pytest.approx(1.2))


def test_a_logarithmic_axis_ends_at_1_2_or_5_times_a_decade() -> None:
    axis = y_limits(0.013, 1.1, log=True)
    assert (axis.low, axis.high) == (pytest.approx(0.01), pytest.approx(2.0))


def test_the_axis_stays_while_the_curve_still_fills_half_of_it() -> None:
    axis = y_limits(0.08, 1.0, log=False)
    assert y_limits(0.55, 1.0, log=False) != axis

    assert y_limits(0.55, 1.0, log=False, previous=axis) == axis


def test_the_axis_moves_when_the_curve_leaves_it() -> None:
    axis = y_limits(0.8, 1.05, log=False)

    moved = y_limits(0.2, 1.05, log=False, previous=axis)
    assert moved == y_limits(0.2, 1.05, log=False) != axis


def test_a_linear_axis_is_no_beginning_for_a_logarithmic_one() -> None:
    assert y_limits(0.1, 1.0, log=True, previous=Limits(0.0, 1.0)).log


def test_an_axis_that_has_become_far_too_wide_is_given_up() -> None:
    wide = Limits(0.0, 100.0)
    assert y_limits(0.1, 1.0, log=False, previous=wide).high < 5


finite = st.floats(-1e90, 1e90)
positive = st.floats(1e-90, 1e90)


@settings(deadline=None)
@given(finite, finite)
def test_a_linear_axis_holds_its_data(one: float, other: float) -> None:
    low, high = sorted((one, other))
    axis = y_limits(low, high, log=False)
    slack = 1e-6 * (axis.high - axis.low)
    assert axis.low - slack <= low <= high <= axis.high + slack
    assert math.isfinite(axis.low)
    assert math.isfinite(axis.high)


@settings(deadline=None)
@given(positive, positive)
def test_a_logarithmic_axis_holds_its_data(one: float, other: float) -> None:
    low, high = sorted((one, other))
    axis = y_limits(low, high, log=True)
    assert 0 < axis.low <= low * (1 + 1e-6)
    assert high <= axis.high * (1 + 1e-6)


def test_one_absurd_value_does_not_rule_the_axis() -> None:
    curve = clean(range(100), [1e30 if x == 60 else 0.5 for x in range(100)])
    assert near([curve]) == (0.5, 0.5)


def test_the_first_epoch_of_a_good_run_is_no_outlier() -> None:
    curve = clean(range(51), [1.0 if x == 0 else 0.05 for x in range(51)])
    assert near([curve]) == (0.05, 1.0)


def test_a_diverged_run_does_not_flatten_its_neighbours() -> None:
    good = clean(range(20), [1 / (x + 1) for x in range(20)])
    diverged = clean(range(20), [3.0**x if x < 10 else math.nan for x in range(20)])

    bounds = near([good, diverged])
    assert bounds is not None
    assert bounds[1] == 3.0


def test_a_lonely_diverged_run_is_shown_as_it_was() -> None:
    diverged = clean([0, 1, 2, 3], [1.0, 3.0, 9.0, math.nan])
    assert near([diverged]) == (1.0, 9.0)


def test_a_line_that_leaves_the_chart_ends_at_the_edge() -> None:
    parts = clip([(0, 0.5), (10, 1.5), (20, 0.5)], Limits(0, 20), Limits(0, 1))
    assert parts == [[(0, 0.5), (0.25, 1.0)], [(0.75, 1.0), (1.0, 0.5)]]


def test_a_lonely_point_above_the_chart_stays_at_its_edge() -> None:
    assert clip([(5, 9.0)], Limits(0, 10), Limits(0, 1)) == [[(0.5, 1.0)]]


anywhere = st.tuples(st.floats(0, 100), st.floats(-1e100, 1e100))


@settings(deadline=None)
@given(st.lists(anywhere, max_size=30))
def test_nothing_outside_is_ever_left(points: list[tuple[float, float]]) -> None:
    parts = clip(sorted(points), Limits(0, 50), Limits(-1, 1))
    assert all(0 <= x <= 1 and 0 <= y <= 1 for part in parts for x, y in part)


def test_what_lies_endlessly_far_out_still_has_a_place() -> None:
    narrow = Limits(2e-308, 2.5e-308)  # 1 divided by its length is infinite
    assert 1 < narrow.share(1.0) < math.inf
    assert -math.inf < narrow.share(-1.0) < 0


def test_an_axis_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot reach"):
        Limits(1.0, 1.0)
