"""The same sweep in the app, in a real pseudo-terminal with its charts, and without a screen."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pyte
import pytest

from rottui.bench import screen
from rottui.bench.engine_alone import add_runs, temporary_store
from rottui.bench.machine import Machine
from rottui.bench.measure import Timing
from rottui.bench.report import plain_lines
from rottui.bench.screen import (
    AppInTerminal,
    ScreenCost,
    ScreenReport,
    measure_screen,
    paces_of,
)
from rottui.bench.workload import Workload
from rottui.core.config import DataConfig, RunConfig
from rottui.core.data import load_dataset, pin_data
from rottui.errors import TerminalError, TrainingError
from rottui.locations import cache_dir
from rottui.store.records import EpochRow
from rottui.store.states import State


def silent(what: str, done: int, total: int) -> None:
    return None


@pytest.fixture
def small(image_folder: Path) -> Workload:
    data = pin_data(DataConfig(source="rotated", path=str(image_folder)))
    config = RunConfig(data=data).replaced({"network.dense_hiddens": [16], "epochs": 300})
    return Workload.of(config, load_dataset(data, cache_dir()), repeats=1, threads=1)


def text_of(app: AppInTerminal) -> str:
    terminal = pyte.Screen(screen.COLUMNS, screen.LINES)
    # pyte does not know the kitty keyboard codes and would print their last letter
    raw = bytes(app.raw).replace(b"\x1b[>25u", b"").replace(b"\x1b[<u", b"")
    pyte.ByteStream(terminal).feed(raw)
    return "\n".join(terminal.display)


def test_both_ways_train_the_sweep_and_the_app_shows_the_curves_of_all_its_runs(
    small: Workload, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    class Watched(AppInTerminal):
        def __exit__(self, *error: object) -> None:
            time.sleep(2)  # so that the last curves are painted
            shown.append(text_of(self))
            super().__exit__(*error)

    monkeypatch.setattr(screen, "AppInTerminal", Watched)
    found = measure_screen(small, silent)
    assert found.without.best > 0
    assert found.with_screen.best > 0
    assert found.bytes_per_second > 0
    assert "300/300" in shown[0]
    for run in ("#1 ", "#2 ", "#3 "):
        assert run in shown[0], shown[0]


def test_an_app_that_ends_by_itself_is_said() -> None:
    ended = [sys.executable, "-c", "raise SystemExit(3)"]
    with (
        pytest.raises(TerminalError, match="ended by itself, with exit code 3"),
        AppInTerminal(ended, dict(os.environ)) as app,
    ):
        app.wait_for_frame()


def test_an_app_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "LEAVE_SECONDS", 0.2)
    with AppInTerminal([sys.executable, "-c", "input(); input()"], dict(os.environ)) as app:
        process = app._process
    assert process.returncode == -9


def test_a_sweep_that_fails_without_a_screen_is_said(small: Workload) -> None:
    gone = small.config.replaced({"data.fingerprint": "0" * 32})
    with pytest.raises(TrainingError, match=r"is failed: the images .* have changed"):
        measure_screen(replace(small, config=gone), silent)


def test_the_pace_is_that_of_the_commits_after_the_first_quarter(
    small: Workload, monkeypatch: pytest.MonkeyPatch
) -> None:
    with temporary_store() as store:
        add_runs(store, [small.config.replaced({"epochs": 4})] * 2)
        begun = time.time()
        for times in ([0, 10, 12, 14, 16], [0, 11, 13, 15, 17]):
            claim = store.claim("w", threads=1)
            assert claim is not None
            for epoch, at in enumerate(times):
                store.commit_epoch(claim, row(epoch, begun + at))
            store.finish(claim, State.DONE)
        found = paces_of(store)
    # commits at 10, 11 are the first quarter; from 12 on there is one a second
    assert found.steady == pytest.approx(1.0)


def row(epoch: int, at: float) -> EpochRow:
    numbers = dict.fromkeys(("train_loss", "test_loss", "train_mae", "test_mae"), 0.5)
    return EpochRow(epoch, epoch, **numbers, train_mae_deg=1, test_mae_deg=1, seconds=1, at=at)


def test_the_report_says_what_is_left_of_the_throughput(small: Workload) -> None:
    machine = Machine("A CPU", 2, "cpu", "Linux x86_64", "3.11.7", "2.6.0", None)
    steady, whole = (Timing((0.098, 0.097)), Timing((0.1, 0.1))), (Timing((0.1,)), Timing((0.2,)))
    cost = ScreenCost(*steady, *whole, 6144.4)
    report = ScreenReport(machine, small, cost)
    rows = [" ".join(line.split()) for line in plain_lines(report.blocks())]
    assert "in the app, charts live 0.100 0.100 97.5% 97.0%" in rows
    assert "6,144 bytes/s" in rows[-1]
    assert "50.0% from the first claim on" in rows[-2]
    assert report.document()["share"] == pytest.approx(0.975)
