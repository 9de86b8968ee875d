"""What is left to do in the queue, and how long epochs took so far: what a forecast is made of.

A run's pace is the mean of its last few epochs, without the very first, in which code is compiled.
How many runs trained beside it then is not written anywhere; it is counted from the events, which
tell when each run was claimed and let go of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rottui.store.connection import Connections
from rottui.store.groups import NO
from rottui.store.reading import Reader, config_of
from rottui.store.soundness import state_of
from rottui.store.states import State, Wish
from rottui.store.work import RECENT

ENOUGH = 20
"""Runs of one shape, measured under like conditions, that are read: the newest ones."""


@dataclass(frozen=True, slots=True)
class MeasuredPace:
    """How long an epoch of a run took."""

    shape: str
    """What decides it, as JSON: the values of ``SHAPE`` in the run's config, in that order."""
    seconds: float
    """An epoch, mean of the last few but the run's first."""
    steps: float
    """Steps an epoch."""
    threads: int
    at_once: int
    """How many runs were in training then, it among them."""


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run that is in training, queued or paused, in the order in which runs are begun."""

    id: int
    state: State
    wish: Wish | None
    shape: str
    """As of a pace; empty where the config is damaged."""
    left: int
    """Epochs to its end, or to its next rung."""
    rung: int | None
    """The epoch at which it next waits for its sweep, of which lower ones are begun first."""
    at_rung: bool
    """Whether it waits for the other runs of its sweep, and not for a person."""
    group: int | None
    threads: int | None
    """Those of its first claim, which it keeps."""
    pace: MeasuredPace | None = None
    """Its own, once it has trained an epoch."""
    needs: tuple[int, ...] = ()
    """Runs that are not done, for which it waits."""


@dataclass(frozen=True, slots=True)
class GroupRules:
    """How the runs of a group are begun."""

    parallel: int | None = None
    """How many of them may train at the same time; None: any number."""
    paused: int = NO


@dataclass(frozen=True, slots=True)
class HalvedSweep:
    """A sweep whose runs wait for each other at rungs."""

    plan: object
    """What its spec says of that, as JSON values."""
    standing: tuple[tuple[int | None, int], ...]
    """Rung that they go to, wait at or ended at (None: the end), and how many runs; those that
    failed or were cancelled leave their place to others."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The unfinished runs of a store and every measured pace, at one moment."""

    runs: tuple[UnfinishedRun, ...] = ()
    paces: tuple[MeasuredPace, ...] = ()
    groups: Mapping[int, GroupRules] = field(default_factory=dict)
    """Those that hold runs back, or limit how many train at the same time."""
    paused: int = NO
    """Whether, and how, everything is."""
    halved: Mapping[int, HalvedSweep] = field(default_factory=dict)
    """Sweeps of which a run is on its way to a rung, or waits there."""


class Outlooks(Reader):
    """Reads what a forecast needs; thousands of measured runs are told apart in SQL."""

    _connections: Connections

    def outlook(self) -> Outlook:
        """The queue and the paces now; no paces if nothing is left to do."""
        with self._connections.reading() as db:
            cursor = db.cursor()
            cursor.row_factory = None
            unfinished = cursor.execute(_UNFINISHED).fetchall()
            measured = cursor.execute(_PACES, (ENOUGH,)).fetchall() if unfinished else []
            needs = cursor.execute(_NEEDS).fetchall() if unfinished else []
            groups = cursor.execute(_GROUPS).fetchall()
            paused = cursor.execute(_PAUSED).fetchone()
            standings = cursor.execute(_STANDINGS).fetchall()
        needs_of: dict[int, tuple[int, ...]] = {}
        for run_id, needed in needs:
            needs_of[run_id] = (*needs_of.get(run_id, ()), needed)
        pace_of = {run_id: MeasuredPace(*pace) for run_id, _, *pace in measured}
        return Outlook(
            runs=tuple(
                _unfinished(row, pace_of.get(row[0]), needs_of.get(row[0], ()))
                for row in unfinished
                if _is_sound(row)
            ),
            paces=tuple(pace_of[run_id] for run_id, place, *_ in measured if place <= ENOUGH),
            groups={group: GroupRules(*rules) for group, *rules in groups},
            paused=NO if paused is None else paused[0],
            halved=_halved(standings),
        )


SHAPE = (
    "device",
    "precision",
    "network",
    "target",
    "optimizer",
    "batch_size",
    "data.source",
    "data.path",
    "data.train_size",
    "data.test_size",
)
"""The settings of a config on which the length of an epoch depends."""

_SHAPE = (
    "CASE WHEN json_valid(r.config) THEN json_extract(r.config, "
    + ", ".join(f"'$.{name}'" for name in SHAPE)
    + ") ELSE '' END"
)
_WISHES = frozenset(map(str, Wish))
_LEFT = "r.state IN ('running', 'queued', 'paused') AND r.trashed_at IS NULL"
_ENDINGS = ", ".join(f"'{kind}'" for kind in ("released", "recovered", *sorted(set(State))))
_PACES = f"""
WITH held AS (
    SELECT kind, at AS begun, lead(at) OVER (PARTITION BY run_id ORDER BY id) AS ended
    FROM events WHERE kind = 'claimed' OR kind IN ({_ENDINGS})
),
measured AS (
    SELECT r.id, CASE WHEN typeof(f.seconds) = 'real' AND f.seconds < r.seconds * e.epoch
            THEN (r.seconds * e.epoch - f.seconds) / (e.epoch - 1) ELSE r.seconds END AS seconds,
        e.step * 1.0 / e.epoch AS steps, coalesce(r.threads, 1) AS threads,
        e.at, e.at - r.seconds * min({RECENT}, e.epoch) / 2.0 AS middle
    FROM runs r JOIN epochs e ON e.run_id = r.id AND e.epoch = r.epochs_done
    LEFT JOIN epochs f ON f.run_id = r.id AND f.epoch = 1 AND e.epoch BETWEEN 2 AND {RECENT}
    WHERE typeof(r.seconds) = 'real' AND r.seconds > 0 AND r.seconds < 1e9
        AND typeof(e.step) = 'integer' AND typeof(e.at) = 'real' AND e.epoch BETWEEN 1 AND e.step
        AND typeof(coalesce(r.threads, 1)) = 'integer'
),
moments AS (
    SELECT begun AS at, 1 AS more, NULL AS id FROM held WHERE kind = 'claimed'
    UNION ALL SELECT ended, -1, NULL FROM held WHERE kind = 'claimed' AND ended IS NOT NULL
    UNION ALL SELECT middle, 0, id FROM measured
),
counted AS (
    SELECT id, sum(more) OVER (ORDER BY at ROWS UNBOUNDED PRECEDING) AS at_once FROM moments
),
shaped AS (
    SELECT m.id, {_SHAPE} AS shape, m.seconds, m.steps, m.threads, m.at,
        max(1, c.at_once) AS at_once, {_LEFT} AS is_left
    FROM counted c JOIN measured m ON m.id = c.id JOIN runs r ON r.id = m.id
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY shape, threads, at_once ORDER BY at DESC) AS place
    FROM shaped WHERE shape <> ''
)
SELECT id, place, shape, seconds, steps, threads, at_once FROM ranked
WHERE place <= ? OR is_left
"""
"""Paces of the newest runs of each shape and of all unfinished ones.

Beside each stands how many runs had been claimed and not let go of in the middle of its epochs.
"""
_UNFINISHED = f"""
SELECT r.id, r.state, r.wish, {_SHAPE}, r.epochs, r.epochs_done, r.until, r.sweep_id, r.threads
FROM runs r WHERE {_LEFT} ORDER BY r.priority DESC, r.position, r.id
"""
_NEEDS = """
SELECT n.run_id, n.needs FROM needs n LEFT JOIN runs p ON p.id = n.needs
WHERE p.state IS NOT 'done'
"""
_GROUPS = """
SELECT id, CAST(parallel AS INTEGER), CAST(paused AS INTEGER) FROM sweeps
WHERE parallel IS NOT NULL OR paused <> 0
"""
_PAUSED = "SELECT CAST(value AS INTEGER) FROM settings WHERE key = 'paused'"

_STANDINGS = f"""
SELECT s.id, s.spec, CAST(o.until AS INTEGER), count(*)
FROM sweeps s JOIN runs o ON o.sweep_id = s.id AND o.trashed_at IS NULL
    AND o.state NOT IN ('failed', 'cancelled')
WHERE s.id IN (SELECT r.sweep_id FROM runs r WHERE {_LEFT} AND r.until IS NOT NULL)
GROUP BY s.id, o.until
"""


def _halved(rows: list[tuple[Any, ...]]) -> dict[int, HalvedSweep]:
    standing: dict[int, list[tuple[int | None, int]]] = {}
    specs = {}
    for sweep, spec, until, count in rows:
        standing.setdefault(sweep, []).append((until, count))
        specs[sweep] = spec
    return {
        sweep: HalvedSweep((config_of(spec) or {}).get("halving"), tuple(standing[sweep]))
        for sweep, spec in specs.items()
    }


def _is_sound(row: tuple[Any, ...]) -> bool:
    """Whether its numbers are whole; a damaged run fails at once when it is claimed."""
    epochs, done, *maybe = row[4:]
    if not (isinstance(epochs, int) and isinstance(done, int)):
        return False
    return all(value is None or isinstance(value, int) for value in maybe)


def _unfinished(
    row: tuple[Any, ...], pace: MeasuredPace | None, needs: tuple[int, ...]
) -> UnfinishedRun:
    (run_id, state, wish, shape, epochs, done, rung, group, threads) = row
    return UnfinishedRun(
        run_id,
        state_of(state),
        Wish(wish) if wish in _WISHES else None,
        shape,
        max(0, (epochs if rung is None else rung) - done),
        rung,
        state == State.PAUSED and rung == done,
        group,
        threads,
        pace,
        needs,
    )
