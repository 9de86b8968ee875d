"""Seconds an epoch of the contenders, measured in turns: a, b, a, b, and so on.

Turns, since the machine may be busier now than a minute ago; medians and bests, since what else
runs only ever adds time. An epoch is all train batches, then the evaluation of the first 2,000
train images and of all test images. Each contender has one epoch before the first that counts:
imports, thread pools and kernels that are made on first use.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from rottui.bench.engine_alone import add_runs, ended_at, temporary_store, train_in_process
from rottui.bench.notebook import NotebookLoop
from rottui.bench.peaks import Peak, better, measure_peak
from rottui.bench.workload import Tell, Workload, torch_threads
from rottui.core.config import RunConfig
from rottui.core.events import EpochDone
from rottui.core.training import Training
from rottui.engine.threads import available_cores, worker_count
from rottui.errors import TrainingError

Epochs = Iterator[float]
"""Seconds of each epoch of one run; each ``next()`` trains one, set-up and epoch 0 not counted."""
Contender = Callable[[Workload], Epochs]

NOTEBOOK, ROTTUI, BF16 = "notebook", "rottui", "rottui-bf16"
"""Names of contenders; the first is what the others are compared with."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Samples of seconds an epoch."""

    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """Half of the samples are below it."""
        return statistics.median(self.samples)

    @property
    def best(self) -> float:
        """The smallest."""
        return min(self.samples)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a benchmark run has measured; contenders in the order they are to be shown."""

    alone: Mapping[str, Timing]
    sweep: Mapping[str, Timing]
    """Wall clock of the sweep divided by its runs and epochs; empty if it was not measured."""
    peak: Peak
    """The best seen between the repeats."""


def notebook_epochs(workload: Workload) -> Epochs:
    """One run of the notebook loop."""
    loop = _notebook_loop(workload, workload.config)
    loop.log_metrics()
    for _ in range(workload.epochs):
        started = time.perf_counter()
        loop.train_epoch()
        yield time.perf_counter() - started


def rottui_epochs(workload: Workload) -> Epochs:
    """One run of rottui, alone, without store and engine.

    Raises:
        TrainingError: the run diverged.
    """
    events = Training(workload.config, workload.dataset).events()
    next(events)
    for _ in range(workload.epochs):
        started = time.perf_counter()
        event = next(events)
        seconds = time.perf_counter() - started
        if not (isinstance(event, EpochDone) and event.metrics.finite):
            raise TrainingError("the run that is measured diverged; nothing can be compared")
        yield seconds


def bf16_epochs(workload: Workload) -> Epochs:
    """The same with bfloat16 products: other mathematics, and never part of a comparison."""
    mixed = replace(workload, config=workload.config.replaced({"precision": "bf16"}))
    return rottui_epochs(mixed)


def notebook_sweep(workload: Workload) -> float:
    """Seconds a run and epoch of the experiment's sweep as the notebook does it: one by one.

    Epoch 0's evaluation counts.
    """
    started = time.perf_counter()
    for config in workload.sweep:
        loop = _notebook_loop(workload, config)
        loop.log_metrics()
        for _ in range(workload.epochs):
            loop.train_epoch()
    return _per_epoch(workload, time.perf_counter() - started)


def rottui_sweep(workload: Workload) -> float:
    """Seconds a run and epoch of the same sweep through the engine, on a store of its own.

    In a process of its own, as ``rottui sweep`` does it, from the engine's start until the last
    run ends: claims, setting up each run, epoch 0's evaluation, commits and checkpoints count;
    loading the images does not.

    Raises:
        TrainingError: a run did not come to its end.
    """
    workers, threads = sweep_workers(workload)
    with temporary_store() as store:
        add_runs(store, workload.sweep)
        started = train_in_process(
            store.folder, workers=workers, threads=threads, closed=True, warm=True
        )
        return _per_epoch(workload, ended_at(store) - started)


def sweep_workers(workload: Workload) -> tuple[int, int | None]:
    """Workers, and threads of each (None: as the engine shares the cores), as ``rottui sweep``."""
    runs = len(workload.sweep)
    if workload.threads >= available_cores():
        return min(worker_count(None), runs), None
    workers = min(workload.threads, runs)
    return workers, workload.threads // workers


def measure(
    workload: Workload,
    contenders: Mapping[str, Contender],
    sweeps: Mapping[str, Callable[[Workload], float]],
    tell: Tell,
) -> Measured:
    """Every contender ``workload.repeats`` times, in turns, on ``workload.threads`` threads."""
    alone: dict[str, list[float]] = {name: [] for name in contenders}
    sweep: dict[str, list[float]] = {name: [] for name in sweeps}
    short = replace(workload, config=workload.config.replaced({"epochs": 1}))
    with torch_threads(workload.threads):
        peak = measure_peak(workload.config.device)
        for repeat in range(workload.repeats + 1):
            warm = repeat == 0
            tell("measuring", repeat, workload.repeats + 1)
            for name, seconds in _in_turns(short if warm else workload, contenders):
                if not warm:
                    alone[name].append(seconds)
            for name, measured in sweeps.items():
                if not warm:
                    sweep[name].append(measured(workload))
            peak = better(peak, measure_peak(workload.config.device))
        tell("measuring", workload.repeats + 1, workload.repeats + 1)
    return Measured(_timings(alone), _timings(sweep), peak)


def _in_turns(
    workload: Workload, contenders: Mapping[str, Contender]
) -> Iterator[tuple[str, float]]:
    """An epoch of each, then the next epoch of each."""
    running = {name: contender(workload) for name, contender in contenders.items()}
    for _ in range(workload.epochs):
        for name, epochs in running.items():
            yield name, next(epochs)


def _notebook_loop(workload: Workload, config: RunConfig) -> NotebookLoop:
    return NotebookLoop(workload.network(), workload.notebook, config.lr, config.batch_size)


def _per_epoch(workload: Workload, seconds: float) -> float:
    return seconds / (len(workload.sweep) * workload.epochs)


def _timings(samples: Mapping[str, list[float]]) -> dict[str, Timing]:
    return {name: Timing(tuple(found)) for name, found in samples.items()}
