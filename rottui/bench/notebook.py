"""The experiment's notebook loop in plain PyTorch: what rottui is measured and checked against.

Transcribed from the ``Trainer`` of the experiment's text, statement by statement; only the images
come as one array instead of file by file, and the network with its initial weights is given.
Nothing here is to be made faster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rottui.core.data.dataset import Dataset, Split

TRAIN_PART = 2000
"""Train metrics are taken on so many images, the first ones."""


@dataclass(frozen=True, slots=True, eq=False)
class NotebookData:
    """Normalised images ``(N, 1, 28, 28)`` and standardised angles ``(N, 1)`` of both splits."""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor

    @classmethod
    def standardised(
        cls, x_train: Tensor, y_train: Tensor, x_test: Tensor, y_test: Tensor
    ) -> NotebookData:
        """The same images, with the angles in degrees standardised by the train split's."""
        mean, std = y_train.mean(), y_train.std()
        return cls(x_train, (y_train - mean) / std, x_test, (y_test - mean) / std)


def notebook_data(
    dataset: Dataset, dtype: torch.dtype = torch.float32, device: str = "cpu"
) -> NotebookData:
    """What the experiment makes of these images and angles.

    ``to_tensor`` and ``normalize`` are ``(x / 255 - 0.5) / 0.5``, in ``dtype`` here.
    """

    def images(split: Split) -> Tensor:
        return (torch.tensor(split.images).to(dtype) / 255 - 0.5) / 0.5

    def angles(split: Split) -> Tensor:
        return torch.tensor(split.angles).to(dtype).view(-1, 1)

    data = NotebookData.standardised(
        images(dataset.train), angles(dataset.train), images(dataset.test), angles(dataset.test)
    )
    return NotebookData(
        data.x_train.to(device),
        data.y_train.to(device),
        data.x_test.to(device),
        data.y_test.to(device),
    )


class NotebookLoop:
    """One training as the notebook does it: ``log_metrics()``, then ``train_epoch()`` repeatedly.

    ``step_losses`` holds the loss tensor of each step, ``logs`` the metrics of each
    ``log_metrics()``: train loss, test loss, train MAE, test MAE, in the target's units.
    """

    def __init__(
        self, network: nn.Module, data: NotebookData, lr: float, batch_size: int = 128
    ) -> None:
        self.network = network
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=lr)
        self.batch_size = batch_size
        self.train = data.x_train, data.y_train
        self.test = data.x_test, data.y_test
        self.step_losses: list[Tensor] = []
        self.logs: list[tuple[float, float, float, float]] = []

    def compute_loss_and_mae(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Mean squared and mean absolute error on images ``(n, 1, 28, 28)``."""
        y_pred = self.network(x)
        loss = torch.mean((y_pred - y) ** 2)
        mae = torch.mean(torch.abs(y_pred - y))
        return loss, mae

    def training_step(self, x_batch: Tensor, y_batch: Tensor) -> Tensor:
        """One step of Adam; the loss before it."""
        self.network.train()
        self.optimizer.zero_grad()
        loss, _ = self.compute_loss_and_mae(x_batch, y_batch)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return loss

    def log_metrics(self) -> None:
        """Measure the first 2,000 train images, and all test images in one batch."""
        x_train, y_train = (part[:TRAIN_PART] for part in self.train)
        x_test, y_test = self.test
        self.network.eval()
        with torch.inference_mode():
            train_loss, train_mae = self.compute_loss_and_mae(x_train, y_train)
            test_loss, test_mae = self.compute_loss_and_mae(x_test, y_test)
            self.logs.append(
                (train_loss.item(), test_loss.item(), train_mae.item(), test_mae.item())
            )

    def train_epoch(self) -> None:
        """All batches in order, then the metrics."""
        x_train, y_train = self.train
        for batch in range(math.ceil(x_train.shape[0] / self.batch_size)):
            minibatch_x = x_train[self.batch_size * batch : self.batch_size * (batch + 1), :]
            minibatch_y = y_train[self.batch_size * batch : self.batch_size * (batch + 1), :]
            loss = self.training_step(minibatch_x, minibatch_y)
            self.step_losses.append(loss.detach())
        self.log_metrics()
