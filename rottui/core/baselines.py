"""What guesses that look at no image would score: below these, a network has learnt something."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from torch import Tensor

from rottui.core.config import Loss
from rottui.core.metrics import Evaluation, evaluation
from rottui.core.targets import CHANCE_DEG, AngleTarget

CHANCE: Final = {
    "circular_mae_deg": CHANCE_DEG,
    "median_deg": CHANCE_DEG,
    "flips": 0.25,
    "axial_mae_deg": CHANCE_DEG / 2,
}
"""Of an angle drawn evenly from the circle: its error is even over 0° to 180°, whatever the truth.

Losses and MAEs in the target's units depend on how the guess is put, and are left out.
"""


def baselines(
    train_targets: Tensor, test_targets: Tensor, target: AngleTarget, loss: Loss = "mse"
) -> dict[str, dict[str, float]]:
    """Guess → metric → value on the test split; the names are those of a run's metrics.

    ``mean``: the mean of the train targets for every image. ``chance``: an angle drawn from the
    circle. Targets are ``(N, outputs)``.
    """
    mean = asdict(predict_the_mean(train_targets, test_targets, target, loss))
    return {"mean": _of_test(mean), "chance": _of_test(CHANCE)}


def predict_the_mean(
    train_targets: Tensor, test_targets: Tensor, target: AngleTarget, loss: Loss = "mse"
) -> Evaluation:
    """Metrics on the test split of the one output that the mean squared error likes best.

    Scalar targets: their mean, 0. Circular ones: the mean of the unit vectors; of angles from all
    around, it is short and says nothing. Targets are ``(N, outputs)``.
    """
    mean = train_targets.cpu().double().mean(0)
    return evaluation(mean.expand(len(test_targets), -1), test_targets, target, loss)


def _of_test(values: dict[str, float]) -> dict[str, float]:
    return {f"test_{name}": value for name, value in values.items()}
