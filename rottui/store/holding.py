"""Why queued runs are not trained, by the very conditions that claims go by."""

from __future__ import annotations

import sqlite3

from rottui.store.claimable import (
    EVERYTHING_PAUSED,
    GROUP_FULL,
    GROUP_PAUSED,
    HOPELESS,
    NEEDS_OTHERS,
    WAITS,
)
from rottui.store.connection import Connections
from rottui.store.reading import Reader
from rottui.store.records import HeldBack, Hold, Missing
from rottui.store.soundness import state_of


class Holding(Reader):
    """Tells what claims pass over."""

    _connections: Connections

    def held_back(self) -> dict[int, HeldBack]:
        """Run id → why it is held back, for every queued run that no worker may claim now."""
        with self._connections.reading() as db:
            held = db.execute(_HELD).fetchall()
            if not held:
                return {}
            hopeless = _hopeless(db)
            missing: dict[int, list[Missing]] = {}
            for run_id, needed, state, trashed in db.execute(_MISSING):
                known = None if state is None else state_of(state)
                missing.setdefault(run_id, []).append(Missing(needed, known, bool(trashed)))
        return {
            run_id: HeldBack(Hold(why), tuple(missing.get(run_id, ())), run_id in hopeless)
            for run_id, why in held
        }

    def hopeless(self) -> frozenset[int]:
        """Ids of the runs that are never trained unless a person does something about others.

        What they need, or what that needs in turn, failed, was cancelled or was thrown away.
        """
        with self._connections.reading() as db:
            return _hopeless(db)


def _hopeless(db: sqlite3.Connection) -> frozenset[int]:
    return frozenset(row[0] for row in db.execute(HOPELESS))


_HELD = f"""
SELECT id, why FROM (
    SELECT r.id AS id, CASE
        WHEN {NEEDS_OTHERS} THEN '{Hold.NEEDS}'
        WHEN {EVERYTHING_PAUSED} THEN '{Hold.EVERYTHING}'
        WHEN {GROUP_PAUSED} THEN '{Hold.GROUP}'
        WHEN {GROUP_FULL} THEN '{Hold.FULL}'
    END AS why
    FROM runs r WHERE {WAITS}
) WHERE why IS NOT NULL
"""
_MISSING = f"""
SELECT n.run_id, n.needs, p.state, p.trashed_at IS NOT NULL
FROM needs n JOIN runs r ON r.id = n.run_id LEFT JOIN runs p ON p.id = n.needs
WHERE {WAITS} AND p.state IS NOT 'done' ORDER BY n.run_id, n.needs
"""
