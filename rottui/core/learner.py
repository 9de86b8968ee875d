"""What turns a batch into better weights: the one seam behind which training may be made fast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from rottui.core.config import RunConfig
from rottui.core.losses import batch_loss
from rottui.core.optimizers import make_optimizer


class Learner(Protocol):
    """A network and its optimizer, on one device and in one precision."""

    name: str
    """``autograd`` or ``compiled``: the two agree but for rounding."""
    network: nn.Module
    """The network as modules; its parameters are the ones that are trained."""

    def step(self, images: Tensor, targets: Tensor, lr: float) -> Tensor:
        """One optimizer step at rate ``lr`` on images ``(n, 1, 28, 28)``, targets ``(n, outputs)``.

        The loss of the batch before the step, a scalar tensor on the device: reading it waits.
        """

    def predict(self, images: Tensor) -> Tensor:
        """Outputs ``(n, outputs)`` of images ``(n, 1, 28, 28)``; no gradients are kept."""

    def use_threads(self, threads: int) -> None:
        """From now on use so many threads, if that changes no bit of what is computed; else ignore.

        Called by the thread that takes the steps.
        """

    def optimizer_state(self) -> dict[str, Any]:
        """As ``state_dict()`` of the optimizer that the config names."""

    def load(self, network: Mapping[str, Any], optimizer: dict[str, Any]) -> None:
        """Take over the state dicts of a network and of an optimizer.

        Raises:
            RuntimeError, ValueError, KeyError: they do not fit.
        """


class AutogradLearner:
    """The plain way: PyTorch's modules, autograd, and any of its optimizers."""

    name = "autograd"

    def __init__(self, config: RunConfig, network: nn.Module, device: torch.device) -> None:
        # Channels last makes the convolutions 1.6 times as fast; dense layers do not notice.
        self.network = network.to(memory_format=torch.channels_last).to(device)
        self._loss = config.loss
        self._mixed = config.precision == "bf16"
        self._device = device
        self._optimizer = make_optimizer(
            config, self.network.parameters(), fused=device.type != "mps"
        )

    def step(self, images: Tensor, targets: Tensor, lr: float) -> Tensor:
        """One step of autograd; see ``Learner.step``."""
        for group in self._optimizer.param_groups:
            group["lr"] = lr
        self.network.train()
        self._optimizer.zero_grad()
        loss = batch_loss(self._loss, self._forward(images), targets)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        return loss.detach()

    def predict(self, images: Tensor) -> Tensor:
        """The network in evaluation mode; see ``Learner.predict``."""
        self.network.eval()
        with torch.inference_mode():
            return self._forward(images)

    def use_threads(self, threads: int) -> None:
        """Ignored: some of PyTorch's sums depend on the number of threads."""

    def optimizer_state(self) -> dict[str, Any]:
        """The optimizer's own ``state_dict()``."""
        return self._optimizer.state_dict()

    def load(self, network: Mapping[str, Any], optimizer: dict[str, Any]) -> None:
        """See ``Learner.load``."""
        self.network.load_state_dict(network)
        self._optimizer.load_state_dict(optimizer)

    def _forward(self, images: Tensor) -> Tensor:
        if not self._mixed:
            outputs: Tensor = self.network(images)
            return outputs
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            outputs = self.network(images)
        return outputs.float()
