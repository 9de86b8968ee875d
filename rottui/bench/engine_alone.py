"""Train the queue of a store in a process of its own, without a screen, and print when it began.

Of its own, since threads that other trainings have left in a process slow down those that come
after: a sweep is measured as ``rottui sweep`` trains it.
"""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rottui import locations
from rottui.core.config import RunConfig
from rottui.engine.engine import Engine
from rottui.errors import TrainingError
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

POLL_SECONDS = 0.25
"""Between two looks whether the queue is empty: seldom, as who waits is not to be measured."""


@contextmanager
def temporary_store() -> Iterator[RunStore]:
    """A run store that goes with the block."""
    with (
        tempfile.TemporaryDirectory(prefix="rottui-bench-") as folder,
        RunStore.open(Path(folder)) as store,
    ):
        yield store


def add_runs(store: RunStore, configs: Sequence[RunConfig]) -> None:
    """Queue the runs as one sweep."""
    new = [NewRun(config.default_name, config.to_dict(), config.epochs) for config in configs]
    store.add_runs(new, sweep="bench")


def train_in_process(
    folder: Path, *, workers: int, threads: int | None = None, closed: bool, warm: bool
) -> float:
    """Train a store's queue to its end in a new process; when its engine began, in Unix seconds.

    Args:
        folder: of the store.
        workers: runs at the same time.
        threads: of each worker; the cores shared among the workers if None.
        closed: whether no other runs can come, as in ``rottui sweep``, or they can, as in the app.
        warm: whether it first loads the images, and trains an epoch that does not count.

    Raises:
        TrainingError: the process failed.
    """
    command = [sys.executable, "-m", __name__, str(folder), "--workers", str(workers)]
    command += ["--threads", str(threads)] if threads else []
    command += ["--closed"] * closed + ["--warm"] * warm
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise TrainingError(f"the engine's process failed: {reason}")
    return float(done.stdout.split()[-1])


def ended_at(store: RunStore) -> float:
    """When the last run came to its end, in Unix seconds.

    Raises:
        TrainingError: a run did not come to its end.
    """
    runs = store.runs()
    for run in runs:
        if run.state is not State.DONE:
            raise TrainingError(f"of the sweep, {run.name} is {run.state}: {run.error}")
    return max(run.ended_at or 0.0 for run in runs)


@dataclasses.dataclass(frozen=True, slots=True)
class _Trainer:
    workers: int
    threads: int | None
    closed: bool
    warm: bool

    def train(self, folder: Path) -> float:
        """Return once nothing waits in the queue any more; when the engine began."""
        with RunStore.open(folder) as store:
            ids = [run.id for run in store.runs()]
            configs = [RunConfig.from_dict(run.config) for run in store.runs()]
        load = None
        if self.warm:
            from rottui.core.data import load_dataset

            dataset = load_dataset(configs[0].data, locations.cache_dir())
            load = lambda _: dataset  # noqa: E731
            short = dataclasses.replace(self, warm=False)
            with temporary_store() as other:
                add_runs(other, [config.replaced({"epochs": 1}) for config in configs])
                short.train(other.folder)
        engine = Engine(
            folder,
            cache_dir=locations.cache_dir(),
            workers=self.workers,
            threads=self.threads,
            only=ids if self.closed else None,
            load=load,
        )
        started = time.time()  # the clock of the store's rows
        try:
            engine.start()
            while not engine.idle:
                time.sleep(POLL_SECONDS)
        finally:
            engine.stop()
        return started


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--closed", action="store_true")
    parser.add_argument("--warm", action="store_true")
    asked = parser.parse_args()
    trainer = _Trainer(asked.workers, asked.threads, asked.closed, asked.warm)
    print(trainer.train(asked.folder))


if __name__ == "__main__":
    _main()
