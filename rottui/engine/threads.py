"""How many workers, and how many threads each: the machine is full, and not fuller."""

from __future__ import annotations

import os


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
