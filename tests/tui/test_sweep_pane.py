"""The sweep's pane on a screen: what it shows, what its keys do, and what it asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from runs_made import run_row
from sweep_rows import measured, sweep_snapshot
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from waiting import until

from rottui.engine.forecast import Forecast, Span
from rottui.engine.paces import Basis
from rottui.store.records import RunRow
from rottui.store.states import State
from rottui.tui.charts.cells import ASCII, UNICODE, plain
from rottui.tui.charts.sweep_plot import SweepPlot
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.lines import Lines
from rottui.tui.widgets.sweep_cells import cost_row
from rottui.tui.widgets.sweep_pane import SweepPane

NINE = [60, 50, 40, 30, 22, 21, 25, 40, 90]
SEEDED = sweep_snapshot("lr=1e-5..1e-1 x9", [*NINE, *(v + 2 for v in NINE)], seeds=(1, 2))


class Host(App[None]):
    """Nothing but the pane."""

    def __init__(self, **options: object) -> None:
        super().__init__()
        self.pane = SweepPane(interval=0.0, **options)  # type: ignore[arg-type]
        self.opened: list[tuple[int, ...]] = []
        self.left = 0
        self.curves_wanted = 0

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()

    def on_sweep_pane_opened(self, message: SweepPane.Opened) -> None:
        self.opened.append(message.run_ids)

    def on_sweep_pane_curves_wanted(self) -> None:
        self.curves_wanted += 1

    def on_sweep_pane_left(self, message: SweepPane.Left) -> None:
        self.left += 1


async def settle(pilot: Pilot[None]) -> None:
    """Wait until the screen shows what was asked for last."""
    pane = pilot.app.query_one(SweepPane)
    await pilot.pause()
    while not pane.settled:
        await pilot.pause(0.01)
    await pilot.pause()


def screen(app: App[None]) -> list[str]:
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def text(app: App[None]) -> str:
    return "\n".join(screen(app))


def drawn(app: Host) -> SweepPlot:
    plot = app.pane.chart.plot
    assert isinstance(plot, SweepPlot)
    return plot


async def test_name_chart_and_leaderboard_fit_80_by_24() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(SEEDED, SEEDED.runs[0])
        await settle(pilot)
        lines = screen(app)
        assert lines[0].startswith("sweep 1: mlp 256-256 · lr 1e-5 … 0.1 ×9 · 2 seeds")
        assert lines[0].endswith("18 of 18 runs ended")
        assert lines[1] == "trained 72 epochs"
        assert lines[2] == "test circular MAE, degrees, against lr"
        assert "● best" in text(app)
        assert "1e-5" in text(app)
        assert "▄▄▄▄ last epoch  ⠤⠤⠤⠤ at lowest test loss  │ std over seeds" in lines
        header = next(line for line in lines if "mean ± std" in line)
        assert header.split()[:2] == ["#", "setting"]
        assert lines[lines.index(header) + 1].split()[:6] == [
            "▸",
            "1",
            "lr",
            "3.162e-3",
            "22.0",
            "±",
        ]
        assert not app.pane.board.has_focus


async def test_the_cursor_goes_down_the_leaderboard_and_stands_out_on_the_chart() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(SEEDED, SEEDED.runs[0])
        await settle(pilot)
        assert drawn(app).chosen == (3.162e-3,)
        await pilot.press("j", "down")
        await settle(pilot)
        assert drawn(app).chosen == (1e-2,)
        await pilot.press("G")
        await settle(pilot)
        assert drawn(app).chosen == (0.1,)
        assert "▸ 9" in text(app)


async def test_enter_asks_for_the_curves_of_the_settings_runs() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(SEEDED, SEEDED.runs[0])
        await settle(pilot)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.opened == [(5, 14)]
        assert [SEEDED.run(run_id).config["lr"] for run_id in app.opened[0]] == [1e-3, 1e-3]  # type: ignore[union-attr]


@pytest.mark.parametrize("key", ["s", "escape"])
async def test_a_key_goes_back_to_the_curves(key: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(SEEDED, SEEDED.runs[0])
        await pilot.press(key)
        await pilot.pause()
        assert app.left == 1


async def test_the_metric_key_compares_by_others_and_comes_back() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(SEEDED, SEEDED.runs[0])
        titles = []
        for _ in range(5):
            await settle(pilot)
            titles.append(screen(app)[2])
            await pilot.press("m")
        assert titles == [
            "test circular MAE, degrees, against lr",
            "test MAE, degrees, against lr",
            "test MAE, target's units, against lr",
            "test loss, against lr",
            "test circular MAE, degrees, against lr",
        ]


async def test_keys_for_the_log_scale_and_for_the_best_epochs() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(SEEDED, SEEDED.runs[0])
        await pilot.press("Y", "b")
        await settle(pilot)
        assert drawn(app).log
        assert screen(app)[2].endswith("log")
        assert "at lowest test loss" not in text(app)
        assert len(drawn(app).chart().series) == 1
        await pilot.press("Y", "b")
        await settle(pilot)
        assert not drawn(app).log
        assert "at lowest test loss" in text(app)


async def test_letters_tell_what_the_x_axis_does_not_show() -> None:
    shot = sweep_snapshot("batch_size=8, 16, 32; activation=relu, tanh", [50, 40, 40, 30, 60, 20])
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(shot, shot.runs[0])
        await settle(pilot)
        assert "a activation tanh  b activation relu  ▄▄▄▄ last epoch" in text(app)
        assert "▸ 1 a 32 · tanh" in text(app)
        assert "4 b 16 · relu" in text(app)
        assert "best a" in text(app)


async def test_a_narrow_leaderboard_says_values_without_names_and_cuts_none() -> None:
    axes = "batch_size=128, 256; activation=sigmoid; optimizer=rmsprop, adagrad"
    shot = sweep_snapshot(axes, [50, 40, 30, 20], seeds=(1,))
    app = Host()
    async with app.run_test(size=(46, 20)) as pilot:
        app.pane.show(shot, shot.runs[0])
        await settle(pilot)
        assert "256 · adagrad" in text(app)
        assert "256 · rmsprop" in text(app)


async def test_runs_that_go_on_move_in_the_leaderboard_and_the_cursor_stays_on_its_setting() -> (
    None
):
    shot = sweep_snapshot("lr=1e-1, 1e-2", [50, 40])
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(shot, shot.runs[0])
        await settle(pilot)
        assert app.pane.board.cursor_key == (1e-2,)
        better = RunRow(
            **{name: getattr(shot.runs[0], name) for name in RunRow.__dataclass_fields__}
            | {"last": measured(4, 10.0)}
        )
        app.pane.show(Snapshot((better, shot.runs[1]), sweeps=shot.sweeps, now=2.0), better)
        await settle(pilot)
        assert [entry.key for entry in app.pane.board.rows] == [(0.1,), (1e-2,)]
        assert app.pane.board.cursor_key == (1e-2,)


async def test_what_failed_or_waits_is_said() -> None:
    shot = sweep_snapshot("lr=10, 1e-1, 1e-2", [90, 30, None], failed=[0])
    app = Host()
    async with app.run_test(size=(100, 24)) as pilot:
        app.pane.show(shot, shot.runs[0])
        await settle(pilot)
        assert "2 of 3 runs ended" in screen(app)[0]
        first, second, third = screen(app)[-3:]
        assert "lr 0.1" in first
        assert "lr 1e-2" in second
        assert second.endswith("0 of 1     0/4               -  1 of 1 unfinished")
        assert "lr 10" in third
        assert third.endswith("0 of 1       4               -  the loss is not a number")
        assert "✗" in text(app)


async def test_a_key_shows_every_settings_own_curves_and_asks_for_them() -> None:
    app = Host()
    async with app.run_test(size=(100, 30)) as pilot:
        app.pane.show(SEEDED, SEEDED.runs[0])
        await settle(pilot)
        assert (app.pane.wanted, app.curves_wanted) == (frozenset(), 0)
        await pilot.press("v")
        await until(pilot, lambda: "against the epoch" in screen(app)[2])
        await until(pilot, lambda: app.curves_wanted == 1)
        assert app.pane.wanted == {run.id for run in SEEDED.runs}
        curves = {run.id: (measured(0, 90.0), run.last) for run in SEEDED.runs if run.last}
        app.pane.show(replace(SEEDED, epochs=curves), SEEDED.runs[0])
        await until(pilot, lambda: any("\u2800" < sign < "\u2900" for sign in text(app)))
        assert "3.162e-3 best " in text(app)
        await pilot.press("v")
        await until(pilot, lambda: app.curves_wanted == 2)
        assert app.pane.wanted == frozenset()
        await until(pilot, lambda: ", against lr" in screen(app)[2])


def test_the_cost_is_told_so_far_and_to_the_end() -> None:
    shot = sweep_snapshot("lr=1e-1, 1e-2, 1e-3", [90, None, None])
    first = replace(shot.runs[0], seconds=30.0)
    spans = {2: Span(0.0, 50.0, Basis.ALIKE), 3: Span(50.0, 90.0, Basis.ALIKE)}

    def told(*runs: RunRow, known: dict[int, Span] = spans, **how: object) -> str:
        glyphs = ASCII if how else UNICODE
        return plain(cost_row(runs, Forecast(1, 2, spans=known), 80, glyphs)).rstrip()

    assert told(first) == "trained 4 epochs, 2m 00s"
    assert told(first, *shot.runs[1:]) == (
        "trained 4 of 12 epochs, 2m 00s   1m 30s more to the end   done in about 1m 30s"
    )
    assert told(shot.runs[1], known={}) == "trained 0 of 4 epochs   1 run not foreseen"
    assert told(first, *shot.runs[1:], ascii=True).isascii()


async def test_another_run_under_the_cursor_brings_its_own_sweep() -> None:
    one = sweep_snapshot("lr=1e-1, 1e-2", [50, 40])
    two = sweep_snapshot("batch_size=8, 16", [30, 20], first=3, sweep_id=2)
    both = Snapshot(one.runs + two.runs, sweeps={**one.sweeps, **two.sweeps}, now=1.0)
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(both, both.runs[0])
        await settle(pilot)
        assert screen(app)[0].startswith("sweep 1: ")
        app.pane.show(both, both.runs[3])
        await settle(pilot)
        assert screen(app)[0].startswith("sweep 2: ")
        assert "against batch_size" in screen(app)[2]
        assert app.pane.board.cursor_key == (16,)


async def test_without_a_sweep_it_says_where_to_find_one() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(Snapshot(), None)
        await settle(pilot)
        assert "In the queue (F3), put the cursor on a run of a sweep." in text(app)
        alone = run_row(7, State.DONE)
        app.pane.show(Snapshot((alone,)), alone)
        await settle(pilot)
        assert "Run 7 is of no sweep." in text(app)
        await pilot.press("enter", "m", "down")
        await pilot.pause()
        assert app.opened == []
        app.pane.show(SEEDED, SEEDED.runs[0])
        await settle(pilot)
        assert "no sweep" not in text(app)
        assert "mean ± std" in text(app)


@pytest.mark.parametrize(
    "size", [(120, 40), (60, 20), (40, 12), (20, 5), (8, 3), (200, 60), (74, 24)]
)
async def test_at_every_size_each_row_is_whole(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.pane.show(SEEDED, SEEDED.runs[0])
        await settle(pilot)
        for view in app.query(Lines):
            if view.display and view.size:
                assert {view.render_line(y).cell_length for y in range(view.size.height)} == {
                    view.size.width
                }
        assert app.pane.chart.display or app.pane.board.size.height >= size[1] - 2


async def test_with_ascii_only_nothing_else_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host(ascii=True)
    async with app.run_test(size=(80, 30)) as pilot:
        app.pane.show(SEEDED, SEEDED.runs[0])
        await settle(pilot)
        assert text(app).isascii()
        assert "o best" in text(app)
        assert "22.0 +- 1.41" in text(app)
        head = app.query_one("#sweep-head", Lines).rows[0]
        assert plain(head).startswith("sweep 1: mlp 256-256 - lr 1e-5 ~ 0.1 x9 - 2 seeds")
