"""The commands on a real pseudo-terminal: colours, bars, and no line wider than the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pyte
import pytest

from rottui.core.config import RunConfig
from rottui.store.records import NewRun
from rottui.store.runs import RunStore

OnTerminal = Callable[..., tuple[int, bytes, list[str]]]


@pytest.fixture
def on_terminal(folders: Path) -> OnTerminal:
    """Run a command on a terminal so wide; exit code, bytes, and the screen it leaves."""

    def call(*args: object, columns: int = 80) -> tuple[int, bytes, list[str]]:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
        process = subprocess.Popen(
            [sys.executable, "-m", "rottui", *map(str, args)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=env | {"TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(theirs)
        sent = b""
        try:
            while chunk := os.read(ours, 65536):
                sent += chunk
        except OSError:  # how Linux says that the other side is closed
            pass
        finally:
            os.close(ours)
        screen = pyte.Screen(columns, 24)
        pyte.ByteStream(screen).feed(sent)
        return process.wait(60), sent, [line.rstrip() for line in screen.display]

    return call


@pytest.mark.parametrize("columns", [50, 80, 120])
def test_the_list_fits_the_screen_by_whole_columns(
    on_terminal: OnTerminal, folders: Path, columns: int
) -> None:
    with RunStore.open(folders / "store") as store:
        config = RunConfig(lr=3.2e-4).to_dict()
        store.add_runs([NewRun(f"run number {k}", config, 50) for k in range(3)])
    code, sent, screen = on_terminal("runs", columns=columns)
    assert code == 0
    assert b"\x1b[1m" in sent  # the header is bold
    header, *rows = screen[:4]
    assert all(row.split()[0] == str(k) for k, row in enumerate(rows, 1))
    assert all("3.2e-4" in row and "0/50" in row for row in rows)
    assert all(f"run number {k}" in row for k, row in enumerate(rows))
    assert ("MAE °" in header) == (columns >= 80)
    assert ("time" in header) == (columns == 120)  # no run has a value: not missed
    assert ("network" in header) == (columns >= 80)
    notes = [line for line in screen if line.startswith("(too narrow for")]
    assert notes == (["(too narrow for network)"] if columns == 50 else [])


def test_training_shows_a_bar_and_leaves_the_result(on_terminal: OnTerminal, images: Path) -> None:
    code, sent, screen = on_terminal(
        "train", "--data", images, "--dense-hiddens", "4", "--epochs", "3", "--threads", "1"
    )
    assert code == 0
    assert "━" in sent.decode()
    assert any("run 1" in line and "3/3" in line and "test MAE" in line for line in screen)
    assert any(line.startswith("run 1 done: mlp 4 lr 1e-3, test MAE ") for line in screen)


def test_a_refusal_is_one_plain_line(on_terminal: OnTerminal) -> None:
    code, sent, _ = on_terminal("train", "--lr", "0")
    assert code == 2
    assert sent == b"rottui: --lr: must be above 0, not 0\r\n"
