"""``rottui status``: who trains where and what, how the queue stands, and when it will be empty."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rottui.commands.json_rows import document
from rottui.commands.queue_words import (
    Standing,
    place_json,
    place_words,
    queue_json,
    queue_lines,
    standing,
)
from rottui.commands.stores import opened
from rottui.commands.tables import Column, print_table
from rottui.commands.time_left import time_left_json, time_left_lines
from rottui.commands.usage import DONE
from rottui.engine import liveness
from rottui.engine.expectation import expectation
from rottui.store.records import RunRow, WorkerRow
from rottui.store.states import State
from rottui.tui.widgets.formats import format_duration, format_pace


@dataclass(frozen=True, slots=True)
class Process:
    """A process that trains, and its workers."""

    workers: tuple[WorkerRow, ...]
    runs: tuple[RunRow, ...]
    """What its workers train."""
    alive: bool

    @property
    def first(self) -> WorkerRow:
        """The worker that speaks for the process."""
        return self.workers[0]


def status(*, as_json: bool, store: str | None) -> int:
    """Print who trains from the store, how many runs are in which state, and the time left."""
    with opened(store, read_only=True) as rows:
        running = rows.runs(states=[State.RUNNING])
        processes = processes_of(rows.workers(), running)
        counts = rows.counts()
        paused = rows.all_paused
        groups = [group for group in rows.groups() if group.paused]
        expected = expectation(rows)
        where = standing(rows, running)
        queue = queue_json(rows) if as_json else {}
        lines = [] if as_json else queue_lines(rows)
    now = time.time()
    if as_json:
        content = {
            "processes": [_process_json(process, where) for process in processes],
            "runs": {str(state): counts.get(state, 0) for state in State},
            "paused": paused,
            "paused_groups": [group.id for group in groups],
            "time_left": time_left_json(expected.forecast),
            **queue,
        }
        print(document(content))
        return DONE
    if processes:
        print_table(_columns(processes, now, where))
    else:
        print("nobody trains; rottui work or rottui launch does")
    states = [f"{counts[state]} {state}" for state in State if counts.get(state)]
    print(f"runs: {', '.join(states) or 'none yet'}")
    for line in (*lines, *time_left_lines(expected)):
        print(line)
    if paused:
        print("everything is paused; go on: rottui resume --all")
    for group in groups:
        told = f"{group.kind} {group.id} ({group.name}) is paused"
        print(f"{told}; go on: rottui group {group.id} --resume")
    return DONE


def processes_of(workers: Sequence[WorkerRow], running: Sequence[RunRow]) -> list[Process]:
    """The workers by process, oldest first; of other hosts all are taken to live."""
    dead = set(liveness.dead(workers))
    by_process: dict[tuple[str, int, float], list[WorkerRow]] = defaultdict(list)
    for worker in workers:
        by_process[worker.host, worker.pid, worker.pid_started].append(worker)
    return [
        Process(
            tuple(mine),
            tuple(run for run in running if run.worker in {worker.id for worker in mine}),
            alive=not dead.intersection(worker.id for worker in mine),
        )
        for mine in by_process.values()
    ]


def _columns(processes: Sequence[Process], now: float, where: Standing) -> list[Column]:
    def column(title: str, cells: list[str], *, right: bool = False, rank: int = 0) -> Column:
        return Column(title, tuple(cells), right, rank)

    return [
        column("pid", [str(process.first.pid) for process in processes], right=True),
        column("program", [process.first.program or "-" for process in processes]),
        column("host", [process.first.host for process in processes], rank=2),
        column("state", ["alive" if process.alive else "gone" for process in processes]),
        column("since", [_ago(process.first.started_at, now) for process in processes], rank=3),
        column(
            "heard",
            [_ago(max(w.beat_at for w in process.workers), now) for process in processes],
            rank=4,
        ),
        column("workers", [str(len(process.workers)) for process in processes], right=True, rank=5),
        column("trains", [_trains(process, where) for process in processes], rank=1),
    ]


def _ago(at: float, now: float) -> str:
    return f"{format_duration(max(0.0, now - at))} ago"


def _trains(process: Process, where: Standing) -> str:
    """Such as ``run 3 (12/50, 0.07 s an epoch, group night)``."""
    told = []
    for run in process.runs:
        words = [f"{run.epochs_done}/{run.epochs}"]
        words += [] if run.seconds is None else [f"{format_pace(run.seconds)} s an epoch"]
        told.append(f"run {run.id} ({', '.join([*words, *place_words(run, where)])})")
    if told and not process.alive:
        return f"{', '.join(told)}: the next engine goes on with it"
    return ", ".join(told) or "-"


def _process_json(process: Process, where: Standing) -> dict[str, Any]:
    first = process.first
    return {
        "pid": first.pid,
        "program": first.program,
        "host": first.host,
        "alive": process.alive,
        "started_at": first.started_at,
        "beat_at": max(worker.beat_at for worker in process.workers),
        "workers": [worker.id for worker in process.workers],
        "runs": [
            {
                "id": run.id,
                "epochs_done": run.epochs_done,
                "epochs_planned": run.epochs,
                "seconds_per_epoch": run.seconds,
                "threads": run.threads,
            }
            | place_json(run, where)
            for run in process.runs
        ],
    }
