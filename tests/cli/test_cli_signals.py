"""Ctrl+C, SIGTERM, a closed terminal, and kill -9 on a real training process."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from rottui.commands.here import Here, Outcome
from rottui.commands.signals import stop_on_signals
from rottui.store.records import Checkpoint, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

STEPS, EPOCHS = 100, 40
"""Enough that a run is not over before a signal comes."""
SMALL = ("--dense-hiddens", "16", "--batch-size", "1", "--threads", "1")
CURVE = (*SMALL, "--epochs", EPOCHS)
ENDLESS = (*SMALL, "--epochs", 100_000)


@pytest.fixture
def many_images(make_images) -> Path:
    return make_images("many", train=STEPS, test=8)


def wait_for_epoch(process: subprocess.Popen[str], epoch: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.split()[:1] == ["epoch"] and int(line.split()[1].split("/")[0]) >= epoch:
            return
    raise AssertionError(f"it ended before epoch {epoch}: {end(process)}")


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and standard error."""
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def curve(folders: Path, run_id: int) -> list[tuple[float, ...]]:
    with RunStore.open(folders / "store", read_only=True) as store:
        return [
            (row.epoch, row.step, row.train_loss, row.test_loss, row.test_mae_deg)
            for row in store.epochs(run_id)
        ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_the_run_and_says_how_to_go_on(
    process, many_images: Path, folders: Path, number: signal.Signals
) -> None:
    training = process("train", "--data", many_images, *ENDLESS, "--store", "my store")
    wait_for_epoch(training, 1)
    training.send_signal(number)
    code, err = end(training)
    assert code == 128 + number
    assert err.startswith("rottui: run 1 is saved at epoch ")
    assert err.endswith(
        ", and waits in the queue; go on: rottui train --resume 1 --store 'my store'\n"
    )
    assert err.count("\n") == 1
    with RunStore.open(folders / "my store", read_only=True) as store:
        run = store.run(1)
        assert run.state is State.QUEUED
        assert run.epochs_done >= 1
        last = store.checkpoints(1)[0]
        assert last.step >= STEPS
        assert f"saved at epoch {last.epoch} of {run.epochs}, step {last.step}, and" in err
        assert store.workers() == []


@pytest.mark.parametrize(
    ("state", "saved", "words"),
    [
        (State.QUEUED, 37, "run 1 is saved at epoch 0 of 3, step 37, and waits in the queue"),
        (State.PAUSED, 37, "run 1 is saved at epoch 0 of 3, step 37, and is paused"),
        (State.QUEUED, None, "run 1 has done no step yet and waits in the queue"),
    ],
)
def test_within_an_epoch_the_saved_step_is_told(
    folders: Path, capsys, state: State, saved: int | None, words: str
) -> None:
    with RunStore.open(folders / "store") as store:
        added = store.add_runs([NewRun("mine", {}, 3)])[0]
    found = {} if saved is None else {1: Checkpoint(1, "last", 0, saved, "file", 1, "")}
    outcome = Outcome((replace(added, state=state),), 130, found)
    assert Here(folders / "store", workers=1, threads=1).report_run(outcome) == 130
    assert capsys.readouterr().err == f"rottui: {words}; go on: rottui train --resume 1\n"


def test_a_resumed_run_has_the_curve_of_one_that_was_left_alone(
    rottui, process, many_images: Path, folders: Path
) -> None:
    for run_id, number in ((1, signal.SIGINT), (2, signal.SIGKILL)):
        training = process("train", "--data", many_images, *CURVE)
        wait_for_epoch(training, 1)
        training.send_signal(number)
        end(training)
        with RunStore.open(folders / "store", read_only=True) as store:
            assert 1 <= store.run(run_id).epochs_done < EPOCHS
        resumed = rottui("train", "--resume", run_id)
        assert resumed.code == 0, resumed.err
        assert f"run {run_id} done" in resumed.out
    assert rottui("train", "--data", many_images, *CURVE).code == 0
    alone = curve(folders, 3)
    assert len(alone) == EPOCHS + 1
    assert curve(folders, 1) == alone
    assert curve(folders, 2) == alone


def test_a_sweep_is_saved_whole(process, many_images: Path, folders: Path) -> None:
    sweep = process(
        "sweep", "--data", many_images, *ENDLESS, "--lrs", "1e-3, 1e-4, 1e-5", "--workers", 2
    )
    assert sweep.stdout is not None
    next(line for line in sweep.stdout if " 1/100000" in line)
    sweep.send_signal(signal.SIGTERM)
    code, err = end(sweep)
    assert code == 128 + signal.SIGTERM
    assert err == "rottui: of the sweep's runs, 3 queued; go on: rottui launch\n"
    with RunStore.open(folders / "store", read_only=True) as store:
        assert {run.state for run in store.runs()} == {State.QUEUED}


def test_a_second_signal_is_not_held_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals() as stop:
        assert stop.exit_code is None
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.event.wait(10)
        assert stop.exit_code == 143
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is before
