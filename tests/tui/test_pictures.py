"""Every pane at every size, as pictures that are kept; the README shows some of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from recorded import put_recorded_lr_sweep, put_recorded_sweep, stop_the_clock
from textual.app import App
from textual.pilot import Pilot
from trained import put_trained_run
from waiting import running, until

from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp
from rottui.tui.screens.compare import CompareScreen
from rottui.tui.screens.help import HelpScreen
from rottui.tui.widgets.charts_pane import ChartsPane
from rottui.tui.widgets.data_pane import DataPane
from rottui.tui.widgets.details_pane import DetailsPane
from rottui.tui.widgets.equivariance_pane import EquivariancePane
from rottui.tui.widgets.predictions_pane import PredictionsPane
from rottui.tui.widgets.queue_pane import QueuePane
from rottui.tui.widgets.sweep_pane import SweepPane

Compare = Callable[[App[Any], str], None]
SIZES = pytest.mark.parametrize(
    "size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"]
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    """A store with the recorded sweep of three rates."""
    store = RunStore.open(tmp_path / "store")
    put_recorded_sweep(store)
    stop_the_clock(store)
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "UTC")
        time.tzset()
        yield store
    time.tzset()


@pytest.fixture
def app(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> RottuiApp:
    """The app on a recorded sweep, looking at a few garments in ``wardrobe/``."""
    monkeypatch.chdir(Path(__file__).parent)
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    return RottuiApp(store, data="wardrobe", train=False)


async def settle(app: RottuiApp, pilot: Pilot[Any]) -> None:
    """Until every pane on the screen shows what it has asked for; hidden ones ask nothing."""
    main = app.main
    await until(pilot, lambda: len(main.query_one(QueuePane).table.rows) == 3)
    await until(pilot, lambda: bool(main.query(DataPane)))
    await until(pilot, lambda: bool(main._snapshot.epochs))
    await until(pilot, lambda: main.query_one(f"#{main.active}").has_focus_within)
    await pilot.pause()
    charts, maps, data, details = (
        main.query_one(ChartsPane),
        main.query_one(EquivariancePane),
        main.query_one(DataPane),
        main.query_one(DetailsPane),
    )
    if charts.region.area:
        await until(pilot, lambda: charts.settled)
    if maps.region.area:
        await until(pilot, lambda: maps._shown is not None)
    if data.region.area:
        await until(pilot, lambda: data.page is not None)
    if details.region.area:
        await until(pilot, lambda: details.details is not None)
    await pilot.pause()


def name_of(pane: str, size: tuple[int, int]) -> str:
    return f"{pane}-{size[0]}x{size[1]}"


@SIZES
@pytest.mark.parametrize("pane", ["queue", "equivariance", "data", "details"])
async def test_a_pane_looks_as_it_did(
    pane: str, size: tuple[int, int], app: RottuiApp, same_picture: Compare
) -> None:
    async with running(app, size) as pilot:
        app.main.go_to(pane)
        await settle(app, pilot)
        same_picture(app, name_of(pane, size))


@SIZES
async def test_the_form_of_a_sweep_looks_as_it_did(
    size: tuple[int, int], app: RottuiApp, same_picture: Compare
) -> None:
    async with running(app, size) as pilot:
        await settle(app, pilot)
        await pilot.press("f7", "f7", "f7")
        await settle(app, pilot)
        same_picture(app, name_of("configure", size))


@SIZES
async def test_the_curves_of_a_sweep_look_as_they_did(
    size: tuple[int, int], app: RottuiApp, same_picture: Compare
) -> None:
    async with running(app, size) as pilot:
        await pilot.press("f3")
        await settle(app, pilot)
        await pilot.press("space", "space", "space", "f4")
        await until(pilot, lambda: len(app.main.query_one(ChartsPane).runs) == 3)
        await until(pilot, lambda: len(app.main._snapshot.epochs) == 3)
        await settle(app, pilot)
        same_picture(app, name_of("charts", size))


@SIZES
async def test_a_sweep_of_rates_and_seeds_looks_as_it_did(
    size: tuple[int, int], app: RottuiApp, store: RunStore, same_picture: Compare
) -> None:
    put_recorded_lr_sweep(store)
    stop_the_clock(store)
    async with running(app, size) as pilot:
        queue = app.main.query_one(QueuePane)
        await until(pilot, lambda: len(queue.table.rows) == 30)
        await until(pilot, lambda: bool(app.main.query(SweepPane)))
        await pilot.press("f3", "end", "s")
        pane = app.main.query_one(SweepPane)
        await until(pilot, lambda: pane.found is not None and len(pane.found.places) == 9)
        await until(pilot, lambda: pane.settled and pane.chart.drawing is not None)
        details = app.main.query_one(DetailsPane)
        await until(pilot, lambda: not details.region.area or details.details is not None)
        await pilot.pause()
        same_picture(app, name_of("sweep", size))


@SIZES
async def test_predictions_look_as_they_did(
    size: tuple[int, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    same_picture: Compare,
    request: pytest.FixtureRequest,
) -> None:
    if not request.config.getoption("--update-pictures"):
        pytest.skip("its angles come of a training, whose last bits differ by processor")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    with RunStore.open(tmp_path / "store") as store:
        put_trained_run(store, tmp_path / "cache")
        app = RottuiApp(store, data="garments", train=False)
        async with running(app, size) as pilot:
            app.main.go_to("predictions")
            await until(pilot, lambda: bool(app.main.query(PredictionsPane)))
            pane = app.main.query_one(PredictionsPane)
            await until(pilot, lambda: pane.shown is not None and pane.has_focus)
            await pilot.pause()
            await pilot.pause()
            same_picture(app, name_of("predictions", size))


async def test_other_themes_look_as_they_did(app: RottuiApp, same_picture: Compare) -> None:
    async with running(app) as pilot:
        app.main.go_to("queue")
        await settle(app, pilot)
        shipped = [name for name in app.available_themes if name.startswith("rottui-")]
        assert len(shipped) == 7
        for theme in ["nord", "ansi-light", *(name for name in shipped if name != "rottui-dark")]:
            app.theme = theme
            await until(pilot, lambda: f"-theme-{app.theme}" in app.classes)
            await settle(app, pilot)
            same_picture(app, f"queue-{theme}")


async def test_a_comparison_looks_as_it_did(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    same_picture: Compare,
    request: pytest.FixtureRequest,
) -> None:
    if not request.config.getoption("--update-pictures"):
        pytest.skip("its numbers come of trainings, whose last bits differ by processor")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    with RunStore.open(tmp_path / "store") as store:
        for lr, best_at in ((3e-3, 10), (1e-2, 9)):
            put_trained_run(store, tmp_path / "cache", lr=lr, best_at=best_at)
        app = RottuiApp(store, data="garments", train=False)
        async with running(app, (80, 24)) as pilot:
            await until(pilot, lambda: len(app.main.query_one(QueuePane).table.rows) == 2)
            await pilot.press("f3", "home", "space", "space", "C")
            await until(pilot, lambda: isinstance(app.screen, CompareScreen))
            screen = app.screen
            assert isinstance(screen, CompareScreen)
            await until(pilot, lambda: screen.comparison is not None and not screen.note)
            await pilot.pause()
            same_picture(app, "compare-80x24")


async def test_errors_beside_the_fields_look_as_they_did(
    app: RottuiApp, same_picture: Compare
) -> None:
    async with running(app, (80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("f7", "f7")  # the cnn
        form = app.main.query_one("#configure").form  # type: ignore[attr-defined]
        form.fill({"network.strides": "3, 3, 3", "lr": "0", "epochs": "many"}, sweep=False)
        await settle(app, pilot)
        same_picture(app, "configure-errors")


async def test_help_looks_as_it_did(app: RottuiApp, same_picture: Compare) -> None:
    async with running(app) as pilot:
        await pilot.press("f3")
        await settle(app, pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.pause()
        same_picture(app, "help")
