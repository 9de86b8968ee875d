"""The table of layers against what torch really makes, and against the network's totals."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rottui.core.config import RunConfig
from rottui.core.flops import image_flops
from rottui.core.layers import layers
from rottui.core.networks import build_network
from rottui.core.presets import SEED_CNN, SEED_MLP

STRIDED = SEED_CNN.replaced(
    {
        "network.n_channels": [2, 3],
        "network.kernel_sizes": [5, 3],
        "network.strides": [2, 1],
        "network.dense_hiddens": [7],
        "target": "circular",
    }
)
CONFIGS = pytest.mark.parametrize("config", [SEED_MLP, SEED_CNN, STRIDED], ids=str)
LISTED = nn.Conv2d | nn.MaxPool2d | nn.AdaptiveMaxPool2d | nn.Linear


@CONFIGS
def test_shapes_and_parameters_are_torchs(config: RunConfig) -> None:
    images = torch.zeros(1, 1, 28, 28)
    expected = []
    for layer in build_network(config.network, outputs=config.outputs, seed=0):
        images = layer(images)
        if isinstance(layer, LISTED):
            parameters = sum(weights.numel() for weights in layer.parameters())
            expected.append((tuple(images.shape[1:]), parameters))
    found = layers(config.network, config.outputs)
    assert [(layer.shape, layer.parameters) for layer in found] == expected


@CONFIGS
def test_the_layers_add_up_to_the_network(config: RunConfig) -> None:
    found = layers(config.network, config.outputs)
    assert sum(layer.parameters for layer in found) == config.parameter_count()
    assert (
        sum(layer.flops for layer in found) == image_flops(config.network, config.outputs).forward
    )


def test_layers_are_named_as_people_count_them() -> None:
    named = [layer.name for layer in layers(STRIDED.network)]
    assert named == ["conv1", "pool1", "conv2", "pool", "dense1", "out"]
    first = layers(STRIDED.network)[0]
    assert (first.kernel, first.stride, first.shape) == (5, 2, (2, 12, 12))
