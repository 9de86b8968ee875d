"""Which wishes fit which runs, and why not (pure); the store has the last word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rottui.store.records import RunRow
from rottui.store.states import ENDED, RETRIED, State, Wish
from rottui.tui.widgets.formats import format_count

_WAITING = frozenset({State.DRAFT, State.QUEUED, State.PAUSED})


class Kind(StrEnum):
    """What a person can wish for runs of the queue."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    MOVE_UP = "move_up"
    MOVE_DOWN = "move_down"
    DUPLICATE = "duplicate"
    EDIT = "edit"
    EDIT_HERE = "edit_here"
    PRIORITY_UP = "priority_up"
    PRIORITY_DOWN = "priority_down"
    DRAFT = "draft"
    RETRY = "retry"
    DELETE = "delete"
    SLOWER = "slower"
    FASTER = "faster"
    SCALE = "scale"
    SAVE = "save"
    EXTEND = "extend"
    FORK = "fork"


FORMED = frozenset({Kind.EDIT, Kind.EDIT_HERE, Kind.FORK})
"""The wishes that the form is filled for: each is about one run."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The runs that a wish fits, or the reason why it fits none."""

    runs: tuple[RunRow, ...]
    reason: str = ""
    """Why nothing can be done; empty when ``runs`` is not."""
    note: str = ""
    """What is left alone although it was marked; empty when nothing is."""


def refusal(kind: Kind, run: RunRow) -> str:
    """Why the wish does not fit the run, as a sentence; empty if it does."""
    state, who = run.state, f"run {run.id} is {run.state.value}"
    match kind:
        case Kind.PAUSE:
            if state is State.RUNNING and run.wish is not None:
                return _already(run)
            if run.at_rung:
                return f"run {run.id} is held back already" if run.wish is not None else ""
            if state not in (State.QUEUED, State.RUNNING):
                return f"{who}; only a queued or running run can be paused"
        case Kind.RESUME:
            pausing = state is State.RUNNING and run.wish is Wish.PAUSE
            if state not in (State.PAUSED, State.DRAFT) and not pausing:
                return f"{who}; only a paused run can be resumed"
        case Kind.CANCEL:
            if state in ENDED:
                return f"{who}; it has already ended"
            if run.wish is Wish.CANCEL:
                return _already(run)
        case Kind.MOVE_UP | Kind.MOVE_DOWN:
            if state not in _WAITING:
                return f"{who}; only a waiting run has a place in the queue"
        case Kind.PRIORITY_UP | Kind.PRIORITY_DOWN:
            if state in ENDED:
                return f"{who}; it waits for nothing"
        case Kind.DRAFT:
            if state is not State.QUEUED:
                return f"{who}; only a queued run becomes a draft"
        case Kind.RETRY:
            if state not in RETRIED:
                return f"{who}; only failed and cancelled runs are tried again"
        case Kind.EDIT_HERE:
            if state not in _WAITING or run.attempt:
                return f"run {run.id} has been begun; d queues a copy, e takes it into the form"
        case Kind.DELETE:
            if state is State.RUNNING:
                return f"{who}; cancel it before you delete it"
        case Kind.SLOWER | Kind.FASTER | Kind.SCALE:
            if state in ENDED:
                return f"{who}; it takes no step any more"
        case Kind.SAVE:
            if state is not State.RUNNING:
                return f"{who}; only a running run is saved at a key"
        case Kind.EXTEND:
            if state is not State.DONE:
                return f"{who}; only a done run is extended"
        case Kind.FORK:
            if not run.attempt and run.parent_id is None:
                return f"{who} and was never begun; there is no checkpoint to fork"
        case Kind.DUPLICATE | Kind.EDIT:
            pass
    return ""


def judge(kind: Kind, targets: Sequence[RunRow]) -> Verdict:
    """The runs among ``targets`` that the wish fits; the form takes exactly one."""
    if not targets:
        return Verdict((), "there is no run here yet")
    if kind in FORMED and len(targets) > 1:
        marked = format_count(len(targets), "run")
        return Verdict((), f"the form holds one run, but {marked} are marked; u takes marks away")
    reasons = [(run, refusal(kind, run)) for run in targets]
    fitting = tuple(run for run, reason in reasons if not reason)
    refused = [reason for _, reason in reasons if reason]
    if not fitting:
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        return Verdict((), refused[0] + more)
    if refused:
        left = f"{len(refused)} of {format_count(len(targets), 'marked run')} left alone"
        return Verdict(fitting, note=f"{left}: {refused[0]}")
    return Verdict(fitting)


def _already(run: RunRow) -> str:
    word = "cancelled" if run.wish is Wish.CANCEL else "paused"
    return f"run {run.id} is being {word} already; its worker obeys between two batches"
