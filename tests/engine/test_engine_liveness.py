"""Whether a worker lives: by the facts about its process, never by what it once said."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from rottui.engine.liveness import dead, this_worker
from rottui.store.records import WorkerRow


def worker_of(process: psutil.Process) -> WorkerRow:
    """The row that a worker in that process would have written."""
    mine = this_worker()
    later = process.create_time() - psutil.Process().create_time()
    return replace(mine, id="theirs", pid=process.pid, pid_started=mine.pid_started + later)


def test_this_process_lives() -> None:
    worker = this_worker()
    assert worker.pid == os.getpid()
    assert dead([worker]) == []
    assert this_worker().id != worker.id


def test_a_process_is_dead_when_it_has_ended_whether_or_not_its_parent_looked() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        known = psutil.Process(process.pid)
        worker = worker_of(known)
        assert dead([worker]) == []
        assert process.stdin is not None
        process.stdin.close()
        assert process.stdout is not None
        process.stdout.read()
        while known.status() != psutil.STATUS_ZOMBIE:  # ends by itself, waited for by nobody
            pass
        assert dead([worker]) == ["theirs"]
    assert dead([worker]) == ["theirs"]


@pytest.mark.parametrize("off", [-100.0, 100.0])
def test_a_pid_that_another_process_has_now_is_not_the_worker(off: float) -> None:
    mine = this_worker()
    assert dead([replace(mine, pid_started=mine.pid_started + off)]) == [mine.id]


def test_a_worker_from_before_the_machine_started_again_is_dead() -> None:
    worker = replace(this_worker(), boot="the boot before")
    assert dead([worker]) == [worker.id]


def test_nothing_is_said_of_workers_on_other_hosts() -> None:
    mine = this_worker()
    gone = replace(mine, host="elsewhere", boot="theirs", pid=2**22 + 1, pid_started=1.0)
    assert dead([gone]) == []


@pytest.mark.skipif(not psutil.LINUX, reason="elsewhere processes start by the wall clock")
def test_a_worker_outlives_a_clock_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = this_worker()
    booted = psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: booted + 3600)
    assert psutil.boot_time() == booted + 3600
    assert dead([worker]) == []


def test_only_the_dead_of_many_are_named() -> None:
    mine = this_worker()
    workers = [replace(mine, id=f"w{n}", pid_started=mine.pid_started + n * 50) for n in range(3)]
    assert dead(workers) == ["w1", "w2"]
