"""The engine of one process: its workers, their heartbeat, and the care for runs of dead ones.

It knows no screen and is asked nothing about runs: who wants to know reads the store. A process may
end at any moment; what the store has committed stays, and the next engine continues the rest.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from rottui.core.config import DataConfig
from rottui.core.pytorch import explained_imports
from rottui.engine import liveness
from rottui.engine.datasets import Datasets, loader
from rottui.engine.halving import Halvings, unsettled
from rottui.engine.threads import Cores, worker_count
from rottui.engine.troubles import Troubles
from rottui.engine.worker import RETRY_SECONDS, Worker
from rottui.errors import StoreError
from rottui.store.records import RunRow
from rottui.store.runs import RunStore

if TYPE_CHECKING:
    from rottui.core.data.dataset import Dataset

log = logging.getLogger("rottui.engine")

BEAT_SECONDS = 10.0
"""Between two heartbeats; a third of a lease."""


class Engine:
    """Trains the queue of a store in worker threads of this process.

    Args:
        store_folder: of the run store; opened anew, with connections of its own.
        cache_dir: for decoded images.
        workers: runs at the same time; one a core if None.
        threads: of each worker; the cores shared among the workers if None.
        only: ids of the only runs to train; every queued one if None.
        load: how data sets are opened; through the cache if None.
        program: the command that this process is, for people who ask who trains.
    """

    def __init__(
        self,
        store_folder: Path,
        *,
        cache_dir: Path,
        workers: int | None = None,
        threads: int | None = None,
        only: Collection[int] | None = None,
        load: Callable[[DataConfig], Dataset] | None = None,
        program: str = "",
    ) -> None:
        self._store = RunStore.open(store_folder)
        count = worker_count(workers)
        self._only = None if only is None else frozenset(only)
        self._stopping = threading.Event()
        self._retiring = threading.Event()
        self._stopped = threading.Event()
        self._cores = Cores(count, threads, self._only)
        self._me = liveness.this_worker(program)
        self._halvings = Halvings(self._store)
        self._troubles = Troubles()
        datasets = Datasets(load or loader(cache_dir))
        self._workers = [
            Worker(
                f"{self._me.id}-{number}",
                self._store,
                datasets,
                cores=self._cores,
                only=self._only,
                halvings=self._halvings,
                troubles=self._troubles,
                stopping=self._stopping,
                retiring=self._retiring,
            )
            for number in range(1, count + 1)
        ]
        self._beats = threading.Thread(target=self._beat, name="rottui-beats", daemon=True)
        self._late: threading.Thread | None = None
        self._life = threading.Lock()
        self._was_started = False
        self.interrupted: tuple[RunRow, ...] = ()
        """Runs that were in training when their process died, as ``start`` has left them."""

    def start(self, ready: Callable[[], None] | None = None) -> None:
        """Take back the runs of dead workers, load torch, then begin to train.

        While the store cannot be written (its disk is full, say), that is the engine's ``trouble``,
        and it begins once it can. ``ready`` is called when all is loaded, right before the first
        run is claimed. Returns once the workers run, as soon as another thread's ``stop`` has been
        noticed, or where the workers have to wait.

        Raises:
            TrainingError: PyTorch is missing or broken.
        """
        with self._life:
            if self._stopping.is_set():
                return
            signed_on = self._sign_on()
        # Seconds of imports: outside the lock, so that leaving never waits for them.
        with explained_imports():
            from rottui.core.training import warm_up

            warm_up()
        with self._life:
            if self._stopping.is_set():
                return
            if signed_on:
                self._begin(ready)
            else:
                self._late = threading.Thread(
                    target=self._begin_late, args=(ready,), name="rottui-late", daemon=True
                )
                self._late.start()

    def _sign_on(self) -> bool:
        """Make the workers known and take back what dead ones had; whether that was written."""
        try:
            for worker in self._workers:
                self._store.add_worker(dataclasses.replace(self._me, id=worker.worker_id))
            if recovered := self._recover():
                self.interrupted = tuple(self._store.runs(ids=recovered))
            self._store.remove_leftovers()
        except StoreError as error:
            self._troubles.begin(self._me.id, str(error))
            return False
        self._troubles.end(self._me.id)
        return True

    def _begin(self, ready: Callable[[], None] | None) -> None:
        if ready is not None:
            ready()
        self._was_started = True
        self._beats.start()
        for worker in self._workers:
            worker.start()

    def _begin_late(self, ready: Callable[[], None] | None) -> None:
        while not self._stopping.wait(RETRY_SECONDS):
            if self._sign_on():
                with self._life:
                    if not self._stopping.is_set():
                        self._begin(ready)
                return

    def stop(self, timeout: float | None = None) -> bool:
        """Checkpoint the runs in progress, put them back into the queue, and end the workers.

        Returns whether every worker ended within ``timeout`` seconds (None: however long it takes).
        """
        self._stopping.set()
        with self._life:
            started, late = self._was_started, self._late
        end = None if timeout is None else time.monotonic() + timeout
        threads = [*([late] if late else []), *(self._workers if started else [])]
        for thread in threads:
            thread.join(None if end is None else max(0.0, end - time.monotonic()))
        if any(thread.is_alive() for thread in threads):
            return False
        if not self._stopped.is_set():
            self._stopped.set()
            if started:
                self._beats.join()
            self._forget_workers()
            self._store.close()
        return True

    def claim(self, further: bool) -> None:
        """Whether further runs are claimed; those in training go on to their end in any case."""
        if further:
            self._retiring.clear()
        else:
            self._retiring.set()

    @property
    def trouble(self) -> str | None:
        """What training waits for, such as room on the disk, in one sentence; None if nothing.

        It goes on by itself.
        """
        return self._troubles.now

    @property
    def training(self) -> tuple[int, ...]:
        """Ids of the runs that are in training here."""
        return tuple(sorted(claim.run.id for claim in self._cores.claims().values()))

    @property
    def successor(self) -> str | None:
        """A worker of a living process that began to train from this store later; None if none did.

        Later, so that of two that each would leave the queue to the other, one does not.

        Raises:
            StoreError: the store cannot be read.
        """
        workers = self._store.workers()
        later = [worker for worker in workers if worker.started_at > self._me.started_at]
        dead = liveness.dead(later)
        return next((worker.id for worker in later if worker.id not in dead), None)

    @property
    def idle(self) -> bool:
        """Whether nothing is in training here, and nothing waits that could be.

        Runs that wait for others of their sweep could not be, once nobody is to be awaited here.
        """
        late = self._late
        if late is not None and late.is_alive():  # what died before is not even taken back yet
            return False
        before = self._store.revision()
        if self._store.busy([worker.worker_id for worker in self._workers], self._only):
            return False
        # what has changed meanwhile may be a run that went on from its rung
        return not unsettled(self._store, self._only) and self._store.revision() == before

    def wait_idle(self, timeout: float) -> bool:
        """Wait until ``idle``; False after ``timeout`` seconds, or once ``stop`` was called."""
        end = time.monotonic() + timeout
        while not self._stopping.is_set():
            try:
                if self.idle:
                    return True
            except StoreError:
                if not self._stopping.is_set():
                    raise
                return False  # another thread's stop has closed the store meanwhile
            if time.monotonic() >= end:
                return False
            self._stopping.wait(0.02)
        return False

    def _beat(self) -> None:
        """Renew the leases of long epochs, and look after the runs of others that died."""
        while not self._stopped.wait(BEAT_SECONDS):
            claims = self._cores.claims()
            try:
                for worker in self._workers:
                    held = [claims[worker.worker_id]] if worker.worker_id in claims else []
                    self._store.beat(worker.worker_id, held)
                self._recover()
                self._halvings.settle()
            except StoreError as error:
                log.warning("heartbeat: %s", error)

    def _recover(self) -> list[int]:
        recovered = self._store.recover(liveness.dead(self._store.workers()))
        if recovered:
            log.info("took back runs whose worker was gone: %s", recovered)
        return recovered

    def _forget_workers(self) -> None:
        try:
            for worker in self._workers:
                self._store.remove_worker(worker.worker_id)
        except StoreError as error:
            log.warning("cannot sign off: %s", error)
