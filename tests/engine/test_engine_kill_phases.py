"""Engines that are killed in a chosen phase: nothing is lost, and the curve comes out the same."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from engine_runs import CNN, MLP, add, alone, kinds, stored, until
from test_engine_kill import check_weights

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.store.connection import FILE
from rottui.store.records import NewRun, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="engines are forked")

CHILD = Path(__file__).with_name("engine_child.py")
PHASES = (
    "claiming",
    "training",
    "evaluating",
    "before the rename",
    "after the rename",
    "committing",
    "after the commit",
    "letting go",
)
LEASE = 1.0
"""Seconds, in these processes."""


class Child:
    """A process of ``engine_child.py``."""

    def __init__(self, store: RunStore, arrays: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(CHILD), str(store.folder), str(arrays)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"LEASE_OF_TEST": str(LEASE)},
        )
        assert self.answer() == "ready"

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, order: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def children(store: RunStore, arrays: Path) -> Iterator[list[Child]]:
    made: list[Child] = []
    yield made
    for child in made:
        child.end()


def survive(
    store: RunStore,
    dataset: Dataset,
    child: Child,
    configs: Sequence[RunConfig],
    orders: Sequence[tuple[str, int]],
) -> None:
    runs = add(store, *configs)
    died = 0
    for phase, passages in orders:
        child.tell(f"{phase} {passages}")
        status = int(child.answer())
        assert status in (-signal.SIGKILL, 0), (phase, status)
        died += status != 0
    assert died >= len(orders) * 0.9, "too short to be killed so often"
    child.tell("none 0")
    assert child.answer() == "0"
    assert store.workers() == []
    for run, config in zip(runs, configs, strict=True):
        end = store.run(run.id)
        assert (end.state, end.error, end.worker) == (State.DONE, None, None)
        assert stored(store, run) == alone(config, dataset)
        check_weights(store, run.id, config, dataset)


def test_runs_survive_a_kill_in_every_phase(
    store: RunStore, tiny_dataset: Dataset, arrays: Path, children: list[Child]
) -> None:
    children.append(Child(store, arrays))
    configs = [
        MLP.replaced({"epochs": 60, "shuffle": True}),
        CNN.replaced({"epochs": 25, "shuffle": True}),
    ]
    orders = [(phase, 0 if phase == "claiming" else 1) for phase in PHASES]
    survive(store, tiny_dataset, children[0], configs, orders)


@pytest.mark.slow
def test_runs_survive_a_hundred_kills_in_every_phase(
    store: RunStore, tiny_dataset: Dataset, arrays: Path, children: list[Child]
) -> None:
    children.append(Child(store, arrays))
    chance = random.Random(100)
    orders = [(PHASES[n % len(PHASES)], chance.randint(0, 3)) for n in range(100)]
    few = {"claiming": 1, "letting go": 1}
    orders = [(phase, min(passages, few.get(phase, 9))) for phase, passages in orders]
    chance.shuffle(orders)
    configs = [
        (MLP if seed % 2 else CNN).replaced(
            {"epochs": 400, "shuffle": seed % 3 > 0, "seed": seed, "lr": 0.003 * seed}
        )
        for seed in range(1, 7)
    ]
    survive(store, tiny_dataset, children[0], configs, orders)


# --- a worker that slept past its lease -----------------------------------------------------------


def put_to_sleep(child: Child, store: RunStore) -> None:
    """Stop a process between two of its transactions.

    One that is stopped within holds SQLite's lock for as long: a machine that sleeps does not, as
    then nobody else is awake.
    """
    for _ in range(100):
        child.signal(signal.SIGSTOP)
        until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_STOPPED)
        with closing(sqlite3.connect(store.folder / FILE, timeout=0.2)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                child.signal(signal.SIGCONT)
                continue
            db.execute("ROLLBACK")
            return
    raise AssertionError("it was in a transaction whenever it was stopped")


def test_a_worker_that_slept_past_its_lease_stops_and_changes_nothing(
    store: RunStore, tiny_dataset: Dataset, arrays: Path, children: list[Child]
) -> None:
    children += [Child(store, arrays), Child(store, arrays)]
    sleeper, heir = children
    config = MLP.replaced({"epochs": 200, "shuffle": True})
    (run,) = add(store, config)
    sleeper.tell("work")
    until(lambda: store.run(run.id).epochs_done >= 5)
    put_to_sleep(sleeper, store)
    heir.tell("work")
    until(lambda: store.run(run.id).attempt == 2 and store.run(run.id).epochs_done >= 10)
    before = store.run(run.id)
    sleeper.signal(signal.SIGCONT)
    assert f"-{heir.pid}-" in str(before.worker)
    sleeper.tell("end")
    heir.tell("end")
    assert [sleeper.answer(), heir.answer()] == ["0", "0"]
    end = store.run(run.id)
    assert (end.state, end.attempt) == (State.DONE, 2)
    assert kinds(store, run).count("claimed") == 2
    assert kinds(store, run)[-1] == "done"
    assert stored(store, run) == alone(config, tiny_dataset)
    check_weights(store, run.id, config, tiny_dataset)


# --- many processes ------------------------------------------------------------------------------


def train_together(store: RunStore, children: Sequence[Child], runs: int) -> None:
    """Engines train while runs are added a few at a time; each is trained once, and all are."""
    for child in children:
        child.tell("work")
    config = MLP.replaced({"epochs": 1})
    added: list[RunRow] = []
    while len(added) < runs:
        some = min(7, runs - len(added))
        added += store.add_runs([NewRun("toy", config.to_dict(), 1) for _ in range(some)])
    for child in children:
        child.tell("end")
    assert [child.answer() for child in children] == ["0"] * len(children)
    ended = store.runs()
    assert [(run.state, run.attempt, run.epochs_done) for run in ended] == (
        [(State.DONE, 1, 1)] * runs
    )
    assert all(kinds(store, run).count("claimed") == 1 for run in added)
    busy = [child for child in children if any(f"-{child.pid}-" in detail for detail in {
        event.detail for event in store.events_after(0).values() if event.kind == "claimed"
    })]  # fmt: skip
    assert busy == list(children)
    assert store.workers() == []


def test_many_processes_train_every_run_once(
    store: RunStore, arrays: Path, children: list[Child]
) -> None:
    children += [Child(store, arrays), Child(store, arrays)]
    train_together(store, children, 60)


@pytest.mark.slow
def test_four_processes_train_a_thousand_runs_once_each(
    store: RunStore, arrays: Path, children: list[Child]
) -> None:
    children += [Child(store, arrays) for _ in range(4)]
    train_together(store, children, 1000)
