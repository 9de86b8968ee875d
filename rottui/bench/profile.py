"""Where the time of one epoch goes: per phase and per operation, by PyTorch's profiler.

The learner is driven through its protocol and taken as it is. What autograd and PyTorch's
optimizers do is known by their own marks. Code that Numba compiled shows as one operation for each
call from Python, ``compiled::`` and the function's name; what it calls itself is not seen. A
learner may also name its phases, with ``torch.profiler.record_function("forward")``, ``"backward"``
and ``"optimizer"``.

Only the thread that trains is looked at; the time that it waits for others is a phase for itself.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.profiler import ProfilerActivity, record_function

from rottui.bench.peaks import product_seconds, synchronise
from rottui.bench.workload import Workload, torch_threads
from rottui.core.flops import layer_products
from rottui.core.metrics import CHUNK, TRAIN_PART, evaluate
from rottui.core.training import Training

FORWARD, BACKWARD, OPTIMIZER = "forward", "backward", "optimizer"
BOTH, EVALUATION = "forward or backward", "evaluation"
WAITING, PYTHON = "waiting for threads", "other/Python"
PHASES = (FORWARD, BACKWARD, BOTH, OPTIMIZER, EVALUATION, WAITING, PYTHON)
"""In the order of a training; ``BOTH`` is what cannot be told apart without autograd's marks."""
COMPILED = "compiled::"
"""Before the name of a function that Numba compiled."""
_STEP_MARK, _EVALUATION_MARK = "rottui step", "rottui evaluation"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation in one phase, all its calls together."""

    name: str
    """PyTorch's, such as ``aten::addmm``."""
    phase: str
    calls: int
    seconds: float
    """Its own, without the operations that it calls."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One epoch with its evaluation."""

    operations: tuple[Operation, ...]
    """The longest first."""
    seconds: float
    """Wall clock of the epoch without the profiler, the best of a few."""
    profiled_seconds: float
    """Wall clock under the profiler, which makes every operation a little longer."""
    product_seconds: float
    """Of an epoch's matrix products alone, each by PyTorch at its own shape, nothing between
    them; convolutions as products of unfolded maps. Other ways to convolve may be quicker."""

    @property
    def total(self) -> float:
        """Seconds of all operations."""
        return sum(operation.seconds for operation in self.operations)

    def phases(self) -> dict[str, float]:
        """Phase → seconds, in the order of a training; those that took any."""
        sums: dict[str, float] = defaultdict(float)
        for operation in self.operations:
            sums[operation.phase] += operation.seconds
        return {phase: sums[phase] for phase in PHASES if phase in sums}


def profile(workload: Workload) -> Profile:
    """Train and evaluate one epoch under the profiler, after some without it."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # it would write to standard error
    training = Training(workload.config, workload.dataset)
    with torch_threads(workload.threads):
        plain = [_seconds(lambda: _epoch(training)) for _ in range(1 + workload.repeats)][1:]
        profiling = torch.profiler.profile(activities=[ProfilerActivity.CPU])
        with _naming_calls(), profiling as profiler:
            profiled = _seconds(lambda: _epoch(training))
        products = workload_product_seconds(workload)
    operations = aggregate(profiler.events() or ())
    return Profile(operations, min(plain), profiled, products)


def workload_product_seconds(workload: Workload) -> float:
    """Seconds an epoch of ``Profile.product_seconds``."""
    config, total = workload.config, 0.0
    batch = min(config.batch_size, len(workload.dataset.train))
    part = min(CHUNK, workload.evaluated)
    for place, layer in enumerate(layer_products(config.network, config.outputs)):
        rows, inner, columns = layer
        step = product_seconds(batch * rows, inner, columns, config.device)
        step += product_seconds(inner, batch * rows, columns, config.device)
        if place:  # the gradient for the images is not needed
            step += product_seconds(batch * rows, columns, inner, config.device)
        evaluation = product_seconds(part * rows, inner, columns, config.device)
        total += step * len(workload.dataset.train) / batch
        total += evaluation * workload.evaluated / part
    return total


def aggregate(events: Iterable[Any]) -> tuple[Operation, ...]:
    """The profiler's events within our marks, summed by name and phase, the longest first."""
    calls: dict[tuple[str, str | None], int] = defaultdict(int)
    micros: dict[tuple[str, str | None], float] = defaultdict(float)
    for event in events:
        place = phase_of(list(_upwards(event)))
        if place is not None:
            calls[place] += 1
            micros[place] += event.self_cpu_time_total
    # What an evaluation calls, too, is forward.
    forward = {name for name, phase in micros if phase == EVALUATION and COMPILED in name}
    by_autograd = any(phase == BACKWARD and COMPILED not in name for name, phase in micros)
    default = FORWARD if by_autograd else BOTH
    operations = [
        Operation(
            name,
            phase or (FORWARD if name in forward else default),
            calls[name, phase],
            micros[name, phase] / 1e6,
        )
        for name, phase in micros
    ]
    return tuple(sorted(operations, key=lambda one: -one.seconds))


def phase_of(names: list[str]) -> tuple[str, str | None] | None:
    """(Operation, phase) of an event, from the names of it and of all around it, inmost first.

    The phase is None for what nothing tells: autograd marks all that is not forward. None for what
    is outside of steps and evaluation.
    """
    name = names[0]
    if not {_EVALUATION_MARK, _STEP_MARK} & set(names):
        return None
    if WAITING in names:
        return WAITING, WAITING
    if _EVALUATION_MARK in names:
        return ("Python", EVALUATION) if name == _EVALUATION_MARK else (name, EVALUATION)
    if name == _STEP_MARK:
        return "Python", PYTHON
    phase = next((mark for mark in map(_mark, names) if mark), None)
    return ("Python", phase) if name in _NAMED else (name, phase)


_NAMED = (FORWARD, BACKWARD, OPTIMIZER)
_OPTIMIZERS = ("Optimizer.", "aten::_fused_adam", "aten::_fused_sgd", "aten::_fused_adagrad")


def _mark(name: str) -> str | None:
    """The phase that a name alone tells."""
    if name in _NAMED:
        return name
    if name.startswith(_OPTIMIZERS):
        return OPTIMIZER
    if name.startswith("autograd::engine"):
        return BACKWARD
    if name.startswith(COMPILED):
        return next((phase for phase in _NAMED if phase in name), None)
    return None


@contextmanager
def _naming_calls() -> Iterator[None]:
    """Within, the profiler sees waits, and each call of a compiled function from Python."""
    with ExitStack() as patches:
        condition: Any = threading.Condition
        patches.enter_context(_replaced(condition, "wait", lambda *_: WAITING))
        if "numba" in sys.modules:
            from numba.core.registry import CPUDispatcher

            patches.enter_context(_replaced(CPUDispatcher, "__call__", _compiled_name))
        yield


@contextmanager
def _replaced(owner: Any, method: str, name_of: Callable[..., str]) -> Iterator[None]:
    """Within, each call of the class's method is recorded by what ``name_of`` says of it."""
    own = owner.__dict__.get(method)
    plain = getattr(owner, method)

    def named(self: Any, *args: Any, **kwargs: Any) -> Any:
        with record_function(name_of(self)):
            return plain(self, *args, **kwargs)

    setattr(owner, method, named)
    try:
        yield
    finally:
        if own is None:  # it is a parent's
            delattr(owner, method)
        else:
            setattr(owner, method, own)


def _compiled_name(function: Any) -> str:
    name: str = function.py_func.__qualname__
    return COMPILED + name.partition(".")[0].strip("_")


def _upwards(event: Any) -> Iterator[str]:
    while event is not None:
        yield event.name
        event = event.cpu_parent


def _epoch(training: Training) -> None:
    """What a training does in an epoch, with a mark around each step and the evaluation."""
    learner, config = training.learner, training.config
    images, targets = training.train_tensors
    parts = zip(
        torch.split(images, config.batch_size), torch.split(targets, config.batch_size), strict=True
    )
    for x, y in parts:
        with record_function(_STEP_MARK):
            learner.step(x, y, config.lr)
    with record_function(_EVALUATION_MARK):
        for x, y in (
            (images[:TRAIN_PART], targets[:TRAIN_PART]),
            training.test_tensors,
        ):
            evaluate(learner.predict, x, y, training.target, config.loss)
    synchronise(config.device)


def _seconds(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started
