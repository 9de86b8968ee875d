"""The states of a run and every way from one to the next: the one place that knows them."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a run is in its life."""

    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Wish(StrEnum):
    """What a person asks of a running run; its worker obeys between two batches."""

    PAUSE = "pause"
    CANCEL = "cancel"


LET_GO: dict[Wish | None, State] = {
    None: State.QUEUED,
    Wish.PAUSE: State.PAUSED,
    Wish.CANCEL: State.CANCELLED,
}
"""What a running run becomes when its worker lets go of it or dies, by the wish it has then."""

TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.QUEUED, State.CANCELLED}),
    State.QUEUED: frozenset({State.DRAFT, State.RUNNING, State.PAUSED, State.CANCELLED}),
    State.RUNNING: frozenset(
        {State.QUEUED, State.PAUSED, State.DONE, State.FAILED, State.CANCELLED}
    ),
    State.PAUSED: frozenset({State.QUEUED, State.CANCELLED, State.DONE}),
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
"""From each state, the states that may follow. Ended runs stay as they are; see ``RETRIED``.

A paused run is done only where it waits at a rung of its sweep and the sweep goes on without it."""

RETRIED = frozenset({State.FAILED, State.CANCELLED})
"""Ended states from which a person may queue a run again, with its config and seed."""

ENDED = frozenset({State.DONE, State.FAILED, State.CANCELLED})


def allowed(old: State, new: State) -> bool:
    """Whether a run may go from ``old`` to ``new``."""
    return new in TRANSITIONS[old]


def sources(new: State) -> frozenset[State]:
    """The states from which a run may become ``new``."""
    return frozenset(old for old, targets in TRANSITIONS.items() if new in targets)
