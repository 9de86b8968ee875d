"""What a halved sweep will train beyond the rungs that its runs go to now (pure).

Which runs go on is not known, but how many: as many as the sweep's plan says. They are taken to
begin when all below have come to their rung, and to be as long as the sweep's first run.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from rottui.core.halving import Plan
from rottui.errors import ConfigError
from rottui.store.outlook import HalvedSweep, UnfinishedRun
from rottui.store.states import State


def later_stretches(
    sweep: HalvedSweep, runs: Sequence[UnfinishedRun], first_id: int
) -> list[UnfinishedRun] | None:
    """Stand-ins for the stretches from a rung to the next that some run will train.

    None where the plan is damaged.

    Args:
        sweep: its plan and how its runs stand.
        runs: those of them that are unfinished, at rungs or on their way.
        first_id: the stand-ins are numbered from here, downwards.
    """
    try:
        plan = Plan.from_dict(sweep.plan)
    except ConfigError:
        return None
    last = len(plan.rungs) - 1

    def level(rung: int | None) -> int:
        return last if rung is None else min(bisect_left(plan.rungs, rung), last)

    stretches: list[UnfinishedRun] = []

    def added(left: int, rung: int | None, needs: tuple[int, ...]) -> UnfinishedRun:
        stand_in = replace(
            runs[0],
            id=first_id - len(stretches),
            state=State.QUEUED,
            wish=None,
            left=left,
            rung=rung,
            at_rung=False,
            needs=needs,
        )
        stretches.append(stand_in)
        return stand_in

    below = [run for run in runs if level(run.rung) == 0]
    for rung in range(1, last + 1):
        came = sum(count for until, count in sweep.standing if level(until) >= rung)
        more = max(0, min(plan.sizes[rung] - came, len(below)))
        gap, until = plan.rungs[rung] - plan.rungs[rung - 1], plan.rungs[rung]
        to = None if rung == last else until
        needed = tuple(run.id for run in below if not run.at_rung)
        if more and needed:  # one waits for them all, and the others for it: 10,000 runs are many
            needed = (added(0, to, needed).id,)
        below = [run for run in runs if level(run.rung) == rung]
        below += [added(gap, to, needed) for _ in range(more)]
    return stretches
