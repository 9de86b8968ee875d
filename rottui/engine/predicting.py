"""A stored run's network, ready to predict: the checkpoint, the config, and the data behind it."""

from __future__ import annotations

from collections.abc import Sequence
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
    found = {checkpoint.kind: checkpoint for checkpoint in checkpoints}
    for wanted in (*KINDS, "previous") if kind is None else (kind,):
        if wanted in found:
            return found[wanted]
    if found:
        raise CheckpointError(f"run {run.id} has no {kind} checkpoint; it has {', '.join(found)}")
    raise CheckpointError(
        f"run {run.id} has no checkpoint yet; its state is {run.state}, and the first one comes "
        "seconds after its training begins"
    )


def predictor_of(
    store: RunStore,
    run: RunRow,
    kind: str | None = None,
    train_angles: TrainAngles | None = None,
) -> tuple[Predictor, Checkpoint]:
    """The network of a run's checkpoint, and which checkpoint that is.

    A run that trains replaces its checkpoints: one that is gone when it is read is looked for anew.

    Raises:
        CheckpointError: there is none, it cannot be read, or it does not fit the run.
    """
    from rottui.core.predictor import Predictor

    config = config_of(run)
    checkpoint = chosen(run, store.checkpoints(run.id), kind)
    while True:
        try:
            data = store.read_checkpoint(checkpoint)
            break
        except CheckpointError:
            newer = chosen(run, store.checkpoints(run.id), kind)
            if newer == checkpoint:
                raise
            checkpoint = newer
    return Predictor.load(data, config, train_angles), checkpoint
