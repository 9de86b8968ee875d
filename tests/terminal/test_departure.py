"""Leaving, by choice and by force: the runs are saved, and the terminal is left as it was."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from emulator import Terminal

from rottui.store.records import RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State

Start = Callable[..., Terminal]

LONG = 100_000
"""Epochs of a run that does not end by itself."""


@pytest.fixture
def training(
    terminal: Start, queue: Callable[[int], None], image_folder: Path, tmp_path: Path
) -> Callable[[], Terminal]:
    """The app in a terminal, with a run in its third epoch."""

    def start() -> Terminal:
        queue(LONG)
        app = terminal("launch", "--data", str(image_folder))
        app.wait_for("Configure")
        with RunStore.open(tmp_path / "store") as store:
            app.wait_for(lambda: store.run(1).epochs_done >= 3)
        app.press("f3")
        app.wait_for("running")
        return app

    return start


def saved(tmp_path: Path) -> RunRow:
    """The run as the process left it, with a checkpoint at its very step."""
    with RunStore.open(tmp_path / "store") as store:
        run = store.run(1)
        last = next(file for file in store.checkpoints(1) if file.kind == "last")
        assert last.epoch == run.epochs_done >= 3
        assert not store.workers()
        return run


def test_quitting_saves_the_run_and_the_next_launch_continues_it(
    training: Callable[[], Terminal], terminal: Start, image_folder: Path, tmp_path: Path
) -> None:
    app = training()
    app.press("q")
    app.wait_for("go on without me")
    app.press("s")
    assert app.wait_exit() == 0
    before = saved(tmp_path)
    assert before.state is State.QUEUED
    again = terminal("launch", "--data", str(image_folder))
    with RunStore.open(tmp_path / "store") as store:
        again.wait_for(lambda: store.run(1).epochs_done > before.epochs_done)
        assert "resumed" in [event.kind for event in store.events(1)]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_saves_the_run_and_leaves_the_terminal_as_it_was(
    number: signal.Signals,
    code: int,
    training: Callable[[], Terminal],
    tmp_path: Path,
    listening: Callable[[int], list[str]],
) -> None:
    app = training()
    assert listening(app.pid) == []
    os.kill(app.pid, number)
    assert app.wait_exit() == code
    assert saved(tmp_path).state is State.QUEUED
    left = app.raw.rpartition(b"\x1b[?1049l")[2]
    assert left, "the alternate screen was not left"
    assert b"\x1b[?25h" in left
    assert app.raw.rfind(b"\x1b[?1003l") > app.raw.rfind(b"\x1b[?1003h")


def test_a_killed_app_leaves_a_run_that_the_next_one_continues(
    training: Callable[[], Terminal], terminal: Start, image_folder: Path, tmp_path: Path
) -> None:
    app = training()
    os.kill(app.pid, signal.SIGKILL)
    assert app.wait_exit() == -signal.SIGKILL
    with RunStore.open(tmp_path / "store") as store:
        before = store.run(1)
        assert before.state is State.RUNNING
        again = terminal("launch", "--data", str(image_folder))
        again.wait_for(lambda: store.run(1).epochs_done > before.epochs_done)
        assert "recovered" in [event.kind for event in store.events(1)]


def test_a_store_that_cannot_be_opened_is_one_line_and_no_screen(
    terminal: Start, tmp_path: Path
) -> None:
    (tmp_path / "store").write_text("a file where a folder is needed")
    app = terminal("launch")
    assert app.wait_exit() == 1
    assert b"\x1b[?1049h" not in app.raw
    assert "rottui: cannot" in app.text
    assert "Traceback" not in app.text
