"""Ctrl+Z: the shell has the terminal at once, and the process trains on behind it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from emulator import Terminal

from rottui.store.runs import RunStore
from rottui.store.states import State

Start = Callable[..., Terminal]
LONG = 100_000


@pytest.fixture
def store(queue: Callable[[int], None], tmp_path: Path) -> Iterator[RunStore]:
    """The store of the terminals, with a run; whoever still trains at the end is ended."""
    queue(LONG)
    with RunStore.open(tmp_path / "store") as opened:
        yield opened
        for pid in {worker.pid for worker in opened.workers()}:
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)


def launched(shell: Terminal, store: RunStore, command: str) -> psutil.Process:
    """The app, started from the shell, with the run in its third epoch."""
    shell.wait_for("$ ")
    shell.press(f"export rottui; {command}", "enter")
    shell.wait_for("Configure")
    shell.wait_for(lambda: store.run(1).epochs_done >= 3)
    (pid,) = {worker.pid for worker in store.workers()}
    return psutil.Process(pid)


def trains_on(shell: Terminal, store: RunStore) -> None:
    seen = store.run(1).epochs_done
    shell.wait_for(lambda: store.run(1).epochs_done > seen + 3)


@pytest.mark.parametrize(
    "command",
    ["$rottui", pytest.param("sh -c '$rottui \"$@\"; exit' -", marks=pytest.mark.slow)],
)
def test_ctrl_z_suspends_the_screen_and_not_the_training(
    command: str, shell: Terminal, image_folder: Path, store: RunStore
) -> None:
    app = launched(shell, store, f"{command} launch --data {image_folder}")
    stand_in = app.parent()
    assert stand_in is not None
    shell.press("\x1a")
    shell.wait_for("Stopped")
    shell.press("echo shell-$((40 + 2))", "enter")
    shell.wait_for("shell-42")
    assert shell.raw.rfind(b"\x1b[?1049l") > shell.raw.rfind(b"\x1b[?1049h")
    trains_on(shell, store)
    assert stand_in.status() == psutil.STATUS_STOPPED
    shell.press("bg", "enter")  # a screen in the background is none: the job stops again
    shell.press("echo shell-$((40 + 3))", "enter")
    shell.wait_for("shell-43")
    shell.wait_for(lambda: stand_in.status() == psutil.STATUS_STOPPED)
    trains_on(shell, store)
    shell.press("fg", "enter")
    shell.wait_for(lambda: shell.raw.rfind(b"\x1b[?1049h") > shell.raw.rfind(b"\x1b[?1049l"))
    shell.press("f3")
    shell.wait_for("running")
    shell.press("q")
    shell.wait_for("go on without me")
    shell.press("s")
    shell.wait_for(lambda: not app.is_running())
    assert store.run(1).state is State.QUEUED
    assert store.run(1).attempt == 1  # nothing was handed to anybody


def test_a_terminal_that_vanishes_behind_a_suspended_screen_leaves_the_training_alone(
    shell: Terminal, image_folder: Path, store: RunStore
) -> None:
    app = launched(shell, store, f"$rottui launch --data {image_folder}")
    shell.press("\x1a")
    shell.wait_for("Stopped")
    shell.close()
    trains_on(shell, store)
    assert store.run(1).attempt == 1
    store.pause([1])
    shell.wait_for(lambda: not app.is_running())  # it has ended, as there is nothing left to do
    assert store.run(1).state is State.PAUSED


@pytest.mark.slow
def test_a_suspended_job_that_is_killed_saves_its_runs(
    shell: Terminal, image_folder: Path, store: RunStore
) -> None:
    stand_in = launched(shell, store, f"$rottui launch --data {image_folder}").parent()
    assert stand_in is not None
    shell.press("\x1a")
    shell.wait_for("Stopped")
    shell.press("kill %1", "enter")
    shell.wait_for(lambda: not stand_in.is_running())
    assert store.run(1).state is State.QUEUED
    assert store.workers() == []
    shell.press("wait %1; echo code-$?", "enter")
    shell.wait_for("code-143")


def test_where_no_shell_waits_ctrl_z_says_so(terminal: Start, image_folder: Path) -> None:
    app = terminal("launch", "--data", str(image_folder))
    app.wait_for("Configure")
    app.press("\x1a")
    app.wait_for("There is no shell here")
