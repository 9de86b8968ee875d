"""``rottui launch``: what it passes on to the app, and what it has not imported before that."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rottui.commands.launch import QUIET, be_quiet_over_ssh


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the app was opened with, on what looks like a terminal."""
    import rottui.tui.app

    calls: list[dict[str, Any]] = []

    def run_app(**given: Any) -> int:
        calls.append(given)
        return 7

    monkeypatch.setattr(rottui.tui.app, "run_app", run_app)
    monkeypatch.setattr("rottui.commands.launch._is_terminal", lambda: True)
    monkeypatch.setattr("rottui.commands.launch.enter_job", lambda: None)
    monkeypatch.setenv("TERM", "xterm-256color")
    return calls


def test_the_flags_reach_the_app_and_its_exit_code_the_shell(opened, rottui, images: Path) -> None:
    answer = rottui(
        "launch", "--store", "mine", "--data", "images", "--workers", "2", "--theme", "dark"
    )
    assert answer.code == 7
    assert opened == [
        {"store_folder": Path("mine"), "data": "images", "workers": 2, "theme": "dark", "job": None}
    ]
    assert Path("mine/rottui.log").exists()


def test_without_flags_the_app_chooses(opened, rottui, folders: Path) -> None:
    rottui("launch")
    assert opened == [
        {
            "store_folder": folders / "store",
            "data": None,
            "workers": None,
            "theme": None,
            "job": None,
        }
    ]


def test_a_terminal_that_cannot_place_text_gets_lines_instead(folders: Path, images: Path) -> None:
    near, far = pty.openpty()
    launched = subprocess.Popen(
        [sys.executable, "-m", "rottui", "launch", "--workers", "1"],
        stdin=far,
        stdout=far,
        stderr=far,
        env=os.environ | {"TERM": "dumb"},
    )
    os.close(far)
    said = b""
    while b"training the queue of" not in said:
        said += os.read(near, 4096)
    launched.send_signal(signal.SIGINT)
    with suppress(OSError):  # the end of a terminal
        while more := os.read(near, 4096):
            said += more
    os.close(near)
    assert launched.wait() == 130
    assert b"TERM=dumb cannot place text" in said
    assert b"\x1b" not in said


def test_one_frame_is_plain_text_on_a_pipe_and_trains_nothing(
    rottui, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setenv("LINES", "30")
    rottui("train", "--queue", "--name", "mine", "--data", images, "--epochs", 3)
    answer = rottui("launch", "--once", "--data", images)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert "1 queued" in lines[0]
    assert any("mine" in line for line in lines)
    assert len(lines) == 30
    assert max(map(len, lines)) <= 110
    assert "\x1b" not in answer.out
    assert "queued" in rottui("runs").out


def test_one_frame_of_a_store_that_is_not_there_makes_none(rottui, folders: Path) -> None:
    answer = rottui("launch", "--once")
    assert "learning rate" in answer.out
    assert not (folders / "store").exists()


def test_without_a_terminal_the_other_commands_are_named(rottui, folders: Path) -> None:
    assert "rottui train" in rottui("launch").refused(2)
    assert not (folders / "store").exists()


@pytest.mark.parametrize(
    ("flags", "words"),
    [(["--workers", "0"], "--workers"), (["--data", "nowhere"], "--data: 'nowhere' is no source")],
)
def test_wrong_flags_are_refused_before_the_screen_opens(opened, rottui, flags, words) -> None:
    assert words in rottui("launch", *flags).refused(2)
    assert opened == []


def test_a_store_that_cannot_be_made_is_told_in_one_line(opened, rottui, folders: Path) -> None:
    (folders / "file").write_text("not a folder")
    assert "file" in rottui("launch", "--store", folders / "file" / "store").refused(1)


def test_over_ssh_the_screen_is_quieter_but_for_what_a_person_has_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environ = {"PATH": ""}
    monkeypatch.setattr(os, "environ", environ)
    be_quiet_over_ssh()
    assert environ == {"PATH": ""}
    environ |= {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22", "TEXTUAL_FPS": "60"}
    be_quiet_over_ssh()
    assert environ["TEXTUAL_FPS"] == "60"
    assert {environ[name] for name in QUIET if name != "TEXTUAL_FPS"} == {"none", "0"}
