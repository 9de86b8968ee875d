"""Whether the process of a worker still lives: derived from facts, never stored."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Iterable

import psutil

from rottui.store.clock import boot_id
from rottui.store.records import WorkerRow

SAME_START_SECONDS = 2.0
"""Two readings of one process's start differ by less; another process's pid by more."""

OWN_RUNS = "train"
"""The program whose workers train the runs that it has added, and no others."""


def this_worker(program: str = "") -> WorkerRow:
    """The facts about a new worker in this process, which runs that command of ours."""
    now = time.time()
    host, pid = socket.gethostname(), os.getpid()
    return WorkerRow(
        id=f"{host}-{pid}-{uuid.uuid4().hex[:8]}",
        host=host,
        boot=boot_id(),
        pid=pid,
        pid_started=_started(psutil.Process(pid)),
        started_at=now,
        beat_at=now,
        program=program,
    )


def dead(workers: Iterable[WorkerRow]) -> list[str]:
    """Ids of the workers of this host whose process is gone; of other hosts nothing is known."""
    host, boot = socket.gethostname(), boot_id()
    return [
        worker.id
        for worker in workers
        if worker.host == host and (worker.boot != boot or not _lives(worker))
    ]


def somebody_trains(workers: Iterable[WorkerRow]) -> bool:
    """Whether one of these workers lives and trains whatever is queued, as far as one can know."""
    known = list(workers)
    gone = set(dead(known))
    return any(worker.program != OWN_RUNS and worker.id not in gone for worker in known)


def _lives(worker: WorkerRow) -> bool:
    try:
        process = psutil.Process(worker.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(_started(process) - worker.pid_started) < SAME_START_SECONDS
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _started(process: psutil.Process) -> float:
    """When a process started, on a clock that nobody can set where there is one.

    Linux counts from the machine's start, and psutil adds when that was by the wall clock: taken
    away again, so that setting the clock makes no living process look like another one.
    """
    return process.create_time() - (psutil.boot_time() if psutil.LINUX else 0.0)
