"""How many workers, and how many threads each: the machine is full, and not fuller."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection

from rottui.store.records import Claim
from rottui.store.runs import RunStore
from rottui.store.states import State

NEARLY = 0.8
"""A run with this share of its epochs behind it leaves its cores soon."""


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def worker_count(asked: int | None) -> int:
    """As many workers as asked, or one a core."""
    return max(1, asked if asked is not None else available_cores())


def threads_each(workers: int, asked: int | None) -> int:
    """Threads of each worker: as many as asked, or the cores shared among the workers."""
    return max(1, asked if asked is not None else available_cores() // workers)


class Cores:
    """Which worker has which run, and so how many threads each may use; any thread.

    A run keeps the threads of its first claim, on which its last bits may depend. While other
    workers are idle it may use theirs, too, where that changes no bit.
    """

    def __init__(self, workers: int, threads: int | None, only: Collection[int] | None) -> None:
        self.each = threads_each(workers, threads)
        """Threads of a run when every worker has one."""
        self._all = workers * self.each
        self._only = only
        self._claims: dict[str, Claim] = {}
        self._lock = threading.Lock()

    def hold(self, worker: str, claim: Claim | None) -> None:
        """The run that a worker has now."""
        with self._lock:
            if claim is None:
                self._claims.pop(worker, None)
            else:
                self._claims[worker] = claim

    def claims(self) -> dict[str, Claim]:
        """Worker → the claim that it has."""
        with self._lock:
            return dict(self._claims)

    def now(self) -> int:
        """Threads for each run that is in training."""
        return max(self.each, self._all // max(1, len(self.claims())))

    def for_next_run(self, store: RunStore, worker: str) -> int:
        """Threads that a worker claims its next run with.

        The last of a closed set of runs gets all cores, if the others are nearly done; of an open
        queue nobody knows what comes next.

        Raises:
            StoreError: the store cannot be read.
        """
        if self._only is None or self._all == self.each:
            return self.each
        left = store.runs(states=[State.QUEUED, State.PAUSED, State.RUNNING], ids=self._only)
        waiting = [run for run in left if run.state is not State.RUNNING]
        training = [run for run in left if run.state is State.RUNNING]
        last = len(waiting) == 1
        if last and all(run.epochs_done >= NEARLY * run.epochs for run in training):
            return self._all
        return self.each
