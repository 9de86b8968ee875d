"""``rottui steer``, ``checkpoint``, ``extend`` and ``fork``: change runs that are under way."""

from __future__ import annotations

from collections.abc import Sequence

from rottui.commands.config_flags import config_of, usage_error
from rottui.commands.flags import Typed
from rottui.commands.queue_notes import note_what_holds_back
from rottui.commands.stores import opened
from rottui.commands.usage import DONE, UsageError, positive
from rottui.core.config import RunConfig
from rottui.core.steering import factor_problem
from rottui.engine import steering
from rottui.errors import ConfigError
from rottui.store.records import RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State


def steer(references: Sequence[str], *, lr_scale: str | None, store: str | None) -> int:
    """Multiply the lr of runs by a factor, from their next batch on."""
    if lr_scale is None:
        raise UsageError("say what to change: --lr-scale 0.5, say")
    factor = _factor(lr_scale)
    with opened(store) as rows:
        runs = _runs(rows, references)
        rows.scale_lr([run.id for run in runs], factor)
    for run in runs:
        when = "next batch" if run.state is State.RUNNING else f"first batch ({run.state} now)"
        print(f"run {run.id}: lr ×{factor:g} from its {when} on")
    return DONE


def checkpoint(references: Sequence[str], *, store: str | None) -> int:
    """Ask running runs for a checkpoint at the batch that they are at."""
    with opened(store) as rows:
        runs = _runs(rows, references)
        rows.ask_checkpoint([run.id for run in runs])
    for run in runs:
        print(f"run {run.id}: saves at its next batch")
    return DONE


def extend(references: Sequence[str], *, epochs: str | None, store: str | None) -> int:
    """Queue done runs again, to be trained so many epochs further."""
    more = positive("--epochs", epochs)
    if more is None:
        raise UsageError("say how many epochs more: --epochs 20, say")
    with opened(store) as rows:
        runs = _runs(rows, references)
        for run, longer in zip(runs, steering.extend(rows, runs, more), strict=True):
            print(f"run {run.id}: queued, goes on from epoch {run.epochs} to {longer.epochs}")
        note_what_holds_back(rows, [run.id for run in runs])
    return DONE


def fork(
    typed: Typed, reference: str, *, checkpoint: str | None, name: str | None, store: str | None
) -> int:
    """Queue a run that goes on from a checkpoint of another one with other settings."""
    if checkpoint is not None and checkpoint not in steering.KINDS:
        known = ", ".join(steering.KINDS)
        raise UsageError(f"--checkpoint: must be one of {known}, not {checkpoint!r}")
    if typed.preset or typed.config:
        flag = "--preset" if typed.preset else "--config"
        raise UsageError(f"{flag}: a fork has the config of its run; change it by flags")
    with opened(store) as rows:
        parent = rows.run(reference)
        values = RunConfig.from_dict(parent.config).to_dict()
        config = config_of(typed, values)
        try:
            child = steering.fork(
                rows,
                parent,
                config,
                kind=checkpoint or "last",
                name=name,
                own_lr=bool({"lr", "schedule"} & set(typed.values)) or None,
            )
        except ConfigError as error:
            raise usage_error(error, typed, {}) from None
        (event,) = [event for event in rows.events(child.id) if event.kind == "forked"]
        print(f"run {child.id}: queued, forked {event.detail}")
        note_what_holds_back(rows, [child.id])
    return DONE


def _runs(rows: RunStore, references: Sequence[str]) -> list[RunRow]:
    found = {run.id: run for run in map(rows.run, references)}
    return list(found.values())


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        raise UsageError(f"--lr-scale: must be a number, not {text!r}") from None
    if problem := factor_problem(factor):
        raise UsageError(f"--lr-scale: {problem}")
    return factor
