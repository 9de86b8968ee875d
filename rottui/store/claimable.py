"""Which queued runs may be trained now: the one condition that claims and idle engines share.

Everything that holds a run back is in the store, so that many processes agree: a pause of
everything or of the run's group, as many runs of the group in training as may be, and runs that
must be done before.
"""

from __future__ import annotations

CLAIMABLE = """
r.state = 'queued' AND r.trashed_at IS NULL
AND NOT EXISTS (SELECT 1 FROM settings WHERE key = 'paused' AND value <> '0')
AND (r.sweep_id IS NULL OR r.sweep_id NOT IN (SELECT g.id FROM sweeps g
    WHERE g.paused <> 0 OR g.parallel <= (SELECT count(*) FROM runs o
        INDEXED BY runs_by_priority WHERE o.state = 'running' AND o.sweep_id = g.id)))
AND NOT EXISTS (SELECT 1 FROM needs n LEFT JOIN runs p ON p.id = n.needs
    WHERE n.run_id = r.id AND p.state IS NOT 'done')
"""
"""A condition on a row ``r`` of ``runs``.

What holds groups back is found once a statement, by the few runs in training: asked for each row,
a full group of 10,000 runs would take a claim seconds."""

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
