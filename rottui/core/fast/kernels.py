"""What compiled layers share: activations and sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rottui.core.config import Activation
from rottui.core.fast.compiling import compiled

Array = npt.NDArray[Any]

RELU, TANH, SIGMOID = range(3)
ACTIVATIONS: dict[Activation, int] = {"relu": RELU, "tanh": TANH, "sigmoid": SIGMOID}


@compiled
def add_bias(values: Array, bias: Array) -> None:
    """``values (N, width) += bias (width,)``."""
    for row in range(values.shape[0]):
        for i in range(values.shape[1]):
            values[row, i] += bias[i]


@compiled
def activate(values: Array, activation: int) -> None:
    """``values (N, width) = activation(values)``; NaN stays NaN."""
    zero = values.dtype.type(0)
    one = values.dtype.type(1)
    for row in range(values.shape[0]):
        if activation == RELU:
            for i in range(values.shape[1]):
                values[row, i] = zero if values[row, i] < zero else values[row, i]
        elif activation == TANH:
            for i in range(values.shape[1]):
                values[row, i] = np.tanh(values[row, i])
        else:
            for i in range(values.shape[1]):
                values[row, i] = one / (one + np.exp(-values[row, i]))


@compiled
def activation_backward(slope: Array, values: Array, activation: int) -> None:
    """``slope (N, width)`` times the activation's slope, in place.

    ``values`` is what the activation put out: for all three its slope follows from that.
    """
    zero = slope.dtype.type(0)
    one = slope.dtype.type(1)
    for row in range(slope.shape[0]):
        if activation == RELU:
            for i in range(slope.shape[1]):
                slope[row, i] = slope[row, i] if values[row, i] > zero else zero
        elif activation == TANH:
            for i in range(slope.shape[1]):
                slope[row, i] *= one - values[row, i] * values[row, i]
        else:
            for i in range(slope.shape[1]):
                slope[row, i] *= values[row, i] * (one - values[row, i])


@compiled
def add_columns(values: Array, sums: Array) -> None:
    """``sums (width,)`` plus the sum over the rows of ``values (N, width)``."""
    for row in range(values.shape[0]):
        for i in range(values.shape[1]):
            sums[i] += values[row, i]


@compiled
def clear_subnormal(values: Array, smallest: float) -> None:
    """Every one of ``values (n,)`` that is smaller than ``smallest`` in size becomes 0."""
    zero = values.dtype.type(0)
    for i in range(len(values)):
        values[i] = zero if abs(values[i]) < smallest else values[i]
