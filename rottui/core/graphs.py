"""Training on a CUDA device: a step is recorded once as a graph and then played back.

The networks are so small that starting a kernel takes longer than running it: played back, the
hundred kernels of a step start together. Data, weights, rate and loss stay on the device, and no
step waits for it: the host runs ahead until an epoch is measured.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rottui.core.config import RunConfig
from rottui.core.losses import batch_loss
from rottui.core.optimizers import make_optimizer

Recorder = Callable[[Callable[[], None]], Callable[[], None]]
"""Records what a function does on the device without doing it; what it gives plays it back."""

WARM_UP = 3
"""Steps before recording, in which libraries choose their kernels and claim their memory."""
RECORDED = frozenset({"adam", "adamw"})
"""Optimizers whose step can read its rate from the device."""


@dataclass(frozen=True, slots=True)
class _Program:
    """A recorded step for one size of batch, and where it reads and writes."""

    images: Tensor
    targets: Tensor
    loss: Tensor
    play: Callable[[], None]


class GraphLearner:
    """A ``Learner`` that records the step of ``AutogradLearner`` for each size of batch."""

    name = "autograd"

    def __init__(
        self,
        config: RunConfig,
        network: nn.Module,
        device: torch.device,
        record: Recorder | None = None,
    ) -> None:
        """``record`` is that of CUDA if None; another one serves tests on other devices."""
        self.network = network.to(memory_format=torch.channels_last).to(device)
        self._loss = config.loss
        self._mixed = config.precision == "bf16"
        self._device = device
        self._record = record_graph if record is None else record
        self._rate = torch.full((), config.lr, device=device)  # in float32, as fused Adam reads it
        self._optimizer = make_optimizer(config, self.network.parameters())
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate
            group["capturable"] = device.type == "cuda"
        self._programs: dict[int, _Program] = {}

    def step(self, images: Tensor, targets: Tensor, lr: float) -> Tensor:
        """See ``Learner.step``; nothing here waits for the device."""
        if len(images) not in self._programs:
            self._programs[len(images)] = self._recorded(images, targets)
        program = self._programs[len(images)]
        program.images.copy_(images)
        program.targets.copy_(targets)
        self._rate.fill_(lr)
        program.play()
        return program.loss.clone()

    def predict(self, images: Tensor) -> Tensor:
        """See ``Learner.predict``."""
        self.network.eval()
        with torch.inference_mode():
            return self._forward(images)

    def use_threads(self, threads: int) -> None:
        """Ignored: the device does the work."""

    def optimizer_state(self) -> dict[str, Any]:
        """As the plain optimizer's: the rate as a number."""
        state = self._optimizer.state_dict()
        groups = [
            {**group, "lr": float(group["lr"]), "capturable": False}
            for group in state["param_groups"]
        ]
        return {"state": state["state"], "param_groups": groups}

    def load(self, network: Mapping[str, Any], optimizer: dict[str, Any]) -> None:
        """See ``Learner.load``; what was recorded is recorded anew, over the new state."""
        self._programs.clear()
        self.network.load_state_dict(network)
        own = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": optimizer["state"], "param_groups": own})
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate

    def _recorded(self, images: Tensor, targets: Tensor) -> _Program:
        images, targets = images.clone(), targets.clone()
        loss = torch.zeros((), dtype=targets.dtype, device=self._device)

        def step() -> None:
            self.network.train()
            self._optimizer.zero_grad(set_to_none=True)  # recorded, gradients are made anew
            value = batch_loss(self._loss, self._forward(images), targets)
            value.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()
            loss.copy_(value.detach())

        with self._as_it_was():
            for _ in range(WARM_UP):
                step()
        return _Program(images, targets, loss, self._record(step))

    @contextmanager
    def _as_it_was(self) -> Iterator[None]:
        """Undo in place what is done to weights and optimizer: recordings know the addresses."""
        weights = [parameter.detach().clone() for parameter in self.network.parameters()]
        state = copy.deepcopy(self._optimizer.state_dict()["state"])
        yield
        with torch.no_grad():
            for parameter, before in zip(self.network.parameters(), weights, strict=True):
                parameter.copy_(before)
        for i, parameter in enumerate(self.network.parameters()):
            for name, value in self._optimizer.state[parameter].items():
                if isinstance(value, Tensor):
                    value.zero_() if i not in state else value.copy_(state[i][name])

    def _forward(self, images: Tensor) -> Tensor:
        if not self._mixed:
            outputs: Tensor = self.network(images)
            return outputs
        with torch.autocast(self._device.type, dtype=torch.bfloat16, cache_enabled=False):
            outputs = self.network(images)
        return outputs.float()


def record_graph(step: Callable[[], None]) -> Callable[[], None]:
    """A CUDA graph of ``step``; other threads may go on with their own work meanwhile."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        step()
    return graph.replay


@contextmanager
def own_stream(device: str) -> Iterator[None]:
    """What the calling thread starts on a CUDA device runs beside what other threads start there.

    So several runs of a sweep share one device. On other devices nothing changes.
    """
    if device != "cuda" or not torch.cuda.is_available():
        yield
        return
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        yield
        stream.synchronize()
