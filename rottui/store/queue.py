"""What readers ask of the queue as a whole: its groups, who is next, and how runs hang together."""

from __future__ import annotations

from rottui.store.claimable import CLAIMABLE, NEEDS_OTHERS, ORDER, WAITS
from rottui.store.connection import Connections
from rottui.store.reading import Reader
from rottui.store.records import GroupRow
from rottui.store.soundness import state_of
from rottui.store.states import State


class Queue(Reader):
    """Reads what no single run tells."""

    _connections: Connections

    def groups(self) -> list[GroupRow]:
        """Every sweep and group that still has runs, oldest first; quick however many they have."""
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT s.*, r.state, count(*) AS n FROM runs r JOIN sweeps s ON s.id = r.sweep_id "
                "WHERE r.trashed_at IS NULL GROUP BY s.id, r.state ORDER BY s.id"
            ).fetchall()
        states: dict[int, dict[State, int]] = {}
        for row in rows:
            mine = states.setdefault(row["id"], {})
            state = state_of(row["state"])
            mine[state] = mine.get(state, 0) + row["n"]
        first = {row["id"]: row for row in reversed(rows)}
        return [
            GroupRow(
                group,
                first[group]["name"],
                first[group]["kind"],
                counts,
                first[group]["parallel"],
                bool(first[group]["paused"]),
                bool(first[group]["stop_on_failure"]),
            )
            for group, counts in states.items()
        ]

    def first_claimable(self, most: int) -> list[int]:
        """Ids of the queued runs that would be begun next, in this order."""
        with self._connections.reading() as db:
            rows = db.execute(
                f"SELECT r.id FROM runs r WHERE {CLAIMABLE} ORDER BY {ORDER} LIMIT ?", (most,)
            ).fetchall()
        return [row["id"] for row in rows]

    def waiting_for_others(self, most: int = -1) -> list[int]:
        """Ids of the queued runs whose needs are not all done, in the order of the queue.

        At most so many; a number below 0 is no limit.
        """
        with self._connections.reading() as db:
            rows = db.execute(
                f"SELECT r.id FROM runs r WHERE {WAITS} AND {NEEDS_OTHERS} "
                f"ORDER BY {ORDER} LIMIT ?",
                (most,),
            ).fetchall()
        return [row["id"] for row in rows]

    def forks(self, run_id: int) -> list[int]:
        """Ids of the runs that were forked from a run, those in the trash too."""
        return self._ids("SELECT id FROM runs WHERE parent_id = ? ORDER BY id", run_id)

    def needed_by(self, run_id: int) -> list[int]:
        """Ids of the runs that are trained only once this one is done, those in the trash too."""
        return self._ids("SELECT run_id AS id FROM needs WHERE needs = ? ORDER BY run_id", run_id)

    def _ids(self, sql: str, run_id: int) -> list[int]:
        with self._connections.reading() as db:
            return [row["id"] for row in db.execute(sql, (run_id,))]
