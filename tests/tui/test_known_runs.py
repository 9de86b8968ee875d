"""What the feed keeps is, after any changes, what a fresh look at the store would give."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from rottui.errors import StoreError
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.tui.feed import Feed


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as store:
        yield store


def feed_of(store: RunStore) -> Feed:
    return Feed(None, store, interval=0.0)  # type: ignore[arg-type]  # it is never started


@pytest.mark.parametrize("seed", range(4))
def test_the_feed_follows_every_change(store: RunStore, seed: int) -> None:
    chance = random.Random(seed)
    feed = feed_of(store)
    store.add_runs([NewRun(f"run {n}", {"lr": 0.1}, 4) for n in range(12)])

    def change() -> None:
        run_id = chance.randint(1, 14)
        match chance.randrange(8):
            case 0:
                store.add_runs([NewRun("later", {"lr": 0.2}, 4)])
            case 1:
                store.move([run_id], chance.randint(-4, 4))
            case 2:
                store.delete([run_id])
            case 3:
                store.restore([run_id])
            case 4:
                store.purge([run_id])
            case 5:
                store.pause([run_id])
            case 6:
                store.cancel([run_id])
            case 7:
                store.claim("w1", threads=1)

    for _ in range(150):
        for _ in range(chance.randint(0, 3)):
            try:
                change()
            except StoreError:  # that run is gone, or is not in a state for this
                continue
        snapshot = feed._read(frozenset({1}))
        assert list(snapshot.runs) == store.runs()
        assert set(snapshot.epochs) == {1} & {run.id for run in snapshot.runs}


def test_what_has_not_changed_is_not_read_again(store: RunStore) -> None:
    store.add_runs([NewRun(name, {"lr": 0.1}, 4) for name in "abc"])
    feed = feed_of(store)
    before = feed._read(frozenset()).runs
    store.pause([2])
    after = feed._read(frozenset()).runs
    assert [old is new for old, new in zip(before, after, strict=True)] == [True, False, True]
