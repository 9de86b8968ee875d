"""The legend: every number whole, every run named, and a count of what has no room."""

from __future__ import annotations

import math

import pytest
from chart_rows import curve, old, run
from rich.cells import cell_len

from rottui.store.states import State
from rottui.tui.charts.cells import ASCII, plain
from rottui.tui.charts.metrics import Metric, Splits
from rottui.tui.widgets.chart_legend import legend_rows, summary_rows

BOTH = (Metric.LOSS, Metric.MAE)
CURVES = {1: curve(1.0, 0.5, 0.25), 2: curve(1.0, math.nan), 4: curve(0.9, 0.81)}
RUNS = [run(1, CURVES[1]), run(2, CURVES[2], state=State.FAILED), run(3, state=State.QUEUED)]


def text(width: int, height: int = 9, **options: object) -> list[str]:
    rows = legend_rows(RUNS, CURVES, BOTH, width=width, height=height, **options)  # type: ignore[arg-type]
    return [plain(row).rstrip() for row in rows]


def test_the_legend_at_80_columns() -> None:
    assert text(80) == [
        "▄▄▄▄ train  ⠤⠤⠤⠤ test             epoch loss train loss test MAE train  MAE test",
        "#1 mlp 128-128 lr 1e-1             2/50       0.25      0.35       0.5       0.6",
        "#2 mlp 128-128 lr 1e-2             1/50        NaN       NaN       NaN       NaN",
        "#3 mlp 128-128 lr 1e-3           queued",
    ]


def test_with_more_room_the_state_has_its_own_column() -> None:
    header, first, failed, queued = (line.split() for line in text(100))
    assert "state" in header
    assert "running" in first
    assert "failed" in failed
    assert queued.count("queued") == 2


@pytest.mark.parametrize("width", [80, 120])
def test_each_run_is_named_in_the_colour_of_its_curve(width: int) -> None:
    rows = legend_rows(RUNS, CURVES, BOTH, width=width, height=9, styles={2: "run-1"})

    assert [row[0].style for row in rows[1:]] == ["run-1 bold", "run-1 bold", "run-3 bold"]


@pytest.mark.parametrize("width", [10, 24, 33, 47, 60, 80, 120, 200])
def test_rows_are_as_wide_as_asked_and_numbers_are_never_cut(width: int) -> None:
    rows = legend_rows(RUNS, CURVES, BOTH, width=width, height=9)

    assert {cell_len(plain(row)) for row in rows} == {width}
    if width >= 60:
        assert "0.25" in plain(rows[1]).split()
        assert "0.35" in plain(rows[1]).split()
    assert not any("0.2…" in plain(row) for row in rows)


def test_a_metric_without_room_goes_as_a_whole() -> None:
    assert "loss test" in text(60)[0]
    assert "MAE" not in text(60)[0]


def test_runs_without_room_are_counted() -> None:
    lines = text(80, height=3)
    assert len(lines) == 3
    assert lines[1].startswith("#1")
    assert lines[2] == "and 2 more"


def test_one_split_has_half_the_numbers() -> None:
    header = text(100, splits=Splits.TRAIN)[0]
    assert "loss train" in header
    assert "test" not in header


def test_without_unicode() -> None:
    assert all(line.isascii() for line in text(100, glyphs=ASCII))


def test_wide_letters_do_not_push_the_numbers_out() -> None:
    japanese = run(1, CURVES[1], name="衣服の回転角" * 6)
    rows = legend_rows([japanese], CURVES, BOTH, width=80, height=3)
    assert cell_len(plain(rows[1])) == 80
    assert "0.25" in plain(rows[1])


def test_the_summary_is_one_line_a_run() -> None:
    rows = summary_rows(RUNS, CURVES, Metric.LOSS, 60)
    assert [plain(row).rstrip() for row in rows] == [
        "#1 loss 0.25 train 0.35 test, epoch 2/50",
        "#2 loss NaN train NaN test, epoch 1/50",
        "#3 queued, no epoch yet",
    ]


def test_a_metric_of_the_test_split_has_one_column_and_one_key() -> None:
    rows = legend_rows(RUNS[:2], CURVES, (Metric.FLIPS,), width=70, height=9)
    header, first, failed = (plain(row) for row in rows)
    assert header.split() == ["⠤⠤⠤⠤", "test", "state", "epoch", "flips", "%", "test"]
    assert first.split()[-1] == "12.5"
    assert failed.split()[-1] == "NaN"
    (line,) = summary_rows(RUNS[:1], CURVES, Metric.MEDIAN, 60)
    assert plain(line).rstrip() == "#1 median 25.0 test, epoch 2/50"


def test_what_was_not_measured_is_a_dash() -> None:
    curves = {1: old(CURVES[1])}
    rows = legend_rows(RUNS[:1], curves, (Metric.CIRCULAR,), width=80, height=2)
    assert plain(rows[1]).split()[-2:] == ["–", "–"]
    rows = legend_rows(RUNS[:1], curves, (Metric.CIRCULAR,), width=80, height=2, glyphs=ASCII)
    assert plain(rows[1]).split()[-2:] == ["-", "-"]
    (line,) = summary_rows(RUNS[:1], curves, Metric.CIRCULAR, 60)
    assert plain(line).rstrip() == "#1 circ deg – train – test, epoch 2/50"
