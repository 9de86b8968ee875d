"""Where runs stand in the queue, in words and in JSON: priority, group, and what they wait for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rottui.store.records import GroupRow, HeldBack, Hold, RunRow
from rottui.store.runs import RunStore
from rottui.tui.widgets.held import told

NAMED = 5
"""Runs that a line names; more are counted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the queue says of some runs beyond their own rows."""

    groups: Mapping[int, GroupRow]
    """Id → sweep or group, those of the runs at least."""
    held: Mapping[int, HeldBack]
    """Run id → why it is held back, where it waits for others."""

    def group_of(self, run: RunRow) -> GroupRow | None:
        """The sweep or group that a run belongs to."""
        return None if run.sweep_id is None else self.groups.get(run.sweep_id)

    def waits_for(self, run: RunRow) -> str:
        """Such as ``waits for run 3, which failed``; empty where it waits for no other run."""
        held = self.held.get(run.id)
        return told(run, held, {}).why if held is not None and held.by is Hold.NEEDS else ""

    def never(self, run: RunRow) -> bool:
        """Whether what it waits for will not be done by itself."""
        return run.id in self.held and self.held[run.id].for_good


NOWHERE = Standing({}, {})


def standing(rows: RunStore, runs: Sequence[RunRow]) -> Standing:
    """What the queue says of these runs; asks the store for no more than they have."""
    grouped = any(run.sweep_id is not None for run in runs)
    needy = any(run.needs for run in runs)
    return Standing(
        {group.id: group for group in rows.groups()} if grouped else {},
        rows.held_back() if needy else {},
    )


def group_name(group: GroupRow | None) -> str:
    """What a person calls a group; a sweep, whose runs' names say what it is, by its number."""
    if group is None:
        return ""
    return group.name if group.kind == "group" else f"sweep {group.id}"


def place_words(run: RunRow, where: Standing) -> list[str]:
    """Such as ``priority 2``, ``group night``, ``waits for run 3``; nothing of what it has not."""
    group = where.group_of(run)
    words = [f"priority {run.priority}"] if run.priority else []
    if group is not None:
        words.append(f"group {group.name}" if group.kind == "group" else group_name(group))
    waits = where.waits_for(run)
    return [*words, waits] if waits else words


def place_json(run: RunRow, where: Standing) -> dict[str, Any]:
    """Where a run stands in the queue, for programs."""
    group = where.group_of(run)
    return {
        "priority": run.priority,
        "group": None if group is None else group.name,
        "needs": list(run.needs),
    }


def queue_lines(rows: RunStore) -> list[str]:
    """Which queued runs are begun next, and which wait for others; empty where there are none."""
    lines = []
    for title, ids in (
        ("next", rows.first_claimable(NAMED + 1)),
        ("wait for others", rows.waiting_for_others(NAMED + 1)),
    ):
        if ids:
            lines.append(f"{title}: {_named(rows, ids)}")
    return lines


def queue_json(rows: RunStore) -> dict[str, Any]:
    """The same for programs, with all of them that wait for others."""
    first = _in_order(rows, rows.first_claimable(NAMED))
    others = _in_order(rows, rows.waiting_for_others())
    where = standing(rows, [*first, *others])
    return {
        "next": [{"id": run.id} | place_json(run, where) for run in first],
        "waiting": [
            {"id": run.id} | place_json(run, where) | {"never": where.never(run)} for run in others
        ],
    }


def _named(rows: RunStore, ids: Sequence[int]) -> str:
    runs = _in_order(rows, ids[:NAMED])
    where = standing(rows, runs)
    named = []
    for run in runs:
        words = place_words(run, where)
        named.append(f"run {run.id} ({', '.join(words)})" if words else f"run {run.id}")
    return ", ".join(named) + (", …" if len(ids) > NAMED else "")


def _in_order(rows: RunStore, ids: Sequence[int]) -> list[RunRow]:
    found = {run.id: run for run in rows.runs(ids=ids)}
    return [found[run_id] for run_id in ids if run_id in found]
