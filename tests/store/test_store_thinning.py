"""Long curves by the epochs that tell their shape: real ones, and every spike among them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rottui.bench.full_store import fill
from rottui.store import thinning
from rottui.store.runs import RunStore

EPOCHS = 400
STRETCHES = 10


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    monkeypatch.setattr(thinning, "STRETCHES", STRETCHES)
    with RunStore.open(tmp_path / "store") as opened:
        fill(opened, runs=1, epochs=EPOCHS)
        yield opened


def put(store: RunStore, epoch: int, **values: float | None) -> None:
    with store.filling() as db:
        for name, value in values.items():
            db.execute(f"UPDATE epochs SET {name} = ? WHERE epoch = ?", (value, epoch))


def test_a_curve_that_is_not_long_is_read_as_it_is(store: RunStore) -> None:
    assert store.shape(1, EPOCHS + 1) == store.epochs(1)
    assert store.shape(99, 10) == []


def test_a_long_one_by_a_few_of_its_epochs_as_they_are(store: RunStore) -> None:
    every = {row.epoch: row for row in store.epochs(1)}
    rows = store.shape(1, 100)

    assert len(rows) <= 4 * STRETCHES + 2
    assert [row.epoch for row in rows] == sorted({row.epoch for row in rows})
    assert all(every[row.epoch] == row for row in rows)
    assert (rows[0].epoch, rows[-1].epoch) == (0, EPOCHS)


@pytest.mark.parametrize("name", ["train_loss", "test_loss"])
@pytest.mark.parametrize("value", [1e6, 1e-9])
def test_a_spike_of_one_epoch_is_kept(store: RunStore, name: str, value: float) -> None:
    put(store, 217, **{name: value})

    assert 217 in {row.epoch for row in store.shape(1, 100)}


def test_where_it_stopped_being_finite_is_kept(store: RunStore) -> None:
    put(store, 133, train_loss=None, test_loss=None, finite=0)
    put(store, 140, train_loss=None, test_loss=None, finite=0)

    lost = [row.epoch for row in store.shape(1, 100) if not row.finite]
    assert lost == [133]


def test_a_constant_curve_has_one_extreme_a_stretch(store: RunStore) -> None:
    with store.filling() as db:
        db.execute("UPDATE epochs SET train_loss = 1.0, test_loss = 1.0")
    put(store, 399, test_loss=2.0)

    found = [row.epoch for row in store.shape(1, 100)]
    assert 399 in found
    assert len(found) <= STRETCHES + 3
