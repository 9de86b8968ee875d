"""Why runs that were just queued are not trained until a person does something about it."""

from __future__ import annotations

from collections.abc import Collection

from rottui.store.records import HeldBack, Hold
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui.widgets.held import told


def standstill(store: RunStore, ids: Collection[int], *, trains_here: bool) -> str:
    """A sentence about the first of these runs that nobody will train; empty where all will be.

    What is but a matter of time, such as a full group, is no standstill.

    Args:
        trains_here: whether this process trains, or is about to.

    Raises:
        StoreError: the store cannot be read.
    """
    queued = store.runs(ids=ids, states=[State.QUEUED])
    if not queued:
        return ""
    held = store.held_back()
    for run in queued:
        if run.id in held and _stands(held[run.id]):
            groups = {group.id: group for group in store.sweeps()}
            why = told(run, held[run.id], groups).why
            return f"Not trained yet: {f'it {why}' if why.startswith('waits') else why}."
    from rottui.engine.liveness import somebody_trains

    if trains_here or somebody_trains(store.workers()):
        return ""
    return "Not trained yet: no worker lives; rottui work starts one, and so does rottui launch."


def _stands(held: HeldBack) -> bool:
    return held.for_good or held.by in (Hold.EVERYTHING, Hold.GROUP)
