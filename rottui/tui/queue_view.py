"""Which runs the queue shows, and in which order: what a person typed and chose (pure)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rottui.store.filters import Filter
from rottui.store.records import RunRow, SweepRow
from rottui.store.states import State
from rottui.tui.widgets.queue_cells import data_label, network_label, time_left

Value = float | str | None


def _lr(run: RunRow) -> Value:
    lr = run.config.get("lr")
    return None if isinstance(lr, bool) or not isinstance(lr, int | float) else lr


def _last(metric: str) -> Callable[[RunRow], Value]:
    return lambda run: None if run.last is None else run.last.measured(metric)


_PLACES = {state: place for place, state in enumerate(State)}
ORDERS: Mapping[str, Callable[[RunRow], Value]] = {
    "id": lambda run: run.id,
    "state": lambda run: _PLACES[run.state],
    "name": lambda run: run.name.casefold(),
    "network": lambda run: network_label(run.config) or None,
    "lr": _lr,
    "epoch": lambda run: run.epochs_done,
    "train": _last("train_loss"),
    "test": _last("test_loss"),
    "circular": _last("test_circular_mae_deg"),
    "mae": _last("test_mae_deg"),
    "train_mae": _last("train_mae_deg"),
    "pace": lambda run: run.seconds,
    "left": time_left,
    "data": lambda run: data_label(run.config) or None,
}
"""Column of the queue → the value of a run that it is sorted by; None where it has none."""


@dataclass(frozen=True, slots=True)
class Order:
    """A column that the runs are sorted by."""

    column: str
    falling: bool = False

    def sorted(self, runs: Sequence[RunRow]) -> list[RunRow]:
        """The runs in this order, equal ones as they were; those without a value come last."""
        value_of = ORDERS[self.column]
        values: list[Any] = [value_of(run) for run in runs]
        places = [place for place, value in enumerate(values) if not _is_missing(value)]
        places.sort(key=values.__getitem__, reverse=self.falling)
        without = (run for run, value in zip(runs, values, strict=True) if _is_missing(value))
        return [*(runs[place] for place in places), *without]


def _is_missing(value: Value) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def turned(order: Order | None, column: str) -> Order | None:
    """The order after a column is chosen: rising, then falling, then that of the queue again."""
    if order is None or order.column != column:
        return Order(column)
    return None if order.falling else Order(column, falling=True)


class QueueView:
    """Chooses and sorts; of thousands of runs, only those that have changed are asked again."""

    def __init__(self) -> None:
        self.filter: Filter | None = None
        """None: every run is shown."""
        self.order: Order | None = None
        """None: that of the queue."""
        self._names: Mapping[int, str] = {}
        self._asked: dict[int, RunRow] = {}
        self._fits: set[int] = set()
        """Those of them that fit."""

    def set_filter(self, wanted: Filter | None) -> None:
        """Show the runs that fit."""
        self.filter = wanted
        self._asked = {}

    def rows(self, runs: Sequence[RunRow], groups: Mapping[int, SweepRow]) -> Sequence[RunRow]:
        """The runs that are shown, in their order."""
        if self.filter is not None:
            runs = self._fitting(self.filter, runs, groups)
        return runs if self.order is None else self.order.sorted(runs)

    def _fitting(
        self, wanted: Filter, runs: Sequence[RunRow], groups: Mapping[int, SweepRow]
    ) -> list[RunRow]:
        names = {group.id: group.name for group in groups.values()}
        if names != self._names:
            self._names, self._asked = names, {}
        asked, fits = self._asked, self._fits
        for run in runs:
            if asked.get(run.id) is not run:
                asked[run.id] = run
                (fits.add if wanted.matches(run, names) else fits.discard)(run.id)
        return [run for run in runs if run.id in fits]
