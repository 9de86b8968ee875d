"""The forecast on the screen follows the store, not more often than is cheap."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rottui.core.config import RunConfig
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.tui import time_left
from rottui.tui.feed import Feed, SnapshotRead
from rottui.tui.time_left import TimeLeft


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    """A store in which a run waits."""
    with RunStore.open(tmp_path / "store") as store:
        store.add_runs([NewRun("one", RunConfig().to_dict(), 4)])
        yield store


def test_a_forecast_is_made_anew_for_another_revision_after_a_pause(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(time_left.time, "monotonic", lambda: now)
    left = TimeLeft(store)
    first = left.at(1)
    assert (first.unknown, first.held) == ((1,), ())
    store.pause([1])
    assert left.at(2) is first, "it is too early"
    now += time_left.PAUSE_SECONDS
    assert left.due(2)
    assert left.at(2).held == (1,)
    assert not left.due(2)


def test_dear_forecasts_are_made_seldom(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.0, 3.0, *(3.0 + 3.0 / time_left.SHARE + more for more in (-1, 1))])
    monkeypatch.setattr(time_left.time, "monotonic", lambda: next(clock))
    left = TimeLeft(store)
    left.at(1)
    assert not left.due(2)
    assert left.due(2)


class Screen:
    """Takes the feed's messages."""

    def __init__(self) -> None:
        self.read: list[SnapshotRead] = []
        self.feed: Feed | None = None

    def post_message(self, message: Any) -> None:
        if isinstance(message, SnapshotRead):
            self.read.append(message)
        assert self.feed is not None
        self.feed.go_on()

    def until_held(self, held: tuple[int, ...]) -> None:
        deadline = time.monotonic() + 60
        while not self.read or self.read[-1].snapshot.forecast.held != held:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_the_feed_does_not_stay_with_an_old_forecast(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_left, "PAUSE_SECONDS", 0.5)
    screen = Screen()
    feed = Feed(screen, store, interval=0.0)  # type: ignore[arg-type]
    screen.feed = feed
    feed.start()
    screen.until_held(())
    store.pause([1])
    screen.until_held((1,))
    feed.stop()
