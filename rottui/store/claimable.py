"""Which queued runs may be trained now: the one condition that claims and idle engines share.

Everything that holds a run back is in the store, so that many processes agree: a pause of
everything or of the run's group, as many runs of the group in training as may be, and runs that
must be done before. Each has its own condition on a row ``r`` of ``runs`` here, so that whoever
tells people why a run is not trained (``rottui.store.holding``) goes by what claims go by.

What holds groups back is found once a statement, by the few runs in training: asked for each row,
a full group of 10,000 runs would take a claim seconds.
"""

from __future__ import annotations

WAITS = "r.state = 'queued' AND r.trashed_at IS NULL"
EVERYTHING_PAUSED = "EXISTS (SELECT 1 FROM settings WHERE key = 'paused' AND value <> '0')"
GROUP_PAUSED = "r.sweep_id IN (SELECT g.id FROM sweeps g WHERE g.paused <> 0)"
GROUP_FULL = """r.sweep_id IN (SELECT g.id FROM sweeps g
    WHERE g.parallel <= (SELECT count(*) FROM runs o
        INDEXED BY runs_by_priority WHERE o.state = 'running' AND o.sweep_id = g.id))"""
NEEDS_OTHERS = """EXISTS (SELECT 1 FROM needs n LEFT JOIN runs p ON p.id = n.needs
    WHERE n.run_id = r.id AND p.state IS NOT 'done')"""

CLAIMABLE = f"""
{WAITS} AND NOT {EVERYTHING_PAUSED}
AND (r.sweep_id IS NULL OR NOT ({GROUP_PAUSED} OR {GROUP_FULL}))
AND NOT {NEEDS_OTHERS}
"""
"""Whether a worker may take it now."""

ORDER = "r.priority DESC, r.position, r.id"
"""Which of them is first."""

HELD_BACK = """
EXISTS (SELECT 1 FROM settings WHERE key = 'paused' AND value = '1')
OR EXISTS (SELECT 1 FROM sweeps g WHERE g.id = runs.sweep_id AND g.paused = 1)
"""
"""Whether a row of ``runs`` in training is to be let go of, since all or its group is paused."""

HOPELESS = """
WITH RECURSIVE hopeless (id) AS (
    SELECT n.run_id FROM needs n LEFT JOIN runs p ON p.id = n.needs
    WHERE p.id IS NULL OR p.state IN ('failed', 'cancelled')
        OR (p.trashed_at IS NOT NULL AND p.state <> 'done')
    UNION
    SELECT n.run_id FROM hopeless h JOIN runs p ON p.id = h.id JOIN needs n ON n.needs = h.id
    WHERE p.state IN ('draft', 'queued', 'paused')
)
SELECT id FROM hopeless
"""
"""The runs that ``CLAIMABLE`` will never let through by itself, for what they need."""
