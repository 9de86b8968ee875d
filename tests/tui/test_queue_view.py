"""Which runs the queue shows and in which order, by keys, by mouse and while typing."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from runs_made import epoch_row, run_row
from test_queue_pane import Host
from textual.widgets import Input, OptionList
from waiting import until

from rottui.core.config import RunConfig
from rottui.core.settings import paths
from rottui.store.filters import parse
from rottui.store.records import SweepRow
from rottui.store.states import State
from rottui.tui.queue_view import ORDERS, Order, QueueView, turned
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets import queue_cells
from rottui.tui.widgets.filter_line import FilterLine
from rottui.tui.widgets.line_table import LineTable
from rottui.tui.widgets.lines import Lines
from rottui.tui.widgets.queue_pane import QueuePane

RUNS = (
    run_row(1, State.DONE, done=50, last=epoch_row(50, 0.3), tags=("old",), name="first"),
    run_row(2, State.RUNNING, done=5, last=epoch_row(5, 0.1), seconds=2.0, name="second"),
    run_row(3, State.QUEUED, config=RunConfig(lr=0.5), name="third", sweep_id=4),
    run_row(4, State.DONE, done=2, last=epoch_row(2, math.nan), name="fourth", tags=("old",)),
    run_row(5, State.DONE, done=9, last=epoch_row(9, 0.2), name="fifth"),
)
SWEEPS = {4: SweepRow(4, "night", 0.0, (3,))}


def ids(app: Host) -> list[int]:
    return [run.id for run in app.pane.table.rows]


def told(app: Host) -> str:
    (row,) = app.pane.query_one(FilterLine).query_one(Lines).rows
    return "".join(span.text for span in row).rstrip()


# --- the order ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "rising", "falling"),
    [
        ("id", [1, 2, 3, 4, 5], [5, 4, 3, 2, 1]),
        ("name", [5, 1, 4, 2, 3], [3, 2, 4, 1, 5]),
        ("test", [2, 5, 1, 3, 4], [1, 5, 2, 3, 4]),
        ("lr", [1, 2, 4, 5, 3], [3, 1, 2, 4, 5]),
        ("left", [2, 1, 3, 4, 5], [2, 1, 3, 4, 5]),
        ("state", [3, 2, 1, 4, 5], [1, 4, 5, 2, 3]),
    ],
)
def test_runs_without_a_value_are_last_and_equal_ones_stay(
    column: str, rising: list[int], falling: list[int]
) -> None:
    assert [run.id for run in Order(column).sorted(RUNS)] == rising
    assert [run.id for run in Order(column, falling=True).sorted(RUNS)] == falling


def test_every_column_has_an_order_that_damaged_runs_have_a_place_in() -> None:
    assert set(ORDERS) == {column.name for column in queue_cells.columns()}
    damaged = run_row(6, State.FAILED)
    damaged = replace(damaged, config={"lr": "odd", "network": 3, "data": None})
    for column in ORDERS:
        assert len(Order(column).sorted((*RUNS, damaged))) == 6


def test_a_column_is_chosen_turned_round_and_left() -> None:
    rising = turned(None, "lr")
    assert rising == Order("lr")
    assert turned(rising, "lr") == Order("lr", falling=True)
    assert turned(turned(rising, "lr"), "lr") is None
    assert turned(Order("lr", falling=True), "test") == Order("test")


def test_only_runs_that_have_changed_are_asked_again() -> None:
    view = QueueView()
    view.set_filter(parse("state:done sweep:night | lr>1e9", paths()))
    assert view.rows(RUNS, SWEEPS) == []
    done = replace(RUNS[2], state=State.DONE)
    assert view.rows((*RUNS[:2], done, *RUNS[3:]), SWEEPS) == [done]
    renamed = {4: replace(SWEEPS[4], name="day")}
    assert view.rows((*RUNS[:2], done, *RUNS[3:]), renamed) == []


# --- typing ---------------------------------------------------------------------------------------


async def test_the_filter_works_at_every_key_and_enter_keeps_it() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", *"tag:")
        await until(pilot, lambda: told(app) == "     ^ a value is missing after tag:")
        assert ids(app) == [], "what was typed before stays: runs that are called tag"
        await pilot.press(*"old")
        await until(pilot, lambda: ids(app) == [1, 4])
        assert told(app).startswith("2 of 5 runs · such as words")
        await pilot.press("down")
        assert app.pane.current is not None
        assert app.pane.current.id == 4
        await pilot.press("enter", "m")
        assert app.focused is app.pane
        assert app.pane.marked == (4,)
        assert app.text("summary").startswith("/tag:old: 2 of 5 runs · 1 running")


async def test_letters_are_typed_and_are_no_keys_of_the_queue() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", *"pcDm", "ctrl+up", "delete")
        await pilot.pause()
        assert app.query_one(Input).value == "pcDm"
        assert app.said == []


async def test_escape_takes_back_what_was_typed_and_then_the_filter() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", *"fi", "enter")
        await until(pilot, lambda: ids(app) == [1, 5])
        await pilot.press("slash", *"rst")
        await until(pilot, lambda: ids(app) == [1])
        await pilot.press("escape")
        await until(pilot, lambda: ids(app) == [1, 5])
        assert app.focused is app.pane
        await pilot.press("escape")
        await until(pilot, lambda: ids(app) == [1, 2, 3, 4, 5])
        assert app.text("summary").startswith("1 running")


async def test_what_is_left_as_no_filter_is_told_and_the_last_one_stays() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", *"cnn | mlp (", "enter")
        await until(pilot, lambda: len(app.said) == 1)
        (refused,) = app.said
        assert isinstance(refused, QueuePane.Refused)
        assert refused.reason == "the filter was not taken: something is missing here"
        assert "cnn | mlp: " in app.text("summary")


async def test_a_click_into_the_table_ends_typing() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", *"f")
        await pilot.click(LineTable, offset=(20, 2))
        await until(pilot, lambda: not app.query_one(FilterLine).asking)
        assert app.focused is app.pane
        assert app.pane.check_action("filter", ()) is True


async def test_the_place_of_a_mistake_is_shown_also_at_the_right_edge() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("slash", *"first second third fourth fifth sixth stat:done")
        words = "there is no field stat; try state or patience, or quotes"
        await until(pilot, lambda: "no field stat" in told(app))
        line = told(app)
        assert line.endswith("^")
        assert line.index("^") == 1 + len("first second third fourth fifth sixth ")
        assert words[:20] in line
        assert "…" in line, "what was cut is marked"


async def test_marks_stay_with_runs_that_are_not_shown_and_are_told_of() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("m", "m", "slash", *"fi", "enter")
        await until(pilot, lambda: ids(app) == [1, 5])
        assert app.pane.marked == (1, 2)
        assert "1 marked not shown" in app.text("summary")
        assert [run.id for run in app.pane.targets] == [1, 2]
        app.pane.show(Snapshot(RUNS[:1] + RUNS[2:]))
        await until(pilot, lambda: app.pane.marked == (1,))


async def test_new_runs_come_in_as_they_fit_and_none_may_fit() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", *"state:failed", "enter")
        await until(pilot, lambda: ids(app) == [])
        assert app.text("detail") == "no run fits the filter; Esc takes it away"
        app.pane.show(Snapshot((*RUNS, run_row(6, State.FAILED))))
        await until(pilot, lambda: ids(app) == [6])


# --- sorting --------------------------------------------------------------------------------------


async def test_a_click_on_a_title_sorts_and_the_title_says_so() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(120, 20)) as pilot:
        await pilot.pause()
        header = app.pane.table.render_line(0).text
        for arrow, order in (("▲", [2, 5, 1, 3, 4]), ("▼", [1, 5, 2, 3, 4]), ("", [1, 2, 3, 4, 5])):
            place = app.pane.table.render_line(0).text.index("test loss")
            await pilot.click(LineTable, offset=(place, 0))
            await until(pilot, lambda order=order: ids(app) == order)
            title = f"test loss {arrow}" if arrow else "test loss"
            assert title in app.pane.table.render_line(0).text
        assert app.pane.table.render_line(0).text.split() == header.split()
        assert app.pane.current is not None
        assert app.pane.current.id == 1, "the cursor stays on its run"


async def test_a_column_is_chosen_from_a_list_by_keys() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("b")
        await until(pilot, lambda: len(app.screen.query(OptionList)) == 1)
        await pilot.press("j", "j", "down", "enter")
        await until(pilot, lambda: ids(app) == [5, 1, 4, 2, 3])
        await pilot.press("b")
        await until(pilot, lambda: len(app.screen.query(OptionList)) == 1)
        await pilot.press("enter")
        await until(pilot, lambda: ids(app) == [3, 2, 4, 1, 5])
        await pilot.press("b")
        await until(pilot, lambda: len(app.screen.query(OptionList)) == 1)
        await pilot.press("home", "enter")
        await until(pilot, lambda: ids(app) == [1, 2, 3, 4, 5])
