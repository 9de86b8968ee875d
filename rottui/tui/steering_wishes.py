"""What the keys of the queue ask of runs under way: another lr, a checkpoint, more epochs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from rottui.core.steering import LEAST_FACTOR, MOST_FACTOR, factor_problem
from rottui.engine import steering
from rottui.store.runs import RunStore
from rottui.tui.screens.questions import NumberScreen
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

    def wish(self, kind: Kind, ids: list[int]) -> None:
        """What a person wants of runs."""
        match kind:
            case Kind.SLOWER:
                self._scale(ids, 0.5)
            case Kind.FASTER:
                self._scale(ids, 2.0)
            case Kind.SAVE:
                self._app.wish(lambda: self._store.ask_checkpoint(ids), self._said("Saving", ids))
            case Kind.SCALE:
                self._app.push_screen(
                    NumberScreen(
                        f"Multiply the lr of {runs_text(ids)} by",
                        "0.5",
                        _factor,
                        f"A number from {LEAST_FACTOR:g} to {MOST_FACTOR:g}, such as 0.3.",
                    ),
                    partial(self._scale, ids),
                )
            case Kind.EXTEND:
                self._app.push_screen(
                    NumberScreen(
                        f"So many epochs more for {runs_text(ids)}:",
                        "10",
                        _epochs,
                        "A whole number from 1 on.",
                    ),
                    partial(self._extend, ids),
                )
            case _:
                raise AssertionError(f"{kind} steers nothing")

    def _scale(self, ids: list[int], factor: float | None) -> None:
        if factor is not None:
            said = self._said(f"lr ×{factor:g}", ids)
            self._app.wish(lambda: self._store.scale_lr(ids, factor), said)

    def _extend(self, ids: list[int], epochs: float | None) -> None:
        if epochs is None:
            return

        def extend() -> None:
            for run_id in ids:
                steering.extend(self._store, self._store.run(run_id), int(epochs))

        self._app.wish(extend, self._said(f"{int(epochs)} epochs more", ids))

    def _said(self, what: str, ids: list[int]) -> Callable[[object], None]:
        return lambda _: self._app.say(f"{what}: {runs_text(ids)}.")


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
