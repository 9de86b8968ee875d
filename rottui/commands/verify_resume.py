"""``rottui verify-resume``: prove on this machine that a killed run goes on to the same bits."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

from rottui import locations
from rottui.commands.config_flags import run_config
from rottui.commands.devices import check_device
from rottui.commands.flags import Typed
from rottui.commands.signals import stop_on_signals
from rottui.commands.usage import DONE, positive
from rottui.core.config import RunConfig
from rottui.core.pytorch import explained_imports
from rottui.errors import TrainingError
from rottui.store.records import EpochRow, NewRun, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import ENDED, State
from rottui.tui.widgets.formats import format_count

EPOCHS = 4
"""How long the run is unless a flag or a file says otherwise."""
CHILD = (
    "import sys; from rottui.cli import main; from rottui.engine import worker; "
    "worker.SAVE_SECONDS = 0.05; sys.exit(main())"
)
"""``rottui`` with checkpoints close together, so that a short run has one to go on from."""
POLL = 0.002
"""Seconds between two looks at a run that is to be killed."""


class _InterruptedError(Exception):
    """A signal has ended the proof."""


def verify_resume(typed: Typed, kills: str | None, threads: str | None) -> int:
    """Train a run undisturbed, and once more with kills; the exit code.

    Raises:
        UsageError: a flag that can never work.
        DataError: the images cannot be read.
        TrainingError: a run failed, was never killed, or came out differently.
    """
    from rottui.core.data import load_dataset, pin_data

    count, each = positive("--kills", kills) or 1, positive("--threads", threads) or 1
    config = run_config(typed)
    check_device(config.device, typed)
    if "epochs" not in typed.values and typed.config is None:
        config = config.model_copy(update={"epochs": EPOCHS})
    config = config.model_copy(update={"data": pin_data(config.data)})
    images = len(load_dataset(config.data, locations.cache_dir()).train)
    steps = config.epochs * -(-images // config.batch_size)
    print(f"{config.default_name}, {config.epochs} epochs, {steps} steps on {config.data.label}")
    with stop_on_signals(("SIGINT", "SIGTERM")) as stop, tempfile.TemporaryDirectory() as folder:
        try:
            proof = Proof(Path(folder), config, each, stop.event)
            undisturbed = proof.undisturbed()
            pace = undisturbed.seconds or 0.0
            moments = sorted(random.Random().uniform(0, config.epochs) for _ in range(count))
            proof.killed(moments, pace)
            told = proof.compare()
        except _InterruptedError:
            return stop.exit_code or 1
    print(told)
    return DONE


class Proof:
    """One config, trained in two stores below a folder by processes of their own."""

    def __init__(
        self, folder: Path, config: RunConfig, threads: int, stop: threading.Event
    ) -> None:
        self._folders = {name: folder / name for name in ("undisturbed", "killed")}
        self._config = config
        self._threads = threads
        self._stop = stop
        for place in self._folders.values():
            with RunStore.open(place) as store:
                store.add_runs([NewRun(place.name, config.to_dict(), config.epochs)])

    def undisturbed(self) -> RunRow:
        """Train to the end; the run.

        Raises:
            TrainingError: it did not come to its end.
        """
        self._work("undisturbed", lambda store, child: None)
        run = self._end_of("undisturbed")
        print(f"undisturbed: done, {run.epochs_done} epochs")
        return run

    def killed(self, moments: list[float], pace: float) -> None:
        """Train, with a SIGKILL at each of these moments, in epochs; ``pace`` is seconds an epoch.

        Raises:
            TrainingError: it did not come to its end, or was too short to be killed.
        """
        for moment in moments:

            def kill(
                store: RunStore, child: subprocess.Popen[bytes], moment: float = moment
            ) -> None:
                while store.run(1).epochs_done < int(moment) or store.run(1).last is None:
                    self._wait(POLL)
                    if child.poll() is not None:
                        return
                self._wait((moment - int(moment)) * pace)
                before = store.run(1)
                child.kill()
                child.wait()
                if before.state is State.RUNNING:
                    print(f"killed process {child.pid} in epoch {before.epochs_done + 1}")

            self._work("killed", kill)
        self._work("killed", lambda store, child: None)
        self._end_of("killed")
        with RunStore.open(self._folders["killed"], read_only=True) as store:
            events = store.events(1)
        for event in events:
            if event.kind == "resumed":
                print(f"resumed {event.detail}".rstrip())
        if "resumed" not in {event.kind for event in events}:
            print("it began anew each time: no kill came after its first checkpoint")
        if "recovered" not in {event.kind for event in events}:
            raise TrainingError("the run ended before it could be killed; give it more --epochs")

    def compare(self) -> str:
        """What is the same.

        Raises:
            TrainingError: what is not.
        """
        with explained_imports():
            from rottui.core.checkpoint import TrainingState
        curves: list[list[tuple[Any, ...]]] = []
        states: list[TrainingState] = []
        for folder in self._folders.values():
            with RunStore.open(folder, read_only=True) as store:
                curves.append([_numbers(row) for row in store.epochs(1)])
                kept = {checkpoint.kind: checkpoint for checkpoint in store.checkpoints(1)}
                states.append(TrainingState.from_bytes(store.read_checkpoint(kept["last"])))
        for epoch, (one, two) in enumerate(zip(*curves, strict=False)):
            if one != two:
                raise TrainingError(f"the curves differ at epoch {epoch}: {one} and {two}")
        if len(curves[0]) != len(curves[1]):
            raise TrainingError(f"the curves have {len(curves[0])} and {len(curves[1])} epochs")
        one, two = (_bits(state.network) for state in states)
        if differing := [name for name in one if one[name] != two.get(name)]:
            raise TrainingError(f"the final weights differ: {', '.join(differing)}")
        if _bits(states[0].optimizer) != _bits(states[1].optimizer):
            raise TrainingError("the optimizer's final numbers differ")
        return (
            f"identical bit for bit: {format_count(len(curves[0]), 'epoch')} of the curve, "
            f"{self._config.parameter_count():,} weights, the optimizer's numbers"
        )

    def _work(self, name: str, during: Callable[[RunStore, subprocess.Popen[bytes]], None]) -> None:
        command = ["work", "--until-empty", "--workers", "1", "--threads", str(self._threads)]
        folder = self._folders[name]
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, *command, "--store", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C ends the proof, which ends the child
        )
        try:
            with RunStore.open(folder, read_only=True) as store:
                during(store, child)
            while child.poll() is None:
                self._wait(0.05)
        finally:
            child.kill()
            child.wait()

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise _InterruptedError

    def _end_of(self, name: str) -> RunRow:
        with RunStore.open(self._folders[name], read_only=True) as store:
            run = store.run(1)
        if run.state is not State.DONE:
            why = run.error if run.state in ENDED and run.error else f"it is {run.state}"
            raise TrainingError(f"the {name} run did not come to its end: {why}")
        return run


def _numbers(row: EpochRow) -> tuple[Any, ...]:
    """All that must be the same; NaN as a word, since it equals nothing."""
    values = astuple(replace(row, seconds=0.0, at=0.0))
    return tuple(value.hex() if isinstance(value, float) else value for value in values)


def _bits(values: Any, path: str = "") -> dict[str, bytes]:
    """Path → the bytes of each tensor and number of nested values."""
    import torch

    if isinstance(values, torch.Tensor):
        flat = values.detach().cpu().contiguous().flatten()
        return {path: flat.view(torch.uint8).numpy().tobytes()}
    if isinstance(values, dict):
        pairs = [(str(key), value) for key, value in values.items()]
    elif isinstance(values, list | tuple):
        pairs = [(str(number), value) for number, value in enumerate(values)]
    else:
        return {path: repr(values).encode()}
    found: dict[str, bytes] = {}
    for key, value in pairs:
        found |= _bits(value, f"{path}.{key}" if path else key)
    return found
