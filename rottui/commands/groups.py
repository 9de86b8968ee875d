"""``rottui group`` and ``rottui groups``: how the runs of sweeps and groups are begun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rottui.commands.json_rows import document
from rottui.commands.queue_notes import note_what_holds_back
from rottui.commands.stores import exists, opened, store_folder
from rottui.commands.sweeps import sweep_named
from rottui.commands.tables import Column, print_table
from rottui.commands.usage import DONE, UsageError
from rottui.store.groups import GENTLY, NO, NOW
from rottui.store.records import GroupRow, SweepRow
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui.widgets.formats import format_count

NAME_WIDTH = 24
"""Characters that the name of a group keeps on a narrow screen."""


def groups(*, as_json: bool, store: str | None) -> int:
    """Print the sweeps and groups of the store, oldest first, and how their runs are begun."""
    folder = store_folder(store)
    found: list[GroupRow] = []
    if exists(folder):
        with RunStore.open(folder, read_only=True) as rows:
            found = rows.groups()
    if as_json:
        print(document({"groups": [group_json(group) for group in found]}))
    elif found:
        print_table(_columns(found))
    else:
        print(f"no groups yet in {folder}; make one with rottui sweep, or with train --group NAME")
    return DONE


def group_json(group: GroupRow) -> dict[str, Any]:
    """A sweep or group; ``parallel`` is null where any number of its runs may train."""
    return {
        "id": group.id,
        "name": group.name,
        "kind": group.kind,
        "states": {str(state): group.states.get(state, 0) for state in State},
        "parallel": group.parallel,
        "paused": group.paused,
        "stop_on_failure": group.stop_on_failure,
    }


def group(
    reference: str,
    *,
    parallel: str | None,
    pause: bool,
    gently: bool,
    resume: bool,
    stop_on_failure: bool | None,
    store: str | None,
) -> int:
    """Say how the runs of a sweep or group are begun, after changing it."""
    if resume and (pause or gently):
        raise UsageError("--resume and --pause cannot both be")
    number = None if parallel in (None, "all") else _parallel(parallel or "")
    with opened(store) as rows:
        found = sweep_named(rows.sweeps(), reference)
        if resume or pause or gently or parallel is not None or stop_on_failure is not None:
            rows.set_group(
                found.id,
                parallel=number,
                unlimited=parallel == "all",
                paused=NO if resume else GENTLY if gently else NOW if pause else None,
                stop_on_failure=stop_on_failure,
            )
            found = sweep_named(rows.sweeps(), str(found.id))
        print(_told(found))
        if resume:
            note_what_holds_back(rows, found.run_ids)
    return DONE


def _told(group: SweepRow) -> str:
    words = [f"{group.kind} {group.id}: {group.name}, {format_count(len(group.run_ids), 'run')}"]
    words.append(
        "any number at a time" if group.parallel is None else f"{group.parallel} at a time"
    )
    words += ["paused"] if group.paused else []
    words += ["stops when a run fails"] if group.stop_on_failure else []
    return "; ".join(words)


def _columns(found: Sequence[GroupRow]) -> list[Column]:
    def column(title: str, cells: Sequence[str], *, right: bool = False, rank: int = 0) -> Column:
        least = NAME_WIDTH if title == "name" else None
        return Column(title, tuple(cells), right, rank, least=least)

    return [
        column("id", [str(group.id) for group in found], right=True),
        column("kind", [group.kind for group in found], rank=4),
        column("name", [group.name for group in found], rank=3),
        column("runs", [_states(group) for group in found]),
        column("parallel", [str(group.parallel or "all") for group in found], right=True, rank=2),
        column("paused", ["paused" if group.paused else "-" for group in found]),
        column(
            "on failure", ["stops" if group.stop_on_failure else "-" for group in found], rank=1
        ),
    ]


def _states(group: GroupRow) -> str:
    return ", ".join(f"{group.states[state]} {state}" for state in State if state in group.states)


def _parallel(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"--parallel: must be a whole number above 0, or all, not {text!r}")
    return int(text)
