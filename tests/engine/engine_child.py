"""Run by the tests: engines in processes that are forked, quickly, from one that has loaded torch.

Arguments: the store's folder, and a file with the images and angles of the two splits. A line on
stdin is an order: ``PHASE N`` forks an engine that kills itself (SIGKILL) when it comes to that
phase for the N-th time, from 0; ``none 0`` forks one that trains until the queue is empty; ``work``
trains in this process until the next line, and then until the queue is empty. The answer is the
exit status of the fork, negative for a signal.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import rottui.core.training as core_training
from rottui.core.data.dataset import Dataset, Split
from rottui.engine import engine as engines
from rottui.engine import worker
from rottui.engine.engine import Engine
from rottui.store import checkpoints, work
from rottui.store.runs import RunStore

LEASE = float(os.environ.get("LEASE_OF_TEST", "30"))


class Failpoint:
    """Kills its process at the N-th passage."""

    def __init__(self, passages: int) -> None:
        self._left = passages

    def __call__(self) -> None:
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


def before(owner: Any, name: str, act: Callable[..., None]) -> None:
    """Do something before each call of a function."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **named: Any) -> Any:
        act(*args, **named)
        return original(*args, **named)

    setattr(owner, name, wrapped)


def arm(phase: str, passages: int) -> None:
    """Put the failpoint where the phase is."""
    fail = Failpoint(passages)

    def at_note(*kinds: str) -> None:
        before(work, "note", lambda db, run, kind, *rest: fail() if kind in kinds else None)

    match phase:
        case "claiming":
            at_note("claimed")
        case "training":
            worker.WISH_SECONDS = 0.0
            before(RunStore, "wish_of", lambda *args: fail())
        case "evaluating":
            before(core_training, "evaluate", lambda *args, **named: fail())
        case "before the rename":
            renamed = lambda path, target: fail() if target.suffix == ".pt" else None  # noqa: E731
            before(checkpoints.Path, "replace", renamed)
        case "after the rename":
            before(RunStore, "commit_epoch", lambda store, claim, row, saved=(), **named: (
                fail() if saved else None
            ))  # fmt: skip
        case "committing":
            before(work, "update_summary", lambda *args: fail())
        case "after the commit":
            before(checkpoints.CheckpointFiles, "remove", lambda *args: fail())
        case "letting go":
            at_note("done", "released")
        case "none":
            pass
        case _:
            raise ValueError(phase)


def engine(folder: str, dataset: Dataset) -> Engine:
    return Engine(
        Path(folder), cache_dir=Path(folder), workers=2, threads=1, load=lambda data: dataset
    )


def train(folder: str, dataset: Dataset, phase: str, passages: int) -> None:
    arm(phase, passages)
    trained = engine(folder, dataset)
    trained.start()
    if phase == "letting go":
        trained.wait_idle(0.3)
    else:
        assert trained.wait_idle(120)
    assert trained.stop(60)


def main(folder: str, arrays: str) -> None:
    loaded = np.load(arrays)
    train_split, test_split = (
        Split(loaded[f"{name}_images"], loaded[f"{name}_angles"]) for name in ("train", "test")
    )
    dataset = Dataset(train_split, test_split, source="bars", fingerprint="bars-1")
    worker.SAVE_SECONDS = 0.02
    worker.POLL_SECONDS = 0.02
    work.LEASE_SECONDS = LEASE
    engines.BEAT_SECONDS = LEASE / 5
    print("ready", flush=True)
    for line in sys.stdin:
        if line == "work\n":
            trained = engine(folder, dataset)
            trained.start()
            sys.stdin.readline()
            assert trained.wait_idle(300)
            assert trained.stop(60)
            print(0, flush=True)
            continue
        phase, _, passages = line.rstrip().rpartition(" ")
        child = os.fork()
        if child == 0:
            status = 1
            try:
                train(folder, dataset, phase, int(passages))
                status = 0
            finally:
                os._exit(status)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
