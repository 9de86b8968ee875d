"""What the keys of the queue ask of runs under way: another lr, a checkpoint, more epochs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from rottui.core.steering import LEAST_FACTOR, MOST_FACTOR, factor_problem
from rottui.engine import steering
from rottui.store.runs import RunStore
from rottui.tui.queue_wishes import all_or_none, sentences
from rottui.tui.screens.questions import NumberScreen
from rottui.tui.standstill import standstill
from rottui.tui.widgets.formats import runs_text
from rottui.tui.widgets.queue_rules import Kind

if TYPE_CHECKING:
    from rottui.tui.app import RottuiApp

STEERED = frozenset({Kind.SLOWER, Kind.FASTER, Kind.SCALE, Kind.SAVE, Kind.EXTEND})


class SteeringWishes:
    """Writes the wishes of ``STEERED``, after a number was typed where one is needed."""

    def __init__(self, app: RottuiApp, store: RunStore) -> None:
        self._app = app
        self._store = store

    def wish(self, kind: Kind, ids: list[int], note: str = "") -> None:
        """What a person wants of runs; ``note`` says what is left alone."""
        match kind:
            case Kind.SLOWER:
                self._scale(ids, note, 0.5)
            case Kind.FASTER:
                self._scale(ids, note, 2.0)
            case Kind.SAVE:
                self._do(ids, note, lambda: self._store.ask_checkpoint(ids), "Saving")
            case Kind.SCALE:
                self._app.push_screen(
                    NumberScreen(
                        f"Multiply the lr of {runs_text(ids)} by",
                        "0.5",
                        _factor,
                        f"A number from {LEAST_FACTOR:g} to {MOST_FACTOR:g}, such as 0.3.",
                    ),
                    partial(self._scale, ids, note),
                )
            case Kind.EXTEND:
                self._app.push_screen(
                    NumberScreen(
                        f"So many epochs more for {runs_text(ids)}:",
                        "10",
                        _epochs,
                        "A whole number from 1 on.",
                    ),
                    partial(self._extend, ids, note),
                )
            case _:
                raise AssertionError(f"{kind} steers nothing")

    def _scale(self, ids: list[int], note: str, factor: float | None) -> None:
        if factor is not None:
            self._do(ids, note, lambda: self._store.scale_lr(ids, factor), f"lr ×{factor:g}")

    def _extend(self, ids: list[int], note: str, epochs: float | None) -> None:
        if epochs is None:
            return

        def extend() -> None:
            runs = self._store.runs(ids=ids)
            steering.extend(self._store, runs, int(epochs))

        self._do(ids, note, extend, f"{int(epochs)} epochs more", queues=True)

    def _do(
        self,
        ids: list[int],
        note: str,
        action: Callable[[], object],
        what: str,
        *,
        queues: bool = False,
    ) -> None:
        """One transaction, told in one sentence; where it queues, also whether nobody trains."""

        def act() -> str:
            all_or_none(action, ids)
            return standstill(self._store, ids, trains_here=self._app.trains) if queues else ""

        def done(stands: str) -> None:
            self._app.say(sentences(f"{what}: {runs_text(ids)}.", note, stands))

        self._app.wish(act, done)


def _factor(text: str) -> float:
    factor = float(text)
    if problem := factor_problem(factor):
        raise ValueError(problem)
    return factor


def _epochs(text: str) -> float:
    epochs = int(text)
    if epochs < 1:
        raise ValueError(text)
    return epochs
