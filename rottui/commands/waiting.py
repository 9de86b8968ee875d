"""``rottui wait``: stay until runs have ended, whoever trains them; the exit code says how."""

from __future__ import annotations

from collections import Counter

from rottui.commands.progress import ended_line
from rottui.commands.queueing import Choice, chosen
from rottui.commands.signals import stop_on_signals
from rottui.commands.stores import opened
from rottui.commands.usage import DONE, FAILED
from rottui.store.states import ENDED, State

POLL = 0.2
"""Seconds between two looks at the store."""


def wait(choice: Choice, *, quiet: bool, store: str | None) -> int:
    """Wait for the chosen runs; 0 if all are done, 1 if one is not.

    A run that was thrown away meanwhile is waited for no longer, and counts as not done. One that
    waits for a run that failed is never trained: it ends the waiting.
    """
    told: set[int] = set()
    with opened(store, read_only=True) as rows, stop_on_signals() as stop:
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
                unfinished = [run for run in runs if run.state not in ENDED]
                hopeless = rows.hopeless() if unfinished else frozenset()
                blocked = [run for run in unfinished if run.id in hopeless]
                if len(unfinished) == len(blocked):
                    for run in blocked:
                        print(f"run {run.id} waits for a run that did not end well")
                    states = Counter(run.state for run in runs)
                    return DONE if states[State.DONE] == len(ids) else FAILED
            stop.event.wait(POLL)
        return stop.exit_code or FAILED
