"""When the queue will be empty, and when with another number of workers (pure).

So many workers take runs as the store's claims would: by priority and place, of each group as many
at once as may be, of a halved sweep the lowest rung first, and runs that need others after those.
What a run costs is told by ``paces``; it changes with the number of runs in training beside it.

Runs are counted to their last epoch: whether one will stop early or diverge is not known. Of a
halved sweep as many go on from each rung as its plan says; which they will be is not known, so that
a run's own times are those to its next rung.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rottui.engine.later_rungs import later_stretches
from rottui.engine.paces import Basis, Pace, Paces
from rottui.store.groups import NO, NOW
from rottui.store.outlook import GroupRules, Outlook, UnfinishedRun
from rottui.store.states import State, Wish


class Span(NamedTuple):
    """When a run will train, in seconds from now."""

    start: float
    end: float
    basis: Basis
    """How its pace was found."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected of a queue."""

    workers: int
    """As many train."""
    cores: int
    """Of this machine: more workers than these train no faster."""
    seconds: float | None = None
    """Until all runs have ended that can be told; None if none can, or none is left."""
    assumed: bool = False
    """Whether it is assumed how much runs slow each other down."""
    spans: Mapping[int, Span] = field(default_factory=dict)
    """Run → when it will train."""
    unknown: tuple[int, ...] = ()
    """Runs that nothing measured is like, and those that need them, or others beyond a rung."""
    held: tuple[int, ...] = ()
    """Runs that a person has to let go on: paused, in a paused group, in need of a failed one."""
    held_seconds: float | None = None
    """Training that the held ones need, one after the other; None if unknown of any."""
    to_rung: int = 0
    """Of the runs with a span, how many may go on beyond it, which nothing foretells."""
    others: Mapping[int, Total] = field(default_factory=dict)
    """Number of workers → what it would be with as many."""


class Total(NamedTuple):
    """How long the queue takes with some number of workers."""

    seconds: float
    assumed: bool
    """As of a forecast."""


def forecast(outlook: Outlook, workers: int, cores: int) -> Forecast:
    """What is to be expected of a queue that so many workers train on so many cores."""
    paces = Paces(outlook.paces, cores)
    held, unknown, runs = _sorted_out(outlook, paces)
    totals: dict[int, Total] = {}
    spans: Mapping[int, Span] = {}
    foreseen, followed = _with_later_rungs(outlook, runs)
    for count in sorted({workers, *_counts(cores)}):
        simulated = _Simulation(foreseen, outlook.groups, paces, count, cores)
        simulated.run()
        totals[count] = Total(simulated.now, simulated.assumed)
        if count == workers:
            spans = {run.id: simulated.spans[run.id] for run in runs if run.id in simulated.spans}
    held += [run for run in runs if run.id not in spans]
    return Forecast(
        workers,
        cores,
        seconds=totals[workers].seconds if spans else None,
        assumed=totals[workers].assumed,
        spans=spans,
        unknown=tuple(unknown),
        held=tuple(run.id for run in held),
        held_seconds=_work(held, paces),
        to_rung=sum(run.rung is not None and run.group not in followed for run in runs),
        others={count: total for count, total in totals.items() if count != workers and spans},
    )


def _counts(cores: int) -> list[int]:
    """Numbers of workers to tell of: up to four each, then powers of two up to the cores."""
    counts = [1, 2, 3, 4]
    while counts[-1] * 2 <= cores:
        counts.append(counts[-1] * 2)
    return counts


def _sorted_out(
    outlook: Outlook, paces: Paces
) -> tuple[list[UnfinishedRun], list[int], list[UnfinishedRun]]:
    """The runs that are held back, those of unknown pace by id, and those that will train."""
    held = {run.id for run in outlook.runs if _is_held(run, outlook)}
    leaving = {run.id for run in outlook.runs if run.wish is Wish.CANCEL}
    waiting = {run.id for run in outlook.runs if run.at_rung} - held
    unknown = {run.id for run in outlook.runs if run.left and paces.of(run, 1, 1) is None}
    unknown -= held | leaving
    done_some_day = {run.id for run in outlook.runs} - leaving
    lost = {run.id for run in outlook.runs if not done_some_day.issuperset(run.needs)}
    held |= lost
    held = (held | _dependents(held, outlook.runs)) - leaving
    unfinished = {run.id for run in outlook.runs if run.rung is not None}
    unknown = (unknown | _dependents(unknown | unfinished, outlook.runs)) - held - leaving
    gone = held | unknown | leaving | waiting
    return (
        [run for run in outlook.runs if run.id in held],
        [run.id for run in outlook.runs if run.id in unknown],
        [run for run in outlook.runs if run.id not in gone],
    )


def _with_later_rungs(
    outlook: Outlook, runs: Sequence[UnfinishedRun]
) -> tuple[list[UnfinishedRun], set[int]]:
    """The runs, with stand-ins for what halved sweeps will train later; the sweeps that have them.

    Not those of a sweep of which a run is held back or unknown: when it goes on, nobody knows.
    """
    simulated = {run.id for run in runs}
    members: dict[int, list[UnfinishedRun]] = defaultdict(list)
    for run in outlook.runs:
        if run.group is not None and run.group in outlook.halved:
            members[run.group].append(run)
    foreseen, followed = list(runs), set()
    lowest = 0
    for group, mine in members.items():
        stretches = later_stretches(outlook.halved[group], mine, lowest - 1)
        if stretches is not None and all(run.id in simulated or run.at_rung for run in mine):
            lowest -= len(stretches)
            foreseen += stretches
            followed.add(group)
    last_of = {run.group: place for place, run in enumerate(outlook.runs)}
    place_of = {run.id: place for place, run in enumerate(outlook.runs)}
    foreseen.sort(key=lambda run: place_of.get(run.id, last_of[run.group]))
    return foreseen, followed


def _is_held(run: UnfinishedRun, outlook: Outlook) -> bool:
    group = _rules(run.group, outlook.groups)
    if run.state is State.RUNNING:
        return run.wish is Wish.PAUSE or NOW in (outlook.paused, group.paused)
    if run.state is State.PAUSED:
        return not run.at_rung or run.wish is Wish.PAUSE
    return outlook.paused != NO or group.paused != NO


def _dependents(ids: Collection[int], runs: Iterable[UnfinishedRun]) -> set[int]:
    """The runs that wait for these, and those that wait for them."""
    waiting: dict[int, list[int]] = defaultdict(list)
    for run in runs:
        for needed in run.needs:
            waiting[needed].append(run.id)
    found: set[int] = set()
    ahead = list(ids)
    while ahead:
        for run_id in waiting[ahead.pop()]:
            if run_id not in found:
                found.add(run_id)
                ahead.append(run_id)
    return found


def _work(runs: Iterable[UnfinishedRun], paces: Paces) -> float | None:
    """Seconds that the runs would take one after the other; None if unknown of any."""
    total = 0.0
    for run in runs:
        pace = paces.of(run, 1, 1)
        if pace is None:
            return None
        total += run.left * pace.seconds
    return total


def _rules(group: int | None, groups: Mapping[int, GroupRules]) -> GroupRules:
    return GroupRules() if group is None else groups.get(group, GroupRules())


class _Simulation:
    """Workers that take runs of a queue until none is left that they may take."""

    def __init__(
        self,
        runs: Sequence[UnfinishedRun],
        groups: Mapping[int, GroupRules],
        paces: Paces,
        workers: int,
        cores: int,
    ) -> None:
        self.now = 0.0
        """Seconds from the start."""
        self.assumed = False
        self.spans: dict[int, Span] = {}
        self._workers = workers
        self._threads = max(1, cores // workers)
        self._paces = paces
        self._groups = groups
        self._order = {run.id: place for place, run in enumerate(runs)}
        self._runs = {run.id: run for run in runs}
        self._left: dict[int, float] = {}
        """Run in training → epochs that it has ahead of it."""
        self._begun: dict[int, tuple[float, Basis]] = {}
        self._training: dict[int | None, int] = defaultdict(int)
        """Group → how many of its runs are in training."""
        self._ready: dict[int | None, list[tuple[float, int, int]]] = defaultdict(list)
        """Group → heap of (rung, order, id) of its runs that need no other any more."""
        self._offers: list[tuple[int, int]] = []
        """Heap of (order, id) of runs that were first in their group; some are out of date."""
        self._needs = {run.id: set(run.needs) for run in runs if run.needs}
        self._needed_by: dict[int, list[int]] = defaultdict(list)
        for run in runs:
            for needed in run.needs:
                self._needed_by[needed].append(run.id)

    def run(self) -> None:
        """Until nothing is in training and nothing can be begun."""
        for run in self._runs.values():
            if run.state is State.RUNNING and len(self._left) < self._workers:
                self._begin(run)
            elif not run.needs or run.state is State.RUNNING:
                self._put(run)
        self._take()
        while self._left:
            self._go_on()
            self._take()

    def _put(self, run: UnfinishedRun) -> None:
        rung = float("inf") if run.rung is None else run.rung
        heapq.heappush(self._ready[run.group], (rung, self._order[run.id], run.id))
        self._offer(run.group)

    def _offer(self, group: int | None) -> None:
        """Let the group's first run compete with those of other groups."""
        if self._ready[group]:
            _, order, run_id = self._ready[group][0]
            heapq.heappush(self._offers, (order, run_id))

    def _take(self) -> None:
        """Every idle worker takes the first run that may be begun."""
        while self._offers and len(self._left) < self._workers:
            _, run_id = heapq.heappop(self._offers)
            run = self._runs[run_id]
            ready = self._ready[run.group]
            if not ready or ready[0][2] != run_id or not self._has_room(run.group):
                continue  # it is offered again once that has changed
            heapq.heappop(ready)
            self._begin(run)
            self._offer(run.group)

    def _has_room(self, group: int | None) -> bool:
        parallel = _rules(group, self._groups).parallel
        return parallel is None or self._training[group] < parallel

    def _begin(self, run: UnfinishedRun) -> None:
        self._left[run.id] = float(run.left)
        self._training[run.group] += 1

    def _go_on(self) -> None:
        """To the next moment at which a run ends."""
        paces = {run_id: self._pace(run_id) for run_id in self._left}
        for run_id, pace in paces.items():
            self._begun.setdefault(run_id, (self.now, pace.basis))
            self.assumed |= pace.assumed
        ends = {run_id: left * paces[run_id].seconds for run_id, left in self._left.items()}
        step = min(ends.values())
        self.now += step
        for run_id, pace in paces.items():
            self._left[run_id] -= step / pace.seconds
        for run_id, end in ends.items():
            if end <= step * SAME:
                self._end(run_id)

    def _pace(self, run_id: int) -> Pace:
        pace = self._paces.of(self._runs[run_id], len(self._left), self._threads)
        # A run with nothing left may be one whose pace nobody knows: it ends at once.
        return Pace(1.0, Basis.OWN, False) if pace is None else pace

    def _end(self, run_id: int) -> None:
        run = self._runs[run_id]
        start, basis = self._begun[run_id]
        self.spans[run_id] = Span(start, self.now, basis)
        del self._left[run_id]
        self._training[run.group] -= 1
        self._offer(run.group)
        for waiting in self._needed_by[run_id]:
            self._needs[waiting].discard(run_id)
            if not self._needs[waiting]:
                self._put(self._runs[waiting])


SAME = 1 + 1e-9
"""Two moments that differ by less are one: what lies between them is rounding."""
