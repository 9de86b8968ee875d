"""Where panes stand, and what a person makes of it; then on the screen, by key and by mouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Static
from waiting import listen, running, until

from rottui import locations
from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp
from rottui.tui.layout import (
    LEAST_QUEUE,
    LEAST_RIGHT,
    LEAST_SIDE,
    LEAST_STAGE,
    SIDE,
    STAGE,
    Layout,
    Seen,
)
from rottui.tui.remembered import Remembered
from rottui.tui.screens.help import HelpScreen
from rottui.tui.screens.jump import JumpScreen, Sign

PANES = (*SIDE, "queue", *STAGE)
WITHOUT_DETAILS = tuple(pane for pane in PANES if pane != "details")

WIDTHS = st.integers(60, 300)
LAYOUTS = st.builds(
    Layout,
    active=st.just("configure"),
    stage=st.sampled_from(STAGE),
    hidden=st.frozensets(st.sampled_from(PANES)),
    zoomed=st.booleans(),
    column=st.none() | st.integers(1, 500),
    row=st.none() | st.integers(1, 500),
).flatmap(lambda laid: st.sampled_from(PANES).map(laid.going_to))


def test_a_narrow_screen_shows_one_pane_at_a_time() -> None:
    for pane in PANES:
        assert Layout().going_to(pane).seen(80, PANES, runs=True).panes == (pane,)


def test_a_wide_screen_shows_the_details_the_queue_and_the_charts_side_by_side() -> None:
    laid = Layout()
    assert laid.seen(120, PANES, runs=True) == Seen("configure", True, "charts")
    laid = laid.going_to("queue")
    assert laid.seen(120, PANES, runs=True) == Seen("details", True, "charts")
    assert laid.seen(120, PANES, runs=False).side == "configure", "there is nothing to tell of"
    assert laid.seen(120, WITHOUT_DETAILS, runs=True).side == "configure"


def test_images_have_the_room_of_the_side_too_unless_there_is_enough() -> None:
    laid = Layout().going_to("data")
    assert laid.seen(120, PANES, runs=True) == Seen(None, True, "data")
    assert laid.seen(200, PANES, runs=True) == Seen("details", True, "data")
    assert laid.going_to("queue").seen(120, PANES, runs=True) == Seen("details", True, "data")


def test_before_the_panes_are_mounted_the_form_stands_alone() -> None:
    assert Layout().seen(120, ("configure",), runs=False).stage is None


def test_a_hidden_pane_leaves_its_place_until_somebody_goes_to_it() -> None:
    laid = Layout().going_to("queue")
    hidden = laid.hiding(120, PANES, runs=True)
    assert hidden is not None
    assert hidden.active == "charts"
    assert hidden.seen(120, PANES, runs=True) == Seen("details", False, "charts")
    assert hidden.going_to("queue").seen(120, PANES, runs=True).queue


def test_the_only_pane_is_not_hidden() -> None:
    assert Layout().hiding(80, PANES, runs=True) is None
    assert replace(Layout(), zoomed=True).hiding(120, PANES, runs=True) is None
    laid = replace(Layout(), hidden=frozenset({"details", "charts"})).going_to("queue")
    assert laid.hiding(120, PANES, runs=True) is None


@given(LAYOUTS, WIDTHS, st.booleans(), st.sampled_from([PANES, WITHOUT_DETAILS]))
def test_the_active_pane_is_always_seen(
    laid: Layout, width: int, runs: bool, panes: tuple[str, ...]
) -> None:
    assert laid.active in laid.seen(width, panes, runs=runs).panes
    rest = laid.hiding(width, panes, runs=runs)
    if rest is not None:
        seen = rest.seen(width, panes, runs=runs).panes
        assert rest.active in seen
        assert laid.active not in seen


@given(LAYOUTS, st.integers(110, 300), st.integers(14, 100))
def test_both_sides_of_a_border_have_room(laid: Layout, width: int, height: int) -> None:
    assert LEAST_SIDE <= laid.side_width(width) <= width - 1 - LEAST_RIGHT
    assert LEAST_QUEUE <= laid.queue_height(width, height) <= height - 1 - LEAST_STAGE


@given(LAYOUTS)
def test_borders_and_what_is_hidden_last_to_the_next_launch(laid: Layout) -> None:
    again = Layout.from_json(laid.to_json())
    assert again == replace(laid, active="configure", zoomed=False)


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", '{"column": "x", "row": -3, "hidden": 4, "stage": "x"}']
)
def test_a_damaged_layout_counts_as_none(text: str | None) -> None:
    assert Layout.from_json(text) == Layout()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as opened:
        yield opened


def shown(app: RottuiApp) -> list[str]:
    """The panes that have a place on the screen."""
    return [name for name in WITHOUT_DETAILS if app.main.query_one(f"#{name}").region.area]


def kept() -> Layout:
    """How the next launch has the panes."""
    return Layout.from_json(Remembered(locations.config_dir()).get("layout"))


async def test_panes_are_zoomed_hidden_and_resized_by_keys_and_the_mouse(
    store: RunStore, image_folder: Path
) -> None:
    app = RottuiApp(store, data=str(image_folder), train=False)
    async with running(app, (120, 40)) as pilot:
        assert shown(app) == ["configure", "queue", "charts"]
        await pilot.press("3", "z")
        await until(pilot, lambda: shown(app) == ["charts"])
        assert app.main.query_one("#charts").region.size == (120, 38)
        await pilot.press("2")
        await until(pilot, lambda: shown(app) == ["queue"])
        await pilot.press("z")
        await until(pilot, lambda: shown(app) == ["configure", "queue", "charts"])
        await pilot.press("Z")
        await until(pilot, lambda: shown(app) == ["configure", "charts"])
        assert app.main.active == "charts"
        await pilot.press("2")
        await until(pilot, lambda: shown(app) == ["configure", "queue", "charts"])

        form, queue = app.main.query_one("#configure"), app.main.query_one("#queue")
        width, height = form.region.width, queue.region.height
        await pilot.press("}", "(")
        await until(pilot, lambda: form.region.width == width + 2)
        await until(pilot, lambda: queue.region.height == height - 1)
        await pilot.mouse_down("#column-border", offset=(0, 5))
        await pilot.hover(offset=(60, 8))
        await pilot.mouse_up(offset=(60, 8))
        await until(pilot, lambda: form.region.width == 60)
        await pilot.mouse_down("#row-border", offset=(5, 0))
        await pilot.mouse_up(offset=(80, 20))
        await until(pilot, lambda: queue.region.bottom == 20)
        await pilot.press("3", "Z")
        await until(pilot, lambda: shown(app) == ["configure", "queue"])

        wanted = Layout(hidden=frozenset({"charts"}), column=60, row=19)
        await until(pilot, lambda: kept() == wanted)
    again = RottuiApp(store, data=str(image_folder), train=False)
    async with running(again, (120, 40)) as pilot:
        await until(pilot, lambda: shown(again) == ["configure", "queue"])
        assert again.main.query_one("#configure").region.width == 60
        await pilot.press("3")
        await until(pilot, lambda: again.main.query_one("#queue").region.bottom == 20)
        await pilot.press("equals_sign")
        await until(pilot, lambda: again.main.query_one("#configure").region.width == 45)
        await until(pilot, lambda: kept() == Layout())


async def test_panes_are_reached_by_letters_and_a_new_store_is_begun_by_one_key(
    store: RunStore, image_folder: Path
) -> None:
    app = RottuiApp(store, data=str(image_folder), train=False)
    async with running(app, (120, 40)) as pilot:
        await pilot.press("down", "f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        about = [str(line.content) for line in app.screen.query(".about").results(Static)]
        assert about[0].startswith("preset: fill the form")
        assert about[1].startswith("What is to be trained")
        await pilot.press("escape", "escape", "semicolon")
        await until(pilot, lambda: isinstance(app.screen, JumpScreen))
        signs = {str(sign.content).strip()[0]: sign for sign in app.screen.query(Sign)}
        charts = app.main.query_one("#charts")
        await until(pilot, lambda: signs["h"].region.offset == charts.region.offset)
        assert signs["d"].region.y == 0, "on its tab: the pane is not on the screen"
        await pilot.press("h")
        await until(pilot, lambda: app.main.active == "charts")
        await pilot.press("semicolon", "escape", "2")
        await until(pilot, lambda: app.main.active == "queue")

        await pilot.press("T", "f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.screen is app.main)

        await pilot.press("z")
        await until(pilot, lambda: shown(app) == ["queue"])
        await pilot.press("escape")
        await until(pilot, lambda: "charts" in shown(app))

        await until(pilot, lambda: app.main.is_new is True)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: len(store.runs()) == 3)
        assert {run.config["data"]["source"] for run in store.runs()} == {"garments"}
        assert len(store.sweeps()) == 1
        await until(pilot, lambda: app.main.is_new is False)
        said = listen(app)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: any("There are runs already" in words for words in said))
        assert len(store.runs()) == 3
        await pilot.press("escape")
        await until(pilot, lambda: not app._notifications)
