"""What ``rottui show`` tells of a run itself: its state, its ties to other runs, its numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rottui.commands.queue_words import Standing, standing
from rottui.commands.texts import circle_line, guess_line, metrics_line, moment
from rottui.store.records import EpochRow, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import ENDED
from rottui.tui.widgets.formats import format_pace


@dataclass(frozen=True, slots=True)
class Ties:
    """How a run hangs together with others."""

    where: Standing
    forks: Sequence[int]
    """Ids of the runs that were forked from it."""
    needed_by: Sequence[int]
    """Ids of the runs that wait for it, or did."""
    others: Mapping[int, RunRow]
    """Those of all the runs that it is tied to that there are; the others were purged."""

    def named(self, ids: Collection[int]) -> str:
        """Such as ``run 3 (done), run 5 (purged)``."""
        return ", ".join(f"run {run_id} ({self._fate(run_id)})" for run_id in ids)

    def _fate(self, run_id: int) -> str:
        other = self.others.get(run_id)
        if other is None:
            return "purged"
        return f"{other.state}, in the trash" if other.trashed_at is not None else str(other.state)


def ties_of(rows: RunStore, run: RunRow) -> Ties:
    """What ties a run to others, as the store has it."""
    forks, needed_by = rows.forks(run.id), rows.needed_by(run.id)
    ids = {*forks, *needed_by, *run.needs} | ({run.parent_id} if run.parent_id else set())
    found = [other for trashed in (False, True) for other in rows.runs(ids=ids, trashed=trashed)]
    return Ties(standing(rows, [run]), forks, needed_by, {other.id: other for other in found})


def ties_json(ties: Ties) -> dict[str, Any]:
    """The ties that a run's own row does not have, for programs."""
    return {"forks": list(ties.forks), "needed_by": list(ties.needed_by)}


def facts(run: RunRow, ties: Ties) -> list[str]:
    """What a run is, where it stands and how good it is, a line each."""

    lines = [
        f"run {run.id}: {run.name}",
        f"state: {run.state}" + (f", {run.wish} asked for" if run.wish else ""),
        f"epochs: {run.epochs_done} of {run.epochs}",
    ]
    if run.until is not None and run.state not in ENDED:
        when = "now" if run.at_rung else "next"
        lines.append(f"rung: waits {when} at epoch {run.until} for the other runs of its sweep")
    lines += _tied(run, ties)
    if run.tags:
        lines.append(f"tags: {', '.join(run.tags)}")
    lines += [f"note: {line}" for line in run.notes.splitlines()]
    if run.error:
        lines.append(f"error: {run.error}")
    if run.reason:
        lines.append(f"reason: {run.reason}")
    if run.versions:
        versions = ", ".join(f"{name} {number}" for name, number in run.versions.items())
        lines.append(f"begun with: {versions}")
    lines.append(f"queued: {moment(run.created_at)}")
    if run.started_at is not None:
        lines.append(f"started: {moment(run.started_at)}")
    if run.ended_at is not None:
        lines.append(f"ended: {moment(run.ended_at)}")
    if run.seconds is not None:
        lines.append(f"an epoch takes: {format_pace(run.seconds)} s")
    if run.last is not None:
        lines += _measured("last", run.last)
    if run.best is not None:
        lines += _measured("best", run.best)
    for guess, values in (run.baseline or {}).items():
        lines.append(f"baseline {guess}: {guess_line(values)}")
    return lines


def _measured(which: str, row: EpochRow) -> list[str]:
    return [f"{which}: epoch {row.epoch}  {metrics_line(row)}", f"      {circle_line(row)}"]


def _tied(run: RunRow, ties: Ties) -> list[str]:
    lines = [f"priority: {run.priority}"] if run.priority else []
    if group := ties.where.group_of(run):
        lines.append(f"{group.kind}: {group.name} ({group.id})")
    if run.needs:
        lines.append(f"after: {ties.named(run.needs)}")
    if ties.where.never(run):
        lines.append(f"never trained as it stands: {ties.where.waits_for(run)}")
    if ties.needed_by:
        lines.append(f"needed by: {ties.named(ties.needed_by)}")
    if run.parent_id is not None:
        place = f"after epoch {run.parent_epoch}"
        lines.append(f"forked from: {ties.named([run.parent_id])}, {place}")
    if ties.forks:
        lines.append(f"forks: {ties.named(ties.forks)}")
    return lines
