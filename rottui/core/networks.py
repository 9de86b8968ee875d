"""The networks: plain ``nn.Sequential`` stacks, built and drawn from a config and a seed."""

from __future__ import annotations

import math

import torch
from torch import nn

from rottui.core import shapes
from rottui.core.config import Activation, NetworkConfig

_ACTIVATIONS: dict[Activation, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


def build_network(
    config: NetworkConfig,
    *,
    outputs: int = 1,
    seed: int,
    dtype: torch.dtype = torch.float32,
) -> nn.Sequential:
    """A network that maps images ``(N, 1, 28, 28)`` to ``(N, outputs)``.

    The weights are PyTorch's default ones for ``torch.manual_seed(seed)``, drawn from a generator
    of their own: no global state is read or changed. They are drawn in float32 whatever ``dtype``
    is, so that both precisions start from the same network.
    """
    layers = _mlp(config, outputs) if config.type == "mlp" else _cnn(config, outputs)
    network = nn.Sequential(*layers).to_empty(device="cpu")
    draw_weights(network, torch.Generator().manual_seed(seed))
    return network.to(dtype)


def draw_weights(network: nn.Module, generator: torch.Generator) -> None:
    """Draw every linear and convolution layer anew, as PyTorch does by default.

    ``U(-b, b)`` with ``b = 1 / sqrt(fan_in)``, for weights (Kaiming uniform with a = sqrt(5); He et
    al., 2015, eq. 10) and biases alike.
    """
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Linear | nn.Conv2d):
                bound = 1 / math.sqrt(layer.weight[0].numel())
                # Through kaiming_uniform_, since it rounds its bound in its own way.
                nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
                if layer.bias is not None:
                    layer.bias.uniform_(-bound, bound, generator=generator)


def _mlp(config: NetworkConfig, outputs: int) -> list[nn.Module]:
    width = shapes.IMAGE_SIZE**2
    return [nn.Flatten(), *_dense(config, width, outputs)]


def _cnn(config: NetworkConfig, outputs: int) -> list[nn.Module]:
    layers: list[nn.Module] = []
    channels = 1
    last = len(config.n_channels) - 1
    for i, (wide, kernel, stride) in enumerate(
        zip(config.n_channels, config.kernel_sizes, config.strides, strict=True)
    ):
        layers.append(nn.Conv2d(channels, wide, kernel, stride=stride, device="meta"))
        channels = wide
        if i < last:
            layers += [_ACTIVATIONS[config.activation](), nn.MaxPool2d(shapes.POOL)]
        else:  # the experiment has no activation after the last convolution
            layers.append(nn.AdaptiveMaxPool2d((shapes.ADAPTIVE, shapes.ADAPTIVE)))
    layers.append(nn.Flatten())
    return [*layers, *_dense(config, channels * shapes.ADAPTIVE**2, outputs)]


def _dense(config: NetworkConfig, width: int, outputs: int) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for hidden in config.dense_hiddens:
        layers += [nn.Linear(width, hidden, device="meta"), _ACTIVATIONS[config.activation]()]
        width = hidden
    layers.append(nn.Linear(width, outputs, device="meta"))
    return layers
