"""The workers' side: claim a run, commit its epochs, let go of it; every write is fenced.

A worker holds a run by a lease that it renews with each epoch and with a heartbeat between. Every
claim raises the run's attempt number, and every write of a worker names its attempt: a worker that
lost its lease (its machine slept, say) changes no row and gets ``LeaseLostError``.
"""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Collection, Sequence

from rottui.errors import StoreError
from rottui.store.checkpoints import CheckpointFiles
from rottui.store.clock import boot_id, machine_seconds
from rottui.store.connection import Connections
from rottui.store.reading import METRICS, Reader
from rottui.store.records import Checkpoint, Claim, EpochRow, WorkerRow
from rottui.store.states import State, Wish
from rottui.store.writing import new_revision, note

LEASE_SECONDS = 30.0
"""How long a worker may be silent before its run is given to another."""
RECENT = 5
"""Epochs over which the seconds an epoch are averaged."""


class LeaseLostError(StoreError):
    """Another worker has the run now; whoever gets this must not touch it any more."""


class Work(Reader):
    """Writes what workers do."""

    _connections: Connections
    _files: CheckpointFiles

    # --- workers -----------------------------------------------------------------------------

    def add_worker(self, worker: WorkerRow) -> None:
        """Make a worker known, so that others can tell whether it lives."""
        with self._connections.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO workers VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    worker.id,
                    worker.host,
                    worker.boot,
                    worker.pid,
                    worker.pid_started,
                    worker.started_at,
                    worker.beat_at,
                ),
            )

    def remove_worker(self, worker: str) -> None:
        """Forget a worker that ended in order."""
        with self._connections.writing() as db:
            db.execute("DELETE FROM workers WHERE id = ?", (worker,))

    def workers(self) -> list[WorkerRow]:
        """Every worker that did not end in order yet."""
        with self._connections.reading() as db:
            rows = db.execute("SELECT * FROM workers ORDER BY started_at, id").fetchall()
        return [WorkerRow(*row) for row in rows]

    def beat(self, worker: str, claims: Collection[Claim]) -> None:
        """Renew the worker's leases; silently passes over those it has lost."""
        with self._connections.writing() as db:
            db.execute("UPDATE workers SET beat_at = ? WHERE id = ?", (time.time(), worker))
            for claim in claims:
                db.execute(
                    f"UPDATE runs SET lease_until = ? WHERE {_HELD}",
                    (machine_seconds() + LEASE_SECONDS, *_holder(claim)),
                )

    def recover(self, dead_workers: Collection[str] = ()) -> list[int]:
        """Put runs whose worker is silent or dead back into the queue; their ids."""
        now, boot = machine_seconds(), boot_id()
        with self._connections.reading() as db:
            held = db.execute(
                "SELECT id, worker, lease_until, lease_boot FROM runs WHERE state = 'running'"
            ).fetchall()
        silent = [
            row
            for row in held
            if row["lease_boot"] != boot
            or row["lease_until"] is None
            or row["lease_until"] < now
            or row["worker"] in dead_workers
        ]
        recovered = []
        if silent or dead_workers:
            with self._connections.writing() as db:
                revision = new_revision(db)
                for row in silent:
                    changed = db.execute(
                        "UPDATE runs SET state = 'queued', worker = NULL, lease_until = NULL, "
                        "revision = ? WHERE id = ? AND state = 'running' AND worker IS ? "
                        "AND lease_until IS ?",
                        (revision, row["id"], row["worker"], row["lease_until"]),
                    ).rowcount
                    if changed:
                        note(db, row["id"], "recovered", f"worker {row['worker']} was gone")
                        recovered.append(row["id"])
                for worker in dead_workers:
                    db.execute("DELETE FROM workers WHERE id = ?", (worker,))
        return recovered

    # --- one run -----------------------------------------------------------------------------

    def busy(self, workers: Collection[str], only: Collection[int] | None = None) -> bool:
        """Whether a run waits in the queue (one of ``only``), or one of these workers has one."""
        among, values = _among(only)
        with self._connections.reading() as db:
            row = db.execute(
                f"SELECT EXISTS (SELECT 1 FROM runs WHERE state = 'queued'{among}) OR EXISTS "
                "(SELECT 1 FROM runs WHERE state = 'running' "
                "AND worker IN (SELECT value FROM json_each(?)))",
                (*values, json.dumps(list(workers))),
            ).fetchone()
        return bool(row[0])

    def claim(
        self, worker: str, *, threads: int, only: Collection[int] | None = None
    ) -> Claim | None:
        """Take the first queued run; None if there is none.

        ``threads`` is recorded at the first claim and kept, since another number of threads may
        change the last bits of a curve.
        """
        if not self.busy((), only):  # most polls find nothing and need no write lock
            return None
        among, values = _among(only)
        with self._connections.writing() as db:
            row = db.execute(
                "UPDATE runs SET state = 'running', wish = NULL, worker = ?, error = NULL, "
                "attempt = attempt + 1, threads = coalesce(threads, ?), lease_until = ?, "
                "lease_boot = ?, started_at = coalesce(started_at, ?) "
                "WHERE id = (SELECT id FROM runs WHERE state = 'queued'"
                f"{among} ORDER BY position, id LIMIT 1) RETURNING id, attempt",
                (
                    worker,
                    threads,
                    machine_seconds() + LEASE_SECONDS,
                    boot_id(),
                    time.time(),
                    *values,
                ),
            ).fetchone()
            if row is None:
                return None
            revision = new_revision(db)
            db.execute("UPDATE runs SET revision = ? WHERE id = ?", (revision, row["id"]))
            note(db, row["id"], "claimed", f"attempt {row['attempt']} by {worker}")
        return Claim(self.run(row["id"]), worker, row["attempt"])

    def wish_of(self, claim: Claim) -> Wish | None:
        """What a person wants of the run.

        Raises:
            LeaseLostError: another worker has it.
        """
        with self._connections.reading() as db:
            row = db.execute(f"SELECT wish FROM runs WHERE {_HELD}", _holder(claim)).fetchone()
        if row is None:
            raise _lost(claim)
        return None if row["wish"] is None else Wish(row["wish"])

    def commit_epoch(
        self, claim: Claim, row: EpochRow, checkpoints: Sequence[Checkpoint] = ()
    ) -> None:
        """One transaction: metrics, progress, best epoch, lease, and checkpoints already written.

        Raises:
            LeaseLostError: nothing was written.
        """
        with self._connections.writing() as db:
            changed = db.execute(
                f"UPDATE runs SET epochs_done = max(epochs_done, ?), lease_until = ? WHERE {_HELD}",
                (row.epoch, machine_seconds() + LEASE_SECONDS, *_holder(claim)),
            ).rowcount
            if not changed:
                raise _lost(claim)
            metrics = [_stored(getattr(row, name)) for name in METRICS]
            db.execute(
                "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    claim.run.id,
                    row.epoch,
                    row.step,
                    *metrics,
                    row.seconds,
                    row.at,
                    row.finite,
                    claim.attempt,
                ),
            )
            _update_summary(db, claim.run.id, new_revision(db))
            stale = _record(db, checkpoints)
        self._files.remove(stale)

    def finish(
        self,
        claim: Claim,
        state: State,
        *,
        error: str | None = None,
        detail: str = "",
        checkpoints: Sequence[Checkpoint] = (),
    ) -> None:
        """Let go of a run: ended, paused, or back in the queue (``queued``).

        Raises:
            LeaseLostError: nothing was written.
        """
        ended = time.time() if state in (State.DONE, State.FAILED, State.CANCELLED) else None
        with self._connections.writing() as db:
            changed = db.execute(
                "UPDATE runs SET state = ?, wish = NULL, worker = NULL, lease_until = NULL, "
                f"error = ?, ended_at = ? WHERE {_HELD}",
                (state, error, ended, *_holder(claim)),
            ).rowcount
            if not changed:
                raise _lost(claim)
            _update_summary(db, claim.run.id, new_revision(db))
            kind = "released" if state is State.QUEUED else str(state)
            note(db, claim.run.id, kind, error or detail)
            stale = _record(db, checkpoints)
        self._files.remove(stale)

    def note_event(self, claim: Claim, kind: str, detail: str) -> None:
        """Add a line to the run's events, such as where it was resumed."""
        with self._connections.writing() as db:
            revision = new_revision(db)
            changed = db.execute(
                f"UPDATE runs SET revision = ? WHERE {_HELD}", (revision, *_holder(claim))
            ).rowcount
            if not changed:
                raise _lost(claim)
            note(db, claim.run.id, kind, detail)

    # --- checkpoints -------------------------------------------------------------------------

    def write_checkpoint(
        self, claim: Claim, kind: str, epoch: int, step: int, data: bytes
    ) -> Checkpoint:
        """Put a checkpoint's bytes on the disk; ``commit_epoch`` or ``finish`` records it."""
        return self._files.write(claim.run.id, kind, epoch, step, claim.attempt, data)

    def read_checkpoint(self, checkpoint: Checkpoint) -> bytes:
        """The bytes of a recorded checkpoint.

        Raises:
            CheckpointError: missing or damaged.
        """
        return self._files.read(checkpoint)

    def remove_leftovers(self) -> int:
        """Remove checkpoint files that a killed process left behind; how many they were."""
        with self._connections.reading() as db:
            named = {row["file"] for row in db.execute("SELECT file FROM checkpoints")}
        return self._files.remove_leftovers(named)


_HELD = "id = ? AND worker = ? AND attempt = ? AND state = 'running'"


def _among(only: Collection[int] | None) -> tuple[str, tuple[str, ...]]:
    """A condition on ``id``, and its value."""
    if only is None:
        return "", ()
    return " AND id IN (SELECT value FROM json_each(?))", (json.dumps(list(only)),)


def _holder(claim: Claim) -> tuple[int, str, int]:
    return claim.run.id, claim.worker, claim.attempt


def _lost(claim: Claim) -> LeaseLostError:
    return LeaseLostError(f"run {claim.run.id} was taken over by another worker")


def _update_summary(db: sqlite3.Connection, run_id: int, revision: int) -> None:
    """Best epoch (lowest finite test loss, the first of equals) and recent seconds an epoch."""
    db.execute(
        "UPDATE runs SET revision = ?, best_epoch = (SELECT epoch FROM epochs "
        "WHERE run_id = runs.id AND finite ORDER BY test_loss, epoch LIMIT 1), "
        "seconds = (SELECT avg(seconds) FROM (SELECT seconds FROM epochs "
        "WHERE run_id = runs.id AND epoch > 0 ORDER BY epoch DESC LIMIT ?)) WHERE id = ?",
        (revision, RECENT, run_id),
    )


def _record(db: sqlite3.Connection, checkpoints: Sequence[Checkpoint]) -> list[str]:
    """Record written checkpoints; the files that no row names any more."""
    stale: list[str] = []
    for checkpoint in checkpoints:
        if checkpoint.kind == "last":
            stale += _files_of(db, checkpoint.run_id, "previous")
            db.execute(
                "DELETE FROM checkpoints WHERE run_id = ? AND kind = 'previous'",
                (checkpoint.run_id,),
            )
            db.execute(
                "UPDATE checkpoints SET kind = 'previous' WHERE run_id = ? AND kind = 'last'",
                (checkpoint.run_id,),
            )
        else:
            stale += _files_of(db, checkpoint.run_id, checkpoint.kind)
        db.execute(
            "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                checkpoint.run_id,
                checkpoint.kind,
                checkpoint.epoch,
                checkpoint.step,
                checkpoint.file,
                checkpoint.bytes,
                checkpoint.sha256,
            ),
        )
    named = {row["file"] for row in db.execute("SELECT file FROM checkpoints")} if stale else set()
    return [file for file in stale if file not in named]


def _files_of(db: sqlite3.Connection, run_id: int, kind: str) -> list[str]:
    rows = db.execute(
        "SELECT file FROM checkpoints WHERE run_id = ? AND kind = ?", (run_id, kind)
    ).fetchall()
    return [row["file"] for row in rows]


def _stored(value: float) -> float | None:
    """NULL for NaN and infinity: SQLite would turn NaN into NULL by itself, and keep infinity."""
    return value if math.isfinite(value) else None
