"""How the screen feels: its first frame, a key's way to the screen, and bytes to the terminal.

All of it is seen from outside, in a pseudo-terminal of 120×40 characters that is read as fast as
the app writes. An empty Textual app and ours take turns for the first frame. Keys are typed into a
field of the form while two runs train and their charts are live; each types a letter that is
nowhere else on the screen, and counts until that letter comes back.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rottui.bench.engine_alone import add_runs, temporary_store
from rottui.bench.full_store import fill
from rottui.bench.machine import Machine
from rottui.bench.measure import Timing
from rottui.bench.report import SCHEMA, Block, Table, about, workload_json
from rottui.bench.screen import COLUMNS, LINES, AppInTerminal
from rottui.bench.workload import Tell, Workload
from rottui.store.groups import NOW
from rottui.store.runs import RunStore

FIRST_FRAME_AIM = 1.5
"""Times that of an empty Textual app, by medians."""
KEY_AIMS = (0.010, 0.050)
"""Seconds from a key to the screen: median, and 99th percentile."""
BYTES_AIM = 2000
"""Bytes a second of a live sweep."""
PAGE_AIM = 0.020
"""Seconds of a page of the queue: 95th percentile."""

EMPTY = (
    "from textual.app import App\n"
    "from textual.widgets import Static\n"
    "class Empty(App):\n"
    "    def compose(self):\n"
    "        yield Static('an empty app')\n"
    "Empty().run()\n"
)
_EMPTY_SHOWN, _FORM_SHOWN = b"an empty app", b"learning rate"
_QUIT_AND_SAVE = (b"q", b"s")
_F2, _F3, _DOWN, _PAGE_DOWN = b"\x1bOQ", b"\x1bOR", b"\x1b[B", b"\x1b[6~"
_LETTERS = "".join(chr(code) for code in (*range(0x100, 0x180), *range(0x410, 0x450)))
"""Letters of one cell that the screen shows nowhere."""
_GAP = (0.05, 0.12)
"""Seconds between two keys, drawn anew each time."""
_READ = b"everything is paused"
"""What the queue says once the store has been read."""
_SETTLE = 2.0
_QUIET = 0.05
"""Seconds without a byte after which a page counts as painted."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured."""

    frames: int = 9
    """First frames of each app."""
    keys: int = 180
    seconds: float = 8.0
    """Of counting bytes."""
    runs: int = 10_000
    pages: int = 60


@dataclass(frozen=True, slots=True)
class Feel:
    """What was measured, in seconds and bytes."""

    empty_frame: Timing
    first_frame: Timing
    keys: tuple[float, ...]
    live_bytes: float
    """A second, while two runs train."""
    idle_bytes: float
    """A second, while nothing changes."""
    runs: int
    pages: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """First frame against that of an empty app, by medians."""
        return self.first_frame.median / self.empty_frame.median


def percentile(values: tuple[float, ...], share: float) -> float:
    """The smallest value that so large a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def measure_feel(workload: Workload, tell: Tell, extent: Extent | None = None) -> Feel:
    """Measure the screen on this machine.

    Raises:
        TerminalError: an app ended by itself, or did not paint.
    """
    extent = extent or Extent()
    tell("first frames", 0, 0)
    empty, ours = _first_frames(extent.frames)
    tell("keys while two runs train", 0, 0)
    keys, live = _typing(workload, extent)
    tell("pages of a full queue", 0, 0)
    pages, idle = _paging(extent)
    return Feel(Timing(empty), Timing(ours), keys, live, idle, extent.runs, pages)


def _first_frames(times: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    empty, ours = [], []
    with temporary_store() as store, _environment() as env:
        for _ in range(times):
            empty.append(_first_frame([sys.executable, "-c", EMPTY], env, _EMPTY_SHOWN))
            ours.append(_first_frame(_launch(store.folder), env, _FORM_SHOWN))
    return tuple(empty), tuple(ours)


def _first_frame(command: list[str], env: dict[str, str], shown: bytes) -> float:
    with AppInTerminal(command, env) as app:
        seconds = app.seconds_until(shown, since=app.started)
        app.kill()
    return seconds


def _typing(workload: Workload, extent: Extent) -> tuple[tuple[float, ...], float]:
    """Seconds of each key, and bytes a second before any was typed."""
    chance = random.Random(0)
    endless = workload.config.replaced({"epochs": 100_000})
    with temporary_store() as store, _environment() as env:
        add_runs(store, [endless.replaced({"lr": lr}) for lr in (1e-3, 1e-4)])
        with AppInTerminal(_launch(store.folder, workload), env) as app:
            app.leave = (b"\x1b", *_QUIT_AND_SAVE)
            app.wait_for_frame()
            app.show_charts(2)
            _wait_for_training(app, store)
            began, written = time.perf_counter(), app.written
            time.sleep(extent.seconds)
            live = (app.written - written) / (time.perf_counter() - began)
            app.press(_F2)
            time.sleep(_SETTLE)
            app.press(_DOWN, _DOWN)  # the name
            time.sleep(_SETTLE)
            keys = []
            for number in range(extent.keys):
                letter = _LETTERS[number % len(_LETTERS)].encode()
                written, pressed = app.written, time.perf_counter()
                app.press(letter)
                keys.append(app.seconds_until(letter, since=pressed, after=written))
                time.sleep(chance.uniform(*_GAP))
    return tuple(keys), live


def _wait_for_training(app: AppInTerminal, store: RunStore) -> None:
    while any(run.epochs_done < 2 for run in store.runs()):
        app.check()
        time.sleep(0.1)


def _paging(extent: Extent) -> tuple[tuple[float, ...], float]:
    """Seconds of each page, and bytes a second while nobody does anything."""
    with temporary_store() as store, _environment() as env:
        fill(store, runs=extent.runs, epochs=1)
        store.pause_all(NOW)
        with AppInTerminal(_launch(store.folder), env) as app:
            app.leave = _QUIT_AND_SAVE
            app.wait_for_frame()
            app.press(_F3)
            app.seconds_until(_READ, since=0)
            app.seconds_until_quiet(2 * _SETTLE, since=0, after=0)
            began, written = time.perf_counter(), app.written
            time.sleep(extent.seconds)
            idle = (app.written - written) / (time.perf_counter() - began)
            pages = []
            for _ in range(extent.pages):
                written, pressed = app.written, time.perf_counter()
                app.press(_PAGE_DOWN)
                pages.append(app.seconds_until_quiet(_QUIET, since=pressed, after=written))
    return tuple(pages), idle


def _launch(store: Path, workload: Workload | None = None) -> list[str]:
    command = [sys.executable, "-m", "rottui", "launch", "--store", str(store)]
    if workload is not None:
        command += ["--workers", "2"]
        if workload.config.data.path:
            command += ["--data", workload.config.data.path]
    return command


@contextmanager
def _environment() -> Iterator[dict[str, str]]:
    """A terminal as most have it, and a config folder of its own."""
    with tempfile.TemporaryDirectory(prefix="rottui-bench-") as config:
        env = {**os.environ, "TERM": "xterm-256color", "ROTTUI_CONFIG": config}
        env.pop("SSH_CONNECTION", None)  # over SSH the app redraws less often
        yield env


@dataclass(frozen=True, slots=True)
class FeelReport:
    """The result as a table and as a document."""

    machine: Machine
    workload: Workload
    feel: Feel

    def blocks(self) -> list[Block]:
        """Lines and a table."""
        feel = self.feel
        median, slowest = KEY_AIMS
        rows = (
            ("first frame, the form", f"{_ms(feel.first_frame.median)}", ""),
            ("first frame, an empty Textual app", f"{_ms(feel.empty_frame.median)}", ""),
            ("the one against the other", f"{feel.ratio:.2f}×", f"{FIRST_FRAME_AIM}×"),
            ("key to screen, median", _ms(percentile(feel.keys, 0.5)), _ms(median)),
            ("key to screen, 99 of 100", _ms(percentile(feel.keys, 0.99)), _ms(slowest)),
            ("a live sweep", f"{feel.live_bytes:,.0f} B/s", f"{BYTES_AIM:,} B/s"),
            ("nothing changes", f"{feel.idle_bytes:,.0f} B/s", "0 B/s"),
            (f"a page of {feel.runs:,} runs, median", _ms(percentile(feel.pages, 0.5)), ""),
            ("a page, 95 of 100", _ms(percentile(feel.pages, 0.95)), _ms(PAGE_AIM)),
        )
        how = f"a terminal of {COLUMNS}×{LINES}, charts live at 2 Hz"
        return [
            *about(self.machine, self.workload, how),
            "",
            Table(("the screen", "measured", "aim"), rows),
        ]

    def document(self) -> dict[str, Any]:
        """All numbers."""
        feel = self.feel
        return {
            "schema": SCHEMA,
            "machine": asdict(self.machine),
            "workload": workload_json(self.workload),
            "first_frame": {
                "seconds": list(feel.first_frame.samples),
                "empty_seconds": list(feel.empty_frame.samples),
                "ratio": feel.ratio,
                "aim": FIRST_FRAME_AIM,
            },
            "key_to_screen": {
                "p50": percentile(feel.keys, 0.5),
                "p99": percentile(feel.keys, 0.99),
                "samples": list(feel.keys),
                "aims": list(KEY_AIMS),
            },
            "bytes_per_second": {
                "live": feel.live_bytes,
                "idle": feel.idle_bytes,
                "aim": BYTES_AIM,
            },
            "page_down": {
                "runs": feel.runs,
                "p95": percentile(feel.pages, 0.95),
                "samples": list(feel.pages),
                "aim": PAGE_AIM,
            },
        }


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
