"""PyTorch's optimizers by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from rottui.core.config import MOMENTUM, RunConfig

_CLASSES: dict[str, type[torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "radam": torch.optim.RAdam,
    "adamax": torch.optim.Adamax,
    "adagrad": torch.optim.Adagrad,
    "adadelta": torch.optim.Adadelta,
    "rmsprop": torch.optim.RMSprop,
    "sgd": torch.optim.SGD,
    "asgd": torch.optim.ASGD,
    "rprop": torch.optim.Rprop,
}
_FUSED = frozenset({"adam", "adamw", "sgd", "adagrad"})
"""Those that PyTorch can step in one call for all parameters."""


def make_optimizer(
    config: RunConfig, parameters: Iterable[nn.Parameter], *, fused: bool = True
) -> torch.optim.Optimizer:
    """The optimizer that a config names, with its rate, weight decay and momentum.

    ``fused=False`` for devices on which PyTorch has no fused step.
    """
    options: dict[str, Any] = {"lr": config.lr}
    if config.weight_decay:
        options["weight_decay"] = config.weight_decay
    if config.optimizer in MOMENTUM:
        options["momentum"] = config.momentum
    if fused and config.optimizer in _FUSED:
        options["fused"] = True
    return _CLASSES[config.optimizer](list(parameters), **options)
