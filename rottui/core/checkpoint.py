"""The bytes of a checkpoint: made here, kept by the store, read with ``weights_only=True``."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, replace
from typing import Any

import torch

from rottui.core.config import RunConfig
from rottui.errors import CheckpointError

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Position:
    """Where a training stands, to the batch."""

    epoch: int = 0
    """Epochs completed."""
    batch: int = 0
    """Batches completed of the epoch under way."""
    step: int = 0
    """Optimizer steps since the start of the run."""
    reported: int = -1
    """The last epoch whose metrics were given out."""
    seconds: float = 0.0
    """Wall time spent on the epoch under way."""
    best_loss: float = math.inf
    """The lowest test loss so far."""
    best_epoch: int = 0
    """The first epoch that had it."""

    def next_batch(self) -> Position:
        """After one more batch."""
        return replace(self, batch=self.batch + 1, step=self.step + 1)

    def next_epoch(self) -> Position:
        """At the end of the epoch under way."""
        return replace(self, epoch=self.epoch + 1, batch=0)

    def later(self, seconds: float) -> Position:
        """The same place, with more time spent on the epoch."""
        return replace(self, seconds=self.seconds + seconds)

    def measured(self, test_loss: float) -> Position:
        """After the metrics of the completed epoch were taken."""
        after = replace(self, reported=self.epoch, seconds=0.0)
        if test_loss < self.best_loss:
            return replace(after, best_loss=test_loss, best_epoch=self.epoch)
        return after


@dataclass(frozen=True, slots=True)
class TrainingState:
    """What a training needs to go on as if nothing had happened."""

    config: Mapping[str, Any]
    network: Mapping[str, Any]
    optimizer: dict[str, Any]
    position: Position
    learner: str = "autograd"
    """What took the steps; another one goes on with the same mathematics and other rounding."""
    target: Mapping[str, float] | None = None
    """The target's numbers, from the train split's angles; None in checkpoints of old versions."""

    def to_bytes(self) -> bytes:
        """A file that ``torch.load`` reads."""
        buffer = io.BytesIO()
        torch.save(
            {
                "schema": SCHEMA,
                "torch": str(torch.__version__),
                "config": dict(self.config),
                "network": dict(self.network),
                "optimizer": self.optimizer,
                "position": asdict(self.position),
                "learner": self.learner,
                "target": None if self.target is None else dict(self.target),
            },
            buffer,
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> TrainingState:
        """Read what ``to_bytes`` made; no code in it is ever run.

        Raises:
            CheckpointError: damaged, not a checkpoint of ours, or from a newer version.
        """
        try:
            if not zipfile.is_zipfile(io.BytesIO(data)):  # PyTorch would read a bare pickle, too
                raise zipfile.BadZipFile
            values = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        except Exception as error:  # damaged bytes raise whatever they lead to
            raise CheckpointError(
                "the checkpoint is damaged, or holds more than weights and is refused"
            ) from error
        if not isinstance(values, dict) or not isinstance(values.get("schema"), int):
            raise CheckpointError("this file is not a checkpoint of rottui")
        if values["schema"] > SCHEMA:
            raise CheckpointError(
                f"the checkpoint has format {values['schema']}, newer than this version reads"
            )
        try:
            position = Position(**values["position"])
            state = cls(
                values["config"],
                values["network"],
                values["optimizer"],
                position,
                str(values.get("learner", "autograd")),
                values.get("target"),
            )
        except (KeyError, TypeError):
            raise CheckpointError("the checkpoint lacks parts; it is damaged") from None
        parts = (state.config, state.network, state.optimizer, state.target or {})
        if not all(isinstance(part, dict) for part in parts) or not all(
            isinstance(number, int | float) for number in astuple(position)
        ):
            raise CheckpointError("the checkpoint's parts are none of ours; it is damaged")
        return state

    def check_fits(self, config: RunConfig) -> None:
        """Refuse a checkpoint of another network, target or optimizer.

        Raises:
            CheckpointError: naming the first setting that differs.
        """
        wanted = config.to_dict()
        for name in ("network", "target", "loss", "optimizer", "precision"):
            # Checkpoints from before a setting was there were made with what is its default now.
            default = RunConfig.model_fields[name].default
            found = self.config.get(name, default)
            if found != wanted[name]:
                raise CheckpointError(
                    f"the checkpoint is of another run: its {name} is {found}, not {wanted[name]}"
                )
