"""Steering by keys: wishes in the store, and marks on the axis where something happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chart_rows import curve, run
from test_app import idle_app, queued
from trained import TINY, put_trained_run
from waiting import listen, running, until

from rottui.store.records import EventRow, Extension
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui.app import RottuiApp
from rottui.tui.charts.curves import Plot
from rottui.tui.charts.drawing import draw
from rottui.tui.charts.metrics import Metric, Splits
from rottui.tui.screens.questions import NumberScreen
from rottui.tui.widgets.charts_pane import ChartsPane
from rottui.tui.widgets.queue_pane import QueuePane


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as opened:
        yield opened


def blank(columns: int, rows: int, lines: object) -> list[list[str]]:
    return [[" " * columns] * rows for _ in lines]  # type: ignore[attr-defined]


def test_what_happened_is_marked_on_the_axis_at_its_place_and_over_no_curve() -> None:
    rows = curve(*[1 / (x + 1) for x in range(11)])
    events = {
        1: (
            EventRow(1, 0.0, "lr", "×0.5", 2.5),
            EventRow(1, 0.0, "resumed", "from epoch 5", 5.0),
            EventRow(1, 0.0, "claimed", "attempt 1", None),
        )
    }

    def drawn(happened: dict[int, tuple[EventRow, ...]] | None) -> list[str]:
        one = replace(run(1), epochs=10)
        plot = Plot.of(Metric.LOSS, [one], {1: rows}, Splits.BOTH, False, events=happened)
        return draw(plot.chart(), 60, 14, blank).text.splitlines()

    marked, plain = drawn(events), drawn(None)
    changed = [y for y, (a, b) in enumerate(zip(marked, plain, strict=True)) if a != b]
    assert changed == [len(marked) - 2]  # the axis alone
    axis = marked[-2]
    assert (axis.count("L"), axis.count("R")) == (1, 1)
    start, width = axis.index("L"), 60 - 7
    assert abs((axis.index("R") - start) - 2.5 / 10 * width) <= 2


async def test_the_keys_write_what_is_wished(store: RunStore, image_folder: Path) -> None:
    (run_id,) = queued(store, image_folder)
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f3")
        await until(pilot, lambda: app.main.query_one(QueuePane).current is not None)
        await pilot.press("minus", "plus")
        await until(pilot, lambda: [s.value for s in store.steers(run_id)] == [0.5, 2.0])
        await pilot.press("L")
        await until(pilot, lambda: isinstance(app.screen, NumberScreen))
        await pilot.press(*"zero", "enter")
        assert isinstance(app.screen, NumberScreen)
        await pilot.press(*["backspace"] * 4, *"0.1", "enter")
        await until(pilot, lambda: [s.value for s in store.steers(run_id)] == [0.5, 2.0, 0.1])


async def test_several_done_runs_are_extended_together_or_not_at_all(
    store: RunStore, image_folder: Path, tmp_path: Path
) -> None:
    one, other = (put_trained_run(store, tmp_path / "cache", **TINY) for _ in range(2))
    app = idle_app(store, image_folder)
    said = listen(app)
    async with running(app) as pilot:
        await pilot.press("f3")
        queue = app.main.query_one(QueuePane)
        await until(pilot, lambda: len(queue.table.rows) == 2)
        queue.set_marked([one, other])
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, NumberScreen))
        store.extend([Extension(other, 5, store.run(other).config, "")])  # another window did
        await pilot.press("2", "enter")
        await until(pilot, lambda: len(said) > 0)
        assert store.run(one).epochs == 3
        assert said == [
            f"run {other} is queued; only done runs are extended; none of the 2 runs was changed"
        ]


async def test_a_done_run_is_extended_by_a_key_and_its_chart_says_so(
    store: RunStore, image_folder: Path
) -> None:
    (run_id,) = queued(store, image_folder)
    app = RottuiApp(store, data=str(image_folder), workers=1)
    async with running(app, size=(120, 40)) as pilot:
        await until(pilot, lambda: store.run(run_id).state is State.DONE)
        await pilot.press("f3")
        await until(pilot, lambda: app.main.query_one(QueuePane).current.state is State.DONE)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, NumberScreen))
        await pilot.press("2", "enter")
        await until(pilot, lambda: store.run(run_id).epochs_done == 5)
        await pilot.press("enter")
        pane = app.main.query_one(ChartsPane)
        await until(pilot, lambda: "X extended" in pane._letters())
        await pilot.press("e")
        assert pane._letters() == ""
