"""The forecast that the screen shows: made anew when the store has moved, as often as is cheap."""

from __future__ import annotations

import time

from rottui.engine.expectation import expectation
from rottui.engine.forecast import Forecast
from rottui.store.runs import RunStore

PAUSE_SECONDS = 1.0
"""Between two forecasts, at least."""
SHARE = 0.05
"""Of the time, at most, that is spent on forecasts: in a store of 10,000 runs one takes 0.15 s."""


class TimeLeft:
    """The newest forecast of a store; one thread."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._forecast = Forecast(0, 0)
        self._revision = -1
        self._next = 0.0

    def due(self, revision: int) -> bool:
        """Whether the forecast is of another revision, and a new one may be made."""
        return revision != self._revision and time.monotonic() >= self._next

    def at(self, revision: int) -> Forecast:
        """The forecast of this revision, or if it is too early, of an earlier one.

        Raises:
            StoreError: the store cannot be read.
        """
        if self.due(revision):
            began = time.monotonic()
            self._forecast = expectation(self._store).forecast
            ended = time.monotonic()
            self._next = ended + max(PAUSE_SECONDS, (ended - began) / SHARE)
            self._revision = revision
        return self._forecast
