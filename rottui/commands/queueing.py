"""What people ask of many runs at once: ``rottui pause 3..9``, ``retry --state failed`` …"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rottui.commands.runs import typed_state
from rottui.commands.stores import opened
from rottui.commands.sweeps import sweep_named
from rottui.commands.usage import DONE, UsageError
from rottui.errors import StoreError
from rottui.store.groups import GENTLY, NO, NOW
from rottui.store.records import RunRow
from rottui.store.runs import RunStore
from rottui.store.states import ENDED, RETRIED, State
from rottui.tui.widgets.formats import format_count

WAITING: Final = frozenset({State.DRAFT, State.QUEUED, State.PAUSED})


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that is done to runs."""

    done: str
    """What has been done to them, for the answer."""
    states: frozenset[State]
    """Runs in these states can be asked; a choice by sweep or state passes over the others."""
    do: Callable[[RunStore, list[int]], None]
    in_trash: bool = False
    """Whether it is done to runs of the trash."""


VERBS: dict[str, Verb] = {
    "pause": Verb("paused", frozenset({State.QUEUED, State.RUNNING}), RunStore.pause),
    "resume": Verb("resumed", frozenset({State.PAUSED, State.DRAFT}), RunStore.resume),
    "enqueue": Verb("queued", frozenset({State.DRAFT}), RunStore.resume),
    "cancel": Verb("cancelled", WAITING | {State.RUNNING}, RunStore.cancel),
    "retry": Verb("queued again", RETRIED, RunStore.retry),
    "delete": Verb("in the trash", WAITING | ENDED, RunStore.delete),
    "restore": Verb("restored", WAITING | ENDED, RunStore.restore, in_trash=True),
    "purge": Verb("gone for good", WAITING | ENDED, RunStore.purge, in_trash=True),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which runs, as they were typed."""

    runs: Sequence[str]
    """Ids, names, and ranges of ids such as ``3..9``."""
    sweep: str | None = None
    state: str | None = None
    everything: bool = False


def ask(verb: str, choice: Choice, store: str | None) -> int:
    """Do it to the chosen runs, to all of them or to none, and say how many they were.

    Raises:
        UsageError: no runs are named, or a state that there is not.
        StoreError: a run cannot be asked that; nothing was changed.
    """
    return _change(VERBS[verb], choice, store)


def retry(choice: Choice, *, fresh: bool, store: str | None) -> int:
    """Queue failed and cancelled runs again, from their last checkpoint or from the start."""

    def do(rows: RunStore, ids: list[int]) -> None:
        rows.retry(ids, fresh=fresh)

    return _change(Verb("queued again", RETRIED, do), choice, store)


def prioritise(priority: str, choice: Choice, store: str | None) -> int:
    """Give runs a priority; higher ones are trained first."""
    try:
        number = int(priority)
    except ValueError:
        raise UsageError(f"PRIORITY: must be a whole number, not {priority!r}") from None

    def do(rows: RunStore, ids: list[int]) -> None:
        rows.set_priority(ids, number)

    return _change(Verb(f"of priority {number}", WAITING | {State.RUNNING}, do), choice, store)


def pause_everything(*, gently: bool, go_on: bool, store: str | None) -> int:
    """Pause the whole queue, or let it go on."""
    with opened(store) as rows:
        rows.pause_all(NO if go_on else GENTLY if gently else NOW)
    if go_on:
        print("the queue goes on")
    else:
        what = "runs in training come to their end" if gently else "runs in training are saved"
        print(f"everything is paused: {what}, nothing is begun; go on: rottui resume --all")
    return DONE


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
        rows.set_group(
            found.id,
            parallel=number,
            unlimited=parallel == "all",
            paused=NO if resume else GENTLY if gently else NOW if pause else None,
            stop_on_failure=stop_on_failure,
        )
        found = sweep_named(rows.sweeps(), str(found.id))
    words = [f"{found.kind} {found.id}: {found.name}, {format_count(len(found.run_ids), 'run')}"]
    words.append(
        "any number at a time" if found.parallel is None else f"{found.parallel} at a time"
    )
    words += ["paused"] if found.paused else []
    words += ["stops when a run fails"] if found.stop_on_failure else []
    print("; ".join(words))
    return DONE


def _change(verb: Verb, choice: Choice, store: str | None) -> int:
    with opened(store) as rows:
        ids = chosen(rows, choice, verb.states, trashed=verb.in_trash)
        verb.do(rows, ids)
    if not ids:
        print("no such runs; nothing was changed")
    else:
        which = ", ".join(map(str, ids)) if len(ids) <= 10 else f"{ids[0]} to {ids[-1]}"
        print(f"{format_count(len(ids), 'run')} {verb.done}: {which}")
    return DONE


def chosen(
    rows: RunStore, choice: Choice, states: frozenset[State], *, trashed: bool = False
) -> list[int]:
    """Ids of the chosen runs, in the order in which they were named, else in that of the queue.

    Runs that are named are taken whatever their state: the store refuses those that cannot be
    asked. By sweep, state or all, only those of ``states`` are.

    Raises:
        UsageError: nothing was named, or a state that there is not.
        StoreError: there is no such run or sweep.
    """
    filtered = choice.sweep is not None or choice.state is not None or choice.everything
    if not choice.runs and not filtered:
        raise UsageError("say which runs: RUN…, --sweep, --state or --all")
    wanted = states if choice.state is None else states & {typed_state(choice.state)}
    sweep = None if choice.sweep is None else sweep_named(rows.sweeps(), choice.sweep).id
    named = [run_id for text in choice.runs for run_id in _named(rows, text, trashed)]
    if not filtered:
        return list(dict.fromkeys(named))
    found: list[RunRow] = rows.runs(
        states=wanted, sweep=sweep, ids=named if choice.runs else None, trashed=trashed
    )
    return [run.id for run in found]


def _named(rows: RunStore, text: str, trashed: bool) -> list[int]:
    first, dots, last = text.partition("..")
    if dots and first.isdecimal() and last.isdecimal():
        ids = range(int(first), int(last) + 1)
        found = [run.id for run in rows.runs(ids=ids, trashed=trashed)]
        if not found:
            raise StoreError(f"there are no runs {text}")
        return found
    if trashed and text.removeprefix("#").isdecimal():
        return [int(text.removeprefix("#"))]
    return [rows.run(text).id]


def _parallel(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"--parallel: must be a whole number above 0, or all, not {text!r}")
    return int(text)
