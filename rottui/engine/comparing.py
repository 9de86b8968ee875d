"""Runs of the store side by side: what their best checkpoints make of the same test images."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rottui.core.config import DataConfig
from rottui.engine.predicting import config_of, predictor_of
from rottui.errors import CheckpointError, DataError
from rottui.store.records import RunRow
from rottui.store.runs import RunStore

if TYPE_CHECKING:
    from rottui.core.comparison import Difference, Numbers, SideErrors
    from rottui.core.data.dataset import Dataset

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Of the sides."""
MOST_SIDES = len(LETTERS)


@dataclass(frozen=True, slots=True, eq=False)
class RunErrors:
    """A run's network and how far off it is, image by image."""

    run_id: int
    kind: str
    """Of the checkpoint: ``best``, ``last`` or ``previous``."""
    epoch: int
    checkpoint: str
    """Its SHA-256."""
    images: str
    """Digest of the images and angles that it was tested on."""
    errors: Numbers
    """Along the circle, in degrees, ``(images,)``."""


@dataclass(frozen=True, slots=True)
class Side:
    """Runs of one setting, which differ in their seeds alone; or a single run."""

    letter: str
    runs: tuple[RunRow, ...]
    tested: tuple[RunErrors, ...] = ()
    """Those of them that have a network; in the order of ``runs``."""
    problem: str = ""
    """Why one of them was not tested, in one sentence; empty if all were."""
    difference: Difference | None = None
    """To the reference, which is its A; None for the reference, and where none is known."""
    no_difference: str = ""
    """Why there is none, in a few words."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sides, each of them against one of them."""

    sides: tuple[Side, ...]
    reference: int
    """The place of the one that the others are compared to."""


def sides_of(runs: Sequence[RunRow]) -> tuple[Side, ...]:
    """The sides that runs make, lettered in the order of the runs; not tested yet."""
    from rottui.core.comparison import sides

    groups = sides([run.config for run in runs])
    return tuple(
        Side(LETTERS[at % MOST_SIDES], tuple(runs[place] for place in group))
        for at, group in enumerate(groups)
    )


def errors_of(
    store: RunStore, run: RunRow, dataset_of: Callable[[DataConfig], Dataset]
) -> RunErrors:
    """A run's best network, else its last, on its test images.

    Raises:
        CheckpointError: it has no network that can be read.
        DataError: its images cannot be read.
    """
    dataset = dataset_of(config_of(run).data)
    found = predictor_of(store, run, train_angles=lambda: dataset.train.angles)
    errors = found.predictor.predict(dataset.test).errors
    digest = hashlib.sha256(dataset.test.images.tobytes())
    digest.update(dataset.test.angles.tobytes())
    used = found.checkpoint
    return RunErrors(run.id, used.kind, used.epoch, used.sha256, digest.hexdigest(), errors)


def with_errors(side: Side, test: Callable[[RunRow], RunErrors]) -> Side:
    """The side with its runs tested, as far as they can be."""
    found: list[RunErrors] = []
    problems: list[str] = []
    for run in side.runs:
        try:
            found.append(test(run))
        except (CheckpointError, DataError) as error:
            problems.append(str(error))
    return replace(side, tested=tuple(found), problem=problems[0] if problems else "")


def compared(sides: Sequence[Side], reference: int) -> Comparison:
    """Every tested side against the one at place ``reference``."""
    from rottui.core.comparison import differences

    first = sides[reference]
    reasons = [_incomparable(first, side) for side in sides]
    others = [at for at, why in enumerate(reasons) if not why and at != reference]
    made = list(sides)
    if others:
        found = differences(_stacked(first), [_stacked(sides[at]) for at in others])
        for at, difference in zip(others, found, strict=True):
            made[at] = replace(sides[at], difference=difference, no_difference="")
    for at, why in enumerate(reasons):
        if why or at == reference:
            made[at] = replace(sides[at], difference=None, no_difference=why)
    return Comparison(tuple(made), reference)


def _incomparable(first: Side, side: Side) -> str:
    """Why there is no telling the two apart; empty if there is."""
    for one in (first, side):
        if not one.tested:
            return f"{one.letter} has no network yet"
    images = {run.images for run in (*first.tested, *side.tested)}
    return "" if len(images) == 1 else "they were tested on other images"


def _stacked(side: Side) -> SideErrors:
    import numpy as np

    from rottui.core.comparison import SideErrors

    seeds = {run.id: run.config.get("seed", 0) for run in side.runs}
    return SideErrors(
        tuple(seeds[run.run_id] for run in side.tested),
        np.stack([run.errors for run in side.tested]),
    )
