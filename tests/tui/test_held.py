"""What holds a queued run back, as the queue tells it."""

from __future__ import annotations

import pytest
from runs_made import run_row

from rottui.store.records import SweepRow
from rottui.store.states import State
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.held import Held, held_back


@pytest.mark.parametrize(
    ("state", "held"),
    [
        (State.RUNNING, Held("needs 1", "waits for run 1")),
        (State.FAILED, Held("needs 1", "waits for run 1, which failed", True)),
        (State.CANCELLED, Held("needs 1", "waits for run 1, which was cancelled", True)),
    ],
)
def test_a_run_waits_for_what_it_needs(state: State, held: Held) -> None:
    snapshot = Snapshot((run_row(1, state), run_row(2, needs=(1,))))
    assert held_back(snapshot) == {2: held}


def test_what_is_done_holds_nothing_back_and_what_is_gone_does_for_good() -> None:
    done = run_row(1, State.DONE)
    assert held_back(Snapshot((done, run_row(3, needs=(1,))))) == {}
    gone = held_back(Snapshot((done, run_row(3, needs=(1, 2)))))
    assert gone == {3: Held("needs 2", "waits for run 2, which was deleted", True)}


def test_a_paused_or_full_group_holds_its_own_runs_back() -> None:
    runs = (run_row(1, State.RUNNING, sweep_id=4), run_row(2, sweep_id=4), run_row(3))
    full = SweepRow(4, "rates", 0.0, (1, 2), parallel=1)
    assert held_back(Snapshot(runs, sweeps={4: full})) == {2: Held("", "rates trains 1 at a time")}
    paused = SweepRow(4, "rates", 0.0, (1, 2), paused=True)
    held = held_back(Snapshot(runs, sweeps={4: paused}))
    assert held == {2: Held("held", "rates is paused: S goes on")}
    assert set(held_back(Snapshot(runs, all_paused=True))) == {2, 3}
