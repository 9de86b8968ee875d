"""What a forecast is made of: unfinished runs, and paces with the number of runs beside them."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from store_rows import add, claimed, epoch_row

from rottui.core.config import RunConfig
from rottui.store.connection import FILE
from rottui.store.groups import GENTLY, NOW
from rottui.store.outlook import SHAPE, GroupRules, Outlook
from rottui.store.records import Claim, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State


def train(store: RunStore, claim: Claim, *, seconds: float = 1e-9, epochs: int = 2) -> None:
    """Commit epochs that took so long, just now."""
    for epoch in range(epochs + 1):
        store.commit_epoch(claim, replace(epoch_row(epoch), seconds=seconds, at=time.time()))


def queue(store: RunStore, config: RunConfig, **how: object) -> int:
    (run,) = store.add_runs([NewRun("one", config.to_dict(), config.epochs)], **how)  # type: ignore[arg-type]
    return run.id


def test_an_empty_store_has_nothing_to_tell(store: RunStore) -> None:
    assert store.outlook() == Outlook()


def test_a_pace_tells_its_shape_and_the_runs_beside_it(store: RunStore) -> None:
    config = RunConfig(batch_size=64)
    for _ in range(3):
        queue(store, config)
    first, second = claimed(store, "w1"), claimed(store, "w2")
    train(store, first, seconds=2e-9)
    store.finish(second, State.DONE)
    third = claimed(store, "w2")
    store.finish(first, State.DONE)
    train(store, third, seconds=3e-9)
    outlook = store.outlook()
    waiting, pace = outlook.runs, outlook.paces
    assert sorted((one.seconds, one.at_once) for one in pace) == [
        (pytest.approx(2e-9), 2),
        (pytest.approx(3e-9), 1),
    ]
    assert {(one.steps, one.threads) for one in pace} == {(4.0, 1)}
    values = dict(zip(SHAPE, json.loads(pace[0].shape), strict=True))
    assert (values["device"], values["batch_size"]) == ("cpu", 64)
    assert values["network"]["dense_hiddens"] == list(config.network.dense_hiddens)
    assert [(run.id, run.left) for run in waiting] == [(3, config.epochs - 2)]
    assert waiting[0].pace in pace


def test_the_first_epoch_counts_only_where_it_is_the_only_one(store: RunStore) -> None:
    queue(store, RunConfig())
    claim = claimed(store)
    paces = []
    for epoch, seconds in enumerate((0.0, 9.0, 1.0, 2.0, 3.0, 4.0, 5.0)):
        row = replace(epoch_row(epoch), seconds=seconds, at=time.time())
        store.commit_epoch(claim, row)
        paces += [pace.seconds for pace in store.outlook().paces]
    assert paces == [9.0, 1.0, 1.5, 2.0, 2.5, 3.0]


def test_only_the_newest_of_many_like_runs_are_read(store: RunStore, monkeypatch) -> None:
    monkeypatch.setattr("rottui.store.outlook.ENOUGH", 2)
    for seconds in (1e-9, 2e-9, 3e-9):
        queue(store, RunConfig())
        claim = claimed(store)
        train(store, claim, seconds=seconds)
        store.finish(claim, State.DONE)
    queue(store, RunConfig())
    paces = store.outlook().paces
    assert sorted(pace.seconds for pace in paces) == [pytest.approx(2e-9), pytest.approx(3e-9)]


def test_the_queue_is_told_in_its_order_with_what_holds_runs_back(store: RunStore) -> None:
    config = RunConfig(epochs=7)
    first = queue(store, config)
    second = queue(store, config, needs=[first])
    third = queue(store, config, priority=3, group="night")
    queue(store, config, state=State.DRAFT)
    assert [(run.id, run.needs) for run in store.outlook().runs] == [
        (third, ()),
        (first, ()),
        (second, (first,)),
    ]
    store.set_group(1, parallel=2, paused=GENTLY)
    store.pause_all(NOW)
    outlook = store.outlook()
    assert (outlook.groups, outlook.paused) == ({1: GroupRules(2, GENTLY)}, NOW)
    store.pause_all(0)
    claim = claimed(store, only=[first])
    store.finish(claim, State.DONE)
    store.delete([first])
    assert [(run.id, run.needs) for run in store.outlook().runs] == [(third, ()), (second, ())]


def test_a_run_of_a_halved_sweep_is_told_to_its_rung(store: RunStore) -> None:
    (run,) = store.add_runs([NewRun("one", {}, 9, until=3)], sweep="s")
    claim = claimed(store)
    (training,) = store.outlook().runs
    assert (training.left, training.rung, training.at_rung) == (3, 3, False)
    train(store, claim, epochs=3)
    store.finish(claim, State.PAUSED)
    (waiting,) = store.outlook().runs
    assert (waiting.id, waiting.left, waiting.at_rung) == (run.id, 0, True)


def test_damaged_rows_are_passed_over(store: RunStore, folder: Path) -> None:
    add(store, "one", "two", "three")
    for _ in range(2):
        claim = claimed(store)
        train(store, claim)
        store.finish(claim, State.QUEUED)
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        db.execute("UPDATE runs SET config = '{', wish = 'fly', seconds = 'long' WHERE id = 1")
        db.execute("UPDATE runs SET epochs = 'many' WHERE id = 2")
    outlook = store.outlook()
    assert [(run.id, run.shape, run.wish, run.pace) for run in outlook.runs[:1]] == [
        (1, "", None, None)
    ]
    assert [run.id for run in outlook.runs] == [1, 3]
