"""How many workers and threads: the machine is full, and not fuller."""

from __future__ import annotations

import os

import pytest

from rottui.engine import threads
from rottui.store.records import EpochRow, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State


def queue(store: RunStore, name: str) -> int:
    return store.add_runs([NewRun(name, {"lr": 1e-3}, 10)])[0].id


def epoch_of(epoch: int) -> EpochRow:
    return EpochRow(epoch, epoch, *[0.5] * 6, seconds=1.0, at=0.0)


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


def test_runs_share_the_cores_that_idle_workers_leave(store: RunStore) -> None:
    cores = threads.Cores(workers=4, threads=2, only=None)
    assert cores.now() == 8, "nobody trains: whoever comes may use them all"
    claims = []
    for number in range(3):
        queue(store, f"run {number}")
        claims.append(store.claim(f"w{number}", threads=2))
        cores.hold(f"w{number}", claims[-1])
    assert cores.now() == 2
    cores.hold("w0", None)
    assert cores.now() == 4
    assert set(cores.claims()) == {"w1", "w2"}


def test_the_last_of_a_closed_set_gets_all_cores_once_the_others_are_nearly_done(
    store: RunStore,
) -> None:
    first, second, third = (queue(store, name) for name in ("a", "b", "c"))
    closed = threads.Cores(workers=2, threads=1, only=[first, second, third])
    opened = threads.Cores(workers=2, threads=1, only=None)
    assert closed.for_next_run(store, "w1") == 1
    claim = store.claim("w1", threads=1)
    assert closed.for_next_run(store, "w2") == 1
    other = store.claim("w2", threads=1)
    assert claim is not None
    assert other is not None
    store.finish(claim, State.DONE)
    assert closed.for_next_run(store, "w1") == 1, "the other has only begun"
    for epoch in range(9):
        store.commit_epoch(other, epoch_of(epoch))
    assert closed.for_next_run(store, "w1") == 2
    assert opened.for_next_run(store, "w1") == 1, "more runs may come"
