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
from collections.abc import Collection, Mapping, Sequence

from rottui.errors import StoreError
from rottui.store.checkpoints import CheckpointFiles
from rottui.store.claimable import CLAIMABLE, HELD_BACK, ORDER
from rottui.store.clock import boot_id, machine_seconds
from rottui.store.connection import Connections
from rottui.store.groups import pause_if_it_stops_on_failure
from rottui.store.reading import COUNTED, METRICS, Reader, run_with
from rottui.store.records import Checkpoint, Claim, EpochRow, WorkerRow
from rottui.store.settings import INTERRUPTED, WAIT, setting_of
from rottui.store.states import ENDED, LET_GO, State, Wish
from rottui.store.writing import files_of, new_revision, note

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
                "INSERT OR REPLACE INTO workers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    worker.id,
                    worker.host,
                    worker.boot,
                    worker.pid,
                    worker.pid_started,
                    worker.started_at,
                    worker.beat_at,
                    worker.program,
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
        """Take runs from workers that are silent or dead; their ids.

        They go where their wish says, else back into the queue, or wait for a person where the
        store is set so.
        """
        with self._connections.reading() as db:  # most looks find nothing and need no write lock
            if not dead_workers and not _silent(db, dead_workers):
                return []
        with self._connections.writing() as db:
            silent = _silent(db, dead_workers)
            revision = new_revision(db)
            waits = setting_of(db, INTERRUPTED) == WAIT
            for row in silent:
                held_back = waits and row["wish"] is None
                wish = Wish.PAUSE if held_back else row["wish"]
                state = LET_GO[wish]
                db.execute("UPDATE runs SET wish = ? WHERE id = ?", (wish, row["id"]))
                db.execute(
                    f"UPDATE runs SET state = ?, wish = {_KEPT_WISH}, worker = NULL, "
                    "lease_until = NULL, ended_at = ?, revision = ? WHERE id = ?",
                    (state, state, _ended_at(state), revision, row["id"]),
                )
                note(db, row["id"], "recovered", f"worker {row['worker']} was gone")
                if state is not State.QUEUED:
                    note(db, row["id"], str(state), _HELD_BACK_WHY if held_back else "")
            for worker in dead_workers:
                db.execute("DELETE FROM workers WHERE id = ?", (worker,))
        return [row["id"] for row in silent]

    # --- one run -----------------------------------------------------------------------------

    def busy(self, workers: Collection[str], only: Collection[int] | None = None) -> bool:
        """Whether a queued run (of ``only``) may be trained, or one of these workers has one."""
        among, values = _among(only)
        with self._connections.reading() as db:
            row = db.execute(
                f"SELECT EXISTS (SELECT 1 FROM runs r WHERE {CLAIMABLE}{among}) OR EXISTS "
                "(SELECT 1 FROM runs WHERE state = 'running' "
                "AND worker IN (SELECT value FROM json_each(?)))",
                (*values, json.dumps(list(workers))),
            ).fetchone()
        return bool(row[0])

    def claim(
        self,
        worker: str,
        *,
        threads: int,
        only: Collection[int] | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> Claim | None:
        """Take the first queued run; None if there is none.

        Of a halved sweep, those of the lowest rung come first.

        ``threads`` is recorded at the first claim and kept, since another number of threads may
        change the last bits of a curve; so are ``versions``, of the programs that train it.
        """
        if not self.busy((), only):  # most polls find nothing and need no write lock
            return None
        among, values = _among(only)
        with self._connections.writing() as db:
            row = db.execute(
                "UPDATE runs SET state = 'running', wish = NULL, worker = ?, error = NULL, "
                "attempt = attempt + 1, threads = coalesce(threads, ?), "
                "versions = coalesce(versions, ?), lease_until = ?, "
                "lease_boot = ?, started_at = coalesce(started_at, ?) "
                f"WHERE id = (SELECT id FROM runs r WHERE {CLAIMABLE}{among} "
                "AND NOT EXISTS (SELECT 1 FROM runs WHERE sweep_id = r.sweep_id "
                f"AND state = 'queued' AND until < coalesce(r.until, r.epochs){among}) "
                f"ORDER BY {ORDER} LIMIT 1) RETURNING id, attempt",
                (
                    worker,
                    threads,
                    None if versions is None else json.dumps(versions),
                    machine_seconds() + LEASE_SECONDS,
                    boot_id(),
                    time.time(),
                    *values,
                    *values,
                ),
            ).fetchone()
            if row is None:
                return None
            revision = new_revision(db)
            db.execute("UPDATE runs SET revision = ? WHERE id = ?", (revision, row["id"]))
            note(db, row["id"], "claimed", f"attempt {row['attempt']} by {worker}")
            run = run_with(db, row["id"])
        assert run is not None
        return Claim(run, worker, run.attempt)

    def wish_of(self, claim: Claim) -> Wish | None:
        """What a person wants of the run; a pause also where all or its group is paused.

        Raises:
            LeaseLostError: another worker has it.
        """
        with self._connections.reading() as db:
            row = db.execute(
                f"SELECT wish, ({HELD_BACK}) AS held_back FROM runs WHERE {_HELD}", _holder(claim)
            ).fetchone()
        if row is None:
            raise lost(claim)
        if row["wish"] is None and row["held_back"]:
            return Wish.PAUSE
        return None if row["wish"] is None else Wish(row["wish"])

    def commit_epoch(
        self,
        claim: Claim,
        row: EpochRow,
        checkpoints: Sequence[Checkpoint] = (),
        *,
        baseline: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        """One transaction: metrics, progress, best epoch, lease, and checkpoints already written.

        ``baseline`` is kept with the run unless it has one: finite numbers, as plain JSON.

        Raises:
            LeaseLostError: nothing was written.
        """
        guesses = None if baseline is None else json.dumps(baseline, allow_nan=False)
        with self._connections.writing() as db:
            changed = db.execute(
                "UPDATE runs SET epochs_done = max(epochs_done, ?), lease_until = ?, "
                f"baseline = coalesce(baseline, ?) WHERE {_HELD}",
                (row.epoch, machine_seconds() + LEASE_SECONDS, guesses, *_holder(claim)),
            ).rowcount
            if not changed:
                raise lost(claim)
            metrics = [_stored(getattr(row, name)) for name in METRICS]
            values = {
                "run_id": claim.run.id,
                "epoch": row.epoch,
                "step": row.step,
                **dict(zip(METRICS, metrics, strict=True)),
                "seconds": row.seconds,
                "at": row.at,
                "finite": row.finite and None not in metrics[:COUNTED],
                "attempt": claim.attempt,
            }
            db.execute(
                f"INSERT OR REPLACE INTO epochs ({', '.join(values)}) "
                f"VALUES ({', '.join('?' * len(values))})",
                tuple(values.values()),
            )
            update_summary(db, claim.run.id, row.epoch, new_revision(db))
            stale = record(db, claim.run.id, checkpoints)
        self._files.remove(stale)

    def finish(
        self,
        claim: Claim,
        state: State,
        *,
        error: str | None = None,
        reason: str | None = None,
        detail: str = "",
        checkpoints: Sequence[Checkpoint] = (),
        place: float | None = None,
    ) -> None:
        """Let go of a run: ended, or ``queued``, which means where its wish says if it has one.

        ``paused`` is a run that has come to its rung; it stays there unless its wish is to end it.
        ``reason`` says why an ended run ended before its last epoch, if it did so in order.
        ``place`` is where it stands, in epochs and parts of one.

        Raises:
            LeaseLostError: nothing was written.
        """
        with self._connections.writing() as db:
            row = db.execute(f"SELECT wish FROM runs WHERE {_HELD}", _holder(claim)).fetchone()
            if row is None:
                raise lost(claim)
            if state is State.QUEUED or (state is State.PAUSED and row["wish"] == Wish.CANCEL):
                state = LET_GO[row["wish"]]
            db.execute(
                f"UPDATE runs SET state = ?, wish = {_KEPT_WISH}, worker = NULL, "
                "lease_until = NULL, error = ?, reason = ?, ended_at = ?, revision = ? "
                "WHERE id = ?",
                (state, state, error, reason, _ended_at(state), new_revision(db), claim.run.id),
            )
            kind = "released" if state is State.QUEUED else str(state)
            note(db, claim.run.id, kind, error or reason or detail, place)
            if state is State.FAILED:
                pause_if_it_stops_on_failure(db, claim.run.id)
            if state in ENDED:  # too late; it would surprise whoever extends the run
                db.execute("DELETE FROM steers WHERE run_id = ? AND step IS NULL", (claim.run.id,))
            stale = record(db, claim.run.id, checkpoints)
        self._files.remove(stale)

    def note_event(self, claim: Claim, kind: str, detail: str, place: float | None = None) -> None:
        """Add a line to the run's events, such as where it was resumed, with its place if any."""
        with self._connections.writing() as db:
            revision = new_revision(db)
            changed = db.execute(
                f"UPDATE runs SET revision = ? WHERE {_HELD}", (revision, *_holder(claim))
            ).rowcount
            if not changed:
                raise lost(claim)
            note(db, claim.run.id, kind, detail, place)

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

    def drop_checkpoints(self, claim: Claim, checkpoints: Sequence[Checkpoint]) -> None:
        """Forget checkpoints that were refused; those that have taken their place meanwhile stay.

        Raises:
            LeaseLostError: nothing was written.
        """
        with self._connections.writing() as db:
            if not held(db, claim):
                raise lost(claim)
            before = files_of(db, claim.run.id)
            for checkpoint in checkpoints:
                db.execute(
                    "DELETE FROM checkpoints WHERE run_id = ? AND kind = ? AND file = ?",
                    (claim.run.id, checkpoint.kind, checkpoint.file),
                )
            stale = set(before.values()) - set(files_of(db, claim.run.id).values())
        self._files.remove(stale)

    def remove_leftovers(self) -> int:
        """Remove checkpoint files that a killed process left behind; how many they were."""
        with self._connections.reading() as db:
            named = {row["file"] for row in db.execute("SELECT file FROM checkpoints")}
        return self._files.remove_leftovers(named)


_HELD_BACK_WHY = "interrupted runs wait for a person here: rottui store set interrupted continue"
_HELD = "id = ? AND worker = ? AND attempt = ? AND state = 'running'"
_KEPT_WISH = "CASE WHEN ? = 'paused' AND until = epochs_done THEN wish END"
"""Takes the run's new state: one that a person pauses at its rung is held back later, too."""


def _among(only: Collection[int] | None) -> tuple[str, tuple[str, ...]]:
    """A condition on ``id``, and its value."""
    if only is None:
        return "", ()
    return " AND id IN (SELECT value FROM json_each(?))", (json.dumps(list(only)),)


def _holder(claim: Claim) -> tuple[int, str, int]:
    return claim.run.id, claim.worker, claim.attempt


def held(db: sqlite3.Connection, claim: Claim) -> bool:
    """Whether the claim still holds, as the open transaction sees it."""
    return bool(db.execute(f"SELECT 1 FROM runs WHERE {_HELD}", _holder(claim)).fetchone())


def lost(claim: Claim) -> LeaseLostError:
    """The refusal of a write by a worker that the run was taken from."""
    return LeaseLostError(f"run {claim.run.id} was taken over by another worker")


def _silent(db: sqlite3.Connection, dead_workers: Collection[str]) -> list[sqlite3.Row]:
    """Running runs whose lease is over or of another boot, or whose worker is known to be dead."""
    return db.execute(
        "SELECT id, worker, wish FROM runs WHERE state = 'running' AND (lease_boot IS NOT ? "
        "OR lease_until IS NULL OR lease_until < ? OR worker IN (SELECT value FROM json_each(?)))",
        (boot_id(), machine_seconds(), json.dumps(list(dead_workers))),
    ).fetchall()


def _ended_at(state: State) -> float | None:
    return time.time() if state in ENDED else None


def update_summary(db: sqlite3.Connection, run_id: int, epoch: int, revision: int) -> None:
    """Best epoch (lowest finite test loss, the first of equals) and recent seconds an epoch.

    A new epoch is compared with the best one only, so that the thousandth costs what the first did;
    one that is trained anew may have been the best, and all are looked at.
    """
    db.execute(
        "UPDATE runs SET revision = :revision, best_epoch = CASE WHEN best_epoch < :epoch "
        f"THEN ({BEST} AND epoch IN (runs.best_epoch, :epoch) {BEST_FIRST}) "
        f"ELSE ({BEST} {BEST_FIRST}) END, "
        "seconds = (SELECT avg(seconds) FROM (SELECT seconds FROM epochs "
        "WHERE run_id = runs.id AND epoch > 0 ORDER BY epoch DESC LIMIT :recent)) "
        "WHERE id = :run_id",
        {"revision": revision, "epoch": epoch, "recent": RECENT, "run_id": run_id},
    )


BEST = "SELECT epoch FROM epochs WHERE run_id = runs.id AND finite"
BEST_FIRST = "ORDER BY test_loss, epoch LIMIT 1"
"""The epoch of a row of ``runs`` with the lowest finite test loss, the first of equals."""


def record(db: sqlite3.Connection, run_id: int, checkpoints: Sequence[Checkpoint]) -> set[str]:
    """Record a run's written checkpoints; the files that no row names any more."""
    before = files_of(db, run_id)
    last = before.get("last")
    for checkpoint in checkpoints:
        if checkpoint.kind == "last" and checkpoint.file != last:
            _rotate(db, run_id)
        db.execute(
            "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                run_id,
                checkpoint.kind,
                checkpoint.epoch,
                checkpoint.step,
                checkpoint.file,
                checkpoint.bytes,
                checkpoint.sha256,
            ),
        )
    return set(before.values()) - set(files_of(db, run_id).values())


def _rotate(db: sqlite3.Connection, run_id: int) -> None:
    """What was ``last`` becomes ``previous``; where there is no ``last``, that one stays."""
    db.execute(
        "UPDATE OR REPLACE checkpoints SET kind = 'previous' WHERE run_id = ? AND kind = 'last'",
        (run_id,),
    )


def _stored(value: float) -> float | None:
    """NULL for NaN and infinity: SQLite would turn NaN into NULL by itself, and keep infinity."""
    return value if math.isfinite(value) else None
