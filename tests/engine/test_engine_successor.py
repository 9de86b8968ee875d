"""Which of several processes on a store leaves the queue to another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from rottui.engine import liveness
from rottui.engine.engine import Engine
from rottui.store.runs import RunStore


@pytest.mark.parametrize(("seconds_later", "takes_over"), [(60.0, True), (-60.0, False)])
def test_only_a_process_that_began_later_takes_over(
    seconds_later: float, takes_over: bool, tmp_path: Path
) -> None:
    engine = Engine(tmp_path / "store", cache_dir=tmp_path / "cache", workers=1)
    with RunStore.open(tmp_path / "store") as store:
        me = liveness.this_worker()
        other = replace(me, id="other", started_at=me.started_at + seconds_later)
        store.add_worker(other)
        assert (engine.successor == "other") is takes_over
    engine.stop()


def test_a_dead_process_takes_nothing_over(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "store", cache_dir=tmp_path / "cache", workers=1)
    with RunStore.open(tmp_path / "store") as store:
        me = liveness.this_worker()
        gone = max(psutil.pids()) + 10_000
        store.add_worker(replace(me, id="gone", pid=gone, started_at=me.started_at + 60))
        assert engine.successor is None
    engine.stop()
