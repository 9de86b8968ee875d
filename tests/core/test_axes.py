"""Axes: how values and ranges are read, and how they are drawn from."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rottui.core.axes import Axis, linear_range, log_range, parse_axes, parse_axis
from rottui.core.config import format_lr
from rottui.core.settings import Value, setting
from rottui.errors import ConfigError


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("lr", "1e-2, 1e-4, 1e-8", (1e-2, 1e-4, 1e-8)),
        ("lr", "0.01 1e-4;1e-8", (1e-2, 1e-4, 1e-8)),
        ("lr", "1e-3", (1e-3,)),
        ("lr", "1e-5..1e-1", (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)),
        ("lr", "1e-1..1e-5", (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)),
        ("lr", "1e-5 .. 1e-1 x 3", (1e-5, 1e-3, 1e-1)),
        ("lr", "1e-3..1e-1 x3, 0.5", (1e-3, 1e-2, 1e-1, 0.5)),
        ("lr", "1e-2, 0.01", (1e-2,)),
        ("weight_decay", "0, 1e-4..1e-2", (0.0, 1e-4, 1e-3, 1e-2)),
        ("batch_size", "32..256 x4", (32, 107, 181, 256)),
        ("batch_size", "256..32 × 2", (256, 32)),
        ("patience", "2..4, none", (2, 3, 4, None)),
        ("momentum", "0..0.9 x4", (0.0, 0.3, 0.6, 0.9)),
        ("angle_max", "90..360*4", (90.0, 180.0, 270.0, 360.0)),
        ("activation", "relu, tanh", ("relu", "tanh")),
        ("shuffle", "off on", (False, True)),
        ("dense_hiddens", "128-128, 256-256, 64", ((128, 128), (256, 256), (64,))),
        ("optimizer", "adam,sgd,adam", ("adam", "sgd")),
    ],
)
def test_values_are_read_from_lists_and_ranges(
    name: str, text: str, values: tuple[Value, ...]
) -> None:
    assert parse_axis(name, text).values == values


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("lr", "", "lr: give values such as 1e-2, 1e-4 or a range such as 1e-5..1e-1 x9"),
        ("lr", "quick", "lr: 'quick' is not a number"),
        ("lr", "1e-2, 0", "lr: must be above 0, not 0"),
        ("lr", "-1", "lr: must be above 0, not -1"),
        ("lr", "nan", "lr: must be a finite number"),
        ("lr", "1e-3..1e-3", "lr: the range 1e-3..1e-3 has the same two ends"),
        ("lr", "1e-3..1e-1 x1", "lr: the range 1e-3..1e-1x1 must have between 2 and 10,000"),
        ("lr", "1e-3..", "lr: '1e-3..' is not a number"),
        ("lr", "1e-3..500", "lr: must be at most 100, not 500"),
        ("weight_decay", "0..1e-2 x3", "weight_decay: the range 0..1e-2x3 goes by factors"),
        ("batch_size", "32..34 x9", "batch_size: the range 32..34x9 does not have 9 whole numbers"),
        ("batch_size", "32..256, 512", "batch_size: the range 32..256 needs a count"),
        ("batch_size", "", "batch_size: give values such as 32, 64 or a range such as 32..256 x4"),
        ("activation", "relu..tanh", "network.activation: relu..tanh is a range"),
        ("activation", "relu, gelu", "network.activation: must be relu, tanh or sigmoid"),
        ("activation", "", "network.activation: give values such as relu, tanh, sigmoid"),
        ("dense_hiddens", "", "network.dense_hiddens: give values such as 128-128, 256"),
        ("shuffle", "", "shuffle: give values such as on, off"),
    ],
)
def test_values_that_are_none_are_refused_by_name(name: str, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse_axis(name, text)
    assert str(refusal.value).startswith(said)


@settings(deadline=None)
@given(st.integers(-9, -2), st.integers(1, 7), st.integers(2, 60))
def test_a_log_range_has_exact_ends_and_no_doubles(low: int, decades: int, count: int) -> None:
    ends = float(f"1e{low}"), float(f"1e{low + decades}")
    rates = log_range(*ends, count)
    assert (rates[0], rates[-1], len(set(rates))) == (*ends, count)
    assert list(rates) == sorted(rates)


@settings(deadline=None)
@given(st.integers(-9, -6), st.integers(1, 8), st.integers(1, 9))
def test_powers_of_ten_stay_exact_between_other_rates(low: int, decades: int, parts: int) -> None:
    rates = log_range(float(f"1e{low}"), float(f"1e{low + decades}"), decades * parts + 1)
    assert rates[::parts] == tuple(float(f"1e{low + k}") for k in range(decades + 1))
    assert all(len(format_lr(rate)) <= len("1.234e-9") for rate in rates)


@settings(deadline=None)
@given(st.integers(-9, -6), st.integers(1, 8), st.booleans())
def test_powers_of_ten_come_from_their_exponents(low: int, decades: int, down: bool) -> None:
    exponents = [*range(low, low + decades + 1)][:: -1 if down else 1]
    text = f"1e{exponents[0]}..1e{exponents[-1]}"
    values = parse_axis("lr", text).values
    assert values == tuple(float(f"1e{exponent}") for exponent in exponents)
    assert all(len(format_lr(float(str(value)))) <= 4 for value in values)


@settings(deadline=None)
@given(st.integers(1, 60_000), st.integers(1, 60_000), st.integers(2, 40))
def test_a_range_of_whole_numbers_is_even_and_exact_at_its_ends(
    low: int, high: int, count: int
) -> None:
    if abs(high - low) < 2 * count:
        return
    values = [
        int(str(value)) for value in parse_axis("batch_size", f"{low}..{high} x{count}").values
    ]
    assert (values[0], values[-1], len(values)) == (low, high, count)
    steps = [after - before for before, after in pairwise(values)]
    assert max(steps) - min(steps) <= 1


@settings(deadline=None)
@given(
    st.floats(-360, 359, allow_nan=False).map(lambda value: round(value, 3)),
    st.floats(0.5, 300).map(lambda value: round(value, 3)),
    st.integers(2, 40),
)
def test_a_linear_range_has_exact_ends_and_rises(low: float, width: float, count: int) -> None:
    values = linear_range(low, low + width, count)
    assert (values[0], values[-1], len(values)) == (low, low + width, count)
    assert list(values) == sorted(set(values))


NAMES = ["lr", "weight_decay", "momentum", "batch_size", "data.angle_max", "activation"]


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.text(max_size=30))
def test_whatever_is_typed_is_an_axis_or_one_line(name: str, text: str) -> None:
    try:
        axis = parse_axis(name, text)
    except ConfigError as error:
        fields = {problem.field for problem in error.problems}
    else:
        fields = {axis.field}
        assert axis.values or axis.span
        assert len({*axis.values}) == len(axis.values)
    assert fields == {setting(name).path}


@settings(deadline=None)
@given(st.lists(st.floats(1e-9, 100), min_size=1, max_size=9, unique=True))
def test_a_list_of_rates_is_read_as_it_is_said(rates: list[float]) -> None:
    axis = Axis("lr", tuple(rates))
    text = ", ".join(axis.setting.said(rate) for rate in rates)
    assert parse_axis("lr", text).values == axis.values


def test_several_axes_stand_in_one_text() -> None:
    assert parse_axes("batch_size=32..256 x4; network.activation=relu,tanh;") == (
        parse_axis("batch_size", "32..256 x4"),
        parse_axis("activation", "relu, tanh"),
    )
    assert parse_axes("  ") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("32, 64", "'32, 64' is no axis; try batch_size=32, 64"),
        ("=32", "'=32' is no axis"),
        ("lr=1e-2; lr=1e-3", "lr: is varied twice"),
        ("lr=1e-2; speed=3", "speed: there is no such setting"),
    ],
)
def test_a_text_without_axes_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_axes(text)


def test_a_range_alone_is_drawn_from_between_its_ends_and_a_list_from_its_values() -> None:
    assert parse_axis("lr", "1e-5..1e-1").draw(0.25) == 1e-4
    assert parse_axis("lr", "1e-1..1e-5 x9").draw(0.376) == 3.2e-4
    assert parse_axis("momentum", "0..0.9").draw(0.5) == 0.45
    assert parse_axis("batch_size", "1..4").draw(0.99999) == 4
    assert parse_axis("lr", "1e-5..1e-1 x9, 0.5").draw(0.99) == 0.5
    assert parse_axis("activation", "relu, tanh, sigmoid").draw(0.4) == "tanh"


@settings(deadline=None)
@given(st.floats(0, 1, exclude_max=True))
def test_what_is_drawn_lies_inside_and_is_short(share: float) -> None:
    rate = parse_axis("lr", "1.04e-5..9.96e-2").draw(share)
    assert isinstance(rate, float)
    assert 1.04e-5 <= rate <= 9.96e-2
    assert len(format_lr(rate)) <= len("1.04e-5")
    size = parse_axis("batch_size", "32..256").draw(share)
    assert isinstance(size, int)
    assert 32 <= size <= 256


def test_draws_of_a_log_range_are_even_in_the_exponent() -> None:
    axis = parse_axis("lr", "1e-6..1e-2")
    rates = [axis.draw((k + 0.5) / 400) for k in range(400)]
    for decade in range(-6, -2):
        inside = [r for r in rates if isinstance(r, float) and decade <= math.log10(r) < decade + 1]
        assert 95 <= len(inside) <= 105


@pytest.mark.parametrize(
    ("name", "text", "label"),
    [
        ("lr", "1e-2, 1e-4", "lr 1e-2, 1e-4"),
        ("lr", "1e-5..1e-1 x9", "lr 1e-5 … 0.1 ×9"),
        ("network.dense_hiddens", "128-128, 64", "dense_hiddens 128-128, 64"),
        ("batch_size", "32..256", "batch_size 32 … 256"),
        ("data.seed", "1, 2", "data.seed 1, 2"),
    ],
)
def test_an_axis_in_words(name: str, text: str, label: str) -> None:
    assert parse_axis(name, text).label == label
