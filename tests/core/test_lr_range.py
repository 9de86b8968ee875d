"""Ramps on real networks: the rates, where they end, and that they leave nothing behind."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest
import torch

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset, Split
from rottui.core.lr_range import (
    RampDone,
    RampProgress,
    RangeDone,
    RangeEvent,
    RangeStopped,
    RangeTest,
    range_test,
)
from rottui.core.lr_suggestion import Average, Refusal, Suggestion, suggest
from rottui.core.order import epoch_order
from rottui.core.training import Training
from rottui.errors import ConfigError

CONFIG = RunConfig().replaced(
    {"network.dense_hiddens": [16, 8], "batch_size": 16, "target": "circular", "seed": 5}
)
SMALL = RangeTest(seeds=(5, 6), steps=60)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def bars() -> Dataset:
    """640 images of a bar, angles within a half turn, so that a small network learns them."""
    rng = np.random.default_rng(3)
    angles = rng.uniform(0, 180, 640).astype(np.float32)
    y, x = np.mgrid[-13.5:14, -13.5:14]
    turns = np.deg2rad(angles)[:, None, None]
    along = x * np.cos(turns) - y * np.sin(turns)
    across = x * np.sin(turns) + y * np.cos(turns)
    images = np.where((np.abs(across) < 2) & (along > 0), 220, 0).astype(np.uint8)[:, None]
    return Dataset(
        Split(images, angles), Split(images[:30], angles[:30]), source="bars", fingerprint="bars-2"
    )


def events_of(dataset: Dataset, test: RangeTest = SMALL, **changes: object) -> list[RangeEvent]:
    return list(range_test(CONFIG.replaced(changes), dataset, test))


def last(events: list[RangeEvent]) -> RangeDone:
    done = events[-1]
    assert isinstance(done, RangeDone)
    return done


# --- what may be asked for -------------------------------------------------------------------


def test_the_rates_are_evenly_spaced_in_the_logarithm_and_their_ends_exact() -> None:
    test = RangeTest(seeds=(1,), low=1e-5, high=0.3, steps=40)
    lrs = [test.lr(step) for step in range(40)]
    assert (lrs[0], lrs[-1]) == (1e-5, 0.3)
    ratios = [b / a for a, b in pairwise(lrs)]
    assert ratios == pytest.approx([ratios[0]] * 39)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"low": 0.0}, "low", "must be above 0 and finite, not 0"),
        ({"low": -1e-3}, "low", "must be above 0 and finite, not -0.001"),
        ({"low": math.nan}, "low", "must be above 0 and finite, not nan"),
        ({"high": math.inf}, "high", "must be above 0 and finite, not inf"),
        ({"high": 200.0}, "high", "must be at most 100, not 200"),
        ({"low": 1e-2, "high": 1e-2}, "low", "must be below the end of the range (0.01)"),
        ({"low": 1e-1, "high": 1e-2}, "low", "must be below the end of the range (0.01)"),
        ({"steps": 19}, "steps", "must be between 20 and 100,000, not 19"),
        ({"steps": 1_000_000}, "steps", "must be between 20 and 100,000, not 1,000,000"),
        ({"seeds": ()}, "seeds", "at least one seed"),
    ],
)
def test_what_is_no_range_is_refused_by_its_field(
    changes: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        RangeTest(**({"seeds": (1,)} | changes))  # type: ignore[arg-type]
    (problem,) = refused.value.problems
    assert problem.field == field
    assert words in problem.message


# --- ramps -----------------------------------------------------------------------------------


def test_a_ramp_takes_the_steps_of_a_training_at_the_rates_of_the_ramp(
    tiny_dataset: Dataset,
) -> None:
    """The losses by hand: a network of the seed, the seed's order, one step a rate."""
    test = RangeTest(seeds=(5,), high=1e-2, steps=30)
    (curve,) = last(events_of(tiny_dataset, test)).curves
    training = Training(CONFIG, tiny_dataset)
    images, targets = training.train_tensors  # 60 images: batches of 16, 16, 16 and 12
    batches = [b for epoch in range(8) for b in epoch_order(5, epoch, 60).split(16)][:30]
    losses = [
        training.learner.step(images[batch], targets[batch], test.lr(k)).item()
        for k, batch in enumerate(batches)
    ]
    average = Average(30)
    assert curve.losses == tuple(losses)
    assert curve.smoothed == tuple(map(average.add, losses))
    assert curve.lrs == tuple(test.lr(k) for k in range(30))
    assert (curve.seed, curve.planned, curve.diverged_at) == (5, 30, None)


def test_the_events_are_progress_and_an_end_for_each_seed_then_the_verdict(
    tiny_dataset: Dataset,
) -> None:
    events = events_of(tiny_dataset, RangeTest(seeds=(5, 6), high=1e-2, steps=25))
    shape = [
        (event.number, len(event.curve.lrs))
        for event in events
        if isinstance(event, RampProgress | RampDone)
    ]
    assert shape == [(0, 10), (0, 20), (0, 25), (1, 10), (1, 20), (1, 25)]
    assert [type(event) for event in events][2::3] == [RampDone, RampDone]
    done = last(events)
    assert [curve.seed for curve in done.curves] == [5, 6]
    assert done.verdict == suggest(done.curves)


def test_seeds_have_networks_and_orders_of_their_own(tiny_dataset: Dataset) -> None:
    first, second = last(events_of(tiny_dataset)).curves
    assert first.losses[:10] != second.losses[:10]
    alone = last(events_of(tiny_dataset, RangeTest(seeds=(6,), steps=60))).curves[0]
    assert alone == second


def test_a_ramp_ends_where_the_loss_is_far_above_its_lowest(bars: Dataset) -> None:
    test = RangeTest(seeds=(5,), low=1e-4, high=100, steps=100)
    (curve,) = last(events_of(bars, test)).curves
    assert curve.diverged_at == curve.lrs[-1]
    assert len(curve.lrs) < 100
    assert curve.smoothed[-1] > 4 * min(curve.smoothed)
    assert all(
        smoothed <= 4 * min(curve.smoothed[: k + 1])
        for k, smoothed in enumerate(curve.smoothed[:-1])
    )


def test_a_loss_that_is_not_finite_ends_a_ramp_and_is_not_on_its_curve(
    tiny_dataset: Dataset,
) -> None:
    """One step at lr 50 takes six layers from a loss near 1 beyond every float32."""
    test = RangeTest(seeds=(5,), low=50, high=100, steps=40)
    changes = {"network.dense_hiddens": [64] * 6}
    (curve,) = last(events_of(tiny_dataset, test, **changes)).curves
    assert len(curve.losses) == 1
    assert curve.diverged_at == test.lr(1)
    assert all(map(math.isfinite, curve.losses + curve.smoothed))


def test_the_band_of_a_network_that_learns_trains_it(bars: Dataset) -> None:
    """The middle of the band leaves less loss after a few epochs than a rate far beside it."""
    verdict = last(events_of(bars, RangeTest(seeds=(5, 6, 7), steps=300))).verdict
    assert isinstance(verdict, Suggestion)

    def left(lr: float) -> float:
        training = Training(CONFIG.replaced({"lr": lr, "epochs": 6}), bars)
        return [event.metrics.test_loss for event in training.events()][-1]  # type: ignore[union-attr]

    chosen = left(verdict.centre)
    assert chosen < left(verdict.low / 30)
    assert chosen < left(min(100, verdict.high * 100))


def test_rates_that_teach_nothing_are_refused(bars: Dataset) -> None:
    verdict = last(events_of(bars, RangeTest(seeds=(5, 6), high=1e-6, steps=60))).verdict
    assert isinstance(verdict, Refusal)
    assert "no clear drop" in verdict.reason


# --- what it leaves alone --------------------------------------------------------------------


def test_the_same_call_gives_the_same_band(bars: Dataset) -> None:
    test = RangeTest(seeds=(5, 6), steps=150)
    torch.manual_seed(1)
    first = last(events_of(bars, test))
    torch.manual_seed(2)
    assert last(events_of(bars, test)) == first
    assert isinstance(first.verdict, Suggestion)


def test_the_rate_schedule_and_shuffling_of_the_config_do_not_matter(
    tiny_dataset: Dataset,
) -> None:
    plain = last(events_of(tiny_dataset))
    changes = {"lr": 0.5, "schedule": "one-cycle", "shuffle": True, "epochs": 3, "patience": 1}
    assert last(events_of(tiny_dataset, **changes)) == plain


def test_nothing_global_is_touched(tiny_dataset: Dataset) -> None:
    before = (torch.get_rng_state().tolist(), np.random.get_state()[1].tolist(), random.getstate())
    events_of(tiny_dataset)
    after = (torch.get_rng_state().tolist(), np.random.get_state()[1].tolist(), random.getstate())
    assert after == before
    assert torch.get_num_threads() == 1


def test_a_training_under_way_does_not_notice(tiny_dataset: Dataset) -> None:
    config = CONFIG.replaced({"epochs": 4})
    alone = [event.metrics for event in Training(config, tiny_dataset).events()]  # type: ignore[union-attr]
    beside = []
    for event in Training(config, tiny_dataset).events():
        events_of(tiny_dataset)
        beside.append(event.metrics)  # type: ignore[union-attr]
    assert beside == alone


def test_it_stops_before_the_step_at_which_it_is_told_to(tiny_dataset: Dataset) -> None:
    asked = iter([False] * 70 + [True])
    events = list(range_test(CONFIG, tiny_dataset, SMALL, lambda: next(asked)))
    assert events[-1] == RangeStopped()
    assert not any(isinstance(event, RangeDone) for event in events)
    assert isinstance(events[-2], RampProgress | RampDone)
