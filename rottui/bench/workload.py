"""What is measured: one network on one data set, so many epochs, so often, on so many threads."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn

from rottui.bench.notebook import TRAIN_PART, NotebookData, notebook_data
from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.flops import ImageFlops, epoch_flops, image_flops
from rottui.core.networks import build_network
from rottui.core.presets import SEED_LRS

Tell = Callable[[str, int, int], None]
"""Called with what is being measured, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """The experiment's training of ``config.network``, cut to ``config.epochs``.

    ``config`` is the experiment's recipe: scalar target, mean squared error, Adam, in order.
    """

    config: RunConfig
    dataset: Dataset
    repeats: int
    threads: int
    """Of the notebook loop, of rottui's one run, and of all of a sweep's workers together."""
    notebook: NotebookData
    """The same images as the notebook has them: made once, as making them is measured apart."""

    @classmethod
    def of(cls, config: RunConfig, dataset: Dataset, *, repeats: int, threads: int) -> Workload:
        """With the notebook's images made of the data set."""
        return cls(config, dataset, repeats, threads, notebook_data(dataset, device=config.device))

    @property
    def epochs(self) -> int:
        """Epochs of each run."""
        return self.config.epochs

    @property
    def sweep(self) -> list[RunConfig]:
        """The runs of the experiment's sweep over three learning rates."""
        return [self.config.replaced({"lr": lr}) for lr in SEED_LRS]

    @property
    def steps(self) -> int:
        """Steps an epoch."""
        return math.ceil(len(self.dataset.train) / self.config.batch_size)

    @property
    def evaluated(self) -> int:
        """Images that are evaluated after each epoch."""
        return min(TRAIN_PART, len(self.dataset.train)) + len(self.dataset.test)

    @property
    def image_flops(self) -> ImageFlops:
        """Floating-point operations an image."""
        return image_flops(self.config.network, self.config.outputs)

    @property
    def epoch_flops(self) -> int:
        """Floating-point operations an epoch, evaluation included."""
        return epoch_flops(self.image_flops, len(self.dataset.train), self.evaluated)

    def network(self) -> nn.Module:
        """The network as modules, with the weights that a run of rottui begins with."""
        network = build_network(
            self.config.network, outputs=self.config.outputs, seed=self.config.seed
        )
        return network.to(self.config.device)


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """PyTorch on so many threads in this thread, and as before after it."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
