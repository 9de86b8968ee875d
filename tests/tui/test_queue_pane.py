"""The queue: every key posts what it should, and a key that can do nothing says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from runs_made import epoch_row, run_row
from textual.app import App, ComposeResult
from textual.message import Message
from textual.widgets import Footer, Static

from rottui.core.presets import sweep_preset
from rottui.engine.forecast import Forecast, Span
from rottui.engine.paces import Basis
from rottui.store.records import HeldBack, Hold, Missing, RunRow, SweepRow
from rottui.store.states import State
from rottui.tui.keymap import actions
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.line_table import LineTable
from rottui.tui.widgets.queue_pane import QueuePane
from rottui.tui.widgets.queue_rules import Kind


class Host(App[None]):
    def __init__(self, runs: Sequence[RunRow] = (), **options: Any) -> None:
        super().__init__()
        self.start = tuple(runs)
        self.said: list[Message] = []
        self.options = options

    def compose(self) -> ComposeResult:
        yield QueuePane(**self.options)
        yield Footer()

    def on_mount(self) -> None:
        self.pane.show(Snapshot(self.start))
        self.screen.set_focus(self.pane)

    @property
    def pane(self) -> QueuePane:
        return self.query_one(QueuePane)

    def text(self, name: str) -> str:
        return str(self.query_one(f"#queue-{name}", Static).content)

    def on_queue_pane_opened(self, event: QueuePane.Opened) -> None:
        self.said.append(event)

    def on_queue_pane_marked(self, event: QueuePane.Marked) -> None:
        self.said.append(event)

    def on_queue_pane_wished(self, event: QueuePane.Wished) -> None:
        self.said.append(event)

    def on_queue_pane_refused(self, event: QueuePane.Refused) -> None:
        self.said.append(event)

    def cursor_ids(self, messages: list[Message]) -> list[int | None]:
        return [m.run_id for m in messages if isinstance(m, QueuePane.CursorMoved)]


RUNS = (
    run_row(1, State.DONE, done=50, last=epoch_row(50)),
    run_row(2, State.RUNNING, done=5, last=epoch_row(5), seconds=2.0),
    run_row(3, State.QUEUED),
    run_row(4, State.PAUSED, done=2, last=epoch_row(2)),
    run_row(5, State.FAILED, error="the loss became nan in epoch 7"),
)
UNBEGUN = run_row(6, attempt=0)


@pytest.mark.parametrize(
    ("on", "key", "kind"),
    [
        (2, "p", Kind.PAUSE),
        (3, "p", Kind.PAUSE),
        (4, "r", Kind.RESUME),
        (2, "c", Kind.CANCEL),
        (3, "K", Kind.MOVE_UP),
        (3, "ctrl+up", Kind.MOVE_UP),
        (3, "J", Kind.MOVE_DOWN),
        (3, "ctrl+down", Kind.MOVE_DOWN),
        (1, "d", Kind.DUPLICATE),
        (5, "e", Kind.EDIT),
        (1, "D", Kind.DELETE),
        (5, "delete", Kind.DELETE),
        (3, "greater_than_sign", Kind.PRIORITY_UP),
        (3, "less_than_sign", Kind.PRIORITY_DOWN),
        (3, "a", Kind.DRAFT),
        (5, "t", Kind.RETRY),
        (6, "E", Kind.EDIT_HERE),
    ],
)
async def test_a_key_wishes_for_the_run_under_the_cursor(on: int, key: str, kind: Kind) -> None:
    app = Host((*RUNS, UNBEGUN))
    async with app.run_test(size=(80, 20)) as pilot:
        app.pane.table.move_to(on)
        await pilot.press(key)
        (only,) = app.said
        assert isinstance(only, QueuePane.Wished)
        assert (only.kind, only.run_ids, only.note) == (kind, (on,), "")


@pytest.mark.parametrize(
    ("on", "key", "words"),
    [
        (1, "p", "run 1 is done; only a queued or running run can be paused"),
        (3, "r", "run 3 is queued; only a paused run can be resumed"),
        (5, "c", "run 5 is failed; it has already ended"),
        (2, "K", "run 2 is running; only a waiting run has a place in the queue"),
        (2, "D", "run 2 is running; cancel it before you delete it"),
        (1, "u", "no run is marked"),
    ],
)
async def test_a_greyed_key_says_why(on: int, key: str, words: str) -> None:
    app = Host(RUNS)
    async with app.run_test(size=(80, 20)) as pilot:
        app.pane.table.move_to(on)
        await pilot.pause()
        active = app.screen.active_bindings[key]
        assert active.enabled is False, "it is shown, and greyed"
        await pilot.press(key)
        (only,) = app.said
        assert isinstance(only, QueuePane.Refused)
        assert only.reason == words


async def test_what_holds_a_run_back_is_shown_as_soon_as_it_changes() -> None:
    waits = run_row(6, needs=(2,))
    app = Host((*RUNS, waits))
    async with app.run_test(size=(80, 20)) as pilot:
        app.pane.table.move_to(6)
        held = {6: HeldBack(Hold.NEEDS, (Missing(2, State.RUNNING),))}
        app.pane.show(Snapshot((*RUNS, waits), held=held))
        await pilot.pause()
        assert "· needs 2" in app.pane.table.render_line(6).text
        assert "waits for run 2 ·" in app.text("detail")
        failed = replace(RUNS[1], state=State.FAILED, revision=2)
        missing = (Missing(2, State.FAILED),)
        held = {6: HeldBack(Hold.NEEDS, missing, for_good=True)}
        app.pane.show(Snapshot((RUNS[0], failed, *RUNS[2:], waits), held=held))
        await pilot.pause()
        assert "✗ needs 2" in app.pane.table.render_line(6).text
        assert "waits for run 2, which failed" in app.text("detail")


async def test_a_group_and_everything_are_paused_and_go_on_by_the_same_key() -> None:
    grouped = run_row(1, sweep_id=4)
    said: list[Message] = []
    app = Host((grouped,))
    async with app.run_test(size=(80, 20), message_hook=said.append) as pilot:
        for paused in (False, True):
            group = SweepRow(4, "rates", 0.0, (1,), paused=paused)
            app.pane.show(Snapshot((grouped,), sweeps={4: group}, all_paused=paused))
            await pilot.press("S", "P")
            await pilot.pause()
        groups = {id(m): m.paused for m in said if isinstance(m, QueuePane.GroupPaused)}
        everything = {id(m): m.paused for m in said if isinstance(m, QueuePane.AllPaused)}
        assert list(groups.values()) == list(everything.values()) == [True, False]
        assert app.text("summary").startswith("everything is paused · 1 queued")
        app.pane.show(Snapshot(RUNS))
        await pilot.pause()
        await pilot.press("S")
        (refused,) = app.said
        assert isinstance(refused, QueuePane.Refused)
        assert refused.reason == "run 1 is of no sweep"


async def test_marked_runs_are_acted_on_together_and_what_does_not_fit_is_named() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("space", "m", "space")
        marked = [m.run_ids for m in app.said if isinstance(m, QueuePane.Marked)]
        assert marked == [(1,), (1, 2), (1, 2, 3)]
        assert app.pane.current is not None
        assert app.pane.current.id == 4, "marking goes on to the next run"
        app.said.clear()
        await pilot.press("p")
        (wished,) = app.said
        assert isinstance(wished, QueuePane.Wished)
        assert wished.run_ids == (2, 3)
        assert "run 1 is done" in wished.note
        app.said.clear()
        await pilot.press("e")
        (refused,) = app.said
        assert isinstance(refused, QueuePane.Refused)
        assert "3 runs are marked" in refused.reason
        app.said.clear()
        await pilot.press("u", "r")
        unmarked, resumed = app.said
        assert isinstance(unmarked, QueuePane.Marked)
        assert unmarked.run_ids == ()
        assert isinstance(resumed, QueuePane.Wished)
        assert resumed.run_ids == (4,), "without marks, the run under the cursor"


async def test_marks_can_be_taken_away_one_by_one_and_by_mouse() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("m", "k", "m")
        assert app.pane.marked == ()
        await pilot.click(LineTable, offset=(1, 3))
        assert app.pane.marked == (3,)


async def test_the_marks_of_deleted_runs_go_with_them() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("m", "m")
        app.pane.show(Snapshot(RUNS[1:]))
        await pilot.pause()
        assert app.pane.marked == (2,)
        last = app.said[-1]
        assert isinstance(last, QueuePane.Marked)
        assert last.run_ids == (2,)


@pytest.mark.parametrize("key", ["enter", "o"])
async def test_enter_opens_the_run(key: str) -> None:
    app = Host(RUNS)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("j", key)
        (opened,) = app.said
        assert isinstance(opened, QueuePane.Opened)
        assert opened.run_id == 2


async def test_a_double_click_opens_and_a_click_gives_the_pane_the_focus() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(80, 20)) as pilot:
        app.set_focus(None)
        await pilot.click(LineTable, offset=(20, 3))
        assert app.focused is app.pane
        await pilot.click(LineTable, offset=(20, 3), times=2)
        assert any(isinstance(m, QueuePane.Opened) and m.run_id == 3 for m in app.said)


async def test_the_cursor_is_told_of_and_follows_its_run() -> None:
    said: list[Message] = []
    app = Host(RUNS)
    async with app.run_test(size=(80, 20), message_hook=said.append) as pilot:
        await pilot.press("down", "down")
        assert app.cursor_ids(said)[-1] == 3
        said.clear()
        app.pane.show(Snapshot((RUNS[2], RUNS[0], RUNS[1], *RUNS[3:])))
        await pilot.pause()
        assert app.pane.current == RUNS[2]
        assert app.pane.table.render_line(1).text.startswith("▸")
        assert app.cursor_ids(said) == [], "it is still the same run"
        app.pane.show(Snapshot((RUNS[0],)))
        await pilot.pause()
        assert set(app.cursor_ids(said)) == {1}


async def test_numbers_and_states_appear_as_the_snapshots_say() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        assert app.text("summary").startswith("1 running · 1 queued · 1 paused · 1 done · 1 failed")
        line = app.pane.table.render_line(2).text
        assert "▶ running" in line
        assert "0.55" in line
        newer = replace(RUNS[1], epochs_done=6, last=epoch_row(6, 0.01), revision=2)
        left = Forecast(1, 1, 75.0, spans={3: Span(5.0, 75.0, Basis.ALIKE)})
        app.pane.table.move_to(3)
        app.pane.show(Snapshot((RUNS[0], newer, *RUNS[2:]), forecast=left))
        assert app.text("summary").endswith("1 failed · about 1m 15s left")
        assert "begins in about 5s, ends in about 1m 15s" in app.text("detail")
        assert "0.011" in app.pane.table.render_line(2).text


async def test_the_error_of_a_failed_run_stands_below_the_table() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        assert "run 1:" in app.text("detail")
        await pilot.press("G")
        assert app.text("detail") == "✗ run 5: the loss became nan in epoch 7"
        assert app.query_one("#queue-detail").has_class("error")


async def test_marks_that_were_taken_away_come_back_by_the_key_that_undoes() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(80, 20)) as pilot:
        app.pane.set_marked({1, 3})
        await pilot.press("u")
        assert app.pane.marked == ()
        await pilot.press("U")
        assert app.pane.marked == (1, 3)
        await pilot.press("U")
        await pilot.press("u", "d", "U")
        assert app.pane.marked == (), "something else was done since"


async def test_an_empty_queue_says_what_to_press() -> None:
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        text = app.text("empty")
        assert "Ctrl+G queues a first sweep on built-in garments" in text
        assert "F2 goes to the form" in text
        assert app.query_one("#queue-empty").display
        assert not app.pane.table.display
        await pilot.press("p", "enter")
        assert [m.reason for m in app.said if isinstance(m, QueuePane.Refused)] == [
            "there is no run here yet"
        ] * 2
        app.pane.show(Snapshot(RUNS))
        await pilot.pause()
        assert app.pane.table.display
        await pilot.press("j")
        assert app.pane.current == RUNS[1], "the keys reach the table that has just appeared"


async def test_every_key_of_the_queue_has_its_action() -> None:
    for action in actions("queue"):
        assert callable(getattr(QueuePane, f"action_{action.name}")), action.id


async def test_the_footer_is_built_anew_only_when_something_becomes_possible_or_not() -> None:
    app = Host(RUNS)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        rebuilt: list[str] = []
        app.pane.refresh_bindings = lambda: rebuilt.append("footer")  # type: ignore[method-assign]
        newer = replace(RUNS[1], epochs_done=6, revision=2)
        app.pane.show(Snapshot((RUNS[0], newer, *RUNS[2:])))
        assert rebuilt == []
        await pilot.press("j")
        assert rebuilt == ["footer"], "a running run can be paused, a finished one cannot"


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
async def test_no_number_is_cut_at_any_size(size: tuple[int, int]) -> None:
    names = [run.name for run in RUNS]
    long = [
        replace(RUNS[1], id=6, name=name, last=epoch_row(6, 1.2345e-8), revision=3)
        for name, _ in sweep_preset("seed-cnn-lr").runs()
    ]
    app = Host((*RUNS, *(replace(run, id=9 + i) for i, run in enumerate(long))))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        table = app.pane.table
        seen = ""
        for _ in range(4):
            seen += "".join(table.render_line(y).text + "\n" for y in range(table.size.height))
            await pilot.press("l")
        for whole in ("1.358e-8", "46.8", "1e-3", "1m 30s", "50/50"):
            assert whole in seen, whole
        assert "#" not in seen
        assert all(name in seen or name.replace(" lr 1e-3", "") in seen for name in names)


async def test_without_colour_and_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host(RUNS, ascii=True)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("j", "m", "K")
        table = app.pane.table
        lines = [table.render_line(y).text for y in range(table.size.height)]
        assert all(line.isascii() for line in lines)
        assert app.text("summary").isascii()
        assert "> running" in lines[2]
