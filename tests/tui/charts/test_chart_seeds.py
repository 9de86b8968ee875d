"""Seeds as one curve: their mean, the band around it, and what is never averaged away."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from chart_rows import curve, run
from test_chart_drawing import dots

from rottui.store.records import EpochRow, RunRow
from rottui.tui.charts.chart import Chart
from rottui.tui.charts.curves import Plot
from rottui.tui.charts.drawing import draw
from rottui.tui.charts.look import Look
from rottui.tui.charts.metrics import Metric, Splits
from rottui.tui.charts.seeds import family_of, mean_of

CURVES = {1: curve(1.0, 0.5, 0.2), 2: curve(0.8, 0.3), 3: curve(0.9, 0.7)}


def seeded(number: int, seed: int, lr: float = 1e-3) -> RunRow:
    return replace(run(number, CURVES[number]), config={"lr": lr, "seed": seed})


RUNS = [seeded(1, 1), seeded(2, 2), seeded(3, 1, lr=1e-2)]


def plot(
    curves: dict[int, tuple[EpochRow, ...]] = CURVES,
    *,
    pinned: int | None = None,
    log: bool = False,
) -> Plot:
    look = Look(spread=True)
    return Plot.of(Metric.LOSS, RUNS, curves, Splits.TRAIN, log, look=look, pinned=pinned)


def names(chart: Chart) -> list[str]:
    return [series.name for series in chart.series]


def test_a_family_differs_in_nothing_but_the_seed() -> None:
    families = [family_of(one.config) for one in RUNS]

    assert families[0] == families[1] != families[2]
    assert family_of({}) == ""


def test_the_mean_and_one_standard_deviation_as_far_as_all_seeds_go() -> None:
    mean = mean_of([[(0, 1.0), (1, 0.5), (2, 0.2)], [(0, 0.8), (1, 0.3)]])

    assert mean.xs == (0, 1)
    assert mean.means == pytest.approx((0.9, 0.4))
    spread = math.sqrt(0.02)
    assert mean.lows == pytest.approx((0.9 - spread, 0.4 - spread))
    assert mean.highs == pytest.approx((0.9 + spread, 0.4 + spread))


def test_a_seed_that_diverged_is_not_left_out_of_the_mean() -> None:
    mean = mean_of([[(0, 1.0), (1, 1.0)], [(0, 1.0), (1, math.nan)]])

    assert mean.means[0] == 1.0
    assert math.isnan(mean.means[1])
    assert len(mean.band) == 1


def test_one_curve_and_one_band_a_family_and_the_others_as_they_were() -> None:
    chart = plot().chart()

    assert names(chart) == ["#3 train", "#1+1 train"]
    assert chart.series[1].curve.ys() == pytest.approx([0.9, 0.4])
    assert [(band.style, len(band.points)) for band in chart.bands] == [("run-1 dim", 2)]
    assert chart.words == ("seeds: mean and std",)
    assert plot().styles == {1: "run-1", 2: "run-1", 3: "run-3"}


def test_a_pinned_run_stays_alone_and_on_top() -> None:
    chart = plot(pinned=2).chart()

    assert sorted(names(chart)) == ["#1 train", "#2 train", "#3 train"]
    assert {series.name for series in chart.series if series.rank == 1} == {"#2 train"}


def test_where_the_mean_is_lost_is_marked_by_the_familys_name() -> None:
    chart = plot({**CURVES, 2: curve(0.8, math.nan)}).chart()

    assert [mark.text for mark in chart.marks] == ["#1+1 epoch 1 NaN"]


@pytest.mark.parametrize("log", [False, True])
def test_the_band_is_shaded_behind_the_curve(log: bool) -> None:
    far = {1: curve(1.0, 1.0, 1.0, 1.0), 2: curve(0.1, 0.1, 0.1, 0.1), 3: CURVES[3]}
    drawing = draw(plot(far, log=log).chart(), 60, 20, dots)

    assert drawing.text.count("░") > 40
    assert "S" in drawing.text
