"""``rottui launch``: what it passes on to the app, and what it has not imported before that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


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


def test_a_terminal_that_cannot_place_text_is_refused(opened, rottui, monkeypatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "TERM=dumb" in rottui("launch").refused(2)
    assert opened == []


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
