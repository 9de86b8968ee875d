"""What a training tells its one consumer: immutable records, in order."""

from __future__ import annotations

from dataclasses import dataclass

from rottui.core.metrics import Metrics


@dataclass(frozen=True, slots=True)
class EpochDone:
    """An epoch was trained and measured; epoch 0 is measured before any training."""

    epoch: int
    step: int
    """Optimizer steps since the start of the run."""
    metrics: Metrics
    seconds: float
    """Wall time of the epoch's training and evaluation."""


@dataclass(frozen=True, slots=True)
class Diverged:
    """The metrics of the last ``EpochDone`` are not finite; nothing follows."""

    epoch: int
    step: int
    lr: float
    message: str
    """One sentence with epoch and learning rate."""


@dataclass(frozen=True, slots=True)
class StoppedEarly:
    """The test loss has not become lower for ``patience`` epochs; nothing follows."""

    epoch: int
    step: int
    message: str
    """One sentence with the best epoch."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """``should_stop()`` was true between two batches; the position is kept, nothing follows."""

    epoch: int
    """Epochs completed."""
    step: int


Event = EpochDone | Diverged | StoppedEarly | Stopped
