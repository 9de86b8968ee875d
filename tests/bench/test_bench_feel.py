"""How quick the screen is, seen from its terminal."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from rottui.bench.feel import Extent, Feel, FeelReport, measure_feel, percentile
from rottui.bench.machine import Machine
from rottui.bench.measure import Timing
from rottui.bench.report import plain_lines
from rottui.bench.screen import AppInTerminal
from rottui.bench.workload import Workload
from rottui.core.config import DataConfig, RunConfig
from rottui.core.data import load_dataset, pin_data
from rottui.errors import TerminalError
from rottui.locations import cache_dir

ECHO = (
    "import sys, termios, tty; tty.setraw(0); print('ready', flush=True)\n"
    "while (key := sys.stdin.read(1)) != 'q': print(f'<{key}{key}>', end='', flush=True)"
)


@pytest.fixture
def small(image_folder: Path) -> Workload:
    data = pin_data(DataConfig(source="rotated", path=str(image_folder)))
    config = RunConfig(data=data).replaced({"network.dense_hiddens": [16], "epochs": 3})
    return Workload.of(config, load_dataset(data, cache_dir()), repeats=1, threads=1)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = tuple(float(number) for number in range(100, 0, -1))
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile((7.0,), 0.5) == 7


def test_a_key_counts_until_the_terminal_shows_it_anew() -> None:
    with AppInTerminal([sys.executable, "-c", ECHO], dict(os.environ)) as app:
        app.seconds_until(b"ready", since=app.started)
        for _ in range(2):
            written, pressed = app.written, time.perf_counter()
            app.press(b"a")
            seconds = app.seconds_until(b"<aa>", since=pressed, after=written)
            assert 0 < seconds < time.perf_counter() - pressed
        assert app.raw.count(b"<aa>") == 2
        written, pressed = app.written, time.perf_counter()
        app.press(b"b")
        assert app.seconds_until_quiet(0.2, since=pressed, after=written) > 0
        assert app.raw.endswith(b"<bb>")


def test_an_app_that_ends_before_it_shows_anything_is_said() -> None:
    ended = [sys.executable, "-c", "print('no more')"]
    with (
        pytest.raises(TerminalError, match="ended by itself"),
        AppInTerminal(ended, dict(os.environ)) as app,
    ):
        app.seconds_until(b"form", since=app.started)


def test_the_report_sets_each_number_beside_its_aim(small: Workload) -> None:
    feel = Feel(
        empty_frame=Timing((0.2, 0.1, 0.3)),
        first_frame=Timing((0.3, 0.25)),
        keys=(0.004, 0.005, 0.06),
        live_bytes=1234.4,
        idle_bytes=0,
        runs=10_000,
        pages=(0.01, 0.02),
    )
    machine = Machine("a CPU", 2, "cpu", "Linux x86_64", "3.11", "2.0", None)
    report = FeelReport(machine, small, feel)
    text = "\n".join(plain_lines(report.blocks()))
    for words in ("1.38×", "5.0 ms", "60.0 ms", "1,234 B/s", "10,000 runs"):
        assert words in text
    document = json.loads(json.dumps(report.document(), allow_nan=False))
    assert document["first_frame"]["ratio"] == pytest.approx(1.375)
    assert document["key_to_screen"]["p99"] == 0.06
    assert document["page_down"]["p95"] == 0.02


@pytest.mark.slow
def test_the_screen_is_measured_in_a_terminal(small: Workload) -> None:
    extent = Extent(frames=1, keys=3, seconds=1, runs=200, pages=2)
    feel = measure_feel(small, lambda what, done, total: None, extent)
    assert feel.ratio > 0
    assert len(feel.keys) == 3
    assert len(feel.pages) == 2
    assert feel.live_bytes > feel.idle_bytes == 0
