"""The chart of a range test: which curves, between which limits, and the band."""

from __future__ import annotations

from rottui.core.lr_range import RangeTest
from rottui.core.lr_suggestion import LossCurve, Refusal, suggest
from rottui.tui.charts.chart import Band
from rottui.tui.charts.lr_curves import RangePlot

TEST = RangeTest(seeds=(3, 4), low=1e-5, high=1.0, steps=100)
LRS = tuple(TEST.lr(step) for step in range(100))


def falling(seed: int, *, bottom: int = 60, diverged: bool = True) -> LossCurve:
    """From 1 down to 0.4 at step ``bottom``, then far up."""
    losses = [1.0] * 20 + [1 - 0.6 * k / (bottom - 20) for k in range(bottom - 20)]
    losses += [5.0**k for k in range(1, 4)]
    lrs = LRS[: len(losses)]
    return LossCurve(seed, 100, lrs, tuple(losses), tuple(losses), lrs[-1] if diverged else None)


def test_the_x_axis_is_the_whole_ramp_from_the_start() -> None:
    for curves in ((), (falling(3),)):
        x = RangePlot(TEST, curves).chart().x
        assert (x.low, x.high, x.log) == (1e-5, 1.0, True)


def test_the_y_axis_holds_the_fall_and_not_the_divergence() -> None:
    chart = RangePlot(TEST, (falling(3), falling(4))).chart()
    assert 0 <= chart.y.low <= 0.4
    assert 1.0 <= chart.y.high < 2
    assert chart.series[0].curve.highest == 125.0  # leaves through the upper edge


def test_a_young_curve_has_its_place_too() -> None:
    young = LossCurve(3, 100, LRS[:4], (1.0, 0.9, 1.1, 1.0), (1.0, 0.95, 1.0, 1.0))
    chart = RangePlot(TEST, (young,)).chart()
    assert chart.y.low < 0.951
    assert chart.y.high >= 1.0


def test_a_y_axis_on_the_screen_is_kept_while_it_fits() -> None:
    plot = RangePlot(TEST, (falling(3),))
    kept = plot.chart().y
    assert RangePlot(TEST, (falling(3), falling(4))).chart(kept).y is kept


def test_each_seed_has_a_colour_and_several_a_name_at_their_ends() -> None:
    chart = RangePlot(TEST, (falling(3), falling(4))).chart()
    assert [(series.style, series.tag) for series in chart.series] == [
        ("run-1", "3"),
        ("run-2", "4"),
    ]
    alone = RangeTest(seeds=(3,), low=1e-5, high=1.0, steps=100)
    assert RangePlot(alone, (falling(3),)).chart().series[0].tag == ""


def test_the_band_is_the_suggestion_and_a_refusal_has_none() -> None:
    curves = (falling(3, bottom=70), falling(4, bottom=75))
    verdict = suggest(curves)
    assert not isinstance(verdict, Refusal)
    chart = RangePlot(TEST, curves, verdict).chart()
    assert chart.band == Band(verdict.low, verdict.centre, verdict.high)
    assert RangePlot(TEST, curves, Refusal("no")).chart().band is None
    assert RangePlot(TEST, curves).chart().band is None
