"""Where a sweep grows: beyond its values, between two of them, and by seeds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rottui.core.axes import parse_axes
from rottui.core.config import RunConfig
from rottui.core.settings import setting
from rottui.core.sweep_growth import between, beyond, grown, line_of, more_seeds
from rottui.core.sweeps import SweepConfig
from rottui.errors import ConfigError

LR, BATCH, MOMENTUM = setting("lr"), setting("batch_size"), setting("momentum")


@pytest.mark.parametrize(
    ("values", "kind", "below", "above"),
    [
        ([1e-4, 1e-3, 1e-2], LR, 1e-5, 0.1),
        ([1e-3], LR, 3.2e-4, 3.2e-3),
        ([1e-5, 3.162e-5, 1e-4], LR, 3.2e-6, 3.2e-4),
        ([8, 16, 32], BATCH, 4, 64),  # by factors, as they stand
        ([32, 107, 181, 256], BATCH, None, 331),  # by differences
        ([64], BATCH, 32, 96),
        ([0.2, 0.4, 0.6], MOMENTUM, 0.0, 0.8),
    ],
)
def test_the_next_value_is_as_far_as_the_one_before(values, kind, below, above) -> None:
    assert beyond(values, kind, above=True) == pytest.approx(above)
    if below is None:
        with pytest.raises(ConfigError, match="there is nothing below 32"):
            beyond(values, kind, above=False)
    else:
        assert beyond(values, kind, above=False) == pytest.approx(below, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "value", "kind", "middle"),
    [
        ([1e-4, 1e-2], 1e-4, LR, 1e-3),
        ([1e-4, 1e-3, 1e-2], 1e-3, LR, 3.2e-3),
        ([1e-4, 1e-3], 1e-3, LR, 3.2e-4),  # the largest goes with the one before it
        ([8, 32], 8, BATCH, 20),
        ([8, 16, 32], 16, BATCH, 23),
        ([1e-3, 1.1e-3], 1e-3, LR, 1.05e-3),
    ],
)
def test_half_way_lies_between_by_factors_or_by_differences(values, value, kind, middle) -> None:
    assert between(values, value, kind) == pytest.approx(middle)


def test_what_has_nothing_between_says_so() -> None:
    with pytest.raises(ConfigError, match="nothing between 8 and 9"):
        between([8, 9], 8, BATCH)
    with pytest.raises(ConfigError, match="there is only 1e-3; add a value beside it first"):
        between([1e-3], 1e-3, LR)


@given(st.lists(st.floats(1e-9, 50), min_size=2, max_size=6, unique=True).map(sorted))
def test_a_new_rate_is_always_new_and_where_it_should_be(values: list[float]) -> None:
    assert beyond(values, LR, above=True) > values[-1]
    assert 0 < beyond(values, LR, above=False) < values[0]
    for low, high in pairwise(values):
        try:
            assert low < between(values, low, LR) < high
        except ConfigError:
            assert high / low < 1 + 1e-10


def test_a_line_is_of_the_settings_that_differ_in_nothing_else() -> None:
    places = [(1e-3, "relu"), (1e-2, "relu"), (1e-4, "tanh"), (1e-3, "relu"), (None, "relu")]
    assert line_of(places, (1e-2, "relu"), 0) == [1e-3, 1e-2]


def test_seeds_that_others_have_come_first_and_then_new_ones() -> None:
    assert more_seeds([1], [1, 2, 3], 1) == (2,)
    assert more_seeds([1], [1, 2, 3], 4) == (2, 3, 4, 5)
    assert more_seeds([7], [7], 2) == (8, 9)


def test_runs_are_those_that_the_sweep_itself_would_have_made() -> None:
    axes = "lr=1e-3, 1e-2; batch_size=8, 16; activation=tanh"
    sweep = SweepConfig(RunConfig(epochs=2), parse_axes(axes), (1, 2))
    made = dict(sweep.runs())
    fields = tuple(axis.field for axis in sweep.axes)
    base = next(iter(made.values())).to_dict()
    again = dict(grown(base, fields, (1e-2, 16, "tanh"), (2, 1), name_seeds=True))
    assert len(again) == 2
    assert {name: made[name] for name in again} == again


def test_a_value_that_no_run_can_have_is_refused() -> None:
    with pytest.raises(ConfigError, match="lr"):
        grown(RunConfig().to_dict(), ("lr",), (1e3,), (1,), name_seeds=False)
