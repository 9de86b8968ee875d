"""The rows of the store as immutable values: what readers get and writers give."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rottui.store.states import State, Wish


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run as it is queued."""

    name: str
    config: Mapping[str, Any]
    """Plain JSON types; frozen at insertion."""
    epochs: int
    """Epochs planned."""
    until: int | None = None
    """The first rung of its sweep, in epochs; None: trains to the end."""


@dataclass(frozen=True, slots=True)
class EpochRow:
    """The metrics after one epoch; epoch 0 is before any training.

    A metric that is not finite is stored as NULL and read as NaN, and ``finite`` is False.
    """

    epoch: int
    step: int
    """Optimizer steps since the start of the run."""
    train_loss: float
    test_loss: float
    train_mae: float
    test_mae: float
    """Losses and MAEs in the target's own units, as in the experiment."""
    train_mae_deg: float
    test_mae_deg: float
    seconds: float
    """Wall time of the epoch's training and evaluation."""
    at: float
    """When it was committed, in seconds since 1970."""
    finite: bool = True
    train_circular_mae_deg: float = math.nan
    test_circular_mae_deg: float = math.nan
    """Mean error along the circle, in degrees; NaN, as the next three, for epochs of old stores."""
    test_median_deg: float = math.nan
    test_flips: float = math.nan
    """Share of test images whose error along the circle is above 135°, in 0..1."""
    test_axial_mae_deg: float = math.nan

    def measured(self, name: str) -> float | None:
        """The metric of that name; None where it was not taken, in an epoch of an old store.

        In an epoch that is not finite, NaN is what was measured.
        """
        value: float = getattr(self, name)
        return None if self.finite and math.isnan(value) else value


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the store has it now."""

    id: int
    uid: str
    """Unique across stores (UUID, hex)."""
    sweep_id: int | None
    name: str
    config: Mapping[str, Any]
    state: State
    wish: Wish | None
    """What a person wants of a running run and its worker has not done yet; ``pause`` of a run that
    waits at a rung holds it back when its sweep lets it go on."""
    position: float
    """Order in the queue: smaller is earlier."""
    epochs: int
    """Epochs planned."""
    epochs_done: int
    attempt: int
    """How often a worker has claimed it; the fencing token of that worker's writes."""
    threads: int | None
    """Threads it trains with, once it has been claimed."""
    worker: str | None
    error: str | None
    created_at: float
    started_at: float | None
    ended_at: float | None
    """Seconds since 1970."""
    seconds: float | None
    """Seconds an epoch, averaged over the last few."""
    last: EpochRow | None
    best: EpochRow | None
    """The epoch with the lowest test loss."""
    revision: int
    """Grows with every change of the run or its epochs, over the whole store."""
    reason: str | None = None
    """Why the run ended before its last planned epoch, if it did so in order."""
    baseline: Mapping[str, Mapping[str, float]] | None = None
    """Guess that looks at no image → metric → finite value, once the run has been measured."""
    until: int | None = None
    """The epoch at which it next waits for the other runs of its sweep; None: trains to the end."""
    priority: int = 0
    """Higher ones are trained first, whatever their position."""
    needs: tuple[int, ...] = ()
    """Ids of the runs that must be done before it is trained."""
    trashed_at: float | None = None
    """Since when it lies in the trash, in seconds since 1970."""
    parent_id: int | None = None
    """The run whose checkpoint it began with, if it is a fork."""
    parent_epoch: int | None = None
    tags: tuple[str, ...] = ()
    """A person's words for it, in alphabetical order."""
    notes: str = ""
    """What a person wrote of it; lines of plain text."""
    versions: Mapping[str, str] | None = None
    """Program or library → its version when the run was first claimed; None in older stores."""

    def guesses(self, metric: str) -> dict[str, float]:
        """What each guess of the baseline scores in ``test_mae_deg``, say; those that have it."""
        guesses = (self.baseline or {}).items()
        return {guess: values[metric] for guess, values in guesses if metric in values}

    @property
    def at_rung(self) -> bool:
        """Whether it waits for the other runs of its sweep, and not for a person."""
        return self.state is State.PAUSED and self.until == self.epochs_done


@dataclass(frozen=True, slots=True)
class Changes:
    """What has become of the runs since a revision."""

    revision: int
    """The store's, up to which these are all."""
    runs: tuple[RunRow, ...]
    """Those that are new or have changed."""
    count: int
    """How many runs there are: fewer than are known, and some have been purged."""


@dataclass(frozen=True, slots=True)
class SweepRow:
    """Runs that were queued together and differ in named settings."""

    id: int
    name: str
    created_at: float
    run_ids: tuple[int, ...]
    spec: Mapping[str, Any] | None = None
    """How the sweep was made, as plain JSON; None for sweeps of old stores."""
    kind: str = "sweep"
    """``sweep``, or ``group`` for runs that a person put together."""
    parallel: int | None = None
    """How many of its runs may train at the same time; None: any number."""
    paused: bool = False
    """Whether no further run of it is begun."""
    stop_on_failure: bool = False
    """Whether it is paused once one of its runs fails."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """How the runs of a sweep or group are begun, and how many are in which state."""

    id: int
    name: str
    kind: str
    """``sweep`` or ``group``."""
    states: Mapping[State, int]
    """Those that any of its runs is in; the trash is not counted."""
    parallel: int | None
    """How many of its runs may train at the same time; None: any number."""
    paused: bool
    """Whether no further run of it is begun."""
    stop_on_failure: bool
    """Whether it is paused once one of its runs fails."""


@dataclass(frozen=True, slots=True)
class RungRow:
    """How far a run of a halved sweep has come."""

    run_id: int
    state: State
    at_rung: bool
    """Whether it is paused because it waits for the other runs."""
    until: int | None
    epochs: int
    epochs_done: int
    losses: Mapping[int, float]
    """Epoch → test loss at the rungs that it has come to and at its last epoch; NaN if diverged."""


@dataclass(frozen=True, slots=True)
class RungMoves:
    """What becomes of the runs of a halved sweep that wait at a rung."""

    go_on: Mapping[int, tuple[int | None, str]]
    """Run id → the epoch to wait at next (None: none), and why it goes on."""
    end: Mapping[int, str]
    """Run id → why it is done where it waits."""

    def __bool__(self) -> bool:
        return bool(self.go_on or self.end)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file of weights and the row that vouches for it."""

    run_id: int
    kind: str
    """``last``, ``previous`` (the last but one) or ``best``."""
    epoch: int
    step: int
    file: str
    """Name inside the store's checkpoint folder."""
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened to a run."""

    run_id: int
    at: float
    """Seconds since 1970."""
    kind: str
    """Such as ``queued``, ``claimed``, ``released``, ``done``."""
    detail: str
    """A few words, or empty."""
    epoch: float | None = None
    """Where in the run's training it happened, in epochs and parts of one, if it has a place."""


@dataclass(frozen=True, slots=True)
class Steer:
    """Something that a person asked of a run under way."""

    id: int
    kind: str
    """``lr`` or ``checkpoint``."""
    value: float | None
    """The factor of the lr."""
    step: int | None
    """The step at which it took effect; None while it has not."""
    at: float
    """When it was asked, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A done run that is to be trained further, in place."""

    run: int
    epochs: int
    """Planned in all."""
    config: Mapping[str, Any]
    """The run's own but for the number of epochs."""
    detail: str
    """What its event says."""


@dataclass(frozen=True, slots=True)
class NewFork:
    """A run that goes on from a checkpoint of another one."""

    parent: int
    name: str
    config: Mapping[str, Any]
    epochs: int
    """Epochs planned in all, those before the fork counted."""
    epoch: int
    """Epochs completed at the checkpoint: so many are copied."""
    place: float
    """Where it stands, in epochs and parts of one."""
    detail: str
    """What its event says."""
    checkpoints: Mapping[str, tuple[int, int, bytes]]
    """Kind → epoch, step and bytes."""
    scales: tuple[tuple[int, float], ...] = ()
    """Step and factor of the scales of the lr that it takes over."""


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker that may hold runs, and the facts from which its life is derived."""

    id: str
    host: str
    boot: str
    pid: int
    pid_started: float
    """When its process started, in seconds since the machine did (Linux) or since 1970: tells a
    reused pid."""
    started_at: float
    beat_at: float
    program: str = ""
    """The command that its process was started as: ``launch``, ``work``, …"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to train a run; every write it makes carries it."""

    run: RunRow
    worker: str
    attempt: int


class Hold(StrEnum):
    """What can keep a queued run from being trained, the first of them where several do."""

    NEEDS = "needs"
    EVERYTHING = "everything"
    GROUP = "group"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Missing:
    """A run that must be done before another one, and is not."""

    id: int
    state: State | None
    """None: it was purged."""
    trashed: bool = False


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Why a queued run is not trained now."""

    by: Hold
    missing: tuple[Missing, ...] = ()
    """What it needs and is not done, by id."""
    for_good: bool = False
    """Whether it is never trained unless a person does something about what it needs."""
