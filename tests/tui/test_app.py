"""The whole app on a real store with a real engine, driven by keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded import put_recorded_lr_sweep
from waiting import running, until

from rottui.core.config import RunConfig
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui.app import RottuiApp, run_app
from rottui.tui.feed import SnapshotRead
from rottui.tui.screens.help import HelpScreen
from rottui.tui.screens.questions import ConfirmScreen, LeaveScreen
from rottui.tui.screens.trash import TrashScreen
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.charts_pane import ChartsPane
from rottui.tui.widgets.configure_pane import ConfigurePane
from rottui.tui.widgets.data_pane import DataPane
from rottui.tui.widgets.queue_pane import QueuePane
from rottui.tui.widgets.sweep_pane import SweepPane
from rottui.tui.widgets.tab_line import PANES


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as opened:
        yield opened


def idle_app(store: RunStore, folder: Path) -> RottuiApp:
    return RottuiApp(store, data=str(folder), train=False)


def queued(store: RunStore, folder: Path, count: int = 1, **changes: object) -> list[int]:
    config = RunConfig().replaced(
        {
            "data.source": "rotated",
            "data.path": str(folder),
            "network.dense_hiddens": [8],
            "epochs": 3,
            **changes,
        }
    )
    new = [NewRun(f"run {n}", config.to_dict(), config.epochs) for n in range(count)]
    return [run.id for run in store.add_runs(new)]


async def test_a_learning_rate_sweep_in_under_ten_keys(store: RunStore, image_folder: Path) -> None:
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        keys = ["f7", "f7", "f7", "enter"]
        await pilot.press(*keys)
        await until(pilot, lambda: len(store.runs()) == 3)
        assert len(keys) < 10
        assert [run.config["lr"] for run in store.runs()] == [1e-2, 1e-4, 1e-8]
        assert len(store.sweeps()) == 1
        assert app.main.active == "queue"
        for run in store.runs():
            assert run.config["data"]["path"] == str(image_folder)
            assert run.config["data"]["fingerprint"]


async def test_a_halved_sweep_is_trained_rung_by_rung(store: RunStore, image_folder: Path) -> None:
    app = RottuiApp(store, data=str(image_folder), workers=1)
    async with running(app) as pilot:
        await pilot.press("s")
        form = app.main.query_one(ConfigurePane).form
        form.fill({"network.dense_hiddens": "4", "epochs": "2", "halving": "3"}, sweep=True)
        await pilot.press("enter")
        await until(pilot, lambda: len(store.runs(states={State.DONE})) == 3)
        assert sorted(run.epochs_done for run in store.runs()) == [1, 1, 2]
        (sweep,) = store.sweeps()
        assert sweep.spec is not None
        assert sweep.spec["halving"] == {"rungs": [1, 2], "sizes": [3, 1]}


async def test_a_sweep_is_compared_from_the_queue_and_its_settings_are_opened(
    store: RunStore, image_folder: Path
) -> None:
    put_recorded_lr_sweep(store)
    (alone,) = queued(store, image_folder)
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        queue = app.main.query_one(QueuePane)
        await until(pilot, lambda: len(queue.table.rows) == 28)
        await pilot.press("f3", "s")
        assert app.main.active == "sweep"
        pane = app.main.query_one(SweepPane)
        await until(pilot, lambda: pane.found is not None and len(pane.found.places) == 9)
        assert pane.board.cursor_key == (1e-3,)
        await pilot.press("down", "enter")
        assert app.main.active == "charts"
        charts = app.main.query_one(ChartsPane)
        await until(pilot, lambda: len(charts.runs) == 3)
        assert {run.config["lr"] for run in charts.runs} == {3.162e-4}
        await pilot.press("s")
        assert app.main.active == "sweep"
        await pilot.press("s")
        assert app.main.active == "charts"
        await pilot.press("f3", "end", "s")
        await pilot.pause()
        assert app.main.active == "queue", f"run {alone} is of no sweep"


async def test_a_sweep_of_the_form_keeps_how_it_was_made(
    store: RunStore, image_folder: Path
) -> None:
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f8")
        app.main.query_one(ConfigurePane).form.focus_field("vary")
        await pilot.press(*"batch_size=8, 16", "f9")
        await until(pilot, lambda: len(store.runs()) == 6)
        (sweep,) = store.sweeps()
        assert sweep.spec is not None
        assert [axis["field"] for axis in sweep.spec["axes"]] == ["lr", "batch_size"]


async def test_a_queued_run_is_trained_and_its_curve_is_drawn(
    store: RunStore, image_folder: Path
) -> None:
    app = RottuiApp(store, data=str(image_folder), workers=1)
    async with running(app) as pilot:
        (run_id,) = queued(store, image_folder)
        await until(pilot, lambda: store.run(run_id).state is State.DONE)
        await until(pilot, lambda: app.main.query_one(ChartsPane).runs != ())
        (drawn,) = app.main.query_one(ChartsPane).runs
        assert drawn.id == run_id
        await until(pilot, lambda: len(app.main._snapshot.epochs.get(run_id, ())) == 4)


async def test_keys_write_wishes_and_the_queue_shows_them(
    store: RunStore, image_folder: Path
) -> None:
    first, second = queued(store, image_folder, 2)
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f3")
        queue = app.main.query_one(QueuePane)
        await until(pilot, lambda: queue.current is not None and queue.current.id == first)
        await pilot.press("p")
        await until(pilot, lambda: store.run(first).state is State.PAUSED)
        await until(pilot, lambda: queue.current.state is State.PAUSED)
        await pilot.press("r")
        await until(pilot, lambda: store.run(first).state is State.QUEUED)
        await pilot.press("J")
        await until(pilot, lambda: [run.id for run in store.runs()] == [second, first])
        await until(pilot, lambda: queue.current.state is State.QUEUED)
        await pilot.press("d")
        await until(pilot, lambda: len(store.runs()) == 3)


async def test_what_ends_a_run_asks_first(store: RunStore, image_folder: Path) -> None:
    first, second = queued(store, image_folder, 2)
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f3")
        await until(pilot, lambda: app.main.query_one(QueuePane).current is not None)
        for answer in ("escape", "enter", "n"):
            await pilot.press("c")
            assert isinstance(app.screen, ConfirmScreen)
            await pilot.press(answer)
        assert store.run(first).state is State.QUEUED
        await pilot.press("D")  # no question: there is a way back
        await until(pilot, lambda: [run.id for run in store.runs()] == [second])
        assert app.main.query_one(QueuePane) is not None
        await until(pilot, lambda: app.main.query_one(QueuePane).current.id == second)
        await pilot.press("c", "y")
        await until(pilot, lambda: store.run(second).state is State.CANCELLED)
        assert first not in [run.id for run in store.runs()]


async def test_what_was_deleted_comes_back_by_a_key_or_from_the_trash(
    store: RunStore, image_folder: Path
) -> None:
    first, second = queued(store, image_folder, 2)
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f3")
        queue = app.main.query_one(QueuePane)
        await until(pilot, lambda: queue.current is not None)
        await pilot.press("m", "m", "D")
        await until(pilot, lambda: queue.current is None)
        await pilot.press("U")
        await until(pilot, lambda: len(queue.table.rows) == 2)
        store.delete([first, second])
        await pilot.press("T")
        trash = app.screen
        assert isinstance(trash, TrashScreen)
        await until(pilot, lambda: len(trash.table.rows) == 2)
        await pilot.press("enter")
        await until(pilot, lambda: [run.id for run in store.runs()] == [first])
        await until(pilot, lambda: len(trash.table.rows) == 1)
        await pilot.press("x", "enter")
        assert [run.id for run in store.runs(trashed=True)] == [second]
        await pilot.press("x", "y")
        await until(pilot, lambda: store.runs(trashed=True) == [])
        await until(pilot, lambda: len(trash.table.rows) == 0)
        await pilot.press("escape")
        assert app.screen is app.main


async def test_the_keys_of_the_queue_change_what_is_trained_when(
    store: RunStore, image_folder: Path
) -> None:
    first, second = queued(store, image_folder, 2)
    store.cancel([second])
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f3")
        queue = app.main.query_one(QueuePane)
        await until(pilot, lambda: queue.current is not None and queue.current.id == first)
        await pilot.press("greater_than_sign", "greater_than_sign", "less_than_sign")
        await until(pilot, lambda: store.run(first).priority == 1)
        await pilot.press("a")
        await until(pilot, lambda: queue.current.state is State.DRAFT)
        await pilot.press("r")
        await until(pilot, lambda: queue.current.state is State.QUEUED)
        await pilot.press("P")
        await until(pilot, lambda: app.main._snapshot.all_paused)
        await pilot.press("P")
        await until(pilot, lambda: not store.all_paused)
        await pilot.press("j", "t")
        await until(pilot, lambda: store.run(second).state is State.QUEUED)


async def test_a_run_that_waits_is_edited_in_place(store: RunStore, image_folder: Path) -> None:
    (run_id,) = queued(store, image_folder)
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f3")
        await until(pilot, lambda: app.main.query_one(QueuePane).current is not None)
        await pilot.press("E")
        await until(pilot, lambda: app.main.active == "configure")
        pane = app.main.query_one(ConfigurePane)
        assert f"edits run {run_id}" in str(pane.query_one("#configure-purpose").content)
        pane.form.fill({"epochs": "7"}, sweep=False)
        await pilot.press("enter")
        await until(pilot, lambda: app.main.active == "queue")
        (run,) = store.runs()
        assert (run.id, run.epochs, run.config["epochs"], run.name) == (run_id, 7, 7, "run 0")
        await pilot.press("f2", "enter")  # the form queues new runs again
        await until(pilot, lambda: len(store.runs()) == 2)


async def test_a_wish_that_came_too_late_says_why(store: RunStore, image_folder: Path) -> None:
    (run_id,) = queued(store, image_folder)
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f3")
        await until(pilot, lambda: app.main.query_one(QueuePane).current is not None)
        await pilot.press("c")
        store.cancel([run_id])  # another window was quicker
        await pilot.press("y")
        await until(pilot, lambda: any("is cancelled" in n.message for n in app._notifications))


async def test_a_run_goes_back_into_the_form(store: RunStore, image_folder: Path) -> None:
    queued(store, image_folder, **{"lr": 3.2e-4, "network.activation": "tanh"})
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f3")
        await until(pilot, lambda: app.main.query_one(QueuePane).current is not None)
        await pilot.press("e")
        await until(pilot, lambda: app.main.active == "configure")
        config = app.main.query_one(ConfigurePane).config
        assert config is not None
        assert (config.lr, config.network.activation) == (3.2e-4, "tanh")
        assert app.main.query_one(ConfigurePane).form.texts["name"] == "run 0"


async def test_an_edited_run_does_not_keep_a_name_made_from_its_old_settings(
    store: RunStore, image_folder: Path
) -> None:
    queued(store, image_folder)
    (row,) = store.runs()
    config = RunConfig.from_dict(row.config)
    store.delete([row.id])
    store.add_runs([NewRun(f"{config.default_name} seed 3", config.to_dict(), config.epochs)])
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f3")
        await until(pilot, lambda: app.main.query_one(QueuePane).current is not None)
        await pilot.press("e")
        await until(pilot, lambda: app.main.active == "configure")
        assert app.main.query_one(ConfigurePane).form.texts["name"] == ""


async def test_enter_opens_the_curves_and_digits_change_the_pane(
    store: RunStore, image_folder: Path
) -> None:
    queued(store, image_folder)
    app = idle_app(store, image_folder)
    async with running(app, (80, 24)) as pilot:
        await pilot.press("f3")
        await until(pilot, lambda: app.main.query_one(QueuePane).current is not None)
        await pilot.press("enter")
        await until(pilot, lambda: app.main.active == "charts")
        for key, scope in enumerate(PANES, start=1):
            await pilot.press("escape", str(key))
            await until(pilot, lambda scope=scope: app.main.active == scope)
            await pilot.pause()
            shown = [name for name in PANES if app.main.query_one(f"#{name}").region.area]
            assert shown == [scope]  # one pane at a time


async def test_the_last_of_many_quick_pane_keys_wins_and_the_next_key_is_its_own(
    store: RunStore, image_folder: Path
) -> None:
    (run_id,) = queued(store, image_folder)
    app = idle_app(store, image_folder)
    async with running(app, (80, 24)) as pilot:
        await until(pilot, lambda: app.main.query_one(QueuePane).current is not None)
        await pilot.press("f4", "f2", "f5", "f3", "f6", "f3", "p")
        await until(pilot, lambda: store.run(run_id).state is State.PAUSED)
        await pilot.pause()
        assert app.main.active == "queue"
        assert app.main.query_one(QueuePane).has_focus


async def test_letters_in_a_field_are_text_and_escape_makes_them_keys(
    store: RunStore, image_folder: Path
) -> None:
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("down", "down", "q", "2")
        assert app.main.form_pane.form.texts["name"] == "q2"
        await pilot.press("escape", "2")
        await until(pilot, lambda: app.main.active == "queue")


async def test_the_image_panes_show_the_data_of_the_form(
    store: RunStore, image_folder: Path
) -> None:
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f6")
        pane = app.main.query_one(DataPane)
        await until(pilot, lambda: pane.page is not None)
        assert pane.page is not None
        assert (pane.page.train_size, pane.page.test_size) == (60, 30)


async def test_data_that_is_not_there_is_said_in_the_form(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a short path: a long one would be cut before its last part
    app = RottuiApp(store, data="nowhere", train=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "nowhere" in screen_text(app) and "no" in screen_text(app))
        assert app.main.query_one(ConfigurePane).config is None
        await pilot.press("f9")
        await pilot.pause()
        assert store.runs() == []


def screen_text(app: RottuiApp) -> str:
    return "\n".join(
        "".join(segment.text for segment in line) for line in app.screen._compositor.render_strips()
    )


async def test_help_lists_the_keys_of_the_active_pane_first(
    store: RunStore, image_folder: Path
) -> None:
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f3", "question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.pause()
        text = screen_text(app)
        assert text.index("Queue") < text.index("Pause at the next batch")
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)


async def test_the_theme_is_remembered(store: RunStore, image_folder: Path) -> None:
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        assert app.theme == "rottui-dark"
        app.theme = "rottui-light"
        await pilot.pause()
        await until(pilot, lambda: app._remembered.get("theme") == "rottui-light")
    again = idle_app(store, image_folder)
    async with running(again):
        assert again.theme == "rottui-light"


async def test_a_terminal_too_small_is_one_clear_line(store: RunStore, image_folder: Path) -> None:
    app = idle_app(store, image_folder)
    async with running(app, (50, 12)) as pilot:
        await pilot.pause()
        assert "rottui needs at least 60×16" in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Configure" in screen_text(app))
        assert "needs at least" not in screen_text(app)


async def test_quitting_ends_the_app_with_code_zero(store: RunStore, image_folder: Path) -> None:
    app = RottuiApp(store, data=str(image_folder), workers=1)
    async with running(app) as pilot:
        (run_id,) = queued(
            store, image_folder, **{"epochs": 100_000, "batch_size": 1, "target": "circular"}
        )
        await until(pilot, lambda: store.run(run_id).epochs_done >= 1)
        await pilot.press("f3", "q")
        await until(pilot, lambda: isinstance(app.screen, LeaveScreen))
        await pilot.press("s")
        await until(pilot, lambda: not app.is_running or app._exit)
    assert app.return_code == 0
    assert store.run(run_id).state is State.QUEUED
    assert store.checkpoints(run_id)


def test_a_crash_of_the_screen_exits_non_zero_and_loses_no_training(
    store: RunStore, image_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run_id,) = queued(store, image_folder, epochs=100_000, batch_size=1)

    def crash(app: RottuiApp) -> None:
        app.parts.trainer.start()
        while store.run(run_id).epochs_done < 1:
            time.sleep(0.02)
        app._return_code = 1  # as Textual leaves it after an error in a handler

    monkeypatch.setattr(RottuiApp, "run", crash)
    assert run_app(store_folder=store.folder) == 1
    assert store.run(run_id).state is State.QUEUED
    assert [file.kind for file in store.checkpoints(run_id)]


async def test_a_snapshot_that_comes_while_the_app_closes_is_passed_over(
    store: RunStore, image_folder: Path
) -> None:
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: app.main.active == "charts")
        (charts,) = app.main.query(ChartsPane)
        await charts.remove_children()  # as closing does, screen by screen
        app._running = False
        app.on_snapshot_read(SnapshotRead(Snapshot()))
        app._running = True
