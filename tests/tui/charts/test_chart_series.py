"""Series: nothing unfit is drawn, nothing that matters is lost."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from rottui.tui.charts.limits import Limits
from rottui.tui.charts.series import FAR, TINY, Lost, clean, decimate

values = st.floats(allow_nan=True, allow_infinity=True)


def test_a_nan_breaks_the_curve_and_is_remembered() -> None:
    curve = clean([0, 1, 2, 3, 4], [1.0, 0.5, math.nan, math.inf, 0.2])

    assert curve.segments == (((0, 1.0), (1, 0.5)), ((4, 0.2),))
    assert curve.lost == (Lost(2, "NaN"), Lost(3, "inf"))
    assert (curve.lowest, curve.highest, curve.total) == (0.2, 1.0, 5)


def test_a_logarithmic_axis_counts_what_it_cannot_show() -> None:
    curve = clean([0, 1, 2, 3], [1.0, 0.0, -1.0, 0.5], log=True)

    assert curve.segments == (((0, 1.0),), ((3, 0.5),))
    assert curve.not_positive == 2
    assert curve.lost == ()


def test_points_out_of_order_are_put_in_order() -> None:
    assert clean([2, 0, 1], [3.0, 1.0, 2.0]).segments == (((0, 1.0), (1, 2.0), (2, 3.0)),)


def test_the_last_point_of_nothing_is_none() -> None:
    assert clean([], []).last is None
    assert clean([0], [math.nan]).last is None


@settings(deadline=None)
@given(st.lists(st.tuples(values, values), max_size=60), st.booleans())
def test_what_is_left_is_always_drawable(points: list[tuple[float, float]], log: bool) -> None:
    curve = clean([x for x, _ in points], [y for _, y in points], log=log)

    drawn = [point for segment in curve.segments for point in segment]
    assert all(-FAR <= x <= FAR and -FAR <= y <= FAR for x, y in drawn)
    assert all(y >= TINY for _, y in drawn) or not log
    assert [x for x, _ in drawn] == sorted(x for x, _ in drawn)
    assert len(drawn) + len(curve.lost) + curve.not_positive <= curve.total == len(points)


curves = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=400)


@settings(deadline=None)
@given(curves, st.integers(1, 50))
def test_every_bucket_keeps_its_lowest_and_its_highest(ys: list[float], buckets: int) -> None:
    points = [(float(x), y) for x, y in enumerate(ys)]
    high = float(max(1, len(ys)))
    kept = decimate(points, Limits(0.0, high).share, buckets)

    def bucket(point: tuple[float, float]) -> int:
        return int(point[0] / high * buckets)

    for number in {bucket(point) for point in points}:
        before = [y for x, y in points if bucket((x, y)) == number]
        after = [y for x, y in kept if bucket((x, y)) == number]
        assert (min(after), max(after)) == (min(before), max(before))


@settings(deadline=None)
@given(curves, st.integers(1, 50))
def test_what_is_kept_follows_the_width_and_not_the_length(ys: list[float], buckets: int) -> None:
    points = [(float(x), y) for x, y in enumerate(ys)]
    kept = decimate(points, Limits(0.0, len(ys)).share, buckets)

    assert len(kept) <= 2 * buckets + 2
    assert set(kept) <= set(points)
    assert kept == sorted(kept, key=lambda point: point[0])
    assert (kept[0], kept[-1]) == (points[0], points[-1])


def test_a_spike_of_one_epoch_among_ten_thousand_survives() -> None:
    points = [(float(x), 9.0 if x == 7_777 else 0.1) for x in range(10_000)]

    assert (7_777.0, 9.0) in decimate(points, Limits(0.0, 10_000.0).share, 60)


def test_a_short_curve_is_left_alone() -> None:
    points = [(0.0, 1.0), (1.0, 2.0), (2.0, 1.5)]
    assert decimate(points, Limits(0.0, 50.0).share, 40) == points


def test_on_a_logarithmic_axis_every_decade_keeps_as_much() -> None:
    points = [(10 ** (x / 1000), float(x % 7)) for x in range(4000)]
    kept = decimate(points, Limits(1.0, 1e4, log=True).share, 40)

    counts = [sum(low <= x < 10 * low for x, _ in kept) for low in (1.0, 1e1, 1e2, 1e3)]
    assert max(counts) - min(counts) <= 2
