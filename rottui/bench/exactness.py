"""Whether rottui computes what the notebook loop computes: at every step, in float64.

In float32 two right programs part by themselves within some hundred steps, since one rounding can
flip one ReLU and Adam amplifies it. In float64 they stay together to about 1e-15, and anything
that is not the same mathematics, such as an Adam epsilon of 1.01e-8, shows at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import torch

from rottui.bench.notebook import NotebookLoop, notebook_data
from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.events import EpochDone
from rottui.core.learner import Learner
from rottui.core.networks import build_network
from rottui.core.training import Training

TOLERANCE = 1e-10
"""Largest relative difference of what counts as the same mathematics."""
EPOCHS = 2
IMAGES = {"mlp": (20_000, 10_000), "cnn": (2_000, 1_000)}
"""Train and test images that are compared on, at most, so that it takes seconds."""


@dataclass(frozen=True, slots=True)
class Exactness:
    """How far the two are apart over two epochs."""

    largest: float
    """Largest relative difference of any step's loss and any epoch's metric; may be infinite."""
    steps: int
    """Steps whose losses were compared."""
    train_images: int
    test_images: int

    @property
    def same(self) -> bool:
        """Whether it is the same mathematics."""
        return self.largest <= TOLERANCE


def compare(config: RunConfig, dataset: Dataset) -> Exactness:
    """Train ``config`` for two epochs in float64, by the notebook and by rottui.

    The loss of each step is what the learner's ``step`` returns; the metrics are those of a whole
    training's events.
    """
    config = config.replaced({"precision": "float64", "epochs": EPOCHS})
    train_images, test_images = IMAGES[config.network.type]
    dataset = Dataset(
        dataset.train.first(train_images),
        dataset.test.first(test_images),
        dataset.source,
        dataset.fingerprint,
    )
    wanted_losses, wanted_logs = _notebook(config, dataset)
    losses = step_losses(Training(config, dataset))
    logs = [
        astuple(event.metrics)[:4]
        for event in Training(config, dataset).events()
        if isinstance(event, EpochDone)
    ]
    return Exactness(
        largest=max(
            largest_difference(losses, wanted_losses),
            largest_difference(sum(logs, ()), sum(wanted_logs, ())),
        ),
        steps=len(losses),
        train_images=len(dataset.train),
        test_images=len(dataset.test),
    )


def step_losses(training: Training, learner: Learner | None = None) -> list[float]:
    """The loss of each step when ``learner``, else the training's own, steps through all epochs."""
    config, learner = training.config, learner or training.learner
    images, targets = training.train_tensors
    return [
        learner.step(x, y, config.lr).item()
        for _ in range(config.epochs)
        for x, y in zip(
            torch.split(images, config.batch_size),
            torch.split(targets, config.batch_size),
            strict=True,
        )
    ]


def largest_difference(found: Sequence[float], wanted: Sequence[float]) -> float:
    """The largest ``|found - wanted| / |wanted|``; infinite for NaN or another number of values."""
    if len(found) != len(wanted):
        return math.inf
    return max((_difference(one, two) for one, two in zip(found, wanted, strict=True)), default=0.0)


def _difference(found: float, wanted: float) -> float:
    if found == wanted:
        return 0.0
    difference = abs(found - wanted) / abs(wanted) if wanted else math.inf
    return math.inf if math.isnan(difference) else difference


def _notebook(
    config: RunConfig, dataset: Dataset
) -> tuple[list[float], list[tuple[float, float, float, float]]]:
    network = build_network(
        config.network, outputs=config.outputs, seed=config.seed, dtype=torch.float64
    )
    data = notebook_data(dataset, torch.float64, config.device)
    loop = NotebookLoop(network.to(config.device), data, config.lr, config.batch_size)
    loop.log_metrics()
    for _ in range(config.epochs):
        loop.train_epoch()
    return [loss.item() for loss in loop.step_losses], loop.logs
