"""Training runs of the store in this process, and telling how it went."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rottui import locations
from rottui.commands.halving import kept_line
from rottui.commands.progress import Progress, ended_line
from rottui.commands.run_table import ordered, run_columns
from rottui.commands.signals import stop_on_signals
from rottui.commands.stores import command_for
from rottui.commands.tables import print_table
from rottui.commands.usage import DONE, complain
from rottui.commands.watch import follow
from rottui.core.halving import Plan
from rottui.errors import TrainingError
from rottui.store.records import Checkpoint, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State

log = logging.getLogger("rottui.commands")

STOP_SECONDS = 60.0
"""How long the runs may take to come to a checkpoint when they are told to stop."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The runs as they were left, in queue order; deleted ones are missing."""

    runs: tuple[RunRow, ...]
    signal_code: int | None
    """128 + the number of the signal that ended the training early, if one did."""
    saved: Mapping[int, Checkpoint]
    """Run id → where the run goes on, of those that have come to a checkpoint."""


@dataclass(frozen=True, slots=True)
class Here:
    """This process as a place that trains: for which store, with how many workers and threads."""

    folder: Path
    workers: int
    threads: int | None
    """Threads of each worker; None shares the cores among the workers."""

    def train(self, store: RunStore, ids: Sequence[int], progress: Progress) -> Outcome:
        """Train these runs, and no others, until they end or a signal comes."""
        from rottui.engine.engine import Engine

        log.info("training runs %s with %d workers", list(ids), self.workers)
        engine = Engine(
            self.folder,
            cache_dir=locations.cache_dir(),
            workers=self.workers,
            threads=self.threads,
            only=ids,
            program="train",
        )
        with stop_on_signals() as stop:
            try:
                engine.start()
                follow(store, ids, progress, stop.event, lambda: engine.trouble)
                if stop.event.is_set():
                    progress.say("saving …")
            finally:
                stopped = engine.stop(STOP_SECONDS)
            if not stopped:
                complain(f"a worker did not stop in {STOP_SECONDS:.0f} s; its last save counts")
            runs = tuple(store.runs(ids=list(ids)))
            saved = {run.id: found[0] for run in runs if (found := store.checkpoints(run.id))}
        for run in runs:
            log.info("%s", ended_line(run))
        return Outcome(runs, stop.exit_code, saved)

    def report_run(self, outcome: Outcome) -> int:
        """Say what became of the one run; the exit code.

        Raises:
            TrainingError: it failed, or somebody cancelled, paused or deleted it.
        """
        if not outcome.runs:
            raise TrainingError("the run was deleted meanwhile")
        run = outcome.runs[0]
        if run.state is State.DONE:
            print(ended_line(run))
            return DONE
        if run.state is State.FAILED:
            raise TrainingError(f"run {run.id} failed: {run.error}")
        if run.state is State.CANCELLED:
            raise TrainingError(f"run {run.id} was cancelled after {_progress(run)}")
        if run.state is State.RUNNING:
            sentence = f"run {run.id} goes on in another process; {self._command('runs')} shows it"
        else:
            command = self._command(f"train --resume {run.id}")
            sentence = f"{_waiting(run, outcome.saved.get(run.id))}; go on: {command}"
        if outcome.signal_code is None:
            raise TrainingError(sentence)
        complain(sentence)
        return outcome.signal_code

    def report_sweep(self, outcome: Outcome, plan: Plan | None = None) -> int:
        """Compare the runs by test MAE, and say what each rung of the plan kept; the exit code.

        Raises:
            TrainingError: a run failed, or somebody cancelled or paused one.
        """
        if any(run.last for run in outcome.runs):
            print()
            print_table(run_columns(ordered(outcome.runs, "test_mae"), time.time()))
        if plan is not None and outcome.runs:
            print(kept_line(plan, outcome.runs))
        counts = Counter(run.state for run in outcome.runs)
        if outcome.runs and counts[State.DONE] == len(outcome.runs):
            return DONE
        parts = [f"{counts[state]} {state}" for state in State if counts[state]] or ["deleted"]
        sentence = f"of the sweep's runs, {', '.join(parts)}"
        if counts[State.QUEUED] or counts[State.PAUSED]:
            sentence += f"; go on: {self._command('launch')}"
        if outcome.signal_code is None:
            raise TrainingError(sentence)
        complain(sentence)
        return outcome.signal_code

    def _command(self, words: str) -> str:
        return command_for(self.folder, words)


def _waiting(run: RunRow, saved: Checkpoint | None) -> str:
    """Where an unfinished run goes on: at the batch after the last one that it trained."""
    waits = "waits in the queue" if run.state is State.QUEUED else f"is {run.state}"
    if run.at_rung:
        waits = "waits there for the other runs of its sweep"
    if saved is None:
        return f"run {run.id} has done no step yet and {waits}"
    place = f"epoch {saved.epoch} of {run.epochs}, step {saved.step}"
    return f"run {run.id} is saved at {place}, and {waits}"


def _progress(run: RunRow) -> str:
    return f"{run.epochs_done} of {run.epochs} epochs"
