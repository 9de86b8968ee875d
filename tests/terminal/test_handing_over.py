"""Leaving without stopping: another process goes on, by choice or behind a suspended screen."""

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
LONG = ["--dense-hiddens", "16", "--batch-size", "1", "--epochs", "100000"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    """The store of the terminals; whoever still trains from it at the end is ended."""
    with RunStore.open(tmp_path / "store") as opened:
        yield opened
        for pid in {worker.pid for worker in opened.workers()}:
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def app(terminal: Start, image_folder: Path, store: RunStore) -> Terminal:
    """The app in a terminal, with a run in its third epoch."""
    assert terminal("train", "--queue", "--data", str(image_folder), *LONG).wait_exit() == 0
    started = terminal("launch", "--data", str(image_folder))
    started.wait_for("Configure")
    started.wait_for(lambda: store.run(1).epochs_done >= 3)
    return started


def programs(store: RunStore) -> set[tuple[str, int]]:
    return {(worker.program, worker.pid) for worker in store.workers()}


def test_runs_go_on_in_a_process_of_their_own_when_the_screen_is_left(
    app: Terminal, store: RunStore
) -> None:
    app.press("q")
    app.wait_for("go on without me")
    app.press("g")
    assert app.wait_exit() == 0
    ((program, pid),) = programs(store)
    assert program == "work"
    process = psutil.Process(pid)
    assert os.getsid(pid) == pid
    seen = store.run(1).epochs_done
    while store.run(1).epochs_done <= seen:
        assert process.is_running()
    assert store.run(1).attempt == 2
    assert [event.kind for event in store.events(1)][-2:] == ["claimed", "resumed"]
    os.kill(pid, signal.SIGTERM)
    process.wait(60)
    assert store.run(1).state is State.QUEUED


def test_the_last_choice_is_first_and_esc_stays(app: Terminal, store: RunStore) -> None:
    app.press("q")
    app.wait_for("go on without me, in a process of its own  (Enter)")
    app.press("esc")
    app.wait_for(lambda: "go on without me" not in app.text)
    app.press("q")
    app.wait_for("go on without me")
    app.press("s")
    assert app.wait_exit() == 0
    assert store.run(1).state is State.QUEUED
    remembered = Path(os.environ["ROTTUI_CONFIG"]) / "remembered.json"
    assert '"leave": "stop"' in remembered.read_text()


def test_nothing_is_asked_when_nothing_is_left_to_do(
    terminal: Start, image_folder: Path, store: RunStore
) -> None:
    app = terminal("launch", "--data", str(image_folder))
    app.wait_for("Configure")
    app.press("q")
    assert app.wait_exit() == 0


@pytest.mark.parametrize(
    "command",
    ["$rottui", pytest.param("sh -c '$rottui \"$@\"; exit' -", marks=pytest.mark.slow)],
)
def test_ctrl_z_suspends_the_screen_and_not_the_training(
    command: str, shell: Terminal, terminal: Start, image_folder: Path, store: RunStore
) -> None:
    assert terminal("train", "--queue", "--data", str(image_folder), *LONG).wait_exit() == 0
    shell.wait_for("$ ")
    shell.press(f"export rottui; {command} launch --data {image_folder}", "enter")
    shell.wait_for("Configure")
    shell.wait_for(lambda: store.run(1).epochs_done >= 3)
    ((_, app),) = programs(store)
    shell.press("\x1a")
    shell.wait_for("Stopped")
    ((program, pid),) = programs(store)
    assert program == "work"
    shell.press("echo shell-$((40 + 2))", "enter")
    shell.wait_for("shell-42")
    assert shell.raw.rfind(b"\x1b[?1049l") > shell.raw.rfind(b"\x1b[?1049h")
    seen = store.run(1).epochs_done
    shell.wait_for(lambda: store.run(1).epochs_done > seen + 3)
    assert psutil.Process(app).status() == psutil.STATUS_STOPPED
    shell.press("bg", "enter")  # a screen in the background is none: it stops again
    shell.press("echo shell-$((40 + 3))", "enter")
    shell.wait_for("shell-43")
    shell.wait_for(lambda: psutil.Process(app).status() == psutil.STATUS_STOPPED)
    shell.press("fg", "enter")
    shell.wait_for(lambda: programs(store) == {("launch", app)})
    shell.wait_for(lambda: not psutil.pid_exists(pid))
    assert shell.raw.rfind(b"\x1b[?1049h") > shell.raw.rfind(b"\x1b[?1049l")
    seen = store.run(1).epochs_done
    shell.wait_for(lambda: store.run(1).epochs_done > seen)
    shell.press("f3")
    shell.wait_for("running")
    shell.press("q")
    shell.wait_for("go on without me")
    shell.press("s")
    shell.wait_for(lambda: not psutil.pid_exists(app))
    assert store.run(1).state is State.QUEUED
    assert [event.kind for event in store.events(1)].count("claimed") == 3


@pytest.mark.slow
def test_a_terminal_that_vanishes_behind_a_suspended_screen_leaves_the_training_alone(
    shell: Terminal, terminal: Start, image_folder: Path, store: RunStore
) -> None:
    assert terminal("train", "--queue", "--data", str(image_folder), *LONG).wait_exit() == 0
    shell.wait_for("$ ")
    shell.press(f"$rottui launch --data {image_folder}", "enter")
    shell.wait_for(lambda: bool(store.runs()) and store.run(1).epochs_done >= 3)
    ((_, app),) = programs(store)
    shell.press("\x1a")
    shell.wait_for("Stopped")
    shell.close()
    shell.wait_for(lambda: not psutil.pid_exists(app))
    assert {program for program, _ in programs(store)} == {"work"}
    seen = store.run(1).epochs_done
    shell.wait_for(lambda: store.run(1).epochs_done > seen + 3)
    assert store.run(1).attempt == 2


def test_where_no_shell_waits_ctrl_z_says_so(app: Terminal) -> None:
    app.press("\x1a")
    app.wait_for("There is no shell here")


def test_a_process_that_does_not_come_to_life_is_said_and_the_screen_stays(
    terminal: Start, image_folder: Path, store: RunStore, tmp_path: Path
) -> None:
    assert terminal("train", "--queue", "--data", str(image_folder), *LONG).wait_exit() == 0
    app = terminal(
        "launch", "--data", str(image_folder), PYTHONPATH=os.environ.get("PYTHONPATH", "")
    )
    app.wait_for("Configure")
    app.wait_for(lambda: store.run(1).epochs_done >= 3)
    log = tmp_path / "store" / "rottui.log"
    log.unlink()
    log.mkdir()  # the other process cannot write its log, and ends
    app.press("q")
    app.wait_for("go on without me")
    app.press("g")
    app.wait_for("Not left")
    seen = store.run(1).epochs_done
    app.wait_for(lambda: store.run(1).epochs_done > seen)
