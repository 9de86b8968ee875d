"""What readers ask of the store, and how rows become records."""

from __future__ import annotations

import json
import math
import sqlite3
import sys
from collections.abc import Collection, Sequence
from typing import Any

from rottui.errors import StoreError
from rottui.store.connection import Connections
from rottui.store.records import Checkpoint, EpochRow, EventRow, RunRow, SweepRow
from rottui.store.states import State, Wish

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

_SELECT_RUNS = f"""
SELECT r.*,
    {", ".join(f"l.{name} AS last_{name}" for name in _EPOCH_COLUMNS)},
    {", ".join(f"b.{name} AS best_{name}" for name in _EPOCH_COLUMNS if name != "epoch")},
    (SELECT json_group_array(needs) FROM needs WHERE run_id = r.id) AS needs
FROM runs r
LEFT JOIN epochs l ON l.run_id = r.id AND l.epoch = r.epochs_done
LEFT JOIN epochs b ON b.run_id = r.id AND b.epoch = r.best_epoch
"""


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
        since: int | None = None,
        trashed: bool = False,
    ) -> list[RunRow]:
        """The runs in queue order; all of them, or those that fit every condition.

        ``since`` leaves those that have changed after that revision; ``trashed`` takes those of the
        trash instead of all others.
        """
        conditions = [f"r.trashed_at IS {'NOT ' if trashed else ''}NULL"]
        values: list[str] = []
        if since is not None:
            conditions.append("r.revision > CAST(? AS INTEGER)")
            values.append(str(since))
        for column, wanted in (("state", states), ("id", ids)):
            if wanted is not None:
                conditions.append(f"r.{column} IN (SELECT value FROM json_each(?))")
                values.append(json.dumps(list(wanted)))
        if sweep is not None:
            conditions.append("r.sweep_id = ?")
            values.append(str(sweep))
        where = "WHERE " + " AND ".join(conditions)
        with self._connections.reading() as db:
            rows = db.execute(f"{_SELECT_RUNS} {where} ORDER BY r.position, r.id", values)
            return [run_of(row) for row in rows.fetchall()]

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
            rows = db.execute(
                f"{_SELECT_RUNS} WHERE r.name = ? AND r.trashed_at IS NULL ORDER BY r.id", (text,)
            ).fetchall()
            if not rows:
                raise StoreError(_no_such_run(db, repr(text)))
        if len(rows) > 1:
            ids = ", ".join(str(row["id"]) for row in rows)
            raise StoreError(f"{len(rows)} runs are named {text!r}; say which by its id: {ids}")
        return run_of(rows[0])

    def epochs(self, run_id: int, after: int = -1) -> list[EpochRow]:
        """The epochs of a run after epoch ``after``, in order; empty for an unknown run."""
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT * FROM epochs WHERE run_id = ? AND epoch > ? ORDER BY epoch",
                (run_id, after),
            ).fetchall()
        return [epoch_of(row) for row in rows]

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
        return {State(row["state"]): row["n"] for row in rows}

    def newest_event(self) -> int:
        """The number of the last event of any run; 0 if there is none."""
        with self._connections.reading() as db:
            row = db.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()
        return int(row[0])

    def events_after(self, event: int) -> dict[int, EventRow]:
        """Number → what happened to any run after the event of that number, in order."""
        with self._connections.reading() as db:
            rows = db.execute("SELECT * FROM events WHERE id > ? ORDER BY id", (event,)).fetchall()
        return {
            row["id"]: EventRow(row["run_id"], row["at"], row["kind"], row["detail"], row["epoch"])
            for row in rows
        }

    def events(self, run_id: int) -> list[EventRow]:
        """What happened to a run, in order."""
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT * FROM events WHERE run_id = ? ORDER BY id", (run_id,)
            ).fetchall()
        return [
            EventRow(row["run_id"], row["at"], row["kind"], row["detail"], row["epoch"])
            for row in rows
        ]


def revision_of(db: sqlite3.Connection) -> int:
    """The store's revision as the open transaction sees it."""
    value: int = db.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()[0]
    return value


def run_with(db: sqlite3.Connection, run_id: int) -> RunRow | None:
    """The run with that id as the open transaction sees it."""
    row = db.execute(f"{_SELECT_RUNS} WHERE r.id = ?", (run_id,)).fetchone()
    return None if row is None else run_of(row)


def run_of(row: sqlite3.Row) -> RunRow:
    """A record from a row of ``_SELECT_RUNS``; a damaged config becomes a run that says so."""
    config, error = config_of(row["config"]), row["error"]
    if config is None:
        config, error = {}, error or "its config in the store is damaged"
    best = row["best_epoch"]
    return RunRow(
        id=row["id"],
        uid=row["uid"],
        sweep_id=row["sweep_id"],
        name=row["name"],
        config=config,
        state=State(row["state"]),
        wish=None if row["wish"] is None else Wish(row["wish"]),
        position=row["position"],
        epochs=row["epochs"],
        epochs_done=row["epochs_done"],
        attempt=row["attempt"],
        threads=row["threads"],
        worker=row["worker"],
        error=error,
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        seconds=row["seconds"],
        last=None if row["last_epoch"] is None else epoch_of(row, "last_"),
        best=None if row["best_step"] is None else epoch_of(row, "best_", epoch=best),
        revision=row["revision"],
        reason=row["reason"],
        baseline=_baseline_of(row["baseline"]),
        until=row["until"],
        priority=row["priority"],
        needs=tuple(json.loads(row["needs"])),
        trashed_at=row["trashed_at"],
        parent_id=row["parent_id"],
        parent_epoch=row["parent_epoch"],
    )


def epoch_of(row: sqlite3.Row, prefix: str = "", epoch: int | None = None) -> EpochRow:
    """A record from a row of ``epochs``; NULL metrics are NaN."""
    metrics = {name: _number(row[prefix + name]) for name in METRICS}
    return EpochRow(
        epoch=row[prefix + "epoch"] if epoch is None else epoch,
        step=row[prefix + "step"],
        seconds=row[prefix + "seconds"],
        at=row[prefix + "at"],
        finite=bool(row[prefix + "finite"]),
        **metrics,
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def config_of(text: Any) -> dict[str, Any] | None:
    """A config as the store has it; None if it is damaged."""
    try:
        config = json.loads(text)
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


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max


def _no_such_run(db: sqlite3.Connection, wanted: str) -> str:
    ids: Sequence[sqlite3.Row] = db.execute("SELECT id FROM runs ORDER BY id").fetchall()
    if not ids:
        return f"there is no run {wanted}; the store has no runs yet"
    first, last = ids[0]["id"], ids[-1]["id"]
    span = f"run {first}" if first == last else f"runs {first} to {last}"
    return f"there is no run {wanted}; the store has {span}"
