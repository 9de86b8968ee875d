"""Starts the program in real terminals, and ends them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from emulator import Terminal

from rottui.core.config import NetworkConfig, RunConfig
from rottui.core.data import pin_data, source_from
from rottui.store.records import NewRun
from rottui.store.runs import RunStore

Queue = Callable[[int], None]


@pytest.fixture
def queue(image_folder: Path, tmp_path: Path) -> Queue:
    """Queues a run of that many epochs, of some milliseconds each."""

    def add(epochs: int) -> None:
        config = RunConfig(
            data=pin_data(source_from(str(image_folder), tmp_path / "downloads")),
            network=NetworkConfig(dense_hiddens=(16,)),
            batch_size=1,
            epochs=epochs,
        )
        with RunStore.open(tmp_path / "store") as store:
            store.add_runs([NewRun("mlp 16", config.to_dict(), epochs)])

    return add


def end_all_on(store: Path) -> None:
    """Kill what a failed test has left training: it outlives its terminal, as it should."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("ROTTUI_STORE") == str(store) and process.pid != os.getpid():
                process.kill()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts ``rottui`` in a terminal of its own; its store is ``tmp_path/store``."""
    started: list[Terminal] = []

    def start(*arguments: str, columns: int = 120, lines: int = 40, **variables: str) -> Terminal:
        env = {**os.environ, "TERM": "xterm-256color", "ROTTUI_STORE": str(tmp_path / "store")}
        env |= variables
        command = [sys.executable, "-m", "rottui", *arguments]
        started.append(Terminal(command, env, columns, lines))
        return started[-1]

    yield start
    for one in started:
        one.end()
    end_all_on(tmp_path / "store")


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Terminal]:
    """An interactive bash in a terminal, with job control; ``$rottui`` is the program."""
    env = {**os.environ, "TERM": "xterm-256color", "PS1": "$ ", "HISTFILE": ""}
    env |= {"ROTTUI_STORE": str(tmp_path / "store"), "rottui": f"{sys.executable} -m rottui"}
    one = Terminal(["bash", "--norc", "--noprofile", "-i"], env, 120, 40)
    yield one
    one.end()
    end_all_on(tmp_path / "store")
