"""What the store knows of one run beside its row: read behind the screen, when it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rottui.store.records import Checkpoint, EventRow

if TYPE_CHECKING:
    from rottui.store.runs import RunStore
    from rottui.tui.backstage import Hand
    from rottui.tui.widgets.details_pane import DetailsPane


@dataclass(frozen=True, slots=True)
class RunDetails:
    """Events and files of a run, at one revision of it."""

    run_id: int
    events: tuple[EventRow, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    needed_by: tuple[int, ...] = ()
    """Ids of the runs that wait for it, or did."""


def read_details(store: RunStore, run_id: int) -> RunDetails:
    """All of it, as the store has it now; empty for a run that is gone.

    Raises:
        StoreError: the store cannot be read.
    """
    return RunDetails(
        run_id,
        tuple(store.events(run_id)),
        tuple(store.checkpoints(run_id)),
        tuple(store.needed_by(run_id)),
    )


class DetailsAnswers:
    """Reads the details of runs on a thread of its own."""

    def __init__(self, hand: Hand, store: RunStore) -> None:
        self._hand = hand
        self._store = store
        self._newest: DetailsPane.Requested | None = None

    def answer(self, pane: DetailsPane, asked: DetailsPane.Requested) -> None:
        """Read what the pane has asked for; of many requests in a row, the last one only."""
        self._newest = asked

        def read() -> RunDetails | None:
            late = asked is not self._newest  # a later request stands behind this one
            return None if late else read_details(self._store, asked.run_id)

        def then(details: RunDetails | None) -> None:
            if details is not None:
                pane.take(details)

        self._hand.do(read, then, lambda said: pane.fail(asked.run_id, said))
