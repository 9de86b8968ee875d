"""Halved sweeps of a store: who waits at a rung goes on or ends, as the pure rules say.

Asked after every run that a worker lets go of, while a worker finds nothing to train, and with the
heartbeat, by every engine on the store: whatever process ended at whatever moment, the next one
that asks decides the same from what the store has.
"""

from __future__ import annotations

import logging
import math
import threading
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from typing import Any

from rottui.core.halving import Contender, Place, Plan, Standing, decide
from rottui.errors import ConfigError
from rottui.store.records import RungMoves, RungRow
from rottui.store.runs import RunStore
from rottui.store.states import State

log = logging.getLogger("rottui.engine")


class Halvings:
    """The halved sweeps of a store, for the threads of one process."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._settled_at = -1

    def settle(self) -> bool:
        """Let runs go on and end where that is decided; whether there were any.

        Raises:
            StoreError: the store cannot be read or written; the next call tries again.
        """
        with self._lock:
            revision = self._store.revision()
            if revision == self._settled_at:
                return False
            moved = False
            for sweep in self._store.sweeps_at_rungs():
                moves = self._store.settle(sweep, moves_of)
                moved = moved or bool(moves)
                for run_id, why in moves.end.items():
                    log.info("run %s: %s", run_id, why)
            self._settled_at = revision
            return moved


def unsettled(store: RunStore, only: Collection[int] | None = None) -> bool:
    """Whether a run (of the sweeps of ``only``) waits at a rung that it will leave at once."""
    return any(store.moves(sweep, moves_of) for sweep in store.sweeps_at_rungs(only))


def moves_of(spec: Mapping[str, Any], rows: Sequence[RungRow]) -> RungMoves:
    """What becomes of the runs of a sweep that wait at a rung.

    Where the sweep's plan is damaged, they are trained to the end.
    """
    try:
        plan = Plan.from_dict(spec.get("halving"))
    except ConfigError as error:
        return RungMoves({row.run_id: (None, str(error)) for row in rows if row.at_rung}, {})
    decision = decide([_contender(row, plan) for row in rows], plan.sizes)
    return RungMoves(
        go_on={run: _going_on(place, plan) for run, place in decision.promoted.items()},
        end={run: _ending(place, plan) for run, place in decision.stopped.items()},
    )


def _contender(row: RungRow, plan: Plan) -> Contender:
    last = len(plan.rungs) - 1
    rung = last if row.until is None else min(bisect_left(plan.rungs, row.until), last)
    losses = [row.losses.get(epoch, math.nan) for epoch in plan.rungs]
    match row.state:
        case State.FAILED | State.CANCELLED:
            standing = Standing.OUT
            came = list(takewhile(math.isfinite, losses))
        case State.DONE:
            standing = Standing.ENDED
            latest = row.losses.get(row.epochs_done, math.nan)
            came = [
                loss if epoch <= row.epochs_done else latest
                for epoch, loss in zip(plan.rungs[: rung + 1], losses, strict=False)
            ]
        case _:
            standing = Standing.WAITS if row.at_rung else Standing.TRAINS
            came = losses[: rung + 1 if row.at_rung else rung]
    return Contender(row.run_id, standing, tuple(came), rung)


def _going_on(place: Place, plan: Plan) -> tuple[int | None, str]:
    """Where the run waits next, and why it goes on."""
    until = plan.rungs[place.rung + 1]
    best = "the best" if place.go_on == 1 else f"among the best {place.go_on}"
    why = f"to epoch {until}: {best} at {_named(place.rung, plan)}"
    at_end = place.rung + 2 == len(plan.rungs)
    return (None if at_end else until), f"{why}, with test loss {place.loss:.4g}"


def _ending(place: Place | None, plan: Plan) -> str:
    """Why the run is done where it waits."""
    if place is None:
        return "stopped by halving: its test loss was not a number"
    others = "run" if place.go_on == 1 else f"{place.go_on}"
    named = _named(place.rung, plan)
    return f"stopped by halving at {named}: {place.sentence}; the best {others} went on"


def _named(rung: int, plan: Plan) -> str:
    return f"rung {rung} (epoch {plan.rungs[rung]})"
