"""The rate of each step against PyTorch's own schedulers, driven step by step."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR

from rottui.core.config import Schedule
from rottui.core.schedules import lr_at


def stepwise(schedule: Schedule, lr: float, steps: int) -> list[float]:
    """The rates that PyTorch's scheduler sets before each step."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler: LRScheduler
    if schedule == "cosine":
        scheduler = CosineAnnealingLR(optimizer, T_max=steps)
    else:
        scheduler = OneCycleLR(optimizer, max_lr=lr, total_steps=steps, cycle_momentum=False)
    rates = []
    for step in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < steps:
            scheduler.step()
    return rates


@pytest.mark.parametrize("schedule", ["cosine", "one-cycle"])
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 7, 10, 100, 785])
@pytest.mark.parametrize("lr", [1e-4, 0.3])
def test_every_step_has_the_rate_of_pytorchs_scheduler(
    schedule: Schedule, steps: int, lr: float
) -> None:
    found = [lr_at(schedule, lr, step, steps) for step in range(steps)]
    assert found == pytest.approx(stepwise(schedule, lr, steps), rel=1e-9, abs=1e-12 * lr)


def test_a_constant_rate_is_the_configs_to_the_last_bit() -> None:
    assert {lr_at("constant", 3.2e-4, step, 10) for step in range(10)} == {3.2e-4}


def test_one_cycle_rises_to_the_configs_rate_and_falls_to_almost_nothing() -> None:
    rates = [lr_at("one-cycle", 1e-2, step, 100) for step in range(100)]
    top = rates.index(max(rates))
    assert (top, rates[top]) == (29, pytest.approx(1e-2))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[0] == pytest.approx(1e-2 / 25)
    assert rates[-1] == pytest.approx(1e-2 / 25 / 1e4)
