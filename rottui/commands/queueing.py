"""What people ask of many runs at once: ``rottui pause 3..9``, ``retry --state failed`` …"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rottui.commands.queue_notes import note_what_holds_back
from rottui.commands.run_filters import filtered, typed_filter
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
    do: Callable[[RunStore, list[int]], list[int] | None]
    """Does it; the ids of those that it has changed, None for all of them."""
    in_trash: bool = False
    """Whether it is done to runs of the trash."""
    already: str = ""
    """What those are that it has not changed."""
    queues: bool = False
    """Whether they are to be trained after it."""


_QUEUED = "queued or in training"

VERBS: dict[str, Verb] = {
    "pause": Verb(
        "paused",
        frozenset({State.QUEUED, State.RUNNING}),
        RunStore.pause,
        already="paused or about to be",
    ),
    "resume": Verb(
        "resumed",
        frozenset({State.PAUSED, State.DRAFT}),
        RunStore.resume,
        already=_QUEUED,
        queues=True,
    ),
    "enqueue": Verb(
        "queued", frozenset({State.DRAFT}), RunStore.resume, already=_QUEUED, queues=True
    ),
    "cancel": Verb(
        "cancelled",
        WAITING | {State.RUNNING},
        RunStore.cancel,
        already="about to be cancelled",
    ),
    "delete": Verb("in the trash", WAITING | ENDED, RunStore.delete, already="in the trash"),
    "restore": Verb("restored", WAITING | ENDED, RunStore.restore, in_trash=True, queues=True),
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
    filter: str | None = None


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

    return _change(Verb("queued again", RETRIED, do, queues=True), choice, store)


def prioritise(choice: Choice, *, to: str | None, by: str | None, store: str | None) -> int:
    """Give runs a priority, or add to what each has; higher ones are trained first.

    Raises:
        UsageError: neither or both of ``to`` and ``by``, or no whole number.
    """
    if (to is None) == (by is None):
        runs = " ".join(choice.runs) or "RUN…"
        raise UsageError(
            f"say the new priority, or what to add to it: rottui priority {runs} --to 5, or --by 1"
        )
    flag, text = ("--to", to) if by is None else ("--by", by)
    number = _priority(flag, text or "")

    def do(rows: RunStore, ids: list[int]) -> None:
        rows.set_priority(ids, number, relative=by is not None)

    done = f"of priority {number}" if by is None else f"of a priority that is {_by(number)}"
    return _change(Verb(done, WAITING | {State.RUNNING}, do), choice, store)


def pause_everything(*, gently: bool, go_on: bool, store: str | None) -> int:
    """Pause the whole queue, or let it go on."""
    with opened(store) as rows:
        rows.pause_all(NO if go_on else GENTLY if gently else NOW)
        if go_on:
            print("the queue goes on")
            note_what_holds_back(rows, rows.first_claimable(1))
            return DONE
    what = "runs in training come to their end" if gently else "runs in training are saved"
    print(f"everything is paused: {what}, nothing is begun; go on: rottui resume --all")
    return DONE


def _change(verb: Verb, choice: Choice, store: str | None) -> int:
    with opened(store) as rows:
        ids = chosen(rows, choice, verb.states, trashed=verb.in_trash)
        done = verb.do(rows, ids)
        changed = ids if done is None else done
        print(_answer(verb, changed, [run_id for run_id in ids if run_id not in set(changed)]))
        if verb.queues:
            note_what_holds_back(rows, changed)
    return DONE


def _answer(verb: Verb, changed: Sequence[int], others: Sequence[int]) -> str:
    """Which runs were changed, and which were so already."""
    if not changed:
        if not others:
            return "no such runs; nothing was changed"
        be = "is" if len(others) == 1 else "are"
        return f"nothing was changed: {_listed(others)} {be} {verb.already} already"
    line = f"{format_count(len(changed), 'run')} {verb.done}: {_ids(changed)}"
    return f"{line}; {verb.already} already: {_ids(others)}" if others else line


def _listed(ids: Sequence[int]) -> str:
    return f"run {ids[0]}" if len(ids) == 1 else f"runs {_ids(ids)}"


def _ids(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids)) if len(ids) <= 10 else f"{ids[0]} to {ids[-1]}"


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
    wish = None if choice.filter is None else typed_filter(choice.filter)
    by_kind = choice.sweep is not None or choice.state is not None or choice.everything
    if not choice.runs and wish is None and not by_kind:
        raise UsageError("say which runs: RUN…, --sweep, --state or --all")
    wanted = states if choice.state is None else states & {typed_state(choice.state)}
    sweep = None if choice.sweep is None else sweep_named(rows.sweeps(), choice.sweep).id
    named = [run_id for text in choice.runs for run_id in _named(rows, text, trashed)]
    if wish is None and not by_kind:
        return list(dict.fromkeys(named))
    found: list[RunRow] = rows.runs(
        states=wanted, sweep=sweep, ids=named if choice.runs else None, trashed=trashed
    )
    if wish is not None:
        found = filtered(found, wish, rows.sweeps())
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


def _priority(flag: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(
            f"{flag}: must be a whole number, not {text!r}; runs stand before it: "
            f"rottui priority 3..9 {flag} 5"
        ) from None


def _by(number: int) -> str:
    return f"{abs(number)} {'lower' if number < 0 else 'higher'}"
