"""``rottui doctor``: what it says of terminals, and of a person's settings."""

from __future__ import annotations

import json
import os
import pty
import termios
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from rottui.commands.findings import Finding, Grade, Terminal, terminal_findings
from rottui.tui.pressed_keys import pressed_keys
from rottui.tui.terminal_answers import Answers, ask, understood
from rottui.tui.typed_keys import key_called

KITTY = (
    "\x1bP>|kitty(0.35.2)\x1b\\\x1b[?0u\x1b[?2026;2$y\x1b_Gi=31;OK\x1b\\\x1b[?62;4;52c"  # all of it
)
GOOD = Terminal({"TERM": "xterm-256color"}, (120, 40), "truecolor", "utf-8", None)


def found(terminal: Terminal, about: str) -> Finding:
    return next(finding for finding in terminal_findings(terminal) if finding.about == about)


def test_what_a_terminal_answers_is_understood() -> None:
    assert understood(KITTY) == Answers("kitty(0.35.2)", True, True, True, True)
    assert understood("\x1b[?2026;0$y\x1b[?64;1;2c") == Answers()
    assert understood("\x1b[?0u") is None


def test_a_terminal_is_asked_and_left_as_it_was() -> None:
    near, far = pty.openpty()
    asked: list[bytes] = []

    def terminal() -> None:
        while b"\x1b[c" not in b"".join(asked):
            asked.append(os.read(near, 4096))
        os.write(near, KITTY.encode())

    thread = threading.Thread(target=terminal)
    thread.start()
    try:
        before = termios.tcgetattr(far)
        assert ask(far, seconds=60) == understood(KITTY)
        assert termios.tcgetattr(far) == before
    finally:
        thread.join()
        os.close(near)
        os.close(far)


def test_pressed_keys_are_named_until_ctrl_c_and_the_terminal_is_left_as_it_was() -> None:
    near, far = pty.openpty()
    before = termios.tcgetattr(far)
    keys = pressed_keys(far)
    for sent, key in (
        (b"K", "K"),
        (b"\x1b[23~", "f11"),
        (b"\x10", "ctrl+p"),
        (b"?", "question_mark"),
        (b"\x1b", "escape"),
    ):
        os.write(near, sent)
        assert next(keys) == key
        assert key_called(key) == key
    os.write(near, b"\x03")
    assert list(keys) == []
    assert termios.tcgetattr(far) == before
    os.close(near)
    os.close(far)


def test_keys_can_be_pressed_in_a_terminal_only(rottui) -> None:
    assert "terminal only" in rottui("doctor", "--press").refused(2)


def test_what_is_no_terminal_or_says_nothing_is_not_waited_for() -> None:
    reader, writer = os.pipe()
    near, far = pty.openpty()
    assert ask(reader) is None
    assert ask(far, seconds=0) is None
    for descriptor in (reader, writer, near, far):
        os.close(descriptor)


def test_a_good_terminal_has_nothing_to_mend() -> None:
    assert {finding.grade for finding in terminal_findings(GOOD)} == {Grade.FINE}
    answered = replace(GOOD, answers=understood(KITTY))
    assert "kitty(0.35.2)" in found(answered, "terminal").fact
    assert "sixel and kitty graphics" in found(answered, "images").fact


@pytest.mark.parametrize(
    ("change", "about", "grade", "remedy"),
    [
        ({"environ": {"TERM": "dumb"}}, "terminal", Grade.WRONG, "TERM=xterm-256color"),
        ({"size": (59, 40)}, "terminal", Grade.WRONG, "60×16"),
        ({"size": None}, "terminal", Grade.LESS, "follow"),
        ({"colours": "256"}, "colours", Grade.LESS, "COLORTERM=truecolor"),
        (
            {"colours": "256", "environ": {"TMUX": "x", "SSH_CONNECTION": "x"}},
            "colours",
            Grade.LESS,
            "terminal-features",
        ),
        ({"environ": {"NO_COLOR": "1"}}, "colours", Grade.LESS, "unset NO_COLOR"),
        ({"encoding": "ascii"}, "Unicode", Grade.LESS, "LC_ALL=C.UTF-8"),
        ({"environ": {"TERM": "linux"}}, "clipboard", Grade.LESS, "capital letter"),
        ({"environ": {"TMUX": "x"}, "tmux_clipboard": "external"}, "clipboard", Grade.LESS, "tmux"),
    ],
)
def test_what_is_missing_comes_with_a_remedy(change, about: str, grade: Grade, remedy: str) -> None:
    finding = found(replace(GOOD, **change), about)
    assert finding.grade == grade
    assert remedy in finding.remedy


def test_tmux_that_takes_the_clipboard_is_fine() -> None:
    inside = replace(GOOD, environ={"TMUX": "x"}, tmux_clipboard="on")
    assert found(inside, "clipboard").grade is Grade.FINE


def test_without_a_file_nothing_is_wrong(rottui) -> None:
    answer = rottui("doctor")
    assert answer.code == 0
    assert "none; it would be" in answer.out
    assert "\x1b" not in answer.out


def test_every_problem_of_the_settings_is_named(rottui, folders: Path) -> None:
    config = folders / "config" / "config.toml"
    (config.parent / "themes").mkdir(parents=True)
    (config.parent / "themes" / "mine.toml").write_text('name = "mine"\n')
    config.write_text('notify = "loudly"\n[keys]\n"queue.pawse" = "p"\n"queue.pause" = "c, f77"\n')
    answer = rottui("doctor", "--json")
    assert answer.code == 1
    wrong = [f["fact"] for f in json.loads(answer.out)["findings"] if f["grade"] == "wrong"]
    assert len(wrong) == 5
    for words in ("loudly", "queue.pawse", "f77", "c is queue.pause now", "mine.toml"):
        assert words in " ".join(wrong)
    config.write_text("[keys\n")
    assert "line 1" in rottui("doctor").out


def test_the_keys_are_those_in_force(rottui, folders: Path) -> None:
    (folders / "config").mkdir()
    (folders / "config" / "config.toml").write_text('[keys]\n"queue.trash" = "f11"\n')
    actions = json.loads(rottui("doctor", "--keys", "--json").out)["actions"]
    assert next(a["keys"] for a in actions if a["action"] == "queue.trash") == "F11"
    assert "app.leave " in rottui("doctor", "--keys").out
