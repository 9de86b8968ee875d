"""Arithmetic of shapes against what torch really makes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rottui.core.config import NetworkConfig, RunConfig
from rottui.core.networks import build_network
from rottui.errors import ConfigError

layers = st.integers(1, 4).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(1, 5), min_size=n, max_size=n),
        st.lists(st.integers(1, 9), min_size=n, max_size=n),
        st.lists(st.integers(1, 4), min_size=n, max_size=n),
    )
)


@settings(deadline=None, max_examples=80)
@given(layers)
def test_the_config_accepts_exactly_the_networks_that_torch_can_run(
    parts: tuple[list[int], list[int], list[int]],
) -> None:
    n_channels, kernel_sizes, strides = parts
    values = {
        "type": "cnn",
        "n_channels": n_channels,
        "kernel_sizes": kernel_sizes,
        "strides": strides,
        "dense_hiddens": [4],
    }
    blank = torch.zeros(1, 1, 28, 28)
    try:
        config = RunConfig.from_dict({"network": values}).network
    except ConfigError:
        unchecked = NetworkConfig.model_construct(**{**NetworkConfig().model_dump(), **values})
        with pytest.raises(RuntimeError, match=r"size|Output|too small"):
            build_network(unchecked, seed=0)(blank)
        return
    network = build_network(config, seed=0)
    found = []
    for layer in network:
        blank = layer(blank)
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.AdaptiveMaxPool2d):
            found.append((blank.shape[1], blank.shape[2]))
    assert [(m.channels, m.size) for m in config.feature_maps()] == found


@pytest.mark.parametrize("network", ["mlp", "cnn"])
@pytest.mark.parametrize("target", ["scalar", "circular"])
def test_the_parameter_count_is_torchs(network: str, target: str) -> None:
    config = RunConfig().replaced({"network.type": network, "target": target})
    built = build_network(config.network, outputs=config.outputs, seed=0)
    assert config.parameter_count() == sum(p.numel() for p in built.parameters())
