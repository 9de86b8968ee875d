"""``rottui work``: trains the queue without a screen, tells a line an event, and leaves cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rottui.store.records import RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State

TINY = ("--dense-hiddens", "4", "--batch-size", "8", "--threads", "1")
ENDLESS = ("--dense-hiddens", "16", "--batch-size", "1", "--epochs", 100_000)

Process = Callable[..., "subprocess.Popen[str]"]


def run_of(folders: Path, run_id: int = 1) -> RunRow:
    with RunStore.open(folders / "store", read_only=True) as store:
        return store.run(run_id)


def read_until(process: subprocess.Popen[str], words: str) -> list[str]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if words in line:
            return lines
    raise AssertionError(f"it never said {words!r}: {lines}")


def test_the_queue_is_trained_and_told_line_by_line(rottui, images: Path, folders: Path) -> None:
    rottui("train", "--queue", "--data", images, *TINY, "--epochs", 2)
    rottui("train", "--queue", "--data", images, *TINY, "--epochs", 2, "--seed", 2)
    answer = rottui("work", "--until-empty", "--threads", 1)
    assert (answer.code, answer.err) == (0, "")
    said = [line.split(" ", 2)[2] for line in answer.out.splitlines()]
    for run in (1, 2):
        mine = [line for line in said if line.startswith(f"run {run} ")]
        assert mine[0].startswith(f"run {run} claimed: attempt 1 by ")
        assert [" ".join(line.split()[2:4]) for line in mine[1:4]] == [
            "epoch 0/2",
            "epoch 1/2",
            "epoch 2/2",
        ]
        assert mine[4:] == [f"run {run} done"]
        assert run_of(folders, run).state is State.DONE
    assert said[-1] == "nothing is left that could be trained"
    with RunStore.open(folders / "store") as store:
        assert store.workers() == []


def test_a_failure_shows_in_the_exit_code(rottui, images: Path, folders: Path) -> None:
    rottui("train", "--queue", "--data", images, *TINY, "--epochs", 1)
    for image in (images / "test").iterdir():
        image.unlink()
    answer = rottui("work", "--until-empty")
    assert answer.code == 1
    assert "run 1 failed: " in answer.out
    assert run_of(folders).error is not None
    assert rottui("work", "--until-empty").code == 0  # what failed before is not of this time


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_puts_back(
    rottui,
    process: Process,
    images: Path,
    folders: Path,
    listening: Callable[[int], list[str]],
    number: int,
    code: int,
) -> None:
    rottui("train", "--queue", "--data", images, *ENDLESS)
    working = process("work")
    read_until(working, "epoch      3/100000")
    assert listening(working.pid) == []
    working.send_signal(number)
    out, err = working.communicate(timeout=60)
    assert (working.returncode, err) == (code, "")
    assert "saving …" in out
    run = run_of(folders)
    assert run.state is State.QUEUED
    with RunStore.open(folders / "store") as store:
        last = next(kept for kept in store.checkpoints(1) if kept.kind == "last")
        assert f"run 1 released: at epoch {last.epoch}, step {last.step}" in out
        assert store.workers() == []


def test_training_goes_on_when_the_terminal_or_the_reader_is_gone(
    rottui, process: Process, images: Path, folders: Path
) -> None:
    rottui("train", "--queue", "--data", images, *ENDLESS)
    working = process("work")
    read_until(working, "epoch      2/100000")
    assert working.stdout is not None
    working.stdout.close()  # as head does
    working.send_signal(signal.SIGHUP)
    before = run_of(folders).epochs_done
    while run_of(folders).epochs_done < before + 50:
        assert working.poll() is None
    working.terminate()
    assert working.wait(60) == 143
    assert run_of(folders).state is State.QUEUED


def test_it_says_when_it_is_ready_and_not_before_torch_is_there(
    rottui, images: Path, folders: Path
) -> None:
    rottui("train", "--queue", "--data", images, *ENDLESS)
    reading, writing = os.pipe()
    working = subprocess.Popen(
        [sys.executable, "-m", "rottui", "work", "--ready-fd", str(writing)],
        pass_fds=(writing,),
        stdout=subprocess.DEVNULL,
    )
    os.close(writing)
    killer = threading.Timer(60, working.kill)
    killer.start()
    try:
        assert os.read(reading, 100) == b"ready\n"
        assert os.read(reading, 100) == b""
        while run_of(folders).epochs_done < 1:
            assert working.poll() is None
    finally:
        killer.cancel()
        working.kill()
        working.wait()
        os.close(reading)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--workers", "0"), "--workers: must be at least 1, not 0"),
        (("--ready-fd", "x"), "--ready-fd: must be the number of an open descriptor, not 'x'"),
        (("--ready-fd", "987"), "--ready-fd: descriptor 987 is not open"),
    ],
)
def test_what_cannot_work_is_refused(rottui, flags: tuple[str, ...], said: str) -> None:
    assert rottui("work", *flags).refused(2) == said
