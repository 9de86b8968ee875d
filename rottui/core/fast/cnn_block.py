"""A few images on their way through the ``cnn``, each map in a place of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rottui.core import shapes
from rottui.core.config import NetworkConfig, RunConfig
from rottui.core.fast import conv_kernels
from rottui.core.fast.compiling import compiled
from rottui.core.fast.dense import LOSSES, Weights, Workspace, dense_backward, dense_forward
from rottui.core.fast.flat import FlatParameters
from rottui.core.fast.kernels import (
    ACTIVATIONS,
    RELU,
    Array,
    activate,
    activation_backward,
)


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution: what it is, and the part of its output that a later layer reads."""

    in_channels: int
    out_channels: int
    kernel: int
    stride: int
    size: int
    """Rows and columns of its output that are needed, after its 2×2 pool if it has one."""
    pooled: bool
    """Whether a 2×2 pool follows; the last one has the adaptive pool instead."""

    @property
    def computes(self) -> int:
        """Rows and columns of its output that are computed."""
        return self.size * (2 if self.pooled else 1)

    @property
    def reads(self) -> int:
        """Rows and columns of its input that it needs."""
        return (self.computes - 1) * self.stride + self.kernel


def needed_layers(network: NetworkConfig) -> list[Layer]:
    """The convolutions of a ``cnn``, with no pixel computed that nothing reads.

    Of 13×13 maps, say, a 3×3 convolution and a 2×2 pool leave over a row and a column: an eighth of
    the work in front of them.
    """
    sizes = [maps.size for maps in network.feature_maps() if maps.layer.startswith("conv")]
    layers: list[Layer] = []
    needed = sizes[-1]
    for i in reversed(range(len(sizes))):
        layer = Layer(
            in_channels=network.n_channels[i - 1] if i else 1,
            out_channels=network.n_channels[i],
            kernel=network.kernel_sizes[i],
            stride=network.strides[i],
            size=needed,
            pooled=i < len(sizes) - 1,
        )
        layers.insert(0, layer)
        needed = layer.reads
    return layers


class Part:
    """The weights as the kernels read them, and the gradients of one part of every batch."""

    def __init__(
        self, config: RunConfig, layers: list[Layer], flat: FlatParameters, part: int
    ) -> None:
        self.layers = layers
        self.activation = ACTIVATIONS[config.network.activation]
        self.loss = LOSSES[config.loss]
        self.dtype = np.float64 if flat.values.dtype == torch.float64 else np.float32
        weight_gradients, bias_gradients = flat.gradient_views(part)
        convolutions = len(layers)
        first = layers[0]
        self._first_weight = flat.weights[0].view(-1, first.kernel, first.kernel)
        self._first_gradient = weight_gradients[0].view(-1, first.kernel, first.kernel)
        self._gradient = flat.gradients[part]
        shape = (first.kernel, first.kernel, first.out_channels)
        self.first_weights = np.empty(shape, self.dtype)
        self.first_sums = np.empty(shape, self.dtype)
        self.first_bias = flat.biases[0].numpy()
        self.first_bias_sums = bias_gradients[0].numpy()
        self.weights = Weights(
            tuple(_as_rows(weight) for weight in flat.weights[1:convolutions]),
            tuple(bias.numpy() for bias in flat.biases[1:convolutions]),
        )
        self.sums = Weights(
            tuple(_as_rows(weight) for weight in weight_gradients[1:convolutions]),
            tuple(bias.numpy() for bias in bias_gradients[1:convolutions]),
        )
        self.dense = Weights.of(flat.weights[convolutions:], flat.biases[convolutions:])
        self.dense_sums = Weights.of(weight_gradients[convolutions:], bias_gradients[convolutions:])
        layout = (first.out_channels, first.kernel, first.stride)
        rectified = self.activation == RELU
        self.first_forward = conv_kernels.first_convolution(*layout, rectified, self.dtype)
        self.first_backward = conv_kernels.first_convolution_backward(*layout, self.dtype)

        self.middle = [
            conv_kernels.pooled_convolution_backward(layer.kernel**2 * layer.in_channels)
            for layer in layers[1:-1]
        ]
        """For each convolution between the first and the last."""

    def read_weights(self) -> None:
        """Bring the first convolution's weights into the order that its kernel reads."""
        torch.from_numpy(self.first_weights).copy_(self._first_weight.permute(1, 2, 0))

    def begin(self) -> None:
        """Before the first block of a batch: weights read, gradients zero."""
        self.read_weights()
        self._gradient.zero_()
        self.first_sums.fill(0)

    def end(self) -> None:
        """After the last block: every gradient is in the flat vector."""
        self._first_gradient.copy_(torch.from_numpy(self.first_sums).permute(2, 0, 1))


def _as_rows(weight: Tensor) -> Array:
    """``(out, K · K · in)`` of weights ``(out, in, K, K)`` that are kept channels last."""
    array: Array = weight.permute(0, 2, 3, 1).reshape(len(weight), -1).numpy()
    return array


class Block:
    """Room for a fixed number of images."""

    def __init__(self, images: int, part: Part) -> None:
        self._part = part
        layers, dtype = part.layers, part.dtype

        def maps(layer: Layer, size: int) -> Array:
            array: Array = np.empty((size, images, size, layer.out_channels), dtype)
            return array

        self._pooled = tuple(maps(layer, layer.size) for layer in layers[:-1])
        self._pooled_slopes = tuple(np.empty_like(pooled) for pooled in self._pooled)
        self._routes = tuple(np.empty(pooled.shape, np.uint8) for pooled in self._pooled)
        self._columns = tuple(
            np.empty((layer.reads, images, layer.computes, layer.kernel * layer.in_channels), dtype)
            for layer in layers[1:]
        )
        self._column_slopes = np.empty_like(self._columns[-1])
        self._outs = tuple(maps(layer, layer.computes) for layer in layers[1:])
        self._geometry = [(layer.kernel, layer.stride * layer.in_channels) for layer in layers[1:]]
        self._steps = np.array(self._geometry)
        cells = np.arange(shapes.ADAPTIVE)
        last = layers[-1].size
        self._starts = cells * last // shapes.ADAPTIVE
        self._ends = -(-(cells + 1) * last // shapes.ADAPTIVE)
        features = layers[-1].out_channels * shapes.ADAPTIVE**2
        self._features = np.empty((images, features), dtype)
        self._feature_slopes = np.empty_like(self._features)
        self._places = np.empty((images, features), np.int32)
        self._dense = Workspace.of(images, part.dense)
        self._outputs = torch.from_numpy(self._dense.outputs[-1])

    def forward(self, images: Tensor) -> Tensor:
        """Outputs ``(N, outputs)`` of images ``(N, 1, 28, 28)``; overwritten by the next call."""
        part = self._part
        part.first_forward(
            _pixels(images), part.first_weights, part.first_bias, self._pooled[0], self._routes[0]
        )
        _forward(
            self._pooled,
            self._routes,
            self._columns,
            self._outs,
            part.weights.weights,
            part.weights.biases,
            self._steps,
            self._starts,
            self._ends,
            self._features,
            self._places,
            part.dense.weights,
            part.dense.biases,
            self._dense.outputs,
            part.activation,
        )
        return self._outputs

    def backward(self, images: Tensor, targets: Tensor, share: float) -> float:
        """The loss of the images that ``forward`` saw, and their gradients added to the part's.

        Both are those of the mean over the block times ``share``.
        """
        part = self._part
        last = len(self._outs) - 1
        loss: float = _backward_from_outputs(
            targets.numpy(),
            self._pooled[last],
            self._pooled_slopes[last],
            self._columns[last],
            self._column_slopes,
            self._outs[last],
            part.weights.weights[last],
            part.sums.weights[last],
            part.sums.biases[last],
            *self._geometry[last],
            self._features,
            self._feature_slopes,
            self._places,
            part.dense.weights,
            self._dense.outputs,
            self._dense.slopes,
            part.dense_sums.weights,
            part.dense_sums.biases,
            part.activation,
            part.loss,
            share,
        )
        for i in range(last - 1, -1, -1):
            part.middle[i](
                _rows(self._pooled[i]),
                self._pooled_slopes[i + 1],
                self._routes[i + 1],
                part.weights.weights[i],
                part.sums.weights[i],
                part.sums.biases[i],
                _rows(self._pooled_slopes[i]),
                *self._geometry[i],
            )
            _slope_through_activation(self._pooled_slopes[i], self._pooled[i], part.activation)
        part.first_backward(
            _pixels(images),
            self._pooled_slopes[0],
            self._routes[0],
            part.first_sums,
            part.first_bias_sums,
        )
        return loss


def _pixels(images: Tensor) -> Array:
    array: Array = images.view(-1, shapes.IMAGE_SIZE, shapes.IMAGE_SIZE).numpy()
    return array


def _rows(maps: Array) -> Array:
    """``(H, N, W · C)`` of maps ``(H, N, W, C)``."""
    return maps.reshape(*maps.shape[:2], -1)


@compiled
def _activate_maps(maps: Array, activation: int) -> None:
    if activation != RELU:  # the rectifier has been applied by the pooling
        activate(maps.reshape(-1, maps.shape[3]), activation)


@compiled
def _slope_through_activation(slope: Array, maps: Array, activation: int) -> None:
    if activation != RELU:  # the rectifier is in the route
        channels = maps.shape[3]
        activation_backward(slope.reshape(-1, channels), maps.reshape(-1, channels), activation)


@compiled
def _forward(
    pooled: Any,
    routes: Any,
    columns: Any,
    outs: Any,
    weights: Any,
    biases: Any,
    geometry: Array,
    starts: Array,
    ends: Array,
    features: Array,
    places: Array,
    dense_weights: Any,
    dense_biases: Any,
    dense_outputs: Any,
    activation: int,
) -> None:
    """From the pooled maps of the first convolution, before tanh or sigmoid, to the outputs."""
    last = len(outs) - 1
    for i in range(last + 1):
        _activate_maps(pooled[i], activation)
        maps = pooled[i].reshape(pooled[i].shape[0], pooled[i].shape[1], -1)
        conv_kernels.convolve(maps, weights[i], columns[i], outs[i], geometry[i, 0], geometry[i, 1])
        if i < last:
            rectified = activation == RELU
            conv_kernels.pool(outs[i], biases[i], rectified, pooled[i + 1], routes[i + 1])
        else:
            conv_kernels.pool_to_grid(outs[i], biases[i], starts, ends, features, places)
    dense_forward(features, dense_weights, dense_biases, dense_outputs, activation)


@compiled
def _backward_from_outputs(
    targets: Array,
    maps: Array,
    maps_slope: Array,
    columns: Array,
    column_slopes: Array,
    out: Array,
    weights: Array,
    weight_sums: Array,
    bias_sums: Array,
    kernel: int,
    step: int,
    features: Array,
    feature_slopes: Array,
    places: Array,
    dense_weights: Any,
    dense_outputs: Any,
    dense_slopes: Any,
    dense_weight_sums: Any,
    dense_bias_sums: Any,
    activation: int,
    loss: int,
    share: float,
) -> Any:
    """The loss, and back from the outputs through the last convolution to its input's slopes."""
    total = dense_backward(
        features, targets, dense_weights, dense_outputs, dense_slopes,
        dense_weight_sums, dense_bias_sums, feature_slopes, activation, loss, share, True,
    )  # fmt: skip
    conv_kernels.pool_to_grid_backward(feature_slopes, places, out, bias_sums)
    flat_slope = maps_slope.reshape(maps_slope.shape[0], maps_slope.shape[1], -1)
    conv_kernels.convolve_backward(
        out, weights, columns, column_slopes, weight_sums, flat_slope, kernel, step
    )
    _slope_through_activation(maps_slope, maps, activation)
    return total
