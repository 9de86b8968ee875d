"""``rottui wait``: stay until runs have ended, whoever trains them; the exit code says how."""

from __future__ import annotations

from collections import Counter

from rottui.commands.progress import ended_line
from rottui.commands.queueing import Choice, chosen
from rottui.commands.signals import stop_on_signals
from rottui.commands.stores import check_exists, store_folder
from rottui.commands.usage import DONE, FAILED
from rottui.store.runs import RunStore
from rottui.store.states import ENDED, State

POLL = 0.2
"""Seconds between two looks at the store."""


def wait(choice: Choice, *, quiet: bool, store: str | None) -> int:
    """Wait for the chosen runs; 0 if all are done, 1 if one is not.

    A run that was thrown away meanwhile is waited for no longer, and counts as not done. One that
    waits for a run that failed is never trained: it ends the waiting.
    """
    folder = store_folder(store)
    check_exists(folder)
    told: set[int] = set()
    with RunStore.open(folder, read_only=True) as rows, stop_on_signals() as stop:
        ids = chosen(rows, choice, frozenset(State))
        revision = -1
        while not stop.event.is_set():
            now = rows.revision()
            if now != revision:
                revision = now
                runs = rows.runs(ids=ids)
                for run in runs:
                    if run.state in ENDED and run.id not in told:
                        told.add(run.id)
                        if not quiet:
                            print(ended_line(run), flush=True)
                needed = {run_id for run in runs for run_id in run.needs}
                lost = _lost(rows, needed)
                open_runs = [run for run in runs if run.state not in ENDED]
                blocked = [run for run in open_runs if lost.intersection(run.needs)]
                if len(open_runs) == len(blocked):
                    for run in blocked:
                        print(f"run {run.id} waits for a run that did not end well")
                    states = Counter(run.state for run in runs)
                    return DONE if states[State.DONE] == len(ids) else FAILED
            stop.event.wait(POLL)
        return stop.exit_code or FAILED


def _lost(rows: RunStore, needed: set[int]) -> set[int]:
    """Those of the needed runs that will not be done unless somebody tries them again."""
    if not needed:
        return set()
    hopeful = {
        run.id for run in rows.runs(ids=needed) if run.state not in (State.FAILED, State.CANCELLED)
    }
    return needed - hopeful
