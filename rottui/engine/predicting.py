"""A stored run's network, ready to predict: the checkpoint, the config, and the data behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rottui.core.config import RunConfig
from rottui.errors import CheckpointError, ConfigError
from rottui.store.records import Checkpoint, RunRow
from rottui.store.runs import RunStore

if TYPE_CHECKING:
    from rottui.core.predictor import Predictor, TrainAngles

KINDS = ("best", "last")
"""The checkpoints that a person may ask for: that of the lowest test loss, and the newest."""


def config_of(run: RunRow) -> RunConfig:
    """The run's config.

    Raises:
        CheckpointError: the store's row is damaged, or of another version.
    """
    try:
        values: Any = run.config
        if not values:
            raise CheckpointError(f"run {run.id}: {run.error}")
        return RunConfig.from_dict(values)
    except ConfigError as error:
        raise CheckpointError(f"run {run.id} has a config that is not read here: {error}") from None


def chosen(run: RunRow, checkpoints: Sequence[Checkpoint], kind: str | None = None) -> Checkpoint:
    """The checkpoint of that kind; without a kind, the best, else the last.

    Raises:
        CheckpointError: the run has none, or none of that kind.
    """
    found = _in_order(checkpoints)
    for checkpoint in found:
        if kind in (None, checkpoint.kind):
            return checkpoint
    if found:
        there = ", ".join(checkpoint.kind for checkpoint in found)
        raise CheckpointError(f"run {run.id} has no {kind} checkpoint; it has {there}")
    raise CheckpointError(
        f"run {run.id} has no checkpoint yet; its state is {run.state}, and the first one comes "
        "seconds after its training begins"
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A network that is ready to predict, and the checkpoint that it is of."""

    predictor: Predictor
    checkpoint: Checkpoint
    wanted: Checkpoint
    """The one that was asked for; another one where its file is missing or damaged."""
    refused: str = ""
    """What is wrong with the one that was asked for, in one sentence; empty if nothing is."""


def predictor_of(
    store: RunStore,
    run: RunRow,
    kind: str | None = None,
    train_angles: TrainAngles | None = None,
) -> Found:
    """The network of a run's checkpoint; where its file is damaged, of the next one that is sound.

    A run that trains replaces its checkpoints: one that is gone when it is read is looked for anew.

    Raises:
        CheckpointError: there is none, none can be read, or it does not fit the run.
    """
    from rottui.core.predictor import Predictor

    config = config_of(run)
    kept = store.checkpoints(run.id)
    while True:
        wanted = chosen(run, kept, kind)
        others = [each for each in _in_order(kept) if each != wanted]
        refused: list[str] = []
        for checkpoint in (wanted, *others):
            try:
                data = store.read_checkpoint(checkpoint)
            except CheckpointError as error:
                refused.append(str(error))
                continue
            if refused and store.checkpoints(run.id) != kept:
                break  # the run has gone on since, and has newer ones
            predictor = Predictor.load(data, config, train_angles)
            return Found(predictor, checkpoint, wanted, refused[0] if refused else "")
        before, kept = kept, store.checkpoints(run.id)
        if before == kept:
            raise CheckpointError(refused[0])


def _in_order(checkpoints: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Those that predict, the first choice first."""
    found = {checkpoint.kind: checkpoint for checkpoint in checkpoints}
    return [found[kind] for kind in (*KINDS, "previous") if kind in found]
