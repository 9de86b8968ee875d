"""Why a queued run is not begun: what the store's claims look at, in words (pure)."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from rottui.store.records import RunRow, SweepRow
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
    training = Counter(run.sweep_id for run in snapshot.runs if run.state is State.RUNNING)
    queued = [run for run in snapshot.runs if run.state is State.QUEUED]
    states: dict[int, State] = {}
    if any(run.needs for run in queued):
        states = {run.id: run.state for run in snapshot.runs}
    held = {}
    for run in queued:
        group = None if run.sweep_id is None else snapshot.sweeps.get(run.sweep_id)
        found = (
            _needs(run, states)
            or (Held("held", "everything is paused: P goes on") if snapshot.all_paused else None)
            or (None if group is None else _group(group, training[group.id]))
        )
        if found is not None:
            held[run.id] = found
    return held


def _needs(run: RunRow, states: dict[int, State]) -> Held | None:
    missing = [needed for needed in run.needs if states.get(needed) is not State.DONE]
    if not missing:
        return None
    for needed in missing:
        state = states.get(needed)
        if state is None or state in RETRIED:
            what = {None: "was deleted", State.FAILED: "failed"}.get(state, "was cancelled")
            return Held(f"needs {needed}", f"waits for run {needed}, which {what}", True)
    runs = "run" if len(missing) == 1 else "runs"
    return Held(f"needs {missing[0]}", f"waits for {runs} {', '.join(map(str, missing))}")


def _group(group: SweepRow, training: int) -> Held | None:
    if group.paused:
        return Held("held", f"{group.name} is paused: S goes on")
    if group.parallel is not None and training >= group.parallel:
        return Held("", f"{group.name} trains {group.parallel} at a time")
    return None
