"""What the line at the top says of the queue."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from rottui.store.states import State
from rottui.tui.widgets.tab_line import PANES, Tab, TabLine, fitting, status_text

COUNTS = {State.DONE: 40, State.RUNNING: 2, State.QUEUED: 12, State.PAUSED: 0}


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (60, "2 running · 12 queued · 40 done"),
        (30, "2 running · 12 queued"),
        (12, "2 running"),
        (5, ""),
    ],
)
def test_only_whole_counts_are_shown(width: int, said: str) -> None:
    assert status_text(COUNTS, width) == said


def test_an_empty_store_says_nothing() -> None:
    assert status_text({}, 60) == ""


def test_a_zoomed_pane_is_said_before_the_counts() -> None:
    assert status_text(COUNTS, 60, zoomed=True).startswith("zoomed · 2 running")
    assert status_text({}, 5, zoomed=True) == ""


def test_titles_are_whole_where_they_fit() -> None:
    long, short = zip(*PANES.values(), strict=True)
    assert fitting(60).titles == short
    assert fitting(60).tight
    assert fitting(120).titles == long
    assert not fitting(120).tight


@pytest.mark.parametrize("width", [60, 71, 72, 80, 120, 200])
async def test_every_tab_is_whole_on_the_narrowest_screen_too(width: int) -> None:
    class Host(App[None]):
        def compose(self) -> ComposeResult:
            yield TabLine()

    app = Host()
    async with app.run_test(size=(width, 16)) as pilot:
        await pilot.pause()
        titles = fitting(width).titles
        for number, (tab, title) in enumerate(zip(app.query(Tab), titles, strict=True), start=1):
            assert tab.content_size.width == len(f"{number} {title}")
            assert tab.content_region.right <= width
