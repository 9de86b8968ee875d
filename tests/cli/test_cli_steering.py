"""``rottui steer``, ``checkpoint``, ``extend`` and ``fork``, and what they refuse in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rottui.store.runs import RunStore

SMALL = ("--dense-hiddens", "8", "--epochs", "2", "--batch-size", "8", "--threads", "1")

NOBODY = "note: no worker lives: start rottui work or rottui launch\n"


@pytest.fixture
def trained(rottui: Callable[..., Any], images: Path) -> int:
    rottui("train", "--data", images, *SMALL)
    return 1


def test_a_done_run_is_extended_and_forked(
    rottui: Callable[..., Any], trained: int, folders: Path
) -> None:
    answer = rottui("fork", 1, "--lr", "0.01", "--epochs", 4, "--name", "hotter")
    assert (answer.code, answer.err) == (0, NOBODY)
    assert answer.out == ("run 2: queued, forked from run 1, last checkpoint at epoch 2, step 6\n")
    answer = rottui("extend", 1, "--epochs", 1)
    assert answer.out == "run 1: queued, goes on from epoch 2 to 3\n"
    assert answer.err == NOBODY
    assert rottui("work", "--until-empty", "--workers", 1, "--threads", 1).code == 0
    shown = rottui("show", 2).out
    assert "forked from: run 1 (done), after epoch 2" in shown
    assert "at epoch 2.00: forked from run 1" in shown
    run = json.loads(rottui("show", 1, "--json").out)["run"]
    assert (run["state"], run["epochs_done"], len(run["epochs"])) == ("done", 3, 4)
    assert [event["kind"] for event in run["events"]].count("extended") == 1


def test_a_waiting_run_is_steered(rottui: Callable[..., Any], images: Path) -> None:
    rottui("train", "--data", images, *SMALL[:-2], "--queue")
    answer = rottui("steer", 1, "--lr-scale", "0.5")
    assert answer.out == "run 1: lr ×0.5 from its first batch (queued now) on\n"
    rottui("work", "--until-empty", "--workers", 1, "--threads", 1)
    assert "at epoch 0.00: lr ×0.5: 0.001 → 0.0005" in rottui("show", 1).out


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (("steer", 1), 2, "say what to change: --lr-scale"),
        (("steer", 1, "--lr-scale", "big"), 2, "--lr-scale: must be a number, not 'big'"),
        (("steer", 1, "--lr-scale", "-1"), 2, "--lr-scale: must be from"),
        (("steer", 1, "--lr-scale", "0.5"), 1, "run 1 is done; it takes no step any more"),
        (("steer", 7, "--lr-scale", "0.5"), 1, "there is no run 7"),
        (("checkpoint", 1), 1, "run 1 is done"),
        (("extend", 1), 2, "say how many epochs more"),
        (("extend", 1, "--epochs", "0"), 2, "--epochs: must be at least 1"),
        (("fork", 1), 2, "--epochs: the checkpoint stands after epoch 2"),
        (("fork", 1, "--epochs", 9, "--checkpoint", "first"), 2, "--checkpoint: must be one of"),
        (("fork", 1, "--epochs", 9, "--dense-hiddens", "9"), 2, "--dense-hiddens: cannot change"),
        (("fork", 1, "--epochs", 9, "--batch-size", "9"), 2, "--batch-size: cannot change"),
        (("fork", 1, "--epochs", 9, "--train-size", "9"), 2, "--train-size: cannot change"),
        (("fork", 1, "--epochs", 9, "--preset", "seed-mlp"), 2, "--preset: a fork has the config"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_in_one_line(
    args: tuple[object, ...],
    code: int,
    sentence: str,
    rottui: Callable[..., Any],
    trained: int,
    folders: Path,
) -> None:
    assert sentence in rottui(*args).refused(code)
    with RunStore.open(folders / "store") as store:
        assert [str(run.state) for run in store.runs()] == ["done"]
