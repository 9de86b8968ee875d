"""``rottui status`` and ``rottui wait``: who trains what, and when it is over."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rottui.store.connection import FILE
from rottui.store.records import EpochRow
from rottui.store.runs import RunStore
from rottui.store.states import State

TINY = ("--dense-hiddens", "4", "--batch-size", "8", "--threads", "1")
ENDLESS = ("--dense-hiddens", "16", "--batch-size", "1", "--epochs", 100_000)

Process = Callable[..., "subprocess.Popen[str]"]


def told(rottui) -> dict[str, Any]:
    return json.loads(rottui("status", "--json").out)


def training(rottui, process: Process, images: Path, folders: Path) -> subprocess.Popen[str]:
    """A process that has a run in its second epoch."""
    rottui("train", "--queue", "--data", images, *ENDLESS)
    working = process("work", "--workers", 1)
    with RunStore.open(folders / "store") as store:
        while store.run(1).epochs_done < 2:
            assert working.poll() is None
    return working


def test_a_process_that_trains_is_told_and_one_that_was_killed(
    rottui, process: Process, images: Path, folders: Path
) -> None:
    working = training(rottui, process, images, folders)
    (one,) = told(rottui)["processes"]
    assert (one["pid"], one["program"], one["alive"]) == (working.pid, "work", True)
    assert [run["id"] for run in one["runs"]] == [1]
    lines = rottui("status").out.splitlines()
    assert lines[1].split()[:2] == [str(working.pid), "work"]
    assert " alive " in lines[1]
    assert "run 1 (" in lines[1]
    assert "runs: 1 running" in lines
    working.send_signal(signal.SIGKILL)
    working.wait()
    (one,) = told(rottui)["processes"]
    assert not one["alive"]
    assert " gone " in rottui("status").out
    assert "the next engine goes on with it" in rottui("status").out


def test_pauses_are_told(rottui, images: Path) -> None:
    rottui("sweep", "--queue", "--data", images, *TINY, "--lrs", "1e-2, 1e-3", "--name", "s")
    rottui("group", "s", "--pause")
    rottui("pause", "--all")
    assert rottui("status").out.splitlines() == [
        "nobody trains; rottui work or rottui launch does",
        "runs: 2 queued",
        "held back, and not counted: 2 runs",
        "everything is paused; go on: rottui resume --all",
        "sweep 1 (s) is paused; go on: rottui group 1 --resume",
    ]
    content = told(rottui)
    assert (content["paused"], content["paused_groups"]) == (True, [1])
    assert content["runs"] == dict.fromkeys(map(str, State), 0) | {"queued": 2}


def test_the_time_left_is_told_from_the_epochs_of_like_runs(
    rottui, images: Path, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rottui.engine.expectation.available_cores", lambda: 2)
    monkeypatch.setattr("rottui.engine.expectation.worker_count", lambda asked: 2)
    queue = ("train", "--queue", "--data", images, *TINY, "--epochs", 1000)
    rottui(*queue)
    assert rottui("status").out.splitlines()[1:] == [
        "runs: 1 queued",
        "next: run 1",
        "time left: unknown, since nothing like these runs was trained yet",
    ]
    with RunStore.open(folders / "store") as store:
        claim = store.claim("w", threads=1)
        assert claim is not None
        store.commit_epoch(claim, EpochRow(1, 3, *[0.5] * 6, seconds=0.25, at=time.time()))
        store.finish(claim, State.DONE)
    for _ in range(3):
        rottui(*queue)
    rottui("pause", "4")
    assert rottui("status").out.splitlines()[1:] == [
        "runs: 2 queued, 1 paused, 1 done",
        "next: run 2, run 3",
        "time left: about 4m 10s with 2 workers, as many as rottui work starts",
        "  with another number of workers: 1: 8m 20s, 3: 4m 10s, 4: 4m 10s",
        "  2 cores here: more workers than that train no faster",
        "  paces: 2 from like runs",
        "  assumed for 2, 3, 4: a run a core keeps its pace, more share the cores",
        "held back, and not counted: 1 run, 4m 10s of training",
    ]
    left = told(rottui)["time_left"]
    assert (left["seconds"], left["workers"], left["cores"], left["held"]) == (250.0, 2, 2, [4])
    assert left["runs"] == [
        {"id": run_id, "starts_in": 0.0, "ends_in": 250.0, "pace": "like runs"} for run_id in (2, 3)
    ]
    assert left["with_workers"][0] == {"workers": 1, "seconds": 500.0, "assumed": False}


def test_waiting_ends_with_the_runs_and_tells_how(rottui, process: Process, images: Path) -> None:
    rottui("sweep", "--queue", "--data", images, *TINY, "--epochs", 2, "--lrs", "1e-2, 1e-3")
    waiting = process("wait", "--sweep", "1")
    rottui("work", "--until-empty")
    out, err = waiting.communicate(timeout=60)
    assert (waiting.returncode, err) == (0, "")
    assert sorted(line.split(":")[0] for line in out.splitlines()) == ["run 1 done", "run 2 done"]
    rottui("train", "--queue", "--data", images, *TINY)
    rottui("cancel", "3")
    assert rottui("wait", "1..3", "--quiet").code == 1
    assert rottui("wait", "1..2", "--quiet").out == ""


def test_a_run_that_can_never_be_trained_is_not_waited_for(rottui, images: Path) -> None:
    rottui("train", "--queue", "--data", images, *TINY)
    rottui("train", "--queue", "--after", "1", "--data", images, *TINY)
    rottui("cancel", "1")
    answer = rottui("wait", "2")
    assert (answer.code, answer.out) == (1, "run 2 waits for a run that did not end well\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_waiting(
    rottui, process: Process, images: Path, folders: Path, number: int
) -> None:
    rottui("train", "--queue", "--data", images, *TINY)
    rottui("train", "--queue", "--data", images, *TINY)
    rottui("cancel", "1")
    waiting = process("wait", "--all")
    assert waiting.stdout is not None
    assert waiting.stdout.readline().startswith("run 1 cancelled")
    os.kill(waiting.pid, number)
    assert waiting.wait(60) == 128 + number


def test_nor_one_that_waits_for_such_a_run(rottui, images: Path) -> None:
    rottui("train", "--queue", "--data", images, *TINY)
    rottui("train", "--queue", "--after", "1", "--data", images, *TINY)
    rottui("train", "--queue", "--after", "2", "--data", images, *TINY)
    rottui("cancel", "1")
    answer = rottui("wait", "3")
    assert (answer.code, answer.out) == (1, "run 3 waits for a run that did not end well\n")


def test_what_is_done_is_done_in_the_trash_too(rottui, images: Path) -> None:
    rottui("train", "--data", images, *TINY, "--epochs", 1)
    rottui("train", "--queue", "--after", "1", "--data", images, *TINY, "--epochs", 1)
    rottui("delete", "1")
    assert rottui("work", "--until-empty").code == 0
    assert rottui("wait", "2", "--quiet").code == 0


def test_a_state_that_there_is_not_counts_as_failed(rottui, images: Path, folders: Path) -> None:
    rottui("train", "--queue", "--data", images, *TINY)
    with closing(sqlite3.connect(folders / "store" / FILE)) as db, db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        db.execute("UPDATE runs SET state = 'exploded'")
    assert rottui("status").out.splitlines()[-1] == "runs: 1 failed"
