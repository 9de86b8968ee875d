"""The lr of a step follows from the config and the scales alone."""

from __future__ import annotations

import math
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.events import EpochDone
from rottui.core.schedules import lr_at
from rottui.core.steering import (
    Scale,
    extension_problem,
    factor_problem,
    fork_problems,
    keeps_optimizer,
    order_problem,
    scale_at,
)
from rottui.core.training import Training

SMALL = RunConfig().replaced({"network.dense_hiddens": [8], "batch_size": 16, "epochs": 3})
steps = st.integers(0, 1000)
factors = st.sampled_from([0.1, 0.5, 2.0, 3.0, 10.0])
scales = st.lists(st.builds(Scale, steps, factors), max_size=6)


@given(scales, steps)
def test_every_scale_from_before_or_at_a_step_counts_once_and_no_later_one(
    scales: list[Scale], step: int
) -> None:
    expected = math.prod(scale.factor for scale in scales if scale.step <= step)
    assert scale_at(scales, step) == expected


@given(steps)
def test_without_scales_the_rate_is_the_schedules_to_the_last_bit(step: int) -> None:
    assert scale_at([], step) == 1.0
    assert lr_at("cosine", 3e-4, step, 1001) * scale_at([], step) == lr_at(
        "cosine", 3e-4, step, 1001
    )


@given(scales, steps, factors)
def test_a_later_wish_changes_no_earlier_step(
    scales: list[Scale], step: int, factor: float
) -> None:
    before = [scale_at(scales, s) for s in range(step)]
    later = [*scales, Scale(step, factor)]
    assert [scale_at(later, s) for s in range(step)] == before
    assert scale_at(later, step) == scale_at(scales, step) * factor


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle"])
def test_a_training_multiplies_what_its_schedule_says(
    schedule: str, tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = SMALL.replaced({"schedule": schedule, "lr": 1e-3})
    training = Training(config, tiny_dataset)
    rates: list[float] = []
    take = training.learner.step
    monkeypatch.setattr(
        training.learner, "step", lambda x, y, lr: rates.append(lr) or take(x, y, lr)
    )
    training.steer([Scale(5, 0.5), Scale(7, 3.0)])
    list(training.events())
    total = len(rates)
    assert rates == [
        lr_at(config.schedule, 1e-3, step, total) * (1 if step < 5 else 0.5 if step < 7 else 1.5)
        for step in range(total)
    ]


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop"])
def test_a_restored_training_with_its_scales_takes_the_same_steps(
    optimizer: str, tiny_dataset: Dataset
) -> None:
    config = SMALL.replaced({"optimizer": optimizer, "shuffle": True})
    given_scales = [Scale(2, 0.25), Scale(6, 8.0)]

    def curve(training: Training) -> list[tuple[float, ...]]:
        return [
            (event.epoch, *astuple(event.metrics))
            for event in training.events()
            if isinstance(event, EpochDone)
        ]

    whole = Training(config, tiny_dataset)
    whole.steer(given_scales)
    expected = curve(whole)
    for stop in (1, 2, 3, 6, 9):
        first = Training(config, tiny_dataset)
        first.steer(given_scales)
        list(first.events(lambda training=first, stop=stop: training.step == stop))
        second = Training.restore(config, tiny_dataset, first.checkpoint())
        second.steer(given_scales)
        after = curve(second)
        assert after == expected[-len(after) :]


@pytest.mark.parametrize("factor", [0.0, -1.0, math.nan, math.inf, 1e9, 1e-9])
def test_a_factor_that_is_none_is_refused(factor: float) -> None:
    assert factor_problem(factor) is not None


def test_only_a_constant_schedule_can_be_extended() -> None:
    assert extension_problem(SMALL) is None
    for schedule in ("cosine", "one-cycle"):
        assert "fork" in (extension_problem(SMALL.replaced({"schedule": schedule})) or "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"network.dense_hiddens": [9]}, "network"),
        ({"network.activation": "tanh"}, "network"),
        ({"target": "circular"}, "target"),
        ({"precision": "float64"}, "precision"),
        ({"data.train_size": 30}, "data"),
        ({"batch_size": 8}, "batch_size"),
        ({"lr": 1.0, "epochs": 9, "seed": 4, "optimizer": "sgd", "weight_decay": 0.1}, None),
    ],
)
def test_a_fork_names_what_it_cannot_change(change: dict[str, object], field: str | None) -> None:
    assert list(fork_problems(SMALL, SMALL.replaced(change))) == ([field] if field else [])


def test_what_the_optimizer_gathered_is_kept_only_by_one_of_its_kind() -> None:
    assert keeps_optimizer(SMALL, SMALL.replaced({"lr": 1.0, "weight_decay": 0.1}))
    assert not keeps_optimizer(SMALL, SMALL.replaced({"optimizer": "sgd"}))
    sgd = SMALL.replaced({"optimizer": "sgd"})
    assert not keeps_optimizer(sgd, sgd.replaced({"momentum": 0.9}))


def test_the_order_of_the_images_is_drawn_from_the_seed_only_if_shuffled() -> None:
    shuffled = SMALL.replaced({"shuffle": True})
    assert order_problem(SMALL, SMALL.replaced({"seed": 5})) is None
    assert order_problem(shuffled, shuffled.replaced({"seed": 5})) == "seed"
    assert order_problem(SMALL, shuffled) == "shuffle"
