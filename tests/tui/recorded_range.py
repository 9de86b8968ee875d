"""The range test of the experiment's MLP as it once went on the real images, three seeds."""

from __future__ import annotations

import json
from pathlib import Path

from rottui.core.config import DataConfig, RunConfig
from rottui.core.lr_range import RampDone, RampProgress, RangeDone, RangeTest
from rottui.core.lr_suggestion import Average, LossCurve, suggest
from rottui.core.presets import SEED_MLP

RECORDED = Path(__file__).with_name("recorded_lr_range.json")
CONFIG: RunConfig = SEED_MLP.model_copy(
    update={"data": DataConfig(source="rotated", path="rotated_fashion_mnist.zip")}
)


def recorded_curves() -> tuple[LossCurve, ...]:
    """The three curves, made of the recorded losses."""
    found = json.loads(RECORDED.read_text())
    test = RangeTest(tuple(map(int, found["seeds"])), steps=found["steps"])
    curves = []
    for seed, losses in found["seeds"].items():
        average = Average(test.steps)
        curves.append(
            LossCurve(
                int(seed),
                test.steps,
                tuple(test.lr(step) for step in range(len(losses))),
                tuple(losses),
                tuple(map(average.add, losses)),
                found["diverged_at"][seed],
            )
        )
    return tuple(curves)


def so_far(curve: LossCurve, steps: int) -> LossCurve:
    """The curve after some of its steps."""
    parts = (values[:steps] for values in (curve.lrs, curve.losses, curve.smoothed))
    return LossCurve(curve.seed, curve.planned, *parts)


def half_way() -> list[RampProgress | RampDone]:
    """The first ramp done and the second under way."""
    first, second, _ = recorded_curves()
    return [RampDone(0, first), RampProgress(1, so_far(second, 330))]


def all_of_it() -> list[RampDone | RangeDone]:
    """Every ramp, and what they say."""
    curves = recorded_curves()
    return [
        *(RampDone(number, curve) for number, curve in enumerate(curves)),
        RangeDone(curves, suggest(curves)),
    ]
