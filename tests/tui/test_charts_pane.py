"""The charts pane on a screen: what it shows, what its keys do, how often it draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from chart_rows import curve, epoch, old, run, snapshot
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.pilot import Pilot

from rottui.store.states import State
from rottui.tui.charts.cells import plain
from rottui.tui.charts.chart import Drawing, Line
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.metrics import Metric, Splits
from rottui.tui.charts.painter import Painter
from rottui.tui.screens.main import MainScreen
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.chart import ChartView
from rottui.tui.widgets.charts_pane import Arrangement, ChartsPane, arrange
from rottui.tui.widgets.lines import Lines

FALLING = curve(*[1 / (x + 1) for x in range(12)])


class Counter:
    """A rasteriser that draws nothing and counts how often it is asked."""

    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self, columns: int, rows: int, lines: Sequence[Line]) -> list[list[str]]:
        self.drawn += 1
        return [[" " * columns] * rows for _ in lines]


class Host(App[None]):
    """Nothing but the pane."""

    def __init__(self, pane: ChartsPane) -> None:
        super().__init__()
        self.pane = pane
        self.steps: list[int] = []
        self.pins = 0

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()

    def on_charts_pane_pin_wanted(self) -> None:
        self.pins += 1

    def on_charts_pane_stepped(self, message: ChartsPane.Stepped) -> None:
        self.steps.append(message.by)


def quick_pane(**options: object) -> ChartsPane:
    return ChartsPane(interval=0.0, **options)  # type: ignore[arg-type]


async def settle(pilot: Pilot[None]) -> None:
    """Wait until the screen shows what was asked for last."""
    pane = pilot.app.query_one(ChartsPane)
    await pilot.pause()
    while not pane.settled:
        await pilot.pause(0.01)
    await pilot.pause()


def screen(app: App[None]) -> list[str]:
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def text(app: App[None]) -> str:
    return "\n".join(screen(app))


async def test_loss_and_mae_stand_beside_each_other_at_80_by_24() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING, curve(1.0, 0.9)), (1, 2))
        await settle(pilot)

        first = screen(app)[0]
        assert first.startswith("loss")
        assert first.index("MAE, target's units") == 40
        assert {"#1", "#2"} <= set(text(app).split())
        assert "▄▄▄▄ train  ⠤⠤⠤⠤ test" in text(app)
        assert "#1 mlp 128-128 lr 1e-1" in text(app)
        assert "11/50" in text(app)
        assert not any("…" in line for line in screen(app))


@pytest.mark.parametrize(
    ("size", "charts", "runs", "wanted"),
    [
        ((80, 20), 2, 3, Arrangement(2, False, 4)),
        ((120, 36), 2, 3, Arrangement(2, True, 4)),
        ((60, 16), 2, 1, Arrangement(1, False, 2)),
        ((80, 20), 1, 1, Arrangement(1, True, 2)),
        ((23, 20), 2, 1, Arrangement(0, True, 20)),
        ((80, 7), 2, 1, Arrangement(0, True, 7)),
    ],
)
def test_how_the_pane_is_divided(
    size: tuple[int, int], charts: int, runs: int, wanted: Arrangement
) -> None:
    assert arrange(*size, charts, runs) == wanted


@pytest.mark.parametrize("size", [(120, 40), (60, 20), (40, 12), (20, 5), (8, 3), (200, 60)])
async def test_at_every_size_each_row_is_whole(size: tuple[int, int]) -> None:
    app = Host(quick_pane())
    async with app.run_test(size=size) as pilot:
        app.pane.show(snapshot(FALLING, curve(1.0, math.nan)), (1, 2))
        await settle(pilot)

        for view in app.query(Lines):
            if view.display and view.size:
                assert {view.render_line(y).cell_length for y in range(view.size.height)} == {
                    view.size.width
                }


async def test_too_small_for_a_chart_it_says_the_numbers() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(60, 6)) as pilot:
        app.pane.show(snapshot(curve(1.0, 0.25)), (1,))
        await settle(pilot)

        assert screen(app)[0] == "#1 loss 0.25 train 0.35 test, epoch 1/50"


async def test_the_metric_key_goes_through_all_of_them() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        seen = [app.pane.metrics]
        titles = []
        for _ in range(7):
            await pilot.press("m")
            await settle(pilot)
            seen.append(app.pane.metrics)
            titles.append(screen(app)[0])
        await pilot.press("m")

        assert seen == [(Metric.LOSS, Metric.MAE), *((metric,) for metric in Metric)]
        assert titles == [
            "loss",
            "MAE, target's units",
            "MAE in degrees",
            "circular MAE in degrees",
            "median error in degrees, test",
            "axial MAE in degrees, test",
            "flips, % of the test images",
        ]
        assert app.pane.metrics == seen[0]


async def test_the_log_key_gives_decades_and_takes_them_away() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await pilot.press("Y")
        await settle(pilot)
        assert "loss  log" in text(app)
        assert "1e-1┤" in text(app)

        await pilot.press("Y")
        await settle(pilot)
        assert "log" not in text(app)
        assert "1e-1┤" not in text(app)


async def test_the_x_axis_key_goes_through_epoch_step_and_time() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        seen = []
        for _ in range(4):
            await settle(pilot)
            seen.append(next(line.split()[0] for line in screen(app) if " 0  " in line))
            await pilot.press("x")

        assert seen == ["epoch", "step", "time", "epoch"]


async def test_a_logarithmic_x_axis_leaves_out_what_it_has_no_place_for_and_says_so() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(120, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await pilot.press("X")
        await settle(pilot)

        assert "loss  log x, 1 at 0 or below not shown" in text(app)
        assert "1e1" in text(app)


async def test_smoothing_leaves_what_was_measured_faint_behind() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(curve(*[1.0, 0.2] * 6)), (1,))
        await settle(pilot)
        assert "·▀" not in text(app)

        await pilot.press("a")
        await settle(pilot)
        styles = {span.style for row in app.query(ChartView).first().rows for span in row}
        assert "loss  smoothed 0.6" in text(app)
        assert {"run-1", "run-1 dim"} <= styles


def part(app: App[None], number: int = 0) -> tuple[Limits, Limits]:
    """The axes of a chart on the screen."""
    drawing = list(app.query(ChartView))[number].drawing
    assert drawing is not None
    assert drawing.x is not None
    assert drawing.y is not None
    return drawing.x, drawing.y


async def test_zooming_shows_less_of_both_charts_moving_stays_inside_and_0_shows_all() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        whole = part(app)

        await pilot.press("plus", "plus")
        await settle(pilot)
        assert part(app)[0] == part(app, 1)[0] == Limits(6.0, 10.0)
        assert "zoomed" in text(app)

        await pilot.press("L")
        await settle(pilot)
        assert part(app)[0] == Limits(7.0, 11.0)
        await pilot.press(*["L"] * 9)
        await settle(pilot)
        assert part(app)[0] == Limits(12.0, 16.0)

        await pilot.press("0")
        await settle(pilot)
        assert part(app) == whole
        assert "zoomed" not in text(app)


async def test_zooming_in_y_takes_the_middle_of_each_chart_and_escape_leaves_it() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        before = [part(app, number)[1] for number in (0, 1)]

        await pilot.press("right_square_bracket")
        await settle(pilot)
        for number, whole in enumerate(before):
            shown = part(app, number)[1]
            assert whole.share(shown.low) == pytest.approx(0.25)
            assert whole.share(shown.high) == pytest.approx(0.75)
        half = part(app)[1]

        await pilot.press("K")
        await settle(pilot)
        assert half.share(part(app)[1].low) == pytest.approx(0.25)

        await pilot.press("escape")
        await settle(pilot)
        assert [part(app, number)[1] for number in (0, 1)] == before


async def test_zooming_along_x_fits_the_y_axis_to_what_is_seen() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(curve(9.0, *[0.3] * 20, 0.2)), (1,))
        await settle(pilot)
        assert part(app)[1].high >= 9

        await pilot.press("plus")
        await settle(pilot)
        assert part(app)[1].high < 1


def columns_of(app: App[None], glyph: str) -> list[set[int]]:
    """In each chart, the columns where a glyph stands."""
    found = []
    for view in app.query(ChartView):
        rows = [plain(row) for row in view.rows]
        found.append({x for row in rows for x, letter in enumerate(row) if letter == glyph})
    return found


async def test_the_cursor_reads_the_same_epoch_of_every_run_in_every_chart() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(120, 30)) as pilot:
        app.pane.show(snapshot(curve(1.0, 0.5, 0.25), curve(0.9, 0.81)), (1, 2))
        await settle(pilot)
        assert "at epoch" not in text(app)

        await pilot.press("right")
        await settle(pilot)
        legend = [plain(row) for row in app.query_one("#charts-legend", Lines).rows]
        assert "at epoch 2" in legend[0]
        assert {"2/50", "0.25", "0.35", "0.5", "0.6"} <= set(legend[1].split())
        assert legend[2].split()[-5:] == ["–"] * 5
        first, second = columns_of(app, "▲")
        assert first == second
        assert len(first) == 1

        await pilot.press("h")
        await settle(pilot)
        legend = [plain(row) for row in app.query_one("#charts-legend", Lines).rows]
        assert "at epoch 1" in legend[0]
        assert {"1/50", "0.5"} <= set(legend[1].split())
        assert {"1/50", "0.81"} <= set(legend[2].split())

        await pilot.press("home")
        await settle(pilot)
        assert "at epoch 0" in text(app)
        assert max(columns_of(app, "▲")[0]) < min(first)

        await pilot.press("escape")
        await settle(pilot)
        assert "at epoch" not in text(app)
        assert columns_of(app, "▲") == [set(), set()]


async def test_the_axes_stay_while_the_cursor_moves_and_a_zoomed_part_follows_it() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        before = part(app)
        await pilot.press("end", "left", "left")
        await settle(pilot)
        assert part(app) == before

        await pilot.press("plus", "plus", "home")
        await settle(pilot)
        assert part(app)[0] == Limits(0.0, 4.0)


async def test_the_cursor_does_not_wait_for_the_charts_turn() -> None:
    app = Host(ChartsPane(interval=3600))
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        await pilot.press("right")
        await pilot.pause()
        assert all(view._timer is None for view in app.query(ChartView))
        await settle(pilot)
        assert columns_of(app, "▲")[0]


async def test_zooming_keeps_the_cursor_where_it_is() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        await pilot.press("end")
        await settle(pilot)
        at = columns_of(app, "▲")
        await pilot.press("plus")
        await settle(pilot)
        assert columns_of(app, "▲") == at


async def test_the_wheel_zooms_about_the_pointer_and_beside_the_axis_along_y() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        before = part(app)
        await pilot._post_mouse_events([MouseScrollUp], "#chart-1", offset=(8, 5))
        await settle(pilot)
        x, y = part(app)
        assert x.high - x.low == pytest.approx(0.8 * before[0].high)
        assert x.low < 1
        assert part(app, 1)[0] == x

        await pilot._post_mouse_events([MouseScrollUp], "#chart-1", offset=(1, 5))
        await settle(pilot)
        assert part(app)[1].high - part(app)[1].low == pytest.approx(0.8 * (y.high - y.low))
        assert part(app)[0] == x


async def test_the_mouse_moves_a_part_and_reads_where_it_is_pressed() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await pilot.press("plus")
        await settle(pilot)
        before = part(app)[0]

        await pilot.mouse_down("#chart-1", offset=(20, 5))
        await pilot.hover("#chart-1", offset=(26, 5))
        await pilot.mouse_up("#chart-1", offset=(26, 5))
        await settle(pilot)
        assert part(app)[0].low < before.low
        assert part(app)[0].high - part(app)[0].low == pytest.approx(before.high - before.low)
        assert "at epoch" not in text(app)

        await pilot.press("0")
        await settle(pilot)
        await pilot.click("#chart-1", offset=(8, 5))
        await settle(pilot)
        assert "at epoch 1" in text(app)


async def test_a_pinned_run_is_named_so_and_the_key_asks_for_it() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(120, 30)) as pilot:
        app.pane.show(snapshot(FALLING, curve(1.0, 0.9)), (2, 1), 2)
        await settle(pilot)
        assert "#2 pinned mlp 128-128" in text(app)

        await pilot.press("p")
        await pilot.pause()
        assert app.pins == 1


def test_the_pinned_run_stays_whatever_else_is_shown() -> None:
    main = MainScreen()
    main.choose(cursor=3)
    assert main.toggle_pin() == 3

    main.choose(cursor=5)
    assert main.shown_runs == (3, 5)
    main.choose(marked=(3, 4))
    assert main.shown_runs == (3, 4)

    assert main.toggle_pin() is None
    main.choose(marked=())
    assert main.shown_runs == (5,)


async def test_seeds_become_one_curve_by_a_key() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(120, 30)) as pilot:
        given = snapshot(curve(*[1.0] * 9), curve(*[0.2] * 9))
        runs = tuple(replace(one, config={"seed": one.id, "lr": 1e-3}) for one in given.runs)
        app.pane.show(replace(given, runs=runs), (1, 2))
        await settle(pilot)
        assert "░" not in text(app)

        await pilot.press("v")
        await settle(pilot)
        assert "loss  seeds: mean and std" in text(app)
        assert "░" in text(app)

        await pilot.press("v")
        await settle(pilot)
        assert "░" not in text(app)


async def test_the_best_epoch_is_marked_until_the_key_hides_it() -> None:
    rows = curve(1.0, 0.25, 0.5)
    app = Host(quick_pane())
    async with app.run_test(size=(120, 30)) as pilot:
        shown = Snapshot((replace(run(1, rows), best=rows[1]),), {1: rows}, 1.0)
        app.pane.show(shown, (1,))
        await settle(pilot)
        assert [len(columns) for columns in columns_of(app, "●")] == [1, 1]
        assert "● best" in text(app)

        await pilot.press("e")
        await settle(pilot)
        assert "●" not in text(app)


async def test_the_axis_stays_while_the_same_runs_go_on_and_is_new_for_others() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        view = app.query(ChartView).first()

        async def axis(*losses: float, shown: tuple[int, ...] = (1,)) -> Limits:
            app.pane.show(snapshot(curve(*losses), curve(*losses)), shown)
            await settle(pilot)
            assert view.drawing is not None
            assert view.drawing.y is not None
            return view.drawing.y

        first = await axis(1.0, 0.08)
        assert await axis(1.0, 0.55) == first
        assert await axis(1.0, 0.55, shown=(2,)) != first


async def test_the_split_key_shows_one_split() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        view = app.query(ChartView).first()
        assert view.plot is not None
        assert view.plot.splits is Splits.BOTH

        await pilot.press("t")
        await settle(pilot)
        assert view.plot.splits is Splits.TRAIN
        assert "test" not in text(app)


BASELINE = {"mean": {"test_loss": 0.9, "test_mae": 0.8}, "chance": {"test_circular_mae_deg": 90.0}}


async def test_guesses_are_beside_the_curves_until_the_key_hides_them() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING, baseline=BASELINE), (1,))
        await settle(pilot)
        assert "╌ mean 0.9 " in text(app)
        assert "╌ mean 0.8" in text(app)

        await pilot.press("b")
        await settle(pilot)
        assert "mean" not in text(app)
        assert "╌" not in text(app)

        await pilot.press("b", "m", "m", "m", "m")
        await settle(pilot)
        assert "╌ chance 90°" in text(app)


async def test_guesses_with_ascii_only() -> None:
    app = Host(quick_pane(ascii=True))
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING, baseline=BASELINE), (1,))
        await pilot.press("m", "m", "m", "m")
        await settle(pilot)
        assert "- chance 90 deg" in text(app)
        assert text(app).isascii()


async def test_a_curve_of_an_old_store_has_no_errors_along_the_circle() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(old(FALLING)), (1,))
        await pilot.press("m", "m", "m", "m")
        await settle(pilot)
        assert screen(app)[0] == "circular MAE in degrees: not measured"
        assert "nan" not in text(app).lower()
        assert screen(app)[-1].split()[-2:] == ["–", "–"]


async def test_arrows_ask_for_other_runs() -> None:
    app = Host(quick_pane())
    async with app.run_test() as pilot:
        await pilot.press("down", "k")
        await pilot.pause()
        assert app.steps == [1, -1]


async def test_without_a_run_it_says_what_to_press() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(Snapshot(), ())
        await settle(pilot)
        assert "mark several with space" in text(app)


async def test_a_queued_run_has_no_curve_yet() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(Snapshot((run(3, state=State.QUEUED),)), (3,))
        await settle(pilot)
        assert "#3 mlp 128-128 lr 1e-3 is queued; no epoch yet." in text(app)


async def test_a_run_that_is_gone_is_left_out() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1, 99))
        await settle(pilot)
        assert [row.id for row in app.pane.runs] == [1]


async def test_a_diverged_run_is_marked_in_words() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(curve(1.0, 5.0, math.nan)), (1,))
        await settle(pilot)
        assert "✗ #1 epoch 2 NaN" in text(app)
        assert "NaN" in plain(app.query_one("#charts-legend", Lines).rows[1])


async def test_the_same_snapshot_again_draws_nothing() -> None:
    counter = Counter()
    app = Host(quick_pane(painter=Painter(rasterise=counter)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        first = counter.drawn
        for _ in range(4):
            app.pane.show(snapshot(FALLING), (1,))
            await settle(pilot)
        assert counter.drawn == first

        app.pane.show(snapshot((*FALLING, epoch(12, 0.05))), (1,))
        await settle(pilot)
        assert counter.drawn == first + 2


async def test_more_epochs_wait_for_their_turn_and_keys_do_not() -> None:
    counter = Counter()
    app = Host(ChartsPane(interval=3600, painter=Painter(rasterise=counter)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING[:2]), (1,))
        await settle(pilot)
        before = counter.drawn
        for end in range(3, 12):
            app.pane.show(snapshot(FALLING[:end]), (1,))
            await pilot.pause()
        assert counter.drawn == before
        assert not app.pane.settled

        await pilot.press("Y")
        await settle(pilot)
        view = app.query(ChartView).first()
        assert counter.drawn == before + 2
        assert view.plot is not None
        assert len(view.plot.runs[0].rows) == 11


async def test_after_a_while_more_epochs_are_drawn() -> None:
    app = Host(ChartsPane(interval=0.05))
    async with app.run_test(size=(80, 24)) as pilot:
        for end in range(1, 6):
            app.pane.show(snapshot(FALLING[:end]), (1,))
        await settle(pilot)
        assert "4/50" in text(app)
        view = app.query(ChartView).first()
        assert view.drawing is not None
        assert view.drawing.points == 10


async def test_what_plotext_cannot_draw_is_said_on_the_chart() -> None:
    def fails(columns: int, rows: int, lines: Sequence[Line]) -> list[list[str]]:
        raise MemoryError("native")

    app = Host(quick_pane(painter=Painter(rasterise=fails)))
    async with app.run_test(size=(120, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        assert "could not be drawn" in text(app)
        await pilot.press("m")
        await settle(pilot)
        assert app.is_running


async def test_a_drawing_of_what_is_no_longer_shown_is_ignored() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        view = app.query(ChartView).first()
        before = view.rows
        view.post_message(ChartView.Drawn(0, None, Drawing((), error="old")))
        await pilot.pause()
        assert view.rows == before


async def test_a_hidden_pane_draws_when_it_is_seen() -> None:
    counter = Counter()
    app = Host(quick_pane(painter=Painter(rasterise=counter)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.display = False
        await pilot.pause()
        app.pane.show(snapshot(FALLING), (1,))
        await settle(pilot)
        assert counter.drawn == 0

        app.pane.display = True
        await pilot.pause()
        await settle(pilot)
        assert counter.drawn >= 2
        assert "loss" in text(app)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "ansi-light", "dracula"])
async def test_other_themes(theme: str) -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING, curve(1.0)), (1, 2))
        await settle(pilot)
        app.theme = theme
        await pilot.pause()
        await settle(pilot)
        for view in app.query(ChartView):
            for y in range(view.size.height):
                assert all(segment.style is not None for segment in view.render_line(y))


async def test_runs_have_different_colours_from_the_theme() -> None:
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING, curve(1.0, 0.9)), (1, 2))
        await settle(pilot)
        view = app.query(ChartView).first()
        assert view.style_of("run-1").color != view.style_of("run-2").color


async def test_without_colour_everything_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host(quick_pane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING, curve(1.0, math.nan)), (1, 2))
        await settle(pilot)
        assert app.export_screenshot()
        assert "✗ #2 epoch 1 NaN" in text(app)


async def test_every_way_to_look_at_curves_is_ascii_where_nothing_else_can_be_shown() -> None:
    app = Host(quick_pane(ascii=True))
    async with app.run_test(size=(100, 30)) as pilot:
        given = snapshot(curve(*[1.0] * 9), curve(*[0.2] * 9))
        runs = tuple(replace(one, config={"seed": one.id, "lr": 1e-3}) for one in given.runs)
        app.pane.show(replace(given, runs=runs), (1, 2), 3)
        for key in ("v", "left", "a", "x", "X", "plus", "v", "x", "Y"):
            await pilot.press(key)
            await settle(pilot)
            assert text(app).isascii(), key


async def test_with_ascii_only_nothing_else_is_written() -> None:
    app = Host(quick_pane(ascii=True))
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(snapshot(FALLING, curve(1.0, math.nan)), (1, 2))
        await settle(pilot)
        assert text(app).isascii()
