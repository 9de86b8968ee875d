"""What holds a queued run back, as the queue tells it."""

from __future__ import annotations

import pytest
from runs_made import run_row

from rottui.store.records import HeldBack, Hold, Missing, SweepRow
from rottui.store.states import State
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.held import Held, held_back, told

RUN = run_row(2, sweep_id=4, needs=(1,))
GROUPS = {4: SweepRow(4, "rates", 0.0, (2,), parallel=1)}


@pytest.mark.parametrize(
    ("missing", "for_good", "held"),
    [
        (Missing(1, State.RUNNING), False, Held("needs 1", "waits for run 1")),
        (Missing(1, State.FAILED), True, Held("needs 1", "waits for run 1, which failed", True)),
        (
            Missing(1, State.CANCELLED),
            True,
            Held("needs 1", "waits for run 1, which was cancelled", True),
        ),
        (Missing(1, None), True, Held("needs 1", "waits for run 1, which was deleted", True)),
        (
            Missing(1, State.QUEUED, trashed=True),
            True,
            Held("needs 1", "waits for run 1, which was deleted", True),
        ),
        (
            Missing(1, State.QUEUED),
            True,
            Held("needs 1", "waits for run 1, which cannot be trained either", True),
        ),
    ],
)
def test_a_run_waits_for_what_it_needs(missing: Missing, for_good: bool, held: Held) -> None:
    assert told(RUN, HeldBack(Hold.NEEDS, (missing,), for_good), {}) == held


def test_what_will_never_be_done_is_named_before_what_may_be() -> None:
    missing = (Missing(1, State.RUNNING), Missing(3, State.FAILED))
    assert told(RUN, HeldBack(Hold.NEEDS, missing, True), {}).word == "needs 3"
    assert told(RUN, HeldBack(Hold.NEEDS, missing), {}).why == "waits for runs 1, 3"


def test_a_paused_or_full_group_and_a_pause_of_everything_say_which_key_goes_on() -> None:
    assert told(RUN, HeldBack(Hold.FULL), GROUPS) == Held("", "rates trains 1 at a time")
    assert told(RUN, HeldBack(Hold.GROUP), GROUPS) == Held("held", "rates is paused: S goes on")
    all_held = told(RUN, HeldBack(Hold.EVERYTHING), GROUPS)
    assert all_held == Held("held", "everything is paused: P goes on")


def test_only_runs_that_are_listed_are_told_of() -> None:
    held = {2: HeldBack(Hold.EVERYTHING), 9: HeldBack(Hold.EVERYTHING)}
    assert set(held_back(Snapshot((RUN,), held=held))) == {2}
