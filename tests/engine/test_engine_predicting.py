"""Which checkpoint of a run predicts, and what is said where none can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_runs import MLP, MakeEngine, add, until

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.engine import worker
from rottui.engine.predicting import chosen, config_of, predictor_of
from rottui.errors import CheckpointError
from rottui.store.records import Checkpoint, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State


def checkpoint(kind: str, epoch: int = 3) -> Checkpoint:
    return Checkpoint(1, kind, epoch, 4 * epoch, f"{kind}.pt", 1, "")


def finished(store: RunStore, make_engine: MakeEngine, config: RunConfig = MLP) -> RunRow:
    run = add(store, config)[0]
    make_engine(workers=1).start()
    until(lambda: store.run(run.id).state is State.DONE)
    return store.run(run.id)


def test_the_best_checkpoint_is_chosen_else_the_last(store: RunStore) -> None:
    run = add(store, MLP)[0]
    last, previous, best = (checkpoint(kind) for kind in ("last", "previous", "best"))
    assert chosen(run, [last, previous, best]) is best
    assert chosen(run, [last, previous]) is last
    assert chosen(run, [last, best], "last") is last
    with pytest.raises(CheckpointError, match=r"has no best checkpoint; it has last"):
        chosen(run, [last], "best")
    with pytest.raises(CheckpointError, match="has no checkpoint yet; its state is queued"):
        chosen(run, [])


def test_a_trained_run_predicts_what_it_measured(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    run = finished(store, make_engine)
    for kind, row in (("best", run.best), ("last", run.last)):
        found = predictor_of(store, run, kind)
        assert row is not None
        assert (found.checkpoint.kind, found.checkpoint.epoch) == (kind, row.epoch)
        assert found.predictor.epoch == row.epoch
        assert (found.wanted, found.refused) == (found.checkpoint, "")
        errors = found.predictor.predict(tiny_dataset.test).overall()
        assert errors.mae_deg == pytest.approx(row.test_circular_mae_deg, rel=1e-5)


def test_a_checkpoint_that_is_replaced_while_it_is_read_is_looked_for_anew(
    store: RunStore, make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(store, make_engine)
    rows = RunStore.checkpoints
    gone = checkpoint("best", 1)
    answers = iter([[gone]])
    monkeypatch.setattr(
        RunStore, "checkpoints", lambda self, run_id: next(answers, None) or rows(self, run_id)
    )
    found = predictor_of(store, run)
    assert found.wanted == found.checkpoint != gone
    assert found.refused == ""


@pytest.mark.parametrize(
    ("kind", "damaged", "then"),
    [
        ("last", ["last"], "best"),
        ("last", ["last", "best"], "previous"),
        (None, ["best"], "last"),
    ],
)
def test_where_the_one_asked_for_is_damaged_a_sound_one_predicts_and_both_are_named(
    kind: str | None,
    damaged: list[str],
    then: str,
    store: RunStore,
    make_engine: MakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "SAVE_SECONDS", 0.0)
    run = finished(store, make_engine)
    kept = {each.kind: each for each in store.checkpoints(run.id)}
    for each in damaged:
        (store.folder / "checkpoints" / kept[each].file).write_bytes(b"damaged")
    found = predictor_of(store, run, kind)
    assert (found.checkpoint, found.wanted) == (kept[then], kept[damaged[0]])
    assert found.predictor.epoch == kept[then].epoch
    assert kept[damaged[0]].file in found.refused
    assert "SHA-256 differs" in found.refused


def test_a_checkpoint_that_is_gone_for_good_is_refused(
    store: RunStore, make_engine: MakeEngine
) -> None:
    run = finished(store, make_engine)
    for file in (store.folder / "checkpoints").iterdir():
        file.unlink()
    with pytest.raises(CheckpointError, match="cannot be read"):
        predictor_of(store, run)


def test_a_run_with_a_config_of_another_version_is_refused(store: RunStore) -> None:
    run = add(store, MLP)[0]
    odd = replace(run, config={"network": {"type": "transformer"}})
    with pytest.raises(CheckpointError, match="has a config that is not read here"):
        config_of(odd)
    damaged = replace(run, config={}, error="its config in the store is damaged")
    with pytest.raises(CheckpointError, match="run 1: its config in the store is damaged"):
        config_of(damaged)
