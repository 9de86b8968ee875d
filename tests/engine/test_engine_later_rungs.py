"""What a halved sweep will still train is foretold at every step of working it off."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rottui.core.config import RunConfig
from rottui.core.halving import Halving
from rottui.engine.forecast import forecast
from rottui.engine.halving import Halvings
from rottui.store.records import EpochRow, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

SECOND = EpochRow(1, 10, *[0.5] * 6, seconds=1.0, at=0.0)


@pytest.mark.parametrize("seed", range(3))
def test_all_of_a_halved_sweep_is_counted(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    config = RunConfig(epochs=27)
    plan = Halving().plan([config] * (9 + seed))
    left = plan.epochs
    with RunStore.open(tmp_path / "store") as store:
        new = [NewRun("one", config.to_dict(), 27, plan.rungs[0])] * (9 + seed)
        store.add_runs(new, sweep="halved", spec={"halving": plan.to_dict()})
        while (claim := store.claim("w", threads=1)) is not None:
            run = claim.run
            end = run.epochs if run.until is None else run.until
            loss = chance.random()
            row = replace(SECOND, epoch=end, step=10 * end, test_loss=loss, at=time.time())
            store.commit_epoch(claim, row)
            store.finish(claim, State.DONE if run.until is None else State.PAUSED)
            Halvings(store).settle()
            left -= end - run.epochs_done
            expected = forecast(store.outlook(), 1, cores=1)
            assert (expected.seconds or 0.0) == pytest.approx(left)
            assert expected.to_rung == 0
    assert left == 0
