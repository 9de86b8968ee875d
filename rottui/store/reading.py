"""What readers ask of the store, and how rows become records."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from rottui.errors import StoreError
from rottui.store.connection import Connections
from rottui.store.plain import plain, plain_in
from rottui.store.records import Changes, Checkpoint, EpochRow, EventRow, RunRow, SweepRow
from rottui.store.soundness import LATEST, Runs, mended_epoch, state_of
from rottui.store.states import State, Wish
from rottui.store.thinning import telling_epochs

METRICS = (
    "train_loss",
    "test_loss",
    "train_mae",
    "test_mae",
    "train_mae_deg",
    "test_mae_deg",
    "train_circular_mae_deg",
    "test_circular_mae_deg",
    "test_median_deg",
    "test_flips",
    "test_axial_mae_deg",
)
COUNTED = 6
"""How many of them, from the first, every epoch has: one that is not finite marks the epoch."""
_EPOCH_COLUMNS = ("epoch", "step", *METRICS, "seconds", "at", "finite")

_RUN_COLUMNS = (
    "id",
    "uid",
    "sweep_id",
    "name",
    "config",
    "state",
    "wish",
    "position",
    "epochs",
    "epochs_done",
    "attempt",
    "threads",
    "worker",
    "error",
    "created_at",
    "started_at",
    "ended_at",
    "seconds",
    "revision",
    "reason",
    "baseline",
    "until",
    "priority",
    "trashed_at",
    "parent_id",
    "parent_epoch",
    "notes",
    "versions",
)
_SELECT_RUNS = f"""
SELECT {", ".join(f"r.{name}" for name in _RUN_COLUMNS)},
    (SELECT json_group_array(needs) FROM needs WHERE run_id = r.id) AS needs,
    (SELECT json_group_array(tag) FROM tags
        WHERE run_id = r.id AND typeof(tag) = 'text') AS tags,
    {", ".join(f"l.{name}" for name in _EPOCH_COLUMNS)},
    {", ".join(f"b.{name}" for name in _EPOCH_COLUMNS)}
FROM runs r
LEFT JOIN epochs l ON l.run_id = r.id AND l.epoch = r.epochs_done
LEFT JOIN epochs b ON b.run_id = r.id AND b.epoch = r.best_epoch
"""
_LAST = len(_RUN_COLUMNS) + 2
_BEST = _LAST + len(_EPOCH_COLUMNS)
_IN_ORDER = "ORDER BY r.position, r.id"


class Reader:
    """Reads the store; every answer is one short transaction."""

    _connections: Connections

    def revision(self) -> int:
        """A number that grows with every change by any process; microseconds."""
        with self._connections.reading() as db:
            return revision_of(db)

    def runs(
        self,
        *,
        states: Collection[State] | None = None,
        sweep: int | None = None,
        ids: Collection[int] | None = None,
        trashed: bool = False,
    ) -> list[RunRow]:
        """The runs in queue order; all of them, or those that fit every condition.

        ``trashed`` takes those of the trash instead of all others.
        """
        where, values = _conditions(states, sweep, ids, trashed)
        with self._connections.reading() as db:
            return _runs(db, f"{where} {_IN_ORDER}", values)

    def places(
        self,
        *,
        states: Collection[State] | None = None,
        sweep: int | None = None,
        trashed: bool = False,
    ) -> list[tuple[int, State]]:
        """Id and state of the runs that ``runs`` would give, which is much quicker."""
        where, values = _conditions(states, sweep, None, trashed)
        with self._connections.reading() as db:
            rows = _tuples(db, f"SELECT r.id, r.state FROM runs r {where} {_IN_ORDER}", values)
        return [(run_id, state_of(state)) for run_id, state in rows]

    def changes(self, since: int) -> Changes:
        """What has become of the runs after a revision, those in the trash too; of all after -1.

        A revision that the store has not come to yet (a copy was put back) counts as -1.
        """
        with self._connections.reading() as db:
            revision = revision_of(db)
            after = str(since if since <= revision else -1)
            runs = _runs(db, f"WHERE r.revision > CAST(? AS INTEGER) {_IN_ORDER}", [after])
            count = db.execute("SELECT count(*) FROM runs").fetchone()[0]
        return Changes(revision, tuple(runs), count)

    def ids(self) -> frozenset[int]:
        """The id of every run that there is, those in the trash too."""
        with self._connections.reading() as db:
            return frozenset(run_id for (run_id,) in _tuples(db, "SELECT id FROM runs"))

    def run(self, reference: int | str) -> RunRow:
        """The run with that id (``3``, ``#3``), or with that name if only one has it.

        Raises:
            StoreError: there is none, or several.
        """
        text = str(reference).strip().removeprefix("#")
        with self._connections.reading() as db:
            if text.isdecimal() and len(text) < 18:
                run = run_with(db, int(text))
                if run is None:
                    raise StoreError(_no_such_run(db, text))
                if run.trashed_at is not None:
                    raise StoreError(f"run {text} is in the trash: rottui restore {text}")
                return run
            runs = _runs(db, "WHERE r.name = ? AND r.trashed_at IS NULL ORDER BY r.id", [text])
            if not runs:
                raise StoreError(_no_such_run(db, repr(text)))
        if len(runs) > 1:
            ids = ", ".join(str(run.id) for run in runs)
            raise StoreError(f"{len(runs)} runs are named {text!r}; say which by its id: {ids}")
        return runs[0]

    def epochs(self, run_id: int, after: int = -1) -> list[EpochRow]:
        """The epochs of a run after epoch ``after``, in order; empty for an unknown run."""
        with self._connections.reading() as db:
            rows = _tuples(
                db,
                f"SELECT {', '.join(_EPOCH_COLUMNS)} FROM epochs "
                "WHERE run_id = ? AND epoch > ? ORDER BY epoch",
                (run_id, after),
            )
        return [epoch_of(row) for row in rows]

    def shape(self, run_id: int, most: int) -> list[EpochRow]:
        """The epochs of a run, in order; of more than ``most``, a few thousand that tell its shape.

        Those are real epochs, with every spike of the losses among them.
        """
        with self._connections.reading() as db:
            ((count,),) = _tuples(db, "SELECT count(*) FROM epochs WHERE run_id = ?", (run_id,))
            if count > most:
                rows = _tuples(
                    db,
                    f"SELECT {', '.join(_EPOCH_COLUMNS)} FROM epochs WHERE run_id = ? "
                    "AND epoch IN (SELECT value FROM json_each(?)) ORDER BY epoch",
                    (run_id, json.dumps(telling_epochs(db, run_id))),
                )
                return [epoch_of(row) for row in rows]
        return self.epochs(run_id)

    def sweeps(self) -> list[SweepRow]:
        """Every sweep that still has runs, oldest first."""
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT s.*, json_group_array(r.id) AS run_ids FROM sweeps s "
                "JOIN runs r ON r.sweep_id = s.id AND r.trashed_at IS NULL "
                "GROUP BY s.id ORDER BY s.id"
            ).fetchall()
        return [
            SweepRow(
                row["id"],
                row["name"],
                row["created_at"],
                tuple(sorted(json.loads(row["run_ids"]))),
                config_of(row["spec"]),
                row["kind"],
                row["parallel"],
                bool(row["paused"]),
                bool(row["stop_on_failure"]),
            )
            for row in rows
        ]

    def checkpoints(self, run_id: int) -> list[Checkpoint]:
        """The checkpoints of a run: ``last``, ``previous`` and ``best``, those there are."""
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT * FROM checkpoints WHERE run_id = ? ORDER BY step DESC, kind", (run_id,)
            ).fetchall()
        return [Checkpoint(**{name: row[name] for name in row.keys()}) for row in rows]  # noqa: SIM118

    def counts(self) -> dict[State, int]:
        """How many runs are in each state that any is in."""
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT state, count(*) AS n FROM runs WHERE trashed_at IS NULL GROUP BY state"
            ).fetchall()
        counts: Counter[State] = Counter()
        for row in rows:
            counts[state_of(row["state"])] += row["n"]
        return counts

    def newest_event(self) -> int:
        """The number of the last event of any run; 0 if there is none."""
        with self._connections.reading() as db:
            row = db.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()
        return int(row[0])

    def events_after(self, event: int) -> dict[int, EventRow]:
        """Number → what happened to any run after the event of that number, in order."""
        with self._connections.reading() as db:
            rows = db.execute("SELECT * FROM events WHERE id > ? ORDER BY id", (event,)).fetchall()
        return {row["id"]: _event_of(row) for row in rows}

    def placed_events(self, run_id: int) -> list[EventRow]:
        """What happened to a run at a place of its training, in order."""
        return [event for event in self.events(run_id) if event.epoch is not None]

    def events(self, run_id: int) -> list[EventRow]:
        """What happened to a run, in order."""
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT * FROM events WHERE run_id = ? ORDER BY id", (run_id,)
            ).fetchall()
        return [_event_of(row) for row in rows]


def _event_of(row: sqlite3.Row) -> EventRow:
    return EventRow(row["run_id"], row["at"], row["kind"], row["detail"], row["epoch"])


def _conditions(
    states: Collection[State] | None,
    sweep: int | None,
    ids: Collection[int] | None,
    trashed: bool,
) -> tuple[str, list[str]]:
    """What ``runs`` was asked for, as SQL and its values."""
    conditions = [f"r.trashed_at IS {'NOT ' if trashed else ''}NULL"]
    values: list[str] = []
    for column, wanted in (("state", states), ("id", ids)):
        if wanted is not None:
            conditions.append(f"r.{column} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(wanted)))
    if sweep is not None:
        conditions.append("r.sweep_id = ?")
        values.append(str(sweep))
    return "WHERE " + " AND ".join(conditions), values


def revision_of(db: sqlite3.Connection) -> int:
    """The store's revision as the open transaction sees it."""
    value: int = db.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()[0]
    return value


def run_with(db: sqlite3.Connection, run_id: int) -> RunRow | None:
    """The run with that id as the open transaction sees it."""
    return next(iter(_runs(db, "WHERE r.id = ?", [run_id])), None)


def _tuples(db: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Rows as plain tuples: of thousands, looking up columns by name takes most of the time."""
    cursor = db.cursor()
    cursor.row_factory = None
    return cursor.execute(sql, values).fetchall()


def _runs(db: sqlite3.Connection, where: str, values: Sequence[Any]) -> list[RunRow]:
    return [_run_of(row) for row in _tuples(db, f"{_SELECT_RUNS} {where}", values)]


def _run_of(row: tuple[Any, ...]) -> RunRow:
    """A record from a row of ``_SELECT_RUNS``; a damaged one becomes a run that says so."""
    if not _SOUNDNESS.sound(row):
        row = _SOUNDNESS.mended(row)
    (
        run_id,
        uid,
        sweep_id,
        name,
        text,
        state,
        wish,
        position,
        epochs,
        epochs_done,
        attempt,
        threads,
        worker,
        error,
        created_at,
        started_at,
        ended_at,
        seconds,
        revision,
        reason,
        baseline,
        until,
        priority,
        trashed_at,
        parent_id,
        parent_epoch,
        notes,
        versions,
        needs,
        tags,
    ) = row[:_LAST]
    config = config_of(text)
    if config is None:
        config, error = {}, error or "its config in the store is damaged"
    return RunRow(
        run_id,
        uid,
        sweep_id,
        name,
        config,
        _STATES[state],
        None if wish is None else Wish(wish),
        position,
        epochs,
        epochs_done,
        attempt,
        threads,
        worker,
        error,
        created_at,
        started_at,
        ended_at,
        seconds,
        None if row[_LAST] is None else epoch_of(row[_LAST:_BEST]),
        None if row[_BEST] is None else epoch_of(row[_BEST:]),
        revision,
        reason,
        None if baseline is None else _baseline_of(baseline),
        until,
        priority,
        () if needs == "[]" else tuple(json.loads(needs)),
        trashed_at,
        parent_id,
        parent_epoch,
        () if tags == "[]" else tuple(sorted(map(plain, json.loads(tags)))),
        notes,
        None if versions is None else _versions_of(versions),
    )


_SOUNDNESS = Runs(_RUN_COLUMNS)
_STATES = {str(state): state for state in State}


def epoch_of(row: tuple[Any, ...]) -> EpochRow:
    """A record from a row of ``_EPOCH_COLUMNS``; NULL metrics are NaN."""
    (epoch, step, *metrics, seconds, at, finite) = row
    if set(map(type, metrics)) != _FLOATS or not _is_usual(epoch, step, seconds, at):
        (epoch, step, *metrics, seconds, at, finite) = mended_epoch(row)
    one, two, three, four, five, six, *later = metrics
    return EpochRow(
        epoch, step, one, two, three, four, five, six, seconds, at, bool(finite), *later
    )


_FLOATS = {float}


def _is_usual(epoch: Any, step: Any, seconds: Any, at: Any) -> bool:
    return (
        type(epoch) is int
        and type(step) is int
        and type(seconds) is float
        and type(at) is float
        and 0 <= at < LATEST
    )


def config_of(text: Any) -> dict[str, Any] | None:
    """A config as the store has it; None if it is damaged."""
    try:
        config = json.loads(text)
        if "\\u" in text:  # the only way for what steers a terminal into JSON
            config = plain_in(config)
    except (TypeError, ValueError, RecursionError):
        return None
    return config if isinstance(config, dict) else None


def _baseline_of(text: Any) -> dict[str, dict[str, float]] | None:
    """Guess → metric → value; what is damaged or not finite is left out."""
    guesses = config_of(text)
    if guesses is None:
        return None
    return {
        guess: {name: float(value) for name, value in values.items() if _is_finite(value)}
        for guess, values in guesses.items()
        if isinstance(values, dict)
    }


def _versions_of(text: Any) -> dict[str, str]:
    """Program → version; what is damaged is left out."""
    versions = config_of(text) or {}
    return {name: value for name, value in versions.items() if isinstance(value, str)}


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max


def was_purged(db: sqlite3.Connection, run_id: int) -> bool:
    """Whether a run had that id once, and is gone for good: ids are never given twice."""
    newest = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'runs'").fetchone()
    if newest is None or not 0 < run_id <= newest["seq"]:
        return False
    return db.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone() is None


def _no_such_run(db: sqlite3.Connection, wanted: str) -> str:
    if wanted.isdecimal() and was_purged(db, int(wanted)):
        return f"run {wanted} is gone for good: it was purged"
    ids: Sequence[sqlite3.Row] = db.execute("SELECT id FROM runs ORDER BY id").fetchall()
    if not ids:
        return f"there is no run {wanted}; the store has no runs yet"
    first, last = ids[0]["id"], ids[-1]["id"]
    span = f"run {first}" if first == last else f"runs {first} to {last}"
    return f"there is no run {wanted}; the store has {span}"
