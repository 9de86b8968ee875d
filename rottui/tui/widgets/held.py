"""Why a queued run is not begun: what the store says of it, in words (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rottui.store.records import HeldBack, Hold, Missing, RunRow, SweepRow
from rottui.store.states import RETRIED, State
from rottui.tui.snapshot import Snapshot


class Held(NamedTuple):
    """What holds a queued run back."""

    word: str
    """For the state column; empty where it is but a matter of time."""
    why: str
    """A sentence without its subject."""
    for_good: bool = False
    """Whether it takes a person to let it be trained."""


def held_back(snapshot: Snapshot) -> dict[int, Held]:
    """The queued runs that no worker may begin now, by id, and the first thing in their way."""
    runs = ((snapshot.run(run_id), held) for run_id, held in snapshot.held.items())
    return {run.id: told(run, held, snapshot.sweeps) for run, held in runs if run is not None}


def told(run: RunRow, held: HeldBack, groups: Mapping[int, SweepRow]) -> Held:
    """What holds a run back, in words."""
    group = None if run.sweep_id is None else groups.get(run.sweep_id)
    name = "its group" if group is None else group.name
    match held.by:
        case Hold.NEEDS:
            return _needs(held)
        case Hold.EVERYTHING:
            return Held("held", "everything is paused: P goes on")
        case Hold.GROUP:
            return Held("held", f"{name} is paused: S goes on")
        case Hold.FULL:
            most = "" if group is None or group.parallel is None else f" {group.parallel}"
            return Held("", f"{name} trains{most} at a time")


def _needs(held: HeldBack) -> Held:
    if held.for_good:
        first = next((other for other in held.missing if _fate(other)), held.missing[0])
        fate = _fate(first) or "cannot be trained either"
        return Held(f"needs {first.id}", f"waits for run {first.id}, which {fate}", True)
    runs = "run" if len(held.missing) == 1 else "runs"
    ids = [str(other.id) for other in held.missing]
    return Held(f"needs {ids[0]}", f"waits for {runs} {', '.join(ids)}")


def _fate(other: Missing) -> str:
    """What became of a run that will not be done by itself; empty where it may still be."""
    if other.trashed or other.state is None:
        return "was deleted"
    if other.state in RETRIED:
        return "failed" if other.state is State.FAILED else "was cancelled"
    return ""
