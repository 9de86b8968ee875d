"""The dense layers in compiled code, forward and backward."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from rottui.core.config import Loss
from rottui.core.fast.blas import multiply
from rottui.core.fast.compiling import compiled
from rottui.core.fast.kernels import (
    Array,
    activate,
    activation_backward,
    add_bias,
    add_columns,
)
from rottui.core.losses import SHORTEST

MSE, COSINE = range(2)
LOSSES: dict[Loss, int] = {"mse": MSE, "cosine": COSINE}


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights ``(out, in)`` and biases ``(out,)`` of some dense layers, or their gradients."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    @classmethod
    def of(cls, weights: list[Tensor], biases: list[Tensor]) -> Weights:
        """Arrays that share the tensors' memory."""
        return cls(
            tuple(weight.numpy() for weight in weights), tuple(bias.numpy() for bias in biases)
        )


@dataclass(frozen=True, slots=True)
class Workspace:
    """What each layer puts out ``(rows, out)`` for one size of batch, and the slopes of it."""

    outputs: tuple[Array, ...]
    slopes: tuple[Array, ...]

    @classmethod
    def of(cls, rows: int, weights: Weights) -> Workspace:
        """Room for ``rows`` images."""
        shapes = [(rows, len(bias)) for bias in weights.biases]
        dtype = weights.biases[0].dtype
        return cls(
            tuple(np.empty(shape, dtype) for shape in shapes),
            tuple(np.empty(shape, dtype) for shape in shapes),
        )


@compiled
def dense_forward(inputs: Array, weights: Any, biases: Any, outputs: Any, activation: int) -> None:
    """Each layer's output from the ``inputs (N, in)``; an activation after each but the last."""
    layers = len(weights)
    for layer in range(layers):
        below = outputs[layer - 1] if layer else inputs
        output = outputs[layer]
        shape = (output.shape[0], output.shape[1], below.shape[1])
        wide = below.shape[1]
        multiply(
            shape, below, 0, wide, False, weights[layer], 0, wide, True,
            output, 0, output.shape[1], False,
        )  # fmt: skip
        add_bias(output, biases[layer])
        if layer < layers - 1:
            activate(output, activation)


@compiled
def dense_backward(
    inputs: Array,
    targets: Array,
    weights: Any,
    outputs: Any,
    slopes: Any,
    weight_gradients: Any,
    bias_gradients: Any,
    input_slope: Array,
    activation: int,
    loss: int,
    share: float,
    add: bool,
) -> Any:
    """The loss of what ``dense_forward`` put out, against ``targets (N, outputs)``.

    Loss and gradients are those of the mean over the targets times ``share``. Gradients are added
    to what is there if ``add``. The slope of the inputs is written into ``input_slope (N, in)``,
    unless that has no rows.
    """
    last = len(weights) - 1
    total = loss_and_slope(outputs[last], targets, slopes[last], loss, share)
    for layer in range(last, -1, -1):
        below = outputs[layer - 1] if layer else inputs
        slope = slopes[layer]
        rows, out = slope.shape
        wide = below.shape[1]
        multiply(
            (out, wide, rows), slope, 0, out, True, below, 0, wide, False,
            weight_gradients[layer], 0, wide, add,
        )  # fmt: skip
        if not add:
            bias_gradients[layer][:] = 0
        add_columns(slope, bias_gradients[layer])
        down = slopes[layer - 1] if layer else input_slope
        if down.shape[0]:
            multiply(
                (rows, wide, out), slope, 0, out, False, weights[layer], 0, wide, False,
                down, 0, wide, False,
            )  # fmt: skip
        if layer:
            activation_backward(down, below, activation)
    return total


@compiled
def loss_and_slope(outputs: Array, targets: Array, slope: Array, loss: int, share: float) -> Any:
    """The loss times ``share``, and its slope for the outputs, all ``(N, k)``.

    See ``rottui.core.losses`` for the formulas; the loss is summed in float64.
    """
    rows, count = outputs.shape
    total = 0.0
    if loss == MSE:
        factor = outputs.dtype.type(share * 2 / (rows * count))
        for row in range(rows):
            for i in range(count):
                off = outputs[row, i] - targets[row, i]
                slope[row, i] = off * factor
                total += np.float64(off) * np.float64(off)
        return share * total / (rows * count)
    for row in range(rows):
        squares = 0.0
        product = 0.0
        for i in range(count):
            squares += np.float64(outputs[row, i]) ** 2
            product += np.float64(outputs[row, i]) * np.float64(targets[row, i])
        length = max(math.sqrt(squares), SHORTEST)
        total += 1 - product / length
        along = product / length**2
        for i in range(count):
            turned = along * outputs[row, i] - targets[row, i]
            slope[row, i] = outputs.dtype.type(turned * share / (length * rows))
    return share * total / rows


def as_rows(images: Tensor) -> Array:
    """``(N, 784)`` of images ``(N, 1, 28, 28)``, without a copy where they are contiguous."""
    array: Array = images.reshape(len(images), -1).numpy()
    return array
