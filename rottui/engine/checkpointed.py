"""The run that a checkpoint is of, by its bytes: for a store that has lost the run's row."""

from __future__ import annotations

from rottui.core.config import RunConfig
from rottui.errors import CheckpointError, ConfigError
from rottui.store.records import NewRun


def run_in(data: bytes) -> NewRun | None:
    """The run with the checkpoint's config, under the name that such a run gets; None if damaged.

    Nothing in the bytes is ever run.
    """
    from rottui.core.checkpoint import TrainingState

    try:
        config = RunConfig.from_dict(TrainingState.from_bytes(data).config)
    except (CheckpointError, ConfigError):
        return None
    return NewRun(config.default_name, config.to_dict(), config.epochs)
