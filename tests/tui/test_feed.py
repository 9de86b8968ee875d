"""The feed tells the app one thing at a time, and the next once that was taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rottui.bench.full_store import fill
from rottui.store import thinning
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.work import update_summary
from rottui.store.writing import new_revision
from rottui.tui import feed as feed_module
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


def add_epoch(store: RunStore, epoch: int) -> None:
    """As a worker does, without training."""
    with store.filling() as db:
        db.execute(
            "INSERT INTO epochs (run_id, epoch, step, train_loss, test_loss, train_mae, test_mae, "
            "train_mae_deg, test_mae_deg, seconds, at, finite, attempt) "
            "VALUES (1, ?, ?, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)",
            (epoch, epoch),
        )
        update_summary(db, 1, epoch, new_revision(db))


def test_of_a_curve_that_grows_only_what_is_new_is_read(app: Told, store: RunStore) -> None:
    fill(store, runs=1, epochs=30)
    feed = Feed(app, store, interval=0.0)  # type: ignore[arg-type]
    before = feed._read(frozenset({1})).epochs[1]
    add_epoch(store, 31)
    after = feed._read(frozenset({1})).epochs[1]

    assert [row.epoch for row in after] == list(range(32))
    assert all(old is new for old, new in zip(before, after, strict=False))


def test_another_attempt_is_read_from_its_start(app: Told, store: RunStore) -> None:
    fill(store, runs=1, epochs=30)
    feed = Feed(app, store, interval=0.0)  # type: ignore[arg-type]
    feed._read(frozenset({1}))
    with store.filling() as db:
        db.execute("UPDATE epochs SET train_loss = 7")
        db.execute("UPDATE runs SET attempt = attempt + 1, revision = ?", (new_revision(db),))

    assert {row.train_loss for row in feed._read(frozenset({1})).epochs[1]} == {7}


def test_a_very_long_curve_is_read_by_its_shape(
    app: Told, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "LONG", 20)
    monkeypatch.setattr(thinning, "STRETCHES", 2)
    fill(store, runs=1, epochs=90)
    feed = Feed(app, store, interval=0.0)  # type: ignore[arg-type]

    rows = feed._read(frozenset({1})).epochs[1]
    assert len(rows) < 20
    assert rows[-1].epoch == 90
