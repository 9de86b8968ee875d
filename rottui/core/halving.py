"""Successive halving of a sweep: which epochs its runs wait at, and which of them go on (pure).

Every run trains to the first rung; the best ⌊n/η⌋ of them go on to the rung at η times as many
epochs, the best ⌊n/η²⌋ to the next, and the last ones to the end (Jamieson & Talwalkar 2016). 27
runs with η = 3 and rungs at 1, 3, 9 and 27 epochs cost 27 + 18 + 18 + 18 = 81 epochs instead of
729. Runs wait and go on, each as soon as that is sure, and nobody waits for the slowest of a rung
without need (ASHA: Li et al. 2020).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rottui.core.config import RunConfig, number_in
from rottui.errors import ConfigError, Problem

_COMPARED = ("target", "loss", "epochs")
"""Settings that the runs must share, or their test losses after equal epochs say nothing."""
_SAME_TEST_IMAGES = ("source", "path", "test_size", "angle_min", "angle_max", "seed")
"""The same, of the data."""


@dataclass(frozen=True, slots=True)
class Halving:
    """How a sweep is halved.

    Raises:
        ConfigError: a number that no halving can have.
    """

    eta: int = 3
    """One run in so many goes on from each rung."""
    min_epochs: int | None = None
    """Epochs of the first rung; None puts it as late as leaves one run at the end: early test
    losses say little of rates that learn late."""
    n_rungs: int | None = None
    """Rungs, the end of the training included; None: until one run is left."""

    def __post_init__(self) -> None:
        problems = []
        for name, low in (("eta", 2), ("min_epochs", 1), ("n_rungs", 2)):
            value = getattr(self, name)
            if value is None and name != "eta":
                continue
            if not isinstance(value, int) or isinstance(value, bool):
                problems.append(Problem(name, f"must be a whole number, not {value!r}"))
            elif value < low:
                problems.append(Problem(name, f"must be at least {low}, not {value}"))
        if problems:
            raise ConfigError(tuple(problems))

    def rungs(self, epochs: int, runs: int) -> tuple[int, ...]:
        """The epochs at which runs wait, rising; the last is ``epochs``, where they are done.

        From ``min_epochs`` each is ``eta`` times the one before; without it, each is the next one
        by ``eta``, rounded down, as in the rounds of equal cost of Jamieson & Talwalkar.

        Raises:
            ConfigError: so many epochs have no room for the rungs.
        """
        if epochs < 2:
            raise _refused("1 epoch has no room for a rung; halving needs two or more")
        count = self.n_rungs or max(1, _powers(self.eta, runs)) + 1
        if self.min_epochs is None:
            most = _powers(self.eta, epochs) + 1
            places = [max(1, epochs // self.eta**k) for k in reversed(range(1, min(count, 64)))]
            places = sorted({place for place in places if place < epochs})
        else:
            if self.min_epochs >= epochs:
                message = f"must lie before the last epoch, {epochs}"
                raise ConfigError((Problem("min_epochs", f"{message}, not at {self.min_epochs}"),))
            most = _powers(self.eta, (epochs - 1) // self.min_epochs) + 2
            places = [self.min_epochs * self.eta**k for k in range(min(count, most) - 1)]
        if self.n_rungs is not None and self.n_rungs > most:
            start = "" if self.min_epochs is None else f" from epoch {self.min_epochs}"
            message = f"{self.n_rungs} rungs by {self.eta}{start} do not fit into {epochs} epochs"
            raise ConfigError((Problem("n_rungs", f"{message}; at most {most} do"),))
        return (*places, epochs)

    def plan(self, configs: Sequence[RunConfig]) -> Plan:
        """The rungs of a sweep of these runs.

        Raises:
            ConfigError: they cannot be compared, or their epochs have no room for the rungs.
        """
        check_comparable(configs)
        rungs = self.rungs(configs[0].epochs, len(configs))
        return Plan(rungs, rung_sizes(self.eta, len(configs), len(rungs)))


@dataclass(frozen=True, slots=True)
class Plan:
    """The rungs of one sweep, fixed when it is made."""

    rungs: tuple[int, ...]
    """Epochs at which runs wait, rising; at the last one they are done."""
    sizes: tuple[int, ...]
    """How many runs may come to each."""

    @property
    def epochs(self) -> int:
        """Epochs that the whole sweep trains if no run ends by itself."""
        gaps = (rung - below for rung, below in zip(self.rungs, (0, *self.rungs[:-1]), strict=True))
        return sum(size * gap for size, gap in zip(self.sizes, gaps, strict=True))

    @property
    def label(self) -> str:
        """Such as ``27 runs to epoch 1, 9 to 3, 3 to 9, 1 to 27; 81 of 729 epochs``."""
        return self.label_of(self.sizes, self.epochs, self.sizes[0] * self.rungs[-1])

    def label_of(self, came: Sequence[int], trained: int, planned: int) -> str:
        """The same of the runs that did come to each rung, and of the epochs trained."""
        (runs, epoch), *rest = zip(came, self.rungs, strict=True)
        parts = [f"{runs} runs to epoch {epoch}", *(f"{n} to {to}" for n, to in rest)]
        return f"{', '.join(parts)}; {trained:,} of {planned:,} epochs"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"rungs": list(self.rungs), "sizes": list(self.sizes)}

    @classmethod
    def from_dict(cls, values: object) -> Plan:
        """The plan of ``to_dict()``.

        Raises:
            ConfigError: it is damaged.
        """
        table = values if isinstance(values, Mapping) else {}
        rungs, sizes = _counts(table.get("rungs")), _counts(table.get("sizes"))
        if not rungs or len(rungs) != len(sizes) or list(rungs) != sorted(set(rungs)):
            raise _refused("the plan of the sweep is damaged")
        return cls(rungs, sizes)


def _counts(value: object) -> tuple[int, ...]:
    """The list as whole numbers above 0; empty if it is none."""
    sound = isinstance(value, list) and all(type(n) is int and n >= 1 for n in value)
    return tuple(value) if sound and isinstance(value, list) else ()


def _powers(base: int, number: int) -> int:
    """The largest k with base^k at most the number."""
    k = 0
    while base ** (k + 1) <= number:
        k += 1
    return k


def rung_sizes(eta: int, runs: int, n_rungs: int) -> tuple[int, ...]:
    """How many of ``runs`` may come to each rung: ⌊n/η^k⌋, but one run always goes on."""
    return tuple(max(1, runs // eta**k) for k in range(n_rungs))


def parse_halving(text: str) -> Halving | None:
    """The halving of ``3`` (eta) or ``3, 1`` (eta, epochs of the first rung); none of no text.

    Raises:
        ConfigError: other words than ``on`` and ``off``, or numbers that no halving can have.
    """
    if text.strip().lower() in ("on", "off"):
        return Halving() if text.strip().lower() == "on" else None
    numbers = [number_in(part) for part in re.split(r"[,;\s]+", text) if part]
    if not 0 <= len(numbers) <= 2 or any(isinstance(number, str) for number in numbers):
        raise _refused("give 3 for the best third, or 3, 1 with the first rung at epoch 1")
    return Halving(*numbers) if numbers else None  # type: ignore[arg-type]  # checked there


def check_comparable(configs: Sequence[RunConfig]) -> None:
    """Refuse to halve runs that are too few or whose test losses cannot be compared.

    Raises:
        ConfigError: with the settings that differ.
    """
    if len(configs) < 2:
        raise _refused("one run has nothing to be compared with; halving needs two or more")
    first = configs[0]
    differ = [
        *(name for name in _COMPARED if any(_differ(first, other, name) for other in configs)),
        *(
            f"data.{name}"
            for name in _SAME_TEST_IMAGES
            if any(_differ(first.data, other.data, name) for other in configs)
        ),
    ]
    if differ:
        raise _refused(
            f"the runs differ in {' and '.join(differ)}, and halving compares test losses after "
            "equal epochs; sweep that without halving"
        )


def _differ(one: object, other: object, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _refused(message: str) -> ConfigError:
    return ConfigError((Problem("halving", message),))


# --- which runs go on ----------------------------------------------------------------------------


class Standing(Enum):
    """What can still become of a run of the sweep."""

    TRAINS = "trains"
    """Queued, running, or held back by a person: it may still come to its rung."""
    WAITS = "waits"
    """It has come to its rung and waits there."""
    ENDED = "ended"
    """It was trained to its end, or stopped early: it keeps its last loss and its place."""
    OUT = "out"
    """It diverged, failed, or was cancelled."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A run of the sweep as halving sees it."""

    id: int
    standing: Standing
    losses: tuple[float, ...]
    """Test loss at each rung that it has come to; one that ended keeps its last for its rung."""
    rung: int
    """Index of the rung that it trains towards or waits at."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands among those that have come to a rung."""

    rung: int
    loss: float
    place: int
    """1 is the best."""
    of: int
    """Runs that have come to the rung so far."""
    go_on: int
    """How many go on from there."""

    @property
    def sentence(self) -> str:
        """Such as ``test loss 0.91 was 5th of 9``."""
        return f"test loss {self.loss:.4g} was {ordinal(self.place)} of {self.of}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from how the runs stand."""

    promoted: Mapping[int, Place]
    """Runs that wait and go on now, best first."""
    stopped: Mapping[int, Place | None]
    """Runs that end where they wait, once no other can come to a rung any more; None: a loss that
    is not a number has no place."""


def decide(contenders: Sequence[Contender], sizes: Sequence[int]) -> Decision:
    """Who goes on, and who ends, as the runs stand now.

    A run goes on from rung k as soon as it is *certain* to be among the best m = ``sizes[k + 1]``
    of all that will ever come to that rung: as soon as its place plus the number of runs that may
    still come is at most m. ASHA's own rule, among the best ⌊(come so far)/η⌋, may let runs through
    that later ones beat, so that more than m go on, and which of them depends on who was quick.
    Here the population is fixed, and ``place + may still come`` never grows: a run that comes to
    the rung takes at most one place and is one fewer to come, and one that drops out is replaced
    from below by at most one. So no rung lets more than m through, and which ones, the epochs they
    cost and the best run are the same with any number of workers and in any order. The price: the
    last runs of a rung must be awaited where only they can decide.

    A run that is out takes no place at the last rung that it came to: the next best goes on in its
    stead, so that the sweep ends with a trained run even if the quickest learner diverges. Equal
    losses are ordered by id; a loss that is not a number has no place. A run that a person lets go
    on by hand does so beside the best m, and then competes like any other.
    """
    promoted: dict[int, Place] = {}
    places: dict[int, Place] = {}
    carried: list[Contender] = []
    may_come = 0
    for rung, go_on in enumerate((*sizes[1:], 0)):
        may_come += sum(run.rung == rung and run.standing is Standing.TRAINS for run in contenders)
        ranked = sorted(
            [*(run for run in contenders if _came_to(run, rung)), *carried],
            key=lambda run: (_loss_at(run, rung), run.id),
        )
        carried, waited = [], 0
        for number, run in enumerate(ranked, start=1):
            if run.rung > rung or run.standing is Standing.OUT:
                continue  # has left this rung
            place = places[run.id] = Place(rung, _loss_at(run, rung), number, len(ranked), go_on)
            if number + may_come > go_on:
                continue
            if run.standing is Standing.ENDED:
                carried.append(run)
            else:
                promoted[run.id] = place
                waited += 1
        # each that is still to come here can let at most one more through, itself or another
        may_come += waited
    over = not promoted and all(run.standing is not Standing.TRAINS for run in contenders)
    stopped = [run.id for run in contenders if over and run.standing is Standing.WAITS]
    return Decision(promoted, {run_id: places.get(run_id) for run_id in stopped})


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``, ``21st``."""
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _came_to(run: Contender, rung: int) -> bool:
    """Whether the run takes a place at the rung."""
    if len(run.losses) <= rung or math.isnan(run.losses[rung]):
        return False
    return not (run.standing is Standing.OUT and len(run.losses) == rung + 1)


def _loss_at(run: Contender, rung: int) -> float:
    return run.losses[min(rung, len(run.losses) - 1)]
