"""The feed tells the app one thing at a time, and the next once that was taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.tui.feed import Feed, SnapshotRead


class Told:
    """An app that waits for its terminal, and takes nothing."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def post_message(self, message: Any) -> None:
        self.messages.append(message)


@pytest.fixture
def app() -> Told:
    return Told()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def feed(app: Told, store: RunStore) -> Iterator[Feed]:
    feed = Feed(app, store, interval=0.0)  # type: ignore[arg-type]
    feed.start()
    yield feed
    feed.stop()
    assert not feed._thread.is_alive()


def until(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_app_that_takes_nothing_is_told_nothing_more(
    app: Told, store: RunStore, feed: Feed
) -> None:
    until(lambda: len(app.messages) == 1)
    for n in range(5):
        store.add_runs([NewRun(f"run {n}", {"lr": 0.1}, 4)])
        feed.refresh()
        time.sleep(0.05)  # enough to be told, for a feed that does not wait
    assert len(app.messages) == 1
    feed.go_on()
    until(lambda: len(app.messages) == 2)
    assert isinstance(app.messages[1], SnapshotRead)
    assert len(app.messages[1].snapshot.runs) == 5
