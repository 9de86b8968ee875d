"""A store filled for measurements is one that every reader takes for real."""

from __future__ import annotations

from pathlib import Path

from rottui.bench.full_store import fill
from rottui.core.config import RunConfig
from rottui.store.runs import RunStore
from rottui.store.states import State


def test_a_filled_store_has_runs_of_every_kind_with_their_curves(tmp_path: Path) -> None:
    with RunStore.open(tmp_path / "store") as store:
        told: list[int] = []
        filled = fill(store, runs=110, epochs=6, tell=told.append)
        runs = store.runs()
        assert told == [50, 100, 110]
        assert [len(sweep.run_ids) for sweep in store.sweeps()] == [50, 50, 10]
        assert store.counts() == {State.DONE: 106, State.FAILED: 2, State.QUEUED: 2}
        assert filled.waiting == 2
        curves = {run.id: store.epochs(run.id) for run in runs}
        assert filled.epochs == sum(map(len, curves.values())) == 106 * 7 + 2 * 4
        for run in runs:
            RunConfig.from_dict(run.config)
            if curves[run.id]:
                assert run.last == curves[run.id][-1]
                assert run.best == min(curves[run.id], key=lambda row: row.test_loss)
        claim = store.claim("w1", threads=1)
        assert claim is not None
        assert claim.run.id == 109
