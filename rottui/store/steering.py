"""Steering: what people change of a run under way, and the workers' side of it.

A wish is a row without a step. The worker writes the step at which it takes effect, with the event,
in one fenced transaction, and applies it only then; so whoever takes the run over after a kill
finds every applied wish with its step, and replays it. A wish takes effect at no step before what
the store already knows of the run: no committed epoch and no checkpoint is ever of another history
than the wishes say.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence

from rottui.errors import StoreError
from rottui.store.checkpoints import CheckpointFiles
from rottui.store.connection import Connections
from rottui.store.insertion import insert_run
from rottui.store.reading import Reader, config_of
from rottui.store.records import Checkpoint, Claim, Extension, NewFork, RunRow, Steer
from rottui.store.states import ENDED, State
from rottui.store.work import BEST, BEST_FIRST, held, lost, record
from rottui.store.writing import files_of, new_revision, note, rows_of


class Steering(Reader):
    """Writes what is steered, and what a worker makes of it."""

    _connections: Connections
    _files: CheckpointFiles

    # --- people ------------------------------------------------------------------------------

    def scale_lr(self, ids: Collection[int], factor: float) -> None:
        """Ask that the lr of runs be multiplied by a factor: at once, or when they go on.

        Raises:
            StoreError: a run has ended; nothing was changed.
        """
        self._ask(ids, "lr", factor, f"lr ×{factor:g} asked for")

    def ask_checkpoint(self, ids: Collection[int]) -> None:
        """Ask running runs for a checkpoint at the batch that they are at.

        Raises:
            StoreError: a run is not running; nothing was changed.
        """
        self._ask(ids, "checkpoint", None, "checkpoint asked for")

    def _ask(self, ids: Collection[int], kind: str, value: float | None, words: str) -> None:
        with self._connections.writing() as db:
            revision = new_revision(db)
            for run_id in dict.fromkeys(ids):
                row = _row(db, run_id)
                state = row["state"]
                if state in ENDED:
                    raise StoreError(f"run {run_id} is {state}; it takes no step any more")
                if kind == "checkpoint" and state != State.RUNNING:
                    raise StoreError(
                        f"run {run_id} is {state}; it was saved when it stopped"
                        if row["attempt"]
                        else f"run {run_id} is {state}; there is nothing to save yet"
                    )
                db.execute(
                    "INSERT INTO steers (run_id, at, kind, value) VALUES (?, ?, ?, ?)",
                    (run_id, time.time(), kind, value),
                )
                db.execute("UPDATE runs SET revision = ? WHERE id = ?", (revision, run_id))
                note(db, run_id, "wish", words)

    def extend(self, extensions: Collection[Extension]) -> None:
        """Queue done runs again, in place, to go on from their last checkpoints.

        Raises:
            StoreError: one is not done, ended early, or is planned as long already; nothing was
                changed.
        """
        with self._connections.writing() as db:
            revision = new_revision(db)
            for extension in extensions:
                _extend(db, extension, revision)

    def go_on(self, ids: Collection[int]) -> None:
        """Queue again, in place, runs that halving has stopped at a rung; they train to the end.

        Raises:
            StoreError: a run was not stopped so, or has no checkpoint; nothing was changed.
        """
        with self._connections.writing() as db:
            revision = new_revision(db)
            for row in rows_of(db, ids):
                _go_on(db, row, revision)

    def fork(self, new: NewFork, *, state: State = State.QUEUED) -> RunRow:
        """Add a run that begins with a copy of another one's curve, up to ``new.epoch``.

        One transaction: the run, its epochs, its checkpoint files (each its own) and the scales.

        Raises:
            StoreError: the parent is gone, or the store or a file cannot be written.
        """
        text = json.dumps(dict(new.config), allow_nan=False)
        now = time.time()
        written: list[Checkpoint] = []
        try:
            with self._connections.writing() as db:
                parent = _row(db, new.parent)
                run_id = insert_run(
                    db,
                    name=new.name,
                    config=text,
                    epochs=new.epochs,
                    state=state,
                    revision=new_revision(db),
                    epochs_done=new.epoch,
                    threads=parent["threads"],
                    baseline=parent["baseline"],
                    seconds=parent["seconds"],
                    parent_id=new.parent,
                    parent_epoch=new.epoch,
                )
                _copy_epochs(db, new.parent, run_id, new.epoch)
                for step, factor in new.scales:
                    db.execute(
                        "INSERT INTO steers (run_id, at, kind, value, step) "
                        "VALUES (?, ?, 'lr', ?, ?)",
                        (run_id, now, factor, step),
                    )
                for kind, (epoch, step, data) in new.checkpoints.items():
                    written.append(self._files.write(run_id, kind, epoch, step, 0, data))
                record(db, run_id, written)
                note(db, run_id, "forked", new.detail, new.place)
                note(db, run_id, str(state))
                note(db, new.parent, "fork", f"run {run_id} begins here", new.place)
        except BaseException:
            self._files.remove([checkpoint.file for checkpoint in written])
            raise
        return self.run(run_id)

    # --- readers -----------------------------------------------------------------------------

    def steers(self, run_id: int) -> list[Steer]:
        """Everything that was asked of a run, in order; what has no step was not done yet."""
        with self._connections.reading() as db:
            return _steers(db, run_id)

    def scales(self, run_id: int) -> list[tuple[int, float]]:
        """Step and factor of every scale of the lr that was applied, in the order of the wishes."""
        with self._connections.reading() as db:
            return _scales(db, run_id)

    # --- workers -----------------------------------------------------------------------------

    def asked(self, claim: Claim) -> list[Steer]:
        """What was asked of the run and is not done yet, in order."""
        with self._connections.reading() as db:
            return [steer for steer in _steers(db, claim.run.id) if steer.step is None]

    def take_scales(
        self, claim: Claim, step: int, place: float, words: Mapping[int, str]
    ) -> list[tuple[int, float]] | None:
        """Let the scales of these wishes (id → the words of the event) hold from ``step`` on.

        Every applied scale of the run, to be applied once this returns. None if the store knows
        the run beyond that step: then it is too early. Asked again, it gives the same.

        Raises:
            LeaseLostError: nothing was written.
        """
        with self._connections.writing() as db:
            if not held(db, claim):
                raise lost(claim)
            if step < _known_step(db, claim.run.id):
                return None
            for steer, detail in words.items():
                changed = db.execute(
                    "UPDATE steers SET step = ? WHERE id = ? AND run_id = ? AND step IS NULL",
                    (step, steer, claim.run.id),
                ).rowcount
                if changed:
                    note(db, claim.run.id, "lr", detail, place)
            _touch(db, claim)
            return _scales(db, claim.run.id)

    def save_asked(
        self,
        claim: Claim,
        step: int,
        place: float,
        wishes: Collection[int],
        checkpoints: Sequence[Checkpoint],
    ) -> None:
        """Record checkpoints that were written because somebody asked for them.

        Raises:
            LeaseLostError: nothing was written.
        """
        with self._connections.writing() as db:
            if not held(db, claim):
                raise lost(claim)
            for wish in wishes:
                db.execute("UPDATE steers SET step = ? WHERE id = ?", (step, wish))
            note(db, claim.run.id, "checkpoint", f"as asked, at step {step}", place)
            _touch(db, claim)
            stale = record(db, claim.run.id, checkpoints)
        self._files.remove(stale)


def _row(db: sqlite3.Connection, run_id: int) -> sqlite3.Row:
    (row,) = rows_of(db, [run_id])
    if config_of(row["config"]) is None:
        raise StoreError(f"the config of run {run_id} is damaged")
    return row


def _extend(db: sqlite3.Connection, extension: Extension, revision: int) -> None:
    run_id, epochs = extension.run, extension.epochs
    row = _row(db, run_id)
    if row["state"] != State.DONE:
        raise StoreError(f"run {run_id} is {row['state']}; only done runs are extended")
    if row["epochs"] >= epochs:
        raise StoreError(f"run {run_id} is planned for {row['epochs']} epochs already")
    if row["epochs_done"] < row["epochs"]:
        why = row["reason"] or f"after epoch {row['epochs_done']}"
        raise StoreError(f"run {run_id} ended before its last epoch ({why}); fork it to train on")
    if "last" not in files_of(db, run_id):
        raise StoreError(f"run {run_id} has no last checkpoint to go on from")
    db.execute(
        "UPDATE runs SET state = 'queued', wish = NULL, epochs = ?, config = ?, until = NULL, "
        "ended_at = NULL, reason = NULL, error = NULL, revision = ? WHERE id = ?",
        (epochs, json.dumps(dict(extension.config), allow_nan=False), revision, run_id),
    )
    note(db, run_id, "extended", extension.detail, row["epochs_done"])


def _go_on(db: sqlite3.Connection, row: sqlite3.Row, revision: int) -> None:
    run_id, done = row["id"], row["epochs_done"]
    if row["state"] != State.DONE or row["until"] != done or done >= row["epochs"]:
        raise StoreError(f"run {run_id} was not stopped by halving; it does not wait to go on")
    if "last" not in files_of(db, run_id):
        raise StoreError(f"run {run_id} has no last checkpoint to go on from")
    db.execute(
        "UPDATE runs SET state = 'queued', wish = NULL, until = NULL, ended_at = NULL, "
        "reason = NULL, revision = ? WHERE id = ?",
        (revision, run_id),
    )
    note(db, run_id, "promoted", f"by hand, to epoch {row['epochs']}")


def _touch(db: sqlite3.Connection, claim: Claim) -> None:
    db.execute("UPDATE runs SET revision = ? WHERE id = ?", (new_revision(db), claim.run.id))


def _steers(db: sqlite3.Connection, run_id: int) -> list[Steer]:
    rows = db.execute("SELECT * FROM steers WHERE run_id = ? ORDER BY id", (run_id,))
    return [Steer(row["id"], row["kind"], row["value"], row["step"], row["at"]) for row in rows]


def _scales(db: sqlite3.Connection, run_id: int) -> list[tuple[int, float]]:
    return [
        (steer.step, steer.value)
        for steer in _steers(db, run_id)
        if steer.kind == "lr" and steer.step is not None and steer.value is not None
    ]


def _known_step(db: sqlite3.Connection, run_id: int) -> int:
    """The last step of which the store has something: an epoch, a checkpoint or a scale."""
    step: int = db.execute(
        "SELECT coalesce(max(step), 0) FROM ("
        "SELECT step FROM epochs WHERE run_id = :run UNION ALL "
        "SELECT step FROM checkpoints WHERE run_id = :run UNION ALL "
        "SELECT step FROM steers WHERE run_id = :run AND step IS NOT NULL)",
        {"run": run_id},
    ).fetchone()[0]
    return step


def _copy_epochs(db: sqlite3.Connection, parent: int, run_id: int, until: int) -> None:
    columns = [
        row["name"]
        for row in db.execute("SELECT name FROM pragma_table_info('epochs')")
        if row["name"] not in ("run_id", "attempt")
    ]
    names = ", ".join(columns)
    db.execute(
        f"INSERT INTO epochs (run_id, attempt, {names}) SELECT ?, 0, {names} FROM epochs "
        "WHERE run_id = ? AND epoch <= ?",
        (run_id, parent, until),
    )
    db.execute(f"UPDATE runs SET best_epoch = ({BEST} {BEST_FIRST}) WHERE id = ?", (run_id,))
