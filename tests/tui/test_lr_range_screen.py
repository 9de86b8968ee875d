"""The range test from the form: by keys, on real training, into the form, and as pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from recorded_range import CONFIG, all_of_it, half_way
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static
from waiting import running, until

from rottui.core.config import RunConfig
from rottui.core.lr_range import RangeDone, RangeEvent, RangeStopped
from rottui.core.lr_suggestion import Refusal, Suggestion
from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp
from rottui.tui.charts.cells import plain
from rottui.tui.screens.lr_range import RangeScreen
from rottui.tui.widgets.chart import ChartView
from rottui.tui.widgets.config_words import rates_text
from rottui.tui.widgets.configure_pane import ConfigurePane
from rottui.tui.widgets.lines import Lines

QUICK = {"network.dense_hiddens": "8", "batch_size": "8", "target": "circular"}


@pytest.fixture
def app(tmp_path: Path, image_folder: Path) -> Iterator[RottuiApp]:
    """The app on the tiny data set, without runs."""
    with RunStore.open(tmp_path / "store") as store:
        yield RottuiApp(store, data=str(image_folder), train=False)


@pytest.fixture
def events(app: RottuiApp, monkeypatch: pytest.MonkeyPatch) -> list[RangeEvent]:
    """What the app's range tests have told, to anybody or nobody."""
    told: list[RangeEvent] = []
    tell = app.parts.range_tests._events

    def recorded(*args: Any) -> Iterator[RangeEvent]:
        for event in tell(*args):
            told.append(event)
            yield event

    monkeypatch.setattr(app.parts.range_tests, "_events", recorded)
    return told


@pytest.fixture
def untrained(app: RottuiApp, monkeypatch: pytest.MonkeyPatch) -> RottuiApp:
    """The same, but what the screen asks for is not run: the test itself tells the events."""
    monkeypatch.setattr(app.parts.range_tests, "start", lambda screen: None)
    return app


def pane_of(app: RottuiApp) -> ConfigurePane:
    return app.main.query_one(ConfigurePane)


def range_screen(app: RottuiApp) -> RangeScreen:
    assert isinstance(app.screen, RangeScreen)
    return app.screen


def words(screen: RangeScreen, name: str) -> str:
    return str(screen.query_one(f"#range-{name}", Static).content)


def rows(screen: RangeScreen) -> list[str]:
    return [plain(row).rstrip() for row in screen.query_one("#range-seeds", Lines).rows]


async def opened(app: RottuiApp, pilot: Pilot[Any], **texts: str) -> RangeScreen:
    """The screen, by its key, on the form with these texts."""
    pane = pane_of(app)
    pane.form.fill(QUICK | texts, sweep=pane.form.sweep)
    await pilot.pause()
    await pilot.press("ctrl+r")
    await until(pilot, lambda: isinstance(app.screen, RangeScreen))
    return range_screen(app)


async def endless(app: RottuiApp, pilot: Pilot[Any], **texts: str) -> RangeScreen:
    """The screen with a test under way that is not over soon.

    What the pilot does waits for an idle process, which this one is not, so it does little here.
    """
    screen = await opened(app, pilot, **texts)
    while screen.test.steps < 100_000:
        screen.action_more()
    async with asyncio.timeout(60):
        while " of 100000 " not in rows(screen)[0]:
            await asyncio.sleep(0.02)
    return screen


async def told(screen: RangeScreen, pilot: Pilot[Any], events: list[Any]) -> None:
    """Until the chart shows these events of the recorded test."""
    for event in events:
        screen.show(event)
    await until(pilot, lambda: screen.settled)
    await pilot.pause()


async def shown_recorded(app: RottuiApp, pilot: Pilot[Any], events: list[Any]) -> RangeScreen:
    screen = RangeScreen(CONFIG, ascii=app.ascii_only, interval=0.0)
    app.push_screen(screen)
    await until(pilot, lambda: screen.is_mounted and screen.size.area > 0)
    await pilot.pause()
    await told(screen, pilot, events)
    return screen


# --- real tests --------------------------------------------------------------------------------


async def test_a_test_ends_with_a_verdict_and_its_rate_goes_into_the_form(app: RottuiApp) -> None:
    async with running(app, (80, 24)) as pilot:
        screen = await opened(app, pilot)
        await until(pilot, lambda: screen.verdict is not None)
        verdict = screen.verdict
        assert isinstance(verdict, Suggestion)
        assert len(verdict.seeds) == 3
        assert verdict.sentence in words(screen, "verdict")
        assert all("valley" in row for row in rows(screen))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        config = pane_of(app).config
        assert config is not None
        assert config.lr == verdict.centre


async def test_the_band_becomes_the_rates_of_a_sweep(app: RottuiApp) -> None:
    async with running(app) as pilot:
        await pilot.press("f8")
        screen = await opened(app, pilot)
        await until(pilot, lambda: screen.verdict is not None)
        verdict = screen.verdict
        assert isinstance(verdict, Suggestion)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        form = pane_of(app).form
        assert form.sweep
        assert form.texts["lrs"] == rates_text(verdict, sweep=True)
        sweep = form.reading.sweep
        assert sweep is not None
        rates = [config.lr for _, config in sweep.runs()]
        assert len(rates) == 5
        assert (rates[0], rates[-1]) == (verdict.low, verdict.high)


async def test_escape_ends_the_test_and_leaves_the_form_alone(
    app: RottuiApp, events: list[RangeEvent]
) -> None:
    async with running(app) as pilot:
        screen = await endless(app, pilot, lr="0.5")
        assert app.parts.range_tests._training.locked()
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await until(pilot, lambda: not app.parts.range_tests._training.locked())
        assert screen.verdict is None
        assert events[-1] == RangeStopped()
        config = pane_of(app).config
        assert config is not None
        assert config.lr == 0.5


async def test_more_steps_begin_again_with_twice_as_many(app: RottuiApp) -> None:
    async with running(app) as pilot:
        screen = await opened(app, pilot)
        await until(pilot, lambda: screen.verdict is not None)
        await pilot.press("m")
        await pilot.pause()
        assert screen.test.steps == 1000
        assert "1,000 steps" in words(screen, "what")
        await until(pilot, lambda: screen.verdict is not None)
        assert {curve.planned for curve in screen._curves} == {1000}


async def test_leaving_the_app_waits_for_the_step_under_way_and_no_longer(
    app: RottuiApp, events: list[RangeEvent]
) -> None:
    async with running(app) as pilot:
        await endless(app, pilot)
        app.stop_engine()
        assert not app.parts.range_tests._training.locked()
        assert events[-1] == RangeStopped()


async def test_images_that_went_away_are_said_on_the_screen(
    app: RottuiApp, image_folder: Path
) -> None:
    async with running(app) as pilot:
        await pilot.pause()
        image_folder.rename(image_folder.with_name("elsewhere"))
        screen = await opened(app, pilot)
        await until(pilot, lambda: screen.has_class("-trouble"))
        assert "no such file or folder" in words(screen, "verdict")


# --- the form ----------------------------------------------------------------------------------


async def test_a_form_at_fault_is_not_tested(untrained: RottuiApp) -> None:
    async with running(untrained) as pilot:
        pane = pane_of(untrained)
        pane.form.fill({"batch_size": "0"}, sweep=False)
        await until(pilot, lambda: pane.has_focus)
        await pilot.press("r")
        trouble = pane.query_one("#configure-trouble", Static)
        await until(pilot, lambda: bool(str(trouble.content)))
        assert str(trouble.content) == "not tested: batch size must be at least 1, not 0"
        assert untrained.screen is untrained.main
        assert pane.form.focused_field is not None
        assert pane.form.focused_field.name == "batch_size"


async def test_what_only_the_sweep_is_at_fault_for_does_not_matter(untrained: RottuiApp) -> None:
    async with running(untrained) as pilot:
        await pilot.press("f8")
        faults = {"lrs": "none", "seeds": "x0", "halving": "many", "vary": "colour=red"}
        screen = await opened(untrained, pilot, **faults)
        assert screen.config.network.dense_hiddens == (8,)


async def test_the_seeds_are_the_forms_and_the_next_two(untrained: RottuiApp) -> None:
    async with running(untrained) as pilot:
        screen = await opened(untrained, pilot, seed="4294967295")
        assert screen.test.seeds == (4294967295, 0, 1)


# --- the screen --------------------------------------------------------------------------------


async def test_without_a_suggestion_there_is_nothing_to_use(untrained: RottuiApp) -> None:
    async with running(untrained) as pilot:
        screen = await opened(untrained, pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert untrained.screen is screen
        screen.show(RangeDone((), Refusal("no clear drop")))
        await pilot.press("enter")
        await pilot.pause()
        assert untrained.screen is screen
        assert words(screen, "verdict") == "suggestion: none: no clear drop"


async def test_each_seed_says_where_it_is(untrained: RottuiApp) -> None:
    async with running(untrained, (80, 24)) as pilot:
        screen = await shown_recorded(untrained, pilot, half_way())
        assert rows(screen) == [
            "197331  valley 3.1e-4  minimum/10 7.2e-4  fell by 0.35",
            "197332  step 330 of 500  lr 1.9e-2  loss 0.7262",
            "197333  waits",
        ]


async def test_ascii_where_there_is_nothing_else(untrained: RottuiApp) -> None:
    untrained.ascii_only = True
    async with running(untrained, (80, 24)) as pilot:
        screen = await shown_recorded(untrained, pilot, all_of_it())
        lines = [strip.text for strip in screen._compositor.render_strips()]
        assert [line for line in lines if not line.isascii()] == []
        assert any("[|]" in line for line in lines)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_the_chart_and_the_suggestion_have_room(
    untrained: RottuiApp, size: tuple[int, int]
) -> None:
    async with running(untrained, size) as pilot:
        screen = await shown_recorded(untrained, pilot, all_of_it())
        drawing = screen.query_one(ChartView).drawing
        assert drawing is not None
        assert "┿" in drawing.text
        text = "\n".join(strip.text for strip in screen._compositor.render_strips())
        assert "into the form." in text
        assert all(label in text for label in ("1e-7", "1e-3", "1e1"))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_a_finished_test_looks_as_it_did(
    untrained: RottuiApp,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
    same_picture: Callable[[App[Any], str], None],
) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    async with running(untrained, size) as pilot:
        await shown_recorded(untrained, pilot, all_of_it())
        same_picture(untrained, f"lr-range-{size[0]}x{size[1]}")


def test_what_goes_into_the_form() -> None:
    verdict = all_of_it()[-1].verdict  # type: ignore[union-attr]
    assert isinstance(verdict, Suggestion)
    assert rates_text(verdict, sweep=False) == "4.7e-4"
    assert rates_text(verdict, sweep=True) == "3.1e-4..7.2e-4 x5"
    assert RunConfig(lr=float(rates_text(verdict, sweep=False))).lr == verdict.centre
