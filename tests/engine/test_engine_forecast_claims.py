"""A forecast goes through a queue as the store's claims do: a real one is worked off beside it."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rottui.core.config import RunConfig
from rottui.engine.forecast import forecast
from rottui.store.records import Claim, EpochRow, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

SECOND = EpochRow(1, 10, *[0.5] * 6, seconds=1.0, at=0.0)


@pytest.mark.parametrize("seed", range(6))
def test_runs_are_begun_in_the_order_that_was_foretold(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    workers = 1 + seed % 4
    with RunStore.open(tmp_path / "store") as store:
        put_a_queue(store, chance)
        training: dict[int, Claim] = {}
        for _ in range(chance.randint(0, workers)):
            claim = store.claim("w", threads=1)
            assert claim is not None
            training[claim.run.id] = claim
        seen = [*training]
        expected = forecast(store.outlook(), workers, cores=4)
        starts = {run_id: span.start for run_id, span in expected.spans.items()}
        now = 0.0
        while True:
            while len(training) < workers and (claim := store.claim("w", threads=1)) is not None:
                assert starts[claim.run.id] == pytest.approx(now)
                training[claim.run.id] = claim
                seen.append(claim.run.id)
            if not training:
                break
            first = min(training, key=lambda run_id: expected.spans[run_id].end)
            now = expected.spans[first].end
            claim = training.pop(first)
            at_rung = claim.run.until is not None
            if at_rung:
                store.commit_epoch(claim, replace(SECOND, epoch=claim.run.until, step=10**7))
            store.finish(claim, State.PAUSED if at_rung else State.DONE)
        assert sorted(seen) == sorted(starts)
        assert expected.seconds == pytest.approx(now)
        left = {run.id for run in store.runs(states=[State.QUEUED])}
        assert left | {run.id for run in store.runs(states=[State.PAUSED]) if not run.at_rung} == {
            *expected.held,
            *expected.unknown,
        }


def put_a_queue(store: RunStore, chance: random.Random) -> None:
    """Runs of all lengths in groups, with needs, priorities, rungs and pauses; one was measured."""

    def new(until: int | None = None) -> NewRun:
        return NewRun("one", RunConfig().to_dict(), chance.randint(1000, 10**6), until)

    store.add_runs([new()])
    claim = store.claim("w", threads=1)
    assert claim is not None
    store.commit_epoch(claim, replace(SECOND, at=time.time()))
    store.finish(claim, State.DONE)
    store.add_runs([new(chance.choice([100, 300])) for _ in range(4)], sweep="halved")
    for _ in range(24):
        earlier = [run_id for run_id, _ in store.places()]
        store.add_runs(
            [new()],
            group=chance.choice([None, "a", "a", "b"]),
            priority=chance.randint(-1, 1),
            needs=chance.sample(earlier, chance.choice([0, 0, 0, 0, 1])),
        )
    names = {sweep.name: sweep.id for sweep in store.sweeps()}
    for name in names.keys() & {"a", "b"}:
        paused = chance.choice([0, 0, 0, 1])
        store.set_group(names[name], parallel=chance.randint(1, 2), paused=paused)
    waiting = [run.id for run in store.runs(states=[State.QUEUED])]
    store.pause(chance.sample(waiting, 2))
    store.cancel(chance.sample([run.id for run in store.runs(states=[State.QUEUED])], 1))
