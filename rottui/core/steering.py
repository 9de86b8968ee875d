"""What a person changes of a run under way, as pure functions: replayed, it is the same anew.

A wish about the lr takes effect at a step that is written down before it is applied. So the lr of
every step follows from the config and the list of scales alone, and a run that was killed and
restored goes through the very same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rottui.core.config import RunConfig

LEAST_FACTOR, MOST_FACTOR = 1e-6, 1e6
"""A scale beyond these is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From one step on, the lr is multiplied by a factor."""

    step: int
    """The first optimizer step that it holds for, counted from 0."""
    factor: float


def scale_at(scales: Iterable[Scale], step: int) -> float:
    """The product of the factors that hold at a step; 1 where none does.

    Multiplied in the order in which they are given, so that it is the same to the last bit.
    """
    product = 1.0
    for scale in scales:
        if scale.step <= step:
            product *= scale.factor
    return product


def factor_problem(factor: float) -> str | None:
    """Why the lr cannot be multiplied by a factor, as the end of a sentence; None if it can."""
    if not math.isfinite(factor) or not LEAST_FACTOR <= factor <= MOST_FACTOR:
        return f"must be from {LEAST_FACTOR:g} to {MOST_FACTOR:g}, not {factor:g}"
    return None


def extension_problem(config: RunConfig) -> str | None:
    """Why a done run of this config cannot be trained further as if planned longer, or None."""
    if config.schedule != "constant":
        return (
            f"its {config.schedule} schedule depends on the number of epochs, so that a longer run "
            "would have had other rates from the start; fork it instead"
        )
    return None


FIXED_IN_FORK: Mapping[str, str] = {
    "network": "the weights are of this network",
    "target": "the outputs mean this target",
    "loss": "the curve so far is of this loss",
    "precision": "the weights have this precision",
    "data": "the curve so far is of these images",
    "batch_size": "the steps so far were counted in these batches",
}
"""What a fork keeps of the run it comes from, and why."""


def fork_problems(parent: RunConfig, fork: RunConfig) -> dict[str, str]:
    """Field → why a fork cannot change it, for each that differs though it must not."""
    old, new = parent.to_dict(), fork.to_dict()
    return {field: why for field, why in FIXED_IN_FORK.items() if old[field] != new[field]}


def order_problem(parent: RunConfig, fork: RunConfig) -> str | None:
    """The field that draws the order of the images, where a fork changes it; else None.

    Inside an epoch it cannot change: some images would come twice and others not at all.
    """
    if parent.shuffle != fork.shuffle:
        return "shuffle"
    if fork.shuffle and parent.seed != fork.seed:
        return "seed"
    return None


def keeps_optimizer(parent: RunConfig, fork: RunConfig) -> bool:
    """Whether what the parent's optimizer has gathered is of use to that of the fork."""
    return parent.optimizer == fork.optimizer and bool(parent.momentum) == bool(fork.momentum)
