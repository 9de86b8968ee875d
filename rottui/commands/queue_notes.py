"""What a person should know who has queued runs: why they may not be trained all the same."""

from __future__ import annotations

import sys
from collections.abc import Collection

from rottui.commands.stores import command_for
from rottui.engine import liveness
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui.widgets.formats import runs_text


def note_what_holds_back(rows: RunStore, ids: Collection[int]) -> None:
    """Tell on standard error, a line each, why runs that were just queued are not begun.

    Nothing is said of runs that train or lie aside, nor when the queue will come to them.
    """
    queued = {run.id: run.sweep_id for run in rows.runs(ids=ids, states=[State.QUEUED])}
    if not queued:
        return
    for sentence in _reasons(rows, queued):
        print(f"note: {sentence}", file=sys.stderr)


def _reasons(rows: RunStore, queued: dict[int, int | None]) -> list[str]:
    """Of everything, of the groups of these runs (id → group), and of what they need."""

    def command(words: str) -> str:
        return command_for(rows.folder, words)

    said = []
    if not liveness.somebody_trains(rows.workers()):
        said.append(f"no worker lives: start {command('work')} or {command('launch')}")
    if rows.all_paused:
        said.append(f"everything is paused; go on: {command('resume --all')}")
    mine = set(queued.values())
    for group in rows.groups() if mine != {None} else ():
        if group.id in mine and group.paused:
            go_on = command(f"group {group.id} --resume")
            said.append(f"{group.kind} {group.id} ({group.name}) is paused; go on: {go_on}")
    if never := sorted(rows.hopeless().intersection(queued)):
        verb = "waits" if len(never) == 1 else "wait"
        said.append(f"{runs_text(never)} {verb} for a run that did not end well")
    return said
