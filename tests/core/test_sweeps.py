"""Sweeps: how rates and seeds are read, and the runs that they make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rottui.core.config import RunConfig
from rottui.core.presets import run_preset, sweep_preset
from rottui.core.sweeps import SweepConfig, log_range, parse_lrs, parse_seeds
from rottui.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("1e-2, 1e-4, 1e-8", (1e-2, 1e-4, 1e-8)),
        ("0.01 1e-4;1e-8", (1e-2, 1e-4, 1e-8)),
        ("1e-3", (1e-3,)),
        ("1e-5..1e-1", (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)),
        ("1e-1..1e-5", (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)),
        ("1e-5 .. 1e-1 x 3", (1e-5, 1e-3, 1e-1)),
        ("1e-3..1e-1 x3, 0.5", (1e-3, 1e-2, 1e-1, 0.5)),
        ("1e-2, 0.01", (1e-2,)),
    ],
)
def test_rates_are_read_from_lists_and_ranges(text: str, rates: tuple[float, ...]) -> None:
    assert parse_lrs(text) == rates


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "give rates such as"),
        ("quick", "'quick' is not a number"),
        ("1e-2, 0", "above 0 and finite, not 0"),
        ("-1", "above 0 and finite"),
        ("nan", "above 0 and finite"),
        ("1e-3..1e-3", "same two ends"),
        ("1e-3..1e-1 x1", "between 2 and"),
        ("1e-3..", "is not a number"),
    ],
)
def test_rates_that_are_none_are_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_lrs(text)


@given(st.integers(-9, -2), st.integers(1, 7), st.integers(2, 60))
def test_a_range_has_exact_ends_and_no_doubles(low: int, decades: int, count: int) -> None:
    ends = float(f"1e{low}"), float(f"1e{low + decades}")
    rates = log_range(*ends, count)
    assert (rates[0], rates[-1], len(set(rates))) == (*ends, count)
    assert list(rates) == sorted(rates)


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("", (7,)), ("x3", (7, 8, 9)), ("1..3", (1, 2, 3)), ("4, 2 4", (4, 2))],
)
def test_seeds_are_read(text: str, seeds: tuple[int, ...]) -> None:
    assert parse_seeds(text, first=7) == seeds


@pytest.mark.parametrize("text", ["one", "-1", "3..1", "x0", "4294967296", "1.5"])
def test_seeds_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="seed"):
        parse_seeds(text, first=0)


def test_the_runs_of_a_sweep_differ_in_rate_and_seed_only() -> None:
    sweep = SweepConfig(RunConfig(), (1e-2, 1e-4), (1, 2))
    runs = sweep.runs()
    assert [name for name, _ in runs] == [
        "mlp 256-256 lr 1e-2 seed 1",
        "mlp 256-256 lr 1e-4 seed 1",
        "mlp 256-256 lr 1e-2 seed 2",
        "mlp 256-256 lr 1e-4 seed 2",
    ]
    alike = {config.replaced({"lr": 1, "seed": 0}).digest() for _, config in runs}
    assert len(alike) == 1


def test_a_sweep_too_large_to_be_meant_is_refused() -> None:
    with pytest.raises(ConfigError, match="10,001 runs are more than 10,000"):
        SweepConfig(RunConfig(), (1e-3,), tuple(range(10_001)))


def test_the_presets_are_the_experiments_seven_trainings() -> None:
    mlp, cnn = run_preset("seed-mlp"), run_preset("seed-cnn")
    assert mlp.network.label == "mlp 128-128"
    assert cnn.network.label == "cnn 16-32-45 · 128"
    assert (cnn.lr, cnn.epochs, mlp.epochs) == (1e-3, 50, 50)
    for name, base in (("seed-mlp-lr", mlp), ("seed-cnn-lr", cnn)):
        sweep = sweep_preset(name)
        assert sweep.base == base
        assert sweep.lrs == (1e-2, 1e-4, 1e-8)


def test_an_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="there are seed-mlp, seed-cnn, seed-mlp-lr, seed-cnn-lr"):
        run_preset("mlp")
