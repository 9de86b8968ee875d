"""The ``mlp`` by hand: five matrix products and little between them, in one compiled call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rottui.core.config import RunConfig
from rottui.core.fast.compiling import compiled
from rottui.core.fast.dense import (
    LOSSES,
    Weights,
    Workspace,
    as_rows,
    dense_backward,
    dense_forward,
)
from rottui.core.fast.flat import FlatOptimizer, FlatParameters
from rottui.core.fast.kernels import ACTIVATIONS, Array


class MlpLearner:
    """A ``Learner`` for the ``mlp``; the matrix products use as many threads as PyTorch's.

    Nearly all of a step is products of ``(batch × 784)`` with ``(784 × width)``. The gradient for
    the images is never asked for, no graph is built, and the optimizer takes one step for all
    weights.
    """

    name = "compiled"

    def __init__(self, config: RunConfig, network: nn.Sequential) -> None:
        self.network: nn.Module = network
        self._flat = FlatParameters(network, gradients=1)
        self._optimizer = FlatOptimizer(config, network, self._flat)
        self._weights = Weights.of(self._flat.weights, self._flat.biases)
        self._gradients = Weights.of(*self._flat.gradient_views(0))
        self._workspaces: dict[int, Workspace] = {}
        self._activation = ACTIVATIONS[config.network.activation]
        self._loss = LOSSES[config.loss]

    def step(self, images: Tensor, targets: Tensor, lr: float) -> Tensor:
        """See ``Learner.step``."""
        workspace = self._workspace(len(images))
        loss = _gradients(
            as_rows(images),
            targets.numpy(),
            self._weights.weights,
            self._weights.biases,
            workspace.outputs,
            workspace.slopes,
            self._gradients.weights,
            self._gradients.biases,
            self._activation,
            self._loss,
        )
        self._optimizer.step(lr)
        return torch.tensor(loss, dtype=targets.dtype)

    def predict(self, images: Tensor) -> Tensor:
        """See ``Learner.predict``."""
        workspace = self._workspace(len(images))
        dense_forward(
            as_rows(images),
            self._weights.weights,
            self._weights.biases,
            workspace.outputs,
            self._activation,
        )
        return torch.from_numpy(workspace.outputs[-1]).clone()

    def use_threads(self, threads: int) -> None:
        """Ignored: where a BLAS cuts long sums into parts, the parts depend on the threads."""

    def optimizer_state(self) -> dict[str, Any]:
        """See ``Learner.optimizer_state``."""
        return self._optimizer.state_dict()

    def load(self, network: Mapping[str, Any], optimizer: dict[str, Any]) -> None:
        """See ``Learner.load``."""
        self.network.load_state_dict(network)
        self._optimizer.load_state_dict(optimizer)

    def _workspace(self, rows: int) -> Workspace:
        if rows not in self._workspaces:
            self._workspaces[rows] = Workspace.of(rows, self._weights)
        return self._workspaces[rows]


@compiled
def _gradients(
    images: Array,
    targets: Array,
    weights: Any,
    biases: Any,
    outputs: Any,
    slopes: Any,
    weight_gradients: Any,
    bias_gradients: Any,
    activation: int,
    loss: int,
) -> Any:
    dense_forward(images, weights, biases, outputs, activation)
    nothing = np.empty((0, 0), images.dtype)
    return dense_backward(
        images, targets, weights, outputs, slopes, weight_gradients, bias_gradients, nothing,
        activation, loss, 1.0, False,
    )  # fmt: skip
