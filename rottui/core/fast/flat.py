"""All weights of a network as one vector, so that the optimizer takes one step for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from rottui.core.config import RunConfig
from rottui.core.fast.kernels import clear_subnormal
from rottui.core.optimizers import make_optimizer

ALIGNED = 16
"""Every tensor starts at a multiple of this many numbers: a cache line of float32."""

CLEARED_EVERY = 16
"""Steps between two looks for moments that have faded away. Where a rectifier is shut for good, its
weights' moments shrink for ever, and below 1e-38 processors reckon many times slower: half of the
run's time at lr 1e-2. Set to 0 they change no weight by a bit: beside ``eps`` they are nothing."""


class FlatParameters:
    """The weights and biases of a network as views into one vector, and gradients alike.

    The network's own parameters become those views. Convolution weights ``(O, C, K, K)`` are kept
    channels last: in memory ``(O, K, K, C)``.
    """

    def __init__(self, network: nn.Sequential, gradients: int) -> None:
        """``gradients`` vectors are made, one for each part of a batch that is summed apart."""
        self.layers = [layer for layer in network if isinstance(layer, nn.Linear | nn.Conv2d)]
        size = sum(_room(parameter) for parameter in network.parameters())
        dtype = next(network.parameters()).dtype
        self.values = torch.zeros(size, dtype=dtype)
        self.gradients = torch.zeros(gradients, size, dtype=dtype)
        for parameter, view in zip(network.parameters(), self._views(self.values), strict=True):
            view.copy_(parameter.data)
            parameter.data = view
        self.weights, self.biases = self._by_kind(self._views(self.values))

    def gradient_views(self, part: int) -> tuple[list[Tensor], list[Tensor]]:
        """(weights, biases) of gradient vector ``part``, layer by layer."""
        return self._by_kind(self._views(self.gradients[part]))

    def gradient(self) -> Tensor:
        """The sum of all gradient vectors, added up in their order into the first."""
        first = self.gradients[0]
        for other in self.gradients[1:]:
            first.add_(other)
        return first

    def split(self, vector: Tensor) -> list[Tensor]:
        """Views of a vector like ``values``, one for each parameter, in the network's order."""
        return self._views(vector)

    def _by_kind(self, views: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        return views[0::2], views[1::2]

    def _views(self, vector: Tensor) -> list[Tensor]:
        views, start = [], 0
        for layer in self.layers:
            for parameter in (layer.weight, layer.bias):
                assert parameter is not None
                piece = vector[start : start + parameter.numel()]
                start += _room(parameter)
                if parameter.dim() == 4:
                    out, channels, height, width = parameter.shape
                    views.append(piece.view(out, height, width, channels).permute(0, 3, 1, 2))
                else:
                    views.append(piece.view(parameter.shape))
        return views


def _room(parameter: Tensor) -> int:
    return -(-parameter.numel() // ALIGNED) * ALIGNED


class FlatOptimizer:
    """The config's optimizer over ``FlatParameters``; its state reads like that of the plain one.

    Every optimizer that a config can name works number by number, so one vector is as good as many
    tensors. Adam and AdamW are called without the bookkeeping around them, which would cost as much
    as their arithmetic.
    """

    def __init__(self, config: RunConfig, network: nn.Sequential, flat: FlatParameters) -> None:
        self._flat = flat
        self._plain = make_optimizer(config, network.parameters())
        """Never stepped: says what the state's groups look like."""
        self._vector = nn.Parameter(flat.values, requires_grad=False)
        self._optimizer = make_optimizer(config, [self._vector])
        self._fused = {
            "adam": getattr(torch, "_fused_adam_", None),
            "adamw": getattr(torch, "_fused_adamw_", None),
        }.get(config.optimizer)
        if self._fused is not None:
            self._smallest = torch.finfo(flat.values.dtype).smallest_normal
            group = self._optimizer.param_groups[0]
            beta1, beta2 = group["betas"]
            self._options = {
                "beta1": beta1,
                "beta2": beta2,
                "eps": group["eps"],
                "weight_decay": group["weight_decay"],
                "amsgrad": False,
                "maximize": False,
            }
            self._take(
                {
                    "exp_avg": torch.zeros_like(flat.values),
                    "exp_avg_sq": torch.zeros_like(flat.values),
                    "step": torch.zeros(()),
                }
            )

    def step(self, lr: float) -> None:
        """One step along the gradients of ``flat`` at rate ``lr``."""
        gradient = self._flat.gradient()
        if self._fused is None:
            self._optimizer.param_groups[0]["lr"] = lr
            self._vector.grad = gradient
            self._optimizer.step()
            return
        self._step.add_(1)
        self._fused(
            [self._flat.values], [gradient], self._mean, self._square, [], [self._step],
            lr=lr, **self._options,
        )  # fmt: skip
        if int(self._step.item()) % CLEARED_EVERY == 0:
            for moment in (*self._mean, *self._square):
                clear_subnormal(moment.numpy(), self._smallest)

    def state_dict(self) -> dict[str, Any]:
        """As the optimizer over the network's own parameters would give it; copies."""
        whole = self._optimizer.state.get(self._vector, {})
        count = len(self._plain.param_groups[0]["params"])
        pieces: dict[int, dict[str, Any]] = {i: {} for i in range(count)} if whole else {}
        for name, value in whole.items():
            if self._is_vector(value):
                for i, piece in enumerate(self._flat.split(value)):
                    pieces[i][name] = piece.clone()
            else:
                for i in pieces:
                    pieces[i][name] = value.clone() if isinstance(value, Tensor) else value
        groups = self._plain.state_dict()["param_groups"]
        return {"state": pieces if self._taken() else {}, "param_groups": groups}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what ``state_dict`` or the plain optimizer's gave.

        Raises:
            ValueError, KeyError, RuntimeError: it does not fit.
        """
        self._plain.load_state_dict(dict(state))
        pieces = [self._plain.state.get(p) for p in self._plain.param_groups[0]["params"]]
        if not all(pieces):
            return
        first = pieces[0]
        assert first is not None
        whole: dict[str, Any] = {}
        for name, value in first.items():
            if isinstance(value, Tensor) and value.dim() > 0:
                whole[name] = torch.zeros_like(self._flat.values)
                for view, piece in zip(self._flat.split(whole[name]), pieces, strict=True):
                    assert piece is not None
                    view.copy_(piece[name])
            else:
                whole[name] = value.clone() if isinstance(value, Tensor) else value
        self._take(whole)
        self._plain.state.clear()

    def _take(self, whole: dict[str, Any]) -> None:
        self._optimizer.state[self._vector] = whole
        if self._fused is not None:
            self._mean, self._square = [whole["exp_avg"]], [whole["exp_avg_sq"]]
            self._step: Tensor = whole["step"]

    def _taken(self) -> bool:
        """Whether a step was ever taken: before it, the plain optimizer has no state."""
        return self._fused is None or bool(self._step.item())

    def _is_vector(self, value: object) -> bool:
        return isinstance(value, Tensor) and value.shape == self._flat.values.shape
