"""What is to be expected of a store's queue now, as it is and with the workers that live."""

from __future__ import annotations

from dataclasses import dataclass

from rottui.engine import liveness
from rottui.engine.forecast import Forecast, forecast
from rottui.engine.threads import available_cores, worker_count
from rottui.store.runs import RunStore


@dataclass(frozen=True, slots=True)
class Expectation:
    """A forecast, and whether it is of workers that there are."""

    forecast: Forecast
    living: int
    """Workers that live; where there are none, the forecast is for as many as an engine starts."""


def expectation(store: RunStore) -> Expectation:
    """The forecast for the store's queue on this machine; of 10,000 runs in about 0.15 s.

    Raises:
        StoreError: the store cannot be read.
    """
    workers = store.workers()
    living = len(workers) - len(liveness.dead(workers))
    expected = forecast(store.outlook(), living or worker_count(None), available_cores())
    return Expectation(expected, living)
