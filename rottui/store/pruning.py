"""Removing checkpoints that a person does not want to keep."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from rottui.store.checkpoints import CheckpointFiles
from rottui.store.connection import Connections
from rottui.store.states import ENDED, State
from rottui.store.writing import new_revision

KINDS = ("best", "last", "previous")
NEEDED = ("last", "previous")
"""What a run that has not ended goes on from: kept in any case."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed, or would be."""

    runs: int
    files: int
    bytes: int


class Pruning:
    """Removes checkpoints and their rows."""

    _connections: Connections
    _files: CheckpointFiles

    def prune(
        self, ids: Collection[int], keep: Collection[str], *, dry_run: bool = False
    ) -> Pruned:
        """Remove the checkpoints of these runs that are of no kept kind.

        A run in training is left alone; one that is to go on keeps what it goes on from.
        """
        with self._connections.writing() as db:
            rows = db.execute(
                "SELECT c.run_id, c.kind, c.file, c.bytes FROM checkpoints c JOIN runs r "
                "ON r.id = c.run_id WHERE r.id IN (SELECT value FROM json_each(?)) "
                "AND r.state IS NOT ? AND c.kind NOT IN (SELECT value FROM json_each(?)) "
                "AND (r.state IN (SELECT value FROM json_each(?)) "
                "OR c.kind NOT IN (SELECT value FROM json_each(?)))",
                (
                    json.dumps(list(ids)),
                    State.RUNNING,
                    json.dumps(list(keep)),
                    json.dumps(sorted(ENDED)),
                    json.dumps(NEEDED),
                ),
            ).fetchall()
            runs = {row["run_id"] for row in rows}
            if not dry_run and rows:
                db.executemany(
                    "DELETE FROM checkpoints WHERE run_id = ? AND kind = ?",
                    [(row["run_id"], row["kind"]) for row in rows],
                )
                db.execute(
                    "UPDATE runs SET revision = ? WHERE id IN (SELECT value FROM json_each(?))",
                    (new_revision(db), json.dumps(list(runs))),
                )
            gone = {row["file"] for row in rows}
            still = {row["file"] for row in db.execute("SELECT file FROM checkpoints")}
        if not dry_run:
            self._files.remove(gone - still)
        return Pruned(len(runs), len(rows), sum(row["bytes"] for row in rows))
