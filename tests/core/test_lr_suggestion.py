"""Curves of range tests: the estimates by hand, their laws, and noise that fools another rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rottui.core.lr_suggestion import (
    Average,
    Estimates,
    LossCurve,
    Refusal,
    Suggestion,
    estimates,
    steepest,
    suggest,
    valley,
)

LRS = tuple(float(lr) for lr in np.logspace(-7, 1, 400))
DROP = 10**-2.5
"""Where the curves of these tests fall."""


def curve_of(
    losses: Sequence[float], lrs: Sequence[float] = LRS, *, seed: int = 0, diverged: bool = False
) -> LossCurve:
    average = Average(len(lrs))
    smoothed = tuple(map(average.add, losses))
    last = lrs[len(losses) - 1] if diverged else None
    return LossCurve(
        seed, len(lrs), tuple(lrs[: len(losses)]), tuple(map(float, losses)), smoothed, last
    )


def falling(
    lrs: Sequence[float] = LRS, *, middle: float = DROP, noise: float = 0.0, seed: int = 0
) -> list[float]:
    """A loss that falls from 1 to 0, half of it by ``middle``, with uniform noise."""
    decades = np.log10(lrs) - math.log10(middle)
    drawn = np.random.default_rng(seed).uniform(-noise, noise, len(lrs))
    return [float(loss) for loss in 1 / (1 + np.exp(4 * decades)) + drawn]


def diverging(*, middle: float, seed: int = 0) -> LossCurve:
    """The same, and a rise a decade above it that ends the ramp."""
    losses = 0.2 + np.array(falling(middle=middle)) + (np.array(LRS) / middle / 20) ** 2
    return curve_of([loss for loss in losses if loss < 5], seed=seed, diverged=True)


def found(curve: LossCurve) -> Estimates:
    said = estimates(curve)
    assert isinstance(said, Estimates), said
    return said


def suggested(*curves: LossCurve) -> Suggestion:
    said = suggest(curves)
    assert isinstance(said, Suggestion), said
    return said


def refused(*curves: LossCurve) -> str:
    said = suggest(curves)
    assert isinstance(said, Refusal), said
    return said.reason


# --- by hand ---------------------------------------------------------------------------------


def test_the_average_of_the_first_value_is_that_value_and_of_equal_ones_too() -> None:
    average = Average(400)
    assert average.keep == pytest.approx(0.98)  # fastai's
    assert [average.add(3.0) for _ in range(4)] == pytest.approx([3.0] * 4)


def test_the_average_is_that_of_its_formula() -> None:
    average, keep = Average(80), 0.9
    found = [average.add(value) for value in (1.0, 2.0, 4.0)]
    second = (keep * 1 + 2) / (keep + 1)
    third = (keep**2 * 1 + keep * 2 + 4) / (keep**2 + keep + 1)
    assert found == pytest.approx([1.0, second, third])


def test_the_average_of_noise_is_as_quiet_as_it_says() -> None:
    average, noise = Average(400), np.random.default_rng(0).normal(size=40_000)
    settled = [average.add(value) for value in noise][1000:]
    assert np.std(settled) == pytest.approx(average.noise, rel=0.1)


def test_the_valley_is_the_middle_of_the_longest_descent() -> None:
    lrs = [10.0**k for k in range(10)]
    losses = [5, 6, 5.5, 4, 4.5, 3, 2, 1, 0.5, 7]
    # the longest descent is 6, 5.5, 4 (or 4.5), 3, 2, 1, 0.5: seven losses up to index 8, so that
    # it starts at 8 - 7 = 1, has thirds of 7/3, and its middle is 1 + 2 + 1
    assert valley(lrs, losses) == 1e4


@given(st.lists(st.floats(0, 10), min_size=1, max_size=40))
def test_the_valley_is_the_one_of_the_plain_double_loop(losses: list[float]) -> None:
    """The longest decreasing subsequence by comparing every pair, as it is usually written."""
    lengths = [1] * len(losses)
    for i, loss in enumerate(losses):
        lengths[i] += max((lengths[j] for j in range(i) if losses[j] > loss), default=0)
    end = lengths.index(max(lengths))
    third = lengths[end] / 3
    at = max(0, end - lengths[end] + int(third) + int(third / 2))
    lrs = [float(k + 1) for k in range(len(losses))]
    assert valley(lrs, losses) == lrs[at]


def test_the_steepest_half_decade_is_found_against_the_logarithm() -> None:
    lrs = [10 ** (k / 20) for k in range(81)]  # four decades
    losses = [float(-max(0, min(k - 40, 10))) for k in range(81)]  # falls from 100 to 316 only
    assert steepest(lrs, losses) == pytest.approx(10**2.25)


def test_a_clean_fall_is_read_off_where_it_is() -> None:
    said = found(curve_of(falling()))
    assert DROP / 3 < said.valley < 3 * DROP
    assert DROP / 3 < said.steepest < 10 * DROP  # the average lags by some 40 steps of 50 a decade
    assert said.centre == pytest.approx(math.sqrt(said.valley * said.minimum))


def test_the_lowest_loss_is_divided_by_ten() -> None:
    curve = curve_of([*falling()[:300], *([50.0] * 20)], diverged=True)
    assert found(curve).minimum == curve.lrs[curve.lowest] / 10
    assert curve.smoothed[curve.lowest] == min(curve.smoothed)


# --- laws ------------------------------------------------------------------------------------


@given(st.floats(1e-3, 1e3), st.integers(0, 5))
def test_the_unit_of_the_loss_does_not_matter(unit: float, seed: int) -> None:
    losses = falling(noise=0.05, seed=seed)
    said, scaled = found(curve_of(losses)), found(curve_of([unit * loss for loss in losses]))
    assert scaled.valley == pytest.approx(said.valley, rel=0.1)  # a tie may fall otherwise
    assert scaled.minimum == said.minimum
    assert scaled.steepest == said.steepest


@given(st.floats(0, 100), st.integers(0, 5))
def test_a_constant_in_the_loss_does_not_matter(constant: float, seed: int) -> None:
    losses = falling(noise=0.05, seed=seed)
    said, raised = found(curve_of(losses)), found(curve_of([constant + loss for loss in losses]))
    assert raised.valley == pytest.approx(said.valley, rel=0.1)
    assert raised.minimum == pytest.approx(said.minimum, rel=0.1)


@given(st.floats(-3, 3), st.integers(0, 5))
def test_a_shifted_ramp_shifts_every_estimate(decades: float, seed: int) -> None:
    curve = curve_of(falling(noise=0.05, seed=seed))
    factor = 10**decades
    said = found(curve)
    shifted = found(replace(curve, lrs=tuple(factor * lr for lr in curve.lrs)))
    for name in ("valley", "minimum", "steepest", "centre"):
        assert getattr(shifted, name) == pytest.approx(factor * getattr(said, name)), name


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.booleans())
def test_any_curve_is_answered(losses: list[float], diverged: bool) -> None:
    curve = curve_of(losses, LRS[:60] if diverged else LRS[: len(losses)], diverged=diverged)
    said = suggest([curve])
    if isinstance(said, Suggestion):
        assert 0 < said.low <= said.high
    assert said.sentence


# --- noise -----------------------------------------------------------------------------------


def slope_against_the_rate(lrs: Sequence[float], losses: Sequence[float]) -> float:
    """The rule not to follow: where the loss falls fastest against the rate itself.

    As PyTorch Lightning's finder has it, which leaves out the first ten points and the last.
    """
    kept_lrs, kept = np.array(lrs[10:-1]), np.array(losses[10:-1])
    return float(kept_lrs[np.argmin(np.gradient(kept, kept_lrs))])


HUNDRED = tuple(10 ** (-8 + 8 * (k + 1) / 100) for k in range(100))


@pytest.mark.parametrize("seed", range(5))
def test_noise_that_misleads_the_slope_against_the_rate_does_not_mislead_us(seed: int) -> None:
    losses = falling(HUNDRED, noise=0.02, seed=seed)
    assert slope_against_the_rate(HUNDRED, losses) < 1e-6  # four decades below the fall
    said = suggested(curve_of(losses, HUNDRED))
    assert DROP / 3.2 < said.valley.median < 3.2 * DROP
    assert DROP / 3.2 < said.seeds[0].steepest < 3.2 * DROP
    assert DROP / 10 < said.centre < 10 * DROP


@pytest.mark.parametrize("seed", range(5))
def test_a_fall_that_goes_on_to_the_end_is_not_lost_in_noise(seed: int) -> None:
    """The curve of Lightning's issue 21141: up until 10^-5.2, then down ever faster, to 1."""
    x = np.linspace(-50, 50, 100)
    noise = np.random.default_rng(seed).uniform(-0.1, 0.1, 100)
    losses = [float(loss) for loss in (-(x**2) - 30 * x + 4000) / 1000 + noise]
    assert slope_against_the_rate(HUNDRED, losses) < 1e-5
    said = suggested(curve_of(losses, HUNDRED))
    assert 10**-5.2 < said.low < said.high < 1
    assert said.centre > 1e-3
    assert said.seeds[0].steepest > 0.3
    assert said.notes == ("the loss was still falling at the end; try a range that ends higher",)


# --- seeds -----------------------------------------------------------------------------------


def test_the_band_spans_the_estimates_of_all_seeds() -> None:
    curves = [curve_of(falling(noise=0.05, seed=k), seed=k) for k in range(3)]
    said = suggested(*curves)
    each = [found(curve) for curve in curves]
    rates = [rate for one in each for rate in (one.valley, one.minimum)]
    assert said.seeds == tuple(each)
    assert said.low == float(f"{min(rates):.1e}")
    assert said.high == float(f"{max(rates):.1e}")
    assert said.low <= said.centre <= said.high
    assert said.centre == float(f"{sorted(one.centre for one in each)[1]:.1e}")
    assert said.valley.median == pytest.approx(sorted(one.valley for one in each)[1])
    assert said.spread == max(one.centre for one in each) / min(one.centre for one in each)
    assert f"3 seeds agree within ×{said.spread:.1f}" in said.sentence


def test_the_sentence_of_one_seed_does_not_speak_of_agreement() -> None:
    assert "one seed alone" in suggested(curve_of(falling())).sentence


def test_noise_alone_is_no_drop() -> None:
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(1, 0.1, 400)
        assert "no clear drop" in refused(curve_of(list(noise)))


def test_a_drop_below_the_noise_is_refused_and_above_it_is_not() -> None:
    losses = np.array(falling())
    noise = np.random.default_rng(1).normal(0, 1, 400)
    assert "no clear drop: the loss fell by" in refused(curve_of(list(losses + 4 * noise)))
    suggested(curve_of(list(losses + 0.5 * noise)))


def test_seeds_that_are_decades_apart_are_refused_with_their_rates() -> None:
    far = [diverging(middle=middle) for middle in (1e-5, 1e-4, 1e-3)]
    assert refused(*far).startswith("the seeds disagree (")
    near = [diverging(middle=middle) for middle in (1e-4, 2e-4, 3e-4)]
    assert 2 < suggested(*near).spread < 4


def test_most_seeds_decide_and_the_others_are_told_of() -> None:
    good = [curve_of(falling(noise=0.05, seed=k), seed=k) for k in range(2)]
    flat = [curve_of([1.0] * 400, seed=k) for k in range(3)]
    said = suggested(*good, flat[0])
    assert len(said.seeds) == 2
    assert said.notes[0].startswith("1 of 3 seeds: no clear drop")
    assert "(3 of 5 seeds)" in refused(*good, *flat)
    assert "(2 of 4 seeds)" in refused(*good, *flat[:2])


def test_a_ramp_that_diverges_at_once_is_refused() -> None:
    curve = curve_of([1.0, 1.1, 9.0], diverged=True)
    assert "diverged by 1.1e-7 already; try a range that starts lower" in refused(curve)
    nothing = LossCurve(0, 400, (), (), (), 1e-7)
    assert "diverged by the first rate already" in refused(nothing)
    assert "no ramp" in refused()


def test_what_falls_after_a_divergence_is_no_valley() -> None:
    """An explosion below four times the lowest loss; then a fall from there, twice as long."""
    losses = (
        [1.0] * 150 + [1 - 0.005 * k for k in range(60)] + [2.5 - 0.005 * k for k in range(190)]
    )
    said = found(curve_of(losses))
    assert LRS[150] < said.valley < LRS[210]
    assert said.minimum < LRS[210]


def test_a_fall_from_the_first_step_is_told_of() -> None:
    lrs = tuple(float(lr) for lr in np.logspace(-3, 1, 400))
    assert (
        suggested(curve_of(falling(lrs, noise=0.05), lrs))
        .notes[-1]
        .startswith("the loss fell from the first steps on")
    )
    assert suggested(curve_of(falling(noise=0.05))).notes == ()
