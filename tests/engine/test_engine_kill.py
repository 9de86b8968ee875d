"""Engine processes that are killed: whatever the moment, the curves come out the same."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from engine_runs import CNN, MLP, add, alone, kinds, stored, until

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.training import Training
from rottui.store.runs import RunStore
from rottui.store.states import State

ENGINE = Path(__file__).with_name("engine_process.py")


class EngineProcess:
    """A process that is ready to train, trains when it is told to, and can be killed."""

    def __init__(self, store: RunStore, arrays: Path) -> None:
        self._store = store
        self._process = subprocess.Popen(
            [sys.executable, str(ENGINE), str(store.folder), str(arrays)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def train(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def kill_after(self, changes: int) -> None:
        """SIGKILL, once it has a run and the store has seen so many changes more."""
        mine = f"-{self._process.pid}-"
        until(lambda: any(mine in str(run.worker) for run in self._running()))
        start = self._store.revision()
        until(lambda: self._store.revision() >= start + changes or not self._store.busy([]))
        self.end()

    def finish(self) -> int:
        return self._process.wait(120)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _running(self) -> list[object]:
        return list(self._store.runs(states={State.RUNNING}))


def survive(
    store: RunStore, dataset: Dataset, arrays: Path, configs: list[RunConfig], kills: int
) -> None:
    moments = random.Random(kills)
    runs = add(store, *configs)
    spare = EngineProcess(store, arrays)
    try:
        for _ in range(kills):
            engine, spare = spare, EngineProcess(store, arrays)
            engine.train()
            engine.kill_after(moments.randint(0, 40))
        assert store.runs(states={State.QUEUED, State.RUNNING}), "too short to be killed so often"
        spare.train()
        assert spare.finish() == 0
    finally:
        spare.end()
    assert store.workers() == []
    assert sum(kinds(store, run).count("recovered") for run in runs) >= kills
    for run, config in zip(runs, configs, strict=True):
        end = store.run(run.id)
        assert (end.state, end.error) == (State.DONE, None)
        assert stored(store, run) == alone(config, dataset)
        check_weights(store, run.id, config, dataset)


def check_weights(store: RunStore, run_id: int, config: RunConfig, dataset: Dataset) -> None:
    """The kept weights are those of the last and of the best epoch."""
    best = store.run(run_id).best
    assert best is not None
    kept = {checkpoint.kind: checkpoint for checkpoint in store.checkpoints(run_id)}
    for kind, epoch in (("last", config.epochs), ("best", best.epoch)):
        found = Training.restore(config, dataset, store.read_checkpoint(kept[kind]))
        wanted = Training(config.replaced({"epochs": max(epoch, 1)}), dataset)
        if epoch:
            list(wanted.events())
        assert found.epoch == epoch
        for one, two in zip(found.network.parameters(), wanted.network.parameters(), strict=True):
            assert torch.equal(one, two)


def test_runs_survive_five_kills(store: RunStore, tiny_dataset: Dataset, arrays: Path) -> None:
    configs = [
        MLP.replaced({"epochs": 120, "shuffle": True}),
        CNN.replaced({"epochs": 60, "shuffle": True}),
        MLP.replaced({"epochs": 120, "seed": 2, "lr": 0.02}),
    ]
    survive(store, tiny_dataset, arrays, configs, kills=5)


@pytest.mark.slow
def test_runs_survive_a_hundred_kills(store: RunStore, tiny_dataset: Dataset, arrays: Path) -> None:
    configs = [
        (MLP if seed % 2 else CNN).replaced(
            {"epochs": 500, "shuffle": seed % 3 > 0, "seed": seed, "lr": 0.003 * seed}
        )
        for seed in range(1, 9)
    ]
    survive(store, tiny_dataset, arrays, configs, kills=100)
