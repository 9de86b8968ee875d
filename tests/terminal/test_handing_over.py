"""Leaving without stopping: another process goes on."""

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
Queue = Callable[[int], None]
LONG = 100_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    """The store of the terminals; whoever still trains from it at the end is ended."""
    with RunStore.open(tmp_path / "store") as opened:
        yield opened
        for pid in {worker.pid for worker in opened.workers()}:
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def app(terminal: Start, image_folder: Path, store: RunStore, queue: Queue) -> Terminal:
    """The app in a terminal, with a run in its third epoch."""
    queue(LONG)
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


def test_a_process_that_does_not_come_to_life_is_said_and_the_screen_stays(
    terminal: Start, image_folder: Path, store: RunStore, queue: Queue, tmp_path: Path
) -> None:
    queue(LONG)
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
