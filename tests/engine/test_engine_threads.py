"""How many workers and threads: the machine is full, and not fuller."""

from __future__ import annotations

import os

import pytest

from rottui.engine import threads


@pytest.mark.parametrize(
    ("cores", "asked_workers", "asked_threads", "workers", "each"),
    [
        (2, None, None, 2, 1),
        (8, None, None, 8, 1),
        (8, 2, None, 2, 4),
        (8, 3, None, 3, 2),
        (2, 5, None, 5, 1),
        (2, 1, None, 1, 2),
        (8, 2, 3, 2, 3),
        (1, None, None, 1, 1),
        (4, 0, 0, 1, 1),
        (4, -3, -3, 1, 1),
    ],
)
def test_the_cores_are_shared_among_the_workers(
    cores: int,
    asked_workers: int | None,
    asked_threads: int | None,
    workers: int,
    each: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "available_cores", lambda: cores)
    assert threads.worker_count(asked_workers) == workers
    assert threads.threads_each(workers, asked_threads) == each


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no such call on this platform")
def test_only_cores_that_this_process_may_use_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 5, 7})
    assert threads.available_cores() == 3


def test_without_affinity_every_core_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert threads.available_cores() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert threads.available_cores() == 1
