"""The system pane: it reads while it is seen, says what it read, and draws the last minutes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from runs_made import epoch_row, run_row
from textual.app import App, ComposeResult
from textual.message import Message
from waiting import until

from rottui.engine.gauges import Gpu, Reading
from rottui.store.states import State
from rottui.tui.charts.bars import sparkline
from rottui.tui.charts.cells import columns, plain
from rottui.tui.snapshot import Snapshot
from rottui.tui.system import Sample
from rottui.tui.widgets.facts import laid_out
from rottui.tui.widgets.lines import Lines
from rottui.tui.widgets.system_pane import SystemPane
from rottui.tui.widgets.system_rows import Seen, rates, sections

READING = Reading(10.0, 0.73, 1.84, 2, 3.1e9, 7.8e9, 412e6, 14, no_gpu="none that tells")
RUNNING = run_row(
    3, State.RUNNING, done=10, last=epoch_row(10), seconds=1.57, worker="a-1", threads=2
)


def samples(*sent: int | None) -> tuple[Sample, ...]:
    return tuple(
        Sample(replace(READING, at=10.0 + 2 * at), ("a-1", "a-2"), count)
        for at, count in enumerate(sent)
    )


def told(seen: Seen, width: int = 80, *, ascii: bool = False) -> list[str]:
    rows, _ = laid_out(sections(seen, width, ascii=ascii), width, ascii=ascii)
    return [" ".join(plain(row).split()) for row in rows]


def test_a_sparkline_is_as_high_as_its_values_and_shows_all_that_is_above_nothing() -> None:
    assert sparkline([0, 0.001, 0.5, 1, 7], 1.0, 7) == "  ▁▂▅██"
    assert sparkline([0, 0.001, 1], 1.0, 2, ascii=True) == ".#"
    assert sparkline([0.5], 0.0, 1) == "▁"
    assert sparkline([0.5], 1.0, 0) == ""


def test_bytes_a_second_are_what_was_sent_between_two_samples() -> None:
    assert rates(samples(100, 300, 300, 2300)) == [100.0, 0.0, 1000.0]
    assert rates(samples(None, 300, None)) == []


def test_machine_program_and_terminal_are_told() -> None:
    lines = told(Seen(samples(0, 4000), (RUNNING,)))
    assert lines[0] == "Machine the last 2s"
    assert lines[1].startswith("processor 73 % of 2 cores ")
    assert lines[2].startswith("memory 3.1 GB of 7.8 GB ")
    assert lines[3] == "GPU none that tells"
    assert any("1.8 cores, 14 threads" in line for line in lines)
    assert "to terminal 2.0 KB/s █" in lines
    assert "to terminal –" in told(Seen(samples(None)))


def test_workers_have_their_pace_and_idle_ones_are_counted() -> None:
    lines = told(Seen(samples(0), (RUNNING, run_row(4))))
    assert "Workers 1 training, 1 idle" in lines
    assert lines[-1] == "#3 mlp 256-256 lr 1e-3 2 38.2 100 1m 03s"
    assert told(Seen(samples(0)))[-1] == "nothing is in training"
    nobody = tuple(replace(sample, workers=()) for sample in samples(0))
    assert told(Seen(nobody))[-1] == "nobody trains from this store"


def test_a_gpu_has_its_load_and_memory() -> None:
    gpus = (Gpu("NVIDIA H100", 0.37, 2e9, 80e9), Gpu("Tesla", None, 0.0, 16e9))
    seen = Seen((Sample(replace(READING, gpus=gpus, no_gpu="")),))
    lines = told(seen)
    assert any(line.startswith("GPU 0") and "37 % · 2.0 GB of 80.0 GB" in line for line in lines)
    assert any(line.startswith("GPU 1") and "%" not in line for line in lines)
    assert "NVIDIA H100" in lines


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("width", [22, 44, 58, 120])
def test_no_row_is_wider_than_the_pane(width: int, ascii: bool) -> None:
    seen = Seen(samples(*range(70)), (replace(RUNNING, name="衣服の" * 30),), "locked °" * 30)
    rows, _ = laid_out(sections(seen, width, ascii=ascii), width, ascii=ascii)
    assert max(map(columns, rows)) <= width
    if ascii:
        assert all(plain(row).isascii() for row in rows)


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield SystemPane(interval=0.01)

    @property
    def pane(self) -> SystemPane:
        return self.query_one(SystemPane)

    def on_system_pane_requested(self) -> None:
        self.asked += 1

    def on_system_pane_left(self, event: SystemPane.Left) -> None:
        self.said.append(event)


async def test_it_asks_again_only_once_it_was_answered_and_only_while_it_is_seen() -> None:
    app = Host()
    async with app.run_test(size=(70, 30)) as pilot:
        await until(pilot, lambda: app.asked == 1)
        app.pane.show(Snapshot((RUNNING,)))
        first, second = samples(0, 2000)
        app.pane.take(first)
        await until(pilot, lambda: app.asked == 2)
        app.pane.display = False
        await until(pilot, lambda: not app.pane.seen)
        app.pane.take(second)
        for _ in range(5):
            await pilot.pause(0.02)
        assert app.asked == 2
        app.pane.display = True
        await until(pilot, lambda: app.asked == 3)
        rows = [plain(row) for row in app.pane.query_one(Lines).rows]
        assert any("#3 mlp" in row for row in rows)
        app.pane.fail("the store is locked")
        assert plain(app.pane.query_one(Lines).rows[1]) == "the store is locked"
        await until(pilot, lambda: app.asked == 4)
        app.pane.focus()
        await pilot.press("escape")
        assert isinstance(app.said[0], SystemPane.Left)


async def test_the_past_begins_anew_after_a_time_in_which_nobody_looked() -> None:
    app = Host()
    async with app.run_test(size=(70, 30)):
        app.pane.take(samples(0)[0])
        later = Sample(replace(READING, at=99.0))
        app.pane.take(later)
        assert app.pane.samples == (later,)
