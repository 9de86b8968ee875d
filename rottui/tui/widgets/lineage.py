"""Which run was forked from which, as the queue and the charts tell it (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rottui.store.records import RunRow
from rottui.tui.widgets.glyphs import glyphs

MOST = 8
"""Forks of a run that are named; more are counted."""


def forks_by_parent(runs: Iterable[RunRow]) -> dict[int, tuple[int, ...]]:
    """Run id → ids of the runs that were forked from it; those that have any."""
    forks: dict[int, list[int]] = {}
    for run in runs:
        if run.parent_id is not None:
            forks.setdefault(run.parent_id, []).append(run.id)
    return {parent: tuple(sorted(ids)) for parent, ids in forks.items()}


def mark(run: RunRow, ascii: bool = False) -> str:
    """What stands before a fork's name, such as ``↳3`` and a space; empty for any other run."""
    return "" if run.parent_id is None else f"{glyphs(ascii).fork}{run.parent_id} "


def origin(run: RunRow) -> str:
    """``forked from run 3 at epoch 12``; empty for a run that is no fork."""
    if run.parent_id is None:
        return ""
    return f"forked from run {run.parent_id} at epoch {run.parent_epoch or 0}"


def lineage(run: RunRow, forks: Mapping[int, Sequence[int]]) -> list[str]:
    """Where a run comes from and what comes from it, as parts of a sentence."""
    parts = [origin(run)] if run.parent_id is not None else []
    if children := forks.get(run.id):
        named = ", ".join(map(str, children[:MOST])) + (", …" if len(children) > MOST else "")
        parts.append(f"{'fork' if len(children) == 1 else 'forks'}: {named}")
    return parts
