"""Extending and forking runs: what the configs allow, and the checkpoint to go on from.

The store's own wishes (scale the lr, save now) need no knowledge of configs; these do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rottui.core.config import RunConfig
from rottui.core.steering import (
    extension_problem,
    fork_problems,
    keeps_optimizer,
    order_problem,
)
from rottui.errors import ConfigError, Problem, StoreError
from rottui.store.records import Checkpoint, Extension, NewFork, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State

if TYPE_CHECKING:
    from rottui.core.checkpoint import Position

KINDS = ("last", "best", "previous")
"""The checkpoints that a run can be forked from."""


def extend(store: RunStore, runs: Sequence[RunRow], epochs: int) -> list[RunRow]:
    """Queue done runs again, in place, each to be trained ``epochs`` epochs further.

    What comes is bit for bit what runs planned so long from the start would have been.

    Raises:
        StoreError: a run is not done, ended early, or its schedule depends on its length; nothing
            was changed.
        ConfigError: more epochs than a run can have; nothing was changed.
    """
    words = f"by {epochs} {'epoch' if epochs == 1 else 'epochs'}"
    extensions = []
    for run in runs:
        config = RunConfig.from_dict(run.config)
        if run.state is State.DONE and (problem := extension_problem(config)):
            raise StoreError(f"run {run.id}: {problem}")
        planned = run.epochs + epochs
        longer = config.replaced({"epochs": planned})
        extensions.append(Extension(run.id, planned, longer.to_dict(), f"{words}, to {planned}"))
    store.extend(extensions)
    return [store.run(run.id) for run in runs]


def fork(
    store: RunStore,
    parent: RunRow,
    config: RunConfig,
    *,
    kind: str = "last",
    name: str | None = None,
    own_lr: bool | None = None,
    state: State = State.QUEUED,
) -> RunRow:
    """Queue a run that goes on from a checkpoint of another one with a config of its own.

    Args:
        kind: of the checkpoint: one of ``KINDS``.
        name: the parent's and the word fork if None.
        own_lr: whether the config's lr holds as it is, and not times the scales that were applied
            to the parent by then; if None, where it is another one than the parent's.

    Raises:
        ConfigError: a setting cannot be changed in a fork.
        StoreError: there is no such checkpoint, or the store cannot be written.
        CheckpointError: it is damaged.
    """
    old = RunConfig.from_dict(parent.config)
    if problems := fork_problems(old, config):
        raise ConfigError(
            tuple(
                Problem(_leaf(field, old, config), f"cannot change in a fork: {why}")
                for field, why in problems.items()
            )
        )
    kept = {checkpoint.kind: checkpoint for checkpoint in store.checkpoints(parent.id)}
    if kind not in kept:
        there = ", ".join(kept) or "none yet"
        raise StoreError(f"run {parent.id} has no checkpoint {kind!r}; it has: {there}")
    from rottui.core.checkpoint import TrainingState
    from rottui.core.forks import forked_state, place_of

    def read(checkpoint: Checkpoint) -> TrainingState:
        return TrainingState.from_bytes(store.read_checkpoint(checkpoint))

    found = read(kept[kind])
    at = found.position
    _check_place(old, config, at)
    checkpoints = {"last": (at.epoch, at.step, forked_state(found, old, config).to_bytes())}
    best = kept.get("best")
    if best is not None and best.step <= at.step:
        made = forked_state(read(best), old, config).to_bytes()
        checkpoints["best"] = (best.epoch, best.step, made)
    if own_lr is None:
        own_lr = config.lr != old.lr or config.schedule != old.schedule
    scales = () if own_lr else tuple(s for s in store.scales(parent.id) if s[0] <= at.step)
    detail = f"from run {parent.id}, {kind} checkpoint at epoch {at.epoch}, step {at.step}"
    if not keeps_optimizer(old, config):
        detail += f"; {config.optimizer} starts afresh"
    new = NewFork(
        parent=parent.id,
        name=name or f"{_name_of(parent, old, config)} fork",
        config=config.to_dict(),
        epochs=config.epochs,
        epoch=at.reported if at.reported >= 0 else 0,
        place=place_of(found),
        detail=detail,
        checkpoints=checkpoints,
        scales=scales,
    )
    return store.fork(new, state=state)


def _name_of(parent: RunRow, old: RunConfig, config: RunConfig) -> str:
    """The parent's name; what of it was made from its settings is made anew from the fork's."""
    if not parent.name.startswith(old.default_name):
        return parent.name
    return config.default_name + parent.name.removeprefix(old.default_name)


def _check_place(old: RunConfig, config: RunConfig, at: Position) -> None:
    problems = []
    if config.epochs <= at.epoch:
        problems.append(
            Problem("epochs", f"the checkpoint stands after epoch {at.epoch}; plan more than that")
        )
    waited = at.epoch - at.best_epoch
    if config.patience is not None and waited >= config.patience:
        problems.append(
            Problem(
                "patience",
                f"at the checkpoint the test loss has not become lower for {waited} epochs; "
                "it must be above that",
            )
        )
    if at.batch and (field := order_problem(old, config)):
        problems.append(
            Problem(
                field,
                f"the checkpoint lies inside epoch {at.epoch + 1}, where the order of its images "
                "cannot change",
            )
        )
    if problems:
        raise ConfigError(tuple(problems))


def _leaf(field: str, old: RunConfig, new: RunConfig) -> str:
    """``data.train_size`` for ``data``: the first setting in it that differs."""
    before, after = old.to_dict()[field], new.to_dict()[field]
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            if after.get(name) != value:
                return f"{field}.{name}"
    return field
