"""What the compare screen asks for, read and reckoned behind the screen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from rottui.engine.comparing import (
    MOST_SIDES,
    Comparison,
    RunErrors,
    Side,
    compared,
    errors_of,
    sides_of,
    with_errors,
)
from rottui.engine.predicting import chosen
from rottui.errors import CheckpointError, DataError, StoreError

if TYPE_CHECKING:
    from rottui.store.records import RunRow
    from rottui.store.runs import RunStore
    from rottui.tui.backstage import Hand
    from rottui.tui.images import Images
    from rottui.tui.screens.compare import CompareScreen

KEPT = 64
"""Tested runs that are kept, so that another reference or a refresh is at once: some megabytes."""

T = TypeVar("T")
Outcome = RunErrors | CheckpointError | DataError


class ComparisonAnswers:
    """Tests run after run on one thread of its own, so that the screen says how far it is."""

    def __init__(self, hand: Hand, store: RunStore, images: Images) -> None:
        self._hand = hand
        self._store = store
        self._images = images
        self._newest = 0
        self._kept: OrderedDict[tuple[int, str], RunErrors] = OrderedDict()

    def stop(self) -> None:
        """What is under way is wanted no more."""
        self._newest += 1

    def answer(self, asked: CompareScreen.Requested) -> None:
        """Show what the store says at once, then the verdicts once every run is tested."""
        self._newest += 1
        _Answer(self, asked, self._newest).begin()

    # For the answers

    def read(self, run_ids: Sequence[int]) -> tuple[Side, ...]:
        """The sides that the runs make.

        Raises:
            StoreError: fewer than two are left, or they make too many sides.
        """
        rows = {run.id: run for run in self._store.runs(ids=run_ids)}
        runs = [rows[run_id] for run_id in run_ids if run_id in rows]
        sides = sides_of(runs)
        if len(runs) < 2:
            raise StoreError("fewer than two of the runs are left to compare")
        if len(sides) > MOST_SIDES:
            raise StoreError(f"at most {MOST_SIDES} settings can be compared, not {len(sides)}")
        return sides

    def test(self, run: RunRow) -> Outcome:
        """The run's network on its test images, or why it cannot be tested."""
        from rottui.core.pytorch import explained_imports

        with explained_imports():
            import torch
        torch.set_num_threads(1)  # of this thread alone
        try:
            key = run.id, chosen(run, self._store.checkpoints(run.id)).sha256
            if key not in self._kept:
                self._kept[key] = errors_of(self._store, run, self._images.dataset)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return self._kept[key]
        except (CheckpointError, DataError) as error:
            return error

    def is_newest(self, number: int) -> bool:
        """Whether nothing was asked since."""
        return number == self._newest

    @property
    def hand(self) -> Hand:
        """Whose thread it is."""
        return self._hand


class _Answer:
    """One request on its way: it goes on as long as no other one has come."""

    def __init__(
        self, answers: ComparisonAnswers, asked: CompareScreen.Requested, number: int
    ) -> None:
        self._answers = answers
        self._screen = asked.screen
        self._ids = asked.run_ids
        self._reference = asked.reference
        self._number = number
        self._sides: tuple[Side, ...] = ()
        self._waiting: list[RunRow] = []
        self._outcomes: dict[int, Outcome] = {}

    def begin(self) -> None:
        """Read the runs."""
        self._do(lambda: self._answers.read(self._ids), self._was_read)

    def _was_read(self, sides: tuple[Side, ...]) -> None:
        self._sides = sides
        self._waiting = [run for side in sides for run in side.runs]
        self._go_on()

    def _go_on(self) -> None:
        if not self._waiting:
            self._do(self._compare, self._screen.show)
            return
        count = len(self._outcomes) + len(self._waiting)
        note = f"testing run {len(self._outcomes) + 1} of {count} on its test images …"
        self._screen.show(Comparison(self._sides, self._reference), note)
        run = self._waiting.pop(0)

        def was_tested(outcome: Outcome) -> None:
            self._outcomes[run.id] = outcome
            self._go_on()

        self._do(lambda: self._answers.test(run), was_tested)

    def _compare(self) -> Comparison:
        return compared([with_errors(side, self._outcome) for side in self._sides], self._reference)

    def _outcome(self, run: RunRow) -> RunErrors:
        outcome = self._outcomes[run.id]
        if isinstance(outcome, RunErrors):
            return outcome
        raise outcome

    def _do(self, action: Callable[[], T], then: Callable[[T], None]) -> None:
        def go_on(result: T) -> None:
            if self._answers.is_newest(self._number):
                then(result)

        def failed(sentence: str) -> None:
            if self._answers.is_newest(self._number):
                self._screen.complain(sentence)

        self._answers.hand.do(action, go_on, failed)
