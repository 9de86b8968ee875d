"""Ticks: whole epochs, decades, round numbers, and never a crowd."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rottui.tui.charts.limits import Limits, y_limits
from rottui.tui.charts.ticks import epoch_ticks, value_ticks, x_ticks


def labels(limits: Limits, rows: int) -> list[str]:
    return [tick.label for tick in value_ticks(limits, rows)]


@pytest.mark.parametrize(
    ("high", "columns", "wanted"),
    [
        (8, 70, "0 1 2 3 4 5 6 7 8"),
        (8, 24, "0 2 4 6 8"),
        (50, 70, "0 5 10 15 20 25 30 35 40 45 50"),
        (50, 30, "0 10 20 30 40 50"),
        (64, 40, "0 16 32 48 64"),
        (100_000, 60, "0 20000 40000 60000 80000 100000"),
    ],
)
def test_epochs_are_whole_numbers(high: int, columns: int, wanted: str) -> None:
    found = " ".join(tick.label for tick in epoch_ticks(high, columns))
    assert found == wanted


@settings(deadline=None)
@given(st.integers(1, 200_000), st.integers(4, 200))
def test_epochs_never_crowd(high: int, columns: int) -> None:
    ticks = epoch_ticks(high, columns)
    assert sum(len(tick.label) + 1 for tick in ticks) <= max(columns, 2 * len(str(high)) + 4)
    assert all(tick.value == int(tick.value) and 0 <= tick.value <= high for tick in ticks)


def test_values_are_round_numbers() -> None:
    assert labels(Limits(0, 1.2), 15) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0", "1.2"]
    assert labels(Limits(0, 180), 12) == ["0", "50", "100", "150"]


def test_a_logarithmic_axis_is_labelled_by_decades() -> None:
    assert labels(Limits(1e-3, 2, log=True), 15) == ["1e-3", "1e-2", "1e-1", "1e0"]


def test_many_decades_are_thinned() -> None:
    found = labels(Limits(1e-12, 1e3, log=True), 9)
    assert 3 <= len(found) <= 5
    assert found[0] == "1e-12"


def test_less_than_two_decades_get_more_marks() -> None:
    assert labels(Limits(0.2, 1.0, log=True), 12) == ["2e-1", "5e-1", "1e0"]


@settings(deadline=None)
@given(st.floats(-1e90, 1e90), st.floats(-1e90, 1e90), st.integers(-3, 60))
def test_linear_ticks_are_few_and_inside(one: float, other: float, rows: int) -> None:
    axis = y_limits(*sorted((one, other)), log=False)
    ticks = value_ticks(axis, rows)
    assert 1 <= len(ticks) <= 20
    assert all(-0.01 <= axis.share(tick.value) <= 1.01 for tick in ticks)


@settings(deadline=None)
@given(st.floats(1e-90, 1e90), st.floats(1e-90, 1e90), st.integers(2, 60))
def test_log_ticks_are_few_and_inside(one: float, other: float, rows: int) -> None:
    axis = y_limits(*sorted((one, other)), log=True)
    ticks = value_ticks(axis, rows)
    assert 1 <= len(ticks) <= max(2, (rows + 1) // 2) + 1
    assert all(-0.01 <= axis.share(tick.value) <= 1.01 for tick in ticks)


@pytest.mark.parametrize(
    ("low", "high", "columns", "wanted"),
    [
        (1e-7, 10, 72, "1e-7 1e-6 1e-5 1e-4 1e-3 1e-2 1e-1 1e0 1e1"),
        (1e-7, 10, 40, "1e-7 1e-5 1e-3 1e-1 1e1"),
        (3e-4, 2e-2, 40, "1e-3 1e-2"),
        (2e-3, 8e-3, 40, "2e-3 5e-3"),
    ],
)
def test_a_logarithmic_x_axis_has_decades(
    low: float, high: float, columns: int, wanted: str
) -> None:
    ticks = x_ticks(Limits(low, high, log=True), columns)
    assert " ".join(tick.label for tick in ticks) == wanted


def test_a_linear_x_axis_has_epochs() -> None:
    assert x_ticks(Limits(0, 50), 70) == epoch_ticks(50, 70)
