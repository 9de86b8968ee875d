"""``rottui runs`` and ``rottui show``: what is in the store, for people and for programs."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rottui.commands import tables
from rottui.commands.json_rows import checkpoint_json, document, epoch_json, event_json, run_json
from rottui.commands.queue_words import NOWHERE, place_json, standing
from rottui.commands.run_facts import facts, ties_json, ties_of
from rottui.commands.run_filters import filtered, typed_filter
from rottui.commands.run_table import SORTS, epoch_columns, ordered, run_columns
from rottui.commands.stores import check_exists, exists, opened, store_folder
from rottui.commands.sweeps import sweep_named
from rottui.commands.usage import DONE, UsageError
from rottui.store.records import EpochRow, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import ENDED, State
from rottui.tui.config_toml import toml_of

SHOWN = 200
"""Runs that a terminal gets unless it is asked for all; a pipe and ``--json`` get all."""
CURVE_ROWS = 12
"""Epochs that ``show`` prints unless it is told to print all."""


def runs(
    *,
    state: str | None,
    sweep: str | None,
    filter: str | None,
    sort: str | None,
    trash: bool,
    every: bool,
    as_json: bool,
    store: str | None,
) -> int:
    """Print the runs of the store, in queue order or sorted by a column.

    A terminal gets at most ``SHOWN`` of them, and how many more there are; unless ``every``.
    """
    states = None if state is None else [typed_state(state)]
    if sort is not None and sort not in SORTS:
        raise UsageError(f"--sort: must be one of {', '.join(SORTS)}, not {sort!r}")
    wanted = None if filter is None else typed_filter(filter)
    folder = store_folder(store)
    found: list[RunRow] = []
    where = NOWHERE
    bounded, more = False, 0
    if sweep is not None:
        check_exists(folder)
    if exists(folder):
        with RunStore.open(folder, read_only=True) as rows:
            chosen = None if sweep is None else sweep_named(rows.sweeps(), sweep).id
            bounded = not (every or as_json) and tables.on_terminal()
            ids = None
            if wanted is not None:
                found = rows.runs(states=states, sweep=chosen, trashed=trash)
                found = filtered(found, wanted, rows.sweeps())
                places = [(run.id, run.state) for run in found]
            elif bounded and sort is None:
                places = rows.places(states=states, sweep=chosen, trashed=trash)
            if bounded and sort is None:
                ids = first_to_see(places, SHOWN)
                more = len(places) - len(ids)
            if wanted is None:
                found = rows.runs(states=states, sweep=chosen, trashed=trash, ids=ids)
            elif ids is not None:
                found = [run for run in found if run.id in set(ids)]
            where = standing(rows, found)
    if sort is not None:
        found = ordered(found, sort)
        if bounded:
            found, more = found[:SHOWN], max(0, len(found) - SHOWN)
    if as_json:
        print(document({"runs": [run_json(run) | place_json(run, where) for run in found]}))
    elif found:
        tables.print_table(run_columns(found, time.time(), where))
        if more:
            print(f"({more:,} more: --all)")
    elif trash:
        print("the trash is empty")
    elif states is None and wanted is None:
        print(f"no runs yet in {folder}; start one with rottui train, or with rottui launch")
    else:
        print("no such runs; rottui runs lists them all")
    return DONE


def first_to_see(places: Sequence[tuple[int, State]], most: int) -> list[int]:
    """Ids in queue order: what is in training or paused, what waits, and the last that ended.

    Where that is too much, what waits longest goes first, but for half of the room at least the
    ended runs are kept.
    """
    if len(places) <= most:
        return [run_id for run_id, _ in places]
    ended = [run_id for run_id, state in places if state in ENDED]
    busy = [run_id for run_id, state in places if state is State.RUNNING][:most]
    others = [
        run_id for run_id, state in places if state not in ENDED and state is not State.RUNNING
    ]
    room = most - len(busy)
    waiting = others[: max(room - len(ended), room // 2)]
    kept = {*busy, *waiting, *ended[len(ended) - (room - len(waiting)) :]}
    return [run_id for run_id, _ in places if run_id in kept]


def show(reference: str, *, every_epoch: bool, toml: bool, as_json: bool, store: str | None) -> int:
    """Print all that the store knows of one run."""
    with opened(store, read_only=True) as rows:
        run = rows.run(reference)
        epochs = rows.epochs(run.id)
        checkpoints = rows.checkpoints(run.id)
        events = [event for event in rows.events(run.id) if event.epoch is not None]
        ties = ties_of(rows, run)
    if as_json:
        content = (
            run_json(run)
            | place_json(run, ties.where)
            | ties_json(ties)
            | {
                "epochs": [epoch_json(row) for row in epochs],
                "checkpoints": [checkpoint_json(row) for row in checkpoints],
                "events": [event_json(row) for row in events],
            }
        )
        print(document({"run": content}))
        return DONE
    if toml:
        print(toml_of(run.config), end="")
        return DONE
    print("\n".join(facts(run, ties)))
    for checkpoint in checkpoints:
        size = f"{checkpoint.bytes / 1024:,.0f} KiB"
        place = f"after epoch {checkpoint.epoch}, step {checkpoint.step}"
        print(f"checkpoint {checkpoint.kind}: {checkpoint.file} {place}, {size}")
    for event in events:
        print(f"at epoch {event.epoch:.2f}: {event.kind} {event.detail}".rstrip())
    print(f"\n{toml_of(run.config)}")
    if epochs:
        shown = epochs if every_epoch else _thinned(epochs, run.best)
        tables.print_table(epoch_columns(shown, run.best, every_metric=every_epoch))
        if len(shown) < len(epochs):
            print(f"({len(shown)} of {len(epochs)} rows; --epochs shows them all)")
    return DONE


def typed_state(text: str) -> State:
    """The state that was typed after ``--state``.

    Raises:
        UsageError: there is no such state.
    """
    try:
        return State(text)
    except ValueError:
        known = ", ".join(State)
        raise UsageError(f"--state: must be one of {known}, not {text!r}") from None


def _thinned(epochs: Sequence[EpochRow], best: EpochRow | None) -> list[EpochRow]:
    """First, last, best and some evenly between, in order."""
    if len(epochs) <= CURVE_ROWS:
        return list(epochs)
    step = (len(epochs) - 1) / (CURVE_ROWS - 1)
    kept = {round(step * k) for k in range(CURVE_ROWS)}
    return [
        row
        for place, row in enumerate(epochs)
        if place in kept or (best is not None and row.epoch == best.epoch)
    ]
