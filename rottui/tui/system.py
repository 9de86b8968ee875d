"""What the system pane asks for, read behind the screen."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rottui.engine.gauges import Gauges, Reading

if TYPE_CHECKING:
    from rottui.store.runs import RunStore
    from rottui.tui.backstage import Hand
    from rottui.tui.pane_requests import PaneRequests
    from rottui.tui.widgets.system_pane import SystemPane

FIRST_SECONDS = 0.3
"""Before the first reading: shares of the time need some time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The machine, the workers, and what was sent to the terminal, at one time."""

    reading: Reading
    workers: tuple[str, ...] = ()
    """Ids of the workers that did not end yet, of any process."""
    sent: int | None = None
    """Bytes that the terminal was sent so far; None where nobody counts."""


class SystemAnswers:
    """Reads the gauges on a thread of its own, from when somebody first looks."""

    def __init__(self, app: PaneRequests, hand: Hand, store: RunStore) -> None:
        self._app = app
        self._hand = hand
        self._store = store
        self._gauges: Gauges | None = None

    def answer(self, pane: SystemPane) -> None:
        """Read all of it once."""

        def read() -> tuple[Reading, tuple[str, ...]]:
            if self._gauges is None:
                self._gauges = Gauges()
                time.sleep(FIRST_SECONDS)
            workers = tuple(worker.id for worker in self._store.workers())
            return self._gauges.read(), workers

        def then(found: tuple[Reading, tuple[str, ...]]) -> None:
            pane.take(Sample(*found, self._app.sent))

        self._hand.do(read, then, pane.fail)
