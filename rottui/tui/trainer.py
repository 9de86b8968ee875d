"""Who trains for this screen: an engine in its process, or a process that it hands the runs to."""

from __future__ import annotations

import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import rottui
from rottui.errors import RottuiError, StoreError, TrainingError
from rottui.store.records import RunRow
from rottui.store.states import State
from rottui.tui.widgets.formats import format_count

if TYPE_CHECKING:
    from rottui.engine.engine import Engine

log = logging.getLogger(__name__)

READY_SECONDS = 60.0
"""How long another process may take to load PyTorch before it is given up."""
LOOK_SECONDS = 1.0
"""Without a screen: between two looks whether there is something left to do here."""


class Trainer:
    """The engine on one store, from its start to whoever trains after it; any thread.

    Args:
        folder: of the run store.
        cache_dir: for decoded images.
        workers: runs at the same time; one a core if None.
        stop_seconds: how long stopping waits for a worker, such as one that decodes images.
    """

    def __init__(
        self, folder: Path, *, cache_dir: Path, workers: int | None, stop_seconds: float
    ) -> None:
        self._folder = folder
        self._cache_dir = cache_dir
        self._workers = workers
        self._stop_seconds = stop_seconds
        self._engine: Engine | None = None
        self._handed_over = False
        self._lock = threading.Lock()
        self._ended = False

    def start(self) -> None:
        """Begin to train, unless that was done, or ``stop`` was called before.

        Raises:
            StoreError: the store cannot be written.
            TrainingError: PyTorch is missing or broken.
        """
        from rottui.engine.engine import Engine

        try:
            with self._lock:
                if self._ended or self._engine is not None:
                    return
                engine = self._engine = Engine(
                    self._folder,
                    cache_dir=self._cache_dir,
                    workers=self._workers,
                    program="launch",
                )
            engine.start()
        except RottuiError:
            with self._lock:
                self._engine = None
            raise

    def stop(self) -> None:
        """Checkpoint the runs in progress and end the workers, for good."""
        self._ended = True
        self._halt()

    @property
    def busy(self) -> bool:
        """Whether leaving now would leave runs in training, or queued ones that this engine trains.

        Raises:
            StoreError: the store cannot be read.
        """
        engine = self._engine
        return engine is not None and not engine.idle

    @property
    def interrupted(self) -> tuple[RunRow, ...]:
        """Runs that were in training when their process died, as this one has left them."""
        engine = self._engine
        return () if engine is None else engine.interrupted

    @property
    def trouble(self) -> str | None:
        """Why training waits for the store, if it does."""
        engine = self._engine
        return None if engine is None else engine.trouble

    def hand_over(self) -> None:
        """Let a process of its own go on with the runs, if there are any; the engine here ends.

        The process loads PyTorch before the workers here stop, so that the gap is short.

        Raises:
            TrainingError: it did not come to life; the engine here goes on.
        """
        if self.busy:
            self._spawn()
            self._handed_over = True
        self._halt()

    def train_alone(self) -> None:
        """Go on without a screen, until nothing is left to do here.

        That is so once the queue is empty, or once a later process trains from it and the runs in
        training here have ended; at once if they were handed over.

        Raises:
            StoreError: the store cannot be written.
            TrainingError: PyTorch is missing or broken.
        """
        if not self._handed_over:
            self.start()  # if the terminal went before that was done
        retired = False
        while (engine := self._engine) is not None and not self._ended:
            try:
                if engine.wait_idle(LOOK_SECONDS):
                    return
                if retired and not engine.training:
                    return
                successor = engine.successor
                if (successor is not None) != retired:
                    retired = successor is not None
                    log.info("without a screen: %s claims from now on", successor or "this process")
                    engine.claim(not retired)
            except StoreError as error:
                log.warning("without a screen: %s", error)
                time.sleep(LOOK_SECONDS)

    def _halt(self) -> None:
        with self._lock:
            if self._engine is not None:
                self._engine.stop(self._stop_seconds)
                self._engine = None

    def _spawn(self) -> None:
        """Start a detached ``rottui work``, and wait until it is about to claim.

        Without the current folder on its path: a ``random.py`` there would end it. Ours is named.
        """
        reading, writing = os.pipe()
        command = [sys.executable, "-P", "-m", "rottui", "work", "--until-empty"]
        command += ["--store", str(self._folder), "--ready-fd", str(writing)]
        command += [] if self._workers is None else ["--workers", str(self._workers)]
        places = [str(Path(rottui.__file__).parents[1])]
        places += [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(places)},
                pass_fds=(writing,),
            )
        except OSError as error:
            os.close(reading)
            raise TrainingError(f"no other process can be started: {error.strerror}") from None
        finally:
            os.close(writing)
        try:
            ready, _, _ = select.select([reading], [], [], READY_SECONDS)
            if ready and os.read(reading, 16):
                log.info("process %d goes on with the runs", child.pid)
                return
        finally:
            os.close(reading)
        child.kill()
        child.wait()
        raise TrainingError(
            "the process that was to go on did not come to life; the log file says why"
        )


def interrupted_line(runs: Sequence[RunRow]) -> str:
    """What became of runs whose process died in training; empty if of none."""
    if not runs:
        return ""
    names = ", ".join(str(run.id) for run in runs[:10]) + (", …" if len(runs) > 10 else "")
    told = f"{format_count(len(runs), 'run')} ({names}) trained when a process died"
    waits = sum(run.state is State.PAUSED for run in runs)
    if waits == len(runs):
        return f"{told}; paused: r lets them go on."
    return f"{told}; going on from the last checkpoint{f', {waits} paused' if waits else ''}."
