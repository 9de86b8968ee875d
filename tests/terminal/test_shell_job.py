"""The stand-in in a shell's job, and a small program in the app's place."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from emulator import Terminal

PROGRAM = """
import os, signal, sys, time
from rottui.shell_job import enter_job

job = enter_job()

def say(word):
    with open("said", "a") as said:
        said.write(word + " ")

def end(*_):
    say("told to end")
    os._exit(41)

signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGHUP, lambda *_: say("hung up"))
signal.signal(signal.SIGUSR1, lambda *_: job.leave())
say(f"{os.getpid()} has {'no shell' if job is None else 'a shell'}")
while job is not None:
    try:
        say("back" if job.hear() else "not back")
    except EOFError:
        say("alone")
        os._exit(0)
"""


class Program:
    """The program that runs in the shell."""

    def __init__(self, said: Path) -> None:
        self._said = said
        pid = int(self.said.split()[0])
        self.process = psutil.Process(pid)
        stand_in = self.process.parent()
        assert stand_in is not None
        self.stand_in = stand_in

    @property
    def said(self) -> str:
        """Everything it has said so far."""
        return self._said.read_text() if self._said.exists() else ""

    def leave(self) -> None:
        self.process.send_signal(signal.SIGUSR1)


@pytest.fixture
def start(shell: Terminal, tmp_path: Path) -> Iterator[Callable[[], Program]]:
    """Starts the program from the shell; it has a stand-in."""
    (tmp_path / "program.py").write_text(PROGRAM)
    started: list[Program] = []

    def begin() -> Program:
        shell.wait_for("$ ")
        shell.press(f"cd {tmp_path}; {sys.executable} program.py", "enter")
        said = tmp_path / "said"
        shell.wait_for(lambda: said.exists() and "has a shell" in said.read_text())
        started.append(Program(said))
        return started[-1]

    yield begin
    for program in started:
        for process in (program.process, program.stand_in):
            if process.is_running():
                process.kill()


def suspended(shell: Terminal, program: Program) -> None:
    program.leave()
    shell.wait_for("Stopped")
    assert program.stand_in.status() == psutil.STATUS_STOPPED
    assert program.process.status() != psutil.STATUS_STOPPED


def ends_with(code: int, shell: Terminal) -> None:
    """What the shell tells of the program that it has waited for."""
    shell.press("echo code-$?", "enter")
    shell.wait_for(f"code-{code}")


def test_fg_brings_the_app_back_into_the_job_as_often_as_it_leaves(
    shell: Terminal, start: Callable[[], Program]
) -> None:
    program = start()
    group = os.getpgid(program.process.pid)
    for times in (1, 2, 3):
        suspended(shell, program)
        assert os.getpgid(program.process.pid) == program.process.pid
        shell.screen.reset()
        shell.press("fg", "enter")
        shell.wait_for(lambda times=times: program.said.split().count("back") == times)
        assert os.getpgid(program.process.pid) == group
        shell.screen.reset()
    program.process.terminate()
    ends_with(41, shell)


def test_bg_stops_the_job_again(shell: Terminal, start: Callable[[], Program]) -> None:
    program = start()
    suspended(shell, program)
    for _ in range(3):
        shell.press("bg", "enter")
    shell.press("echo shell-$((40 + 2))", "enter")
    shell.wait_for("shell-42")
    shell.wait_for(lambda: program.stand_in.status() == psutil.STATUS_STOPPED)
    assert "back" not in program.said


@pytest.mark.parametrize("away", [False, True], ids=["in front", "suspended"])
def test_what_the_stand_in_is_told_the_app_is_told(
    away: bool, shell: Terminal, start: Callable[[], Program]
) -> None:
    program = start()
    if away:
        suspended(shell, program)
        shell.press("kill %1", "enter")
        shell.wait_for(lambda: not program.stand_in.is_running())
        shell.press("wait %1", "enter")
    else:
        program.stand_in.terminate()
    ends_with(41, shell)
    assert "told to end" in program.said


def test_an_app_that_is_killed_is_killed_to_the_shell_too(
    shell: Terminal, start: Callable[[], Program]
) -> None:
    start().process.kill()
    shell.wait_for("Killed")
    ends_with(137, shell)


def test_an_app_that_somebody_stops_gives_the_shell_its_terminal(
    shell: Terminal, start: Callable[[], Program]
) -> None:
    program = start()
    program.process.suspend()
    shell.wait_for("Stopped")
    shell.press("fg", "enter")
    shell.wait_for(lambda: program.process.status() != psutil.STATUS_STOPPED)
    program.stand_in.terminate()
    ends_with(41, shell)


@pytest.mark.parametrize("away", [False, True], ids=["in front", "suspended"])
def test_without_its_stand_in_the_app_is_alone(
    away: bool, shell: Terminal, start: Callable[[], Program]
) -> None:
    program = start()
    if away:
        suspended(shell, program)
    program.stand_in.kill()
    shell.wait_for(lambda: program.said.endswith("alone "))


@pytest.mark.parametrize("by_choice", [False, True], ids=["its terminal", "by exit"])
def test_a_shell_that_ends_does_not_end_the_suspended_app(
    by_choice: bool, shell: Terminal, start: Callable[[], Program]
) -> None:
    program = start()
    suspended(shell, program)
    if by_choice:
        shell.press("exit", "enter")
        shell.wait_for("There are stopped jobs")
        shell.press("exit", "enter")
        shell.wait_exit()
    else:
        shell.close()
        os.waitpid(shell.pid, 0)
        shell.status = -signal.SIGHUP
    shell.wait_for(lambda: "hung up" in program.said)
    shell.wait_for(lambda: program.stand_in.status() != psutil.STATUS_STOPPED)
    assert program.process.is_running()
    assert "told to end" not in program.said


def test_without_a_shell_nobody_stands_in(shell: Terminal, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    shell.wait_for("$ ")
    shell.press(f"cd {tmp_path}; exec {sys.executable} program.py", "enter")
    said = tmp_path / "said"
    shell.wait_for(lambda: said.exists() and "has no shell" in said.read_text())
    assert int(said.read_text().split()[0]) == shell.pid
