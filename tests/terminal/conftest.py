"""Starts the program in real terminals, and ends them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from emulator import Terminal


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


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Terminal]:
    """An interactive bash in a terminal, with job control; ``$rottui`` is the program."""
    env = {**os.environ, "TERM": "xterm-256color", "PS1": "$ ", "HISTFILE": ""}
    env |= {"ROTTUI_STORE": str(tmp_path / "store"), "rottui": f"{sys.executable} -m rottui"}
    one = Terminal(["bash", "--norc", "--noprofile", "-i"], env, 120, 40)
    yield one
    one.end()
