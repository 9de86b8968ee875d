"""Rows as their columns are meant: SQLite lets any type in, and a store may be damaged or hostile.

Asked of every row that is read, so it costs a microsecond: rows are told by the types in them, and
each combination of types is looked at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rottui.store.states import State, Wish

NOTHING = type(None)
LATEST = 1e11
"""No run is of the year 5138: what cannot be written as a date is damaged."""
DAMAGED = "its row in the store is damaged"

_NUMBER = (int, float)
_OF_RUNS: dict[str, tuple[tuple[type, ...], Any]] = {
    "uid": ((str,), ""),
    "sweep_id": ((int, NOTHING), None),
    "name": ((str,), ""),
    "position": (_NUMBER, 0.0),
    "epochs": ((int,), 0),
    "epochs_done": ((int,), 0),
    "attempt": ((int,), 0),
    "threads": ((int, NOTHING), None),
    "worker": ((str, NOTHING), None),
    "error": ((str, NOTHING), None),
    "created_at": (_NUMBER, 0.0),
    "started_at": ((*_NUMBER, NOTHING), None),
    "ended_at": ((*_NUMBER, NOTHING), None),
    "seconds": ((float, NOTHING), None),
    "revision": ((int,), 0),
    "reason": ((str, NOTHING), None),
    "until": ((int, NOTHING), None),
    "priority": ((int,), 0),
    "trashed_at": ((*_NUMBER, NOTHING), None),
    "parent_id": ((int, NOTHING), None),
    "parent_epoch": ((int, NOTHING), None),
    "notes": ((str,), ""),
}
"""Column → the types that it may hold, and what stands for anything else."""
_TIMES = ("created_at", "started_at", "ended_at", "trashed_at")
_STATES, _WISHES = frozenset(map(str, State)), frozenset({None, *map(str, Wish)})


def state_of(value: Any) -> State:
    """A run's state; one that there is not counts as failed."""
    return State(value) if value in _STATES else State.FAILED


class Runs:
    """Tells sound rows of runs, whose columns are in this order, from others."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._good: set[tuple[type, ...]] = set()
        self._state, self._wish = columns.index("state"), columns.index("wish")
        self._times = [columns.index(name) for name in _TIMES]

    def sound(self, row: tuple[Any, ...]) -> bool:
        """Whether every column holds what it is for."""
        kinds = tuple(map(type, row))
        if kinds not in self._good:
            if not all(
                kind in _OF_RUNS[name][0]
                for name, kind in zip(self._columns, kinds, strict=False)
                if name in _OF_RUNS
            ):
                return False
            self._good.add(kinds)
        if row[self._state] not in _STATES or row[self._wish] not in _WISHES:
            return False
        return all(row[place] is None or 0 <= row[place] < LATEST for place in self._times)

    def mended(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """The row with something in the place of all that it cannot hold; it says so."""
        values = dict(zip(self._columns, row, strict=False))
        for name, (kinds, otherwise) in _OF_RUNS.items():
            if type(values[name]) not in kinds:
                values[name] = str(values[name]) if str in kinds else otherwise
        for name in _TIMES:
            if values[name] is not None and not 0 <= values[name] < LATEST:
                values[name] = _OF_RUNS[name][1]
        values["state"] = str(state_of(values["state"]))
        if values["wish"] not in _WISHES:
            values["wish"] = None
        values["error"] = values["error"] or DAMAGED
        return (*values.values(), *row[len(self._columns) :])


def mended_epoch(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """An epoch's row, (epoch, step, metrics…, seconds, at, finite), with numbers only."""
    (epoch, step, *metrics, seconds, at, finite) = row
    return (
        epoch if isinstance(epoch, int) else 0,
        step if isinstance(step, int) else 0,
        *(_number(value) for value in metrics),
        _number(seconds),
        at if isinstance(at, int | float) and 0 <= at < LATEST else 0.0,
        finite is not None and finite not in (0, 0.0),
    )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
