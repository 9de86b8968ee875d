"""``rottui sweep --halving``: what is trained, what is said of it, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rottui.store.records import EpochRow, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

TINY = ("--dense-hiddens", "4", "--batch-size", "8", "--threads", "1")
NINE = ("--lrs", "1e-6..1e-1 x9", "--epochs", "9", "--halving")


def all_runs(rottui) -> list[dict[str, Any]]:
    return json.loads(rottui("runs", "--json").out)["runs"]


# --- training -------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_a_halved_sweep_trains_to_its_end_and_says_what_each_rung_kept(
    rottui, images: Path, workers: int
) -> None:
    answer = rottui("sweep", "--data", images, *TINY, *NINE, "--workers", workers)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    line = "halving: 9 runs to epoch 1, 3 to 3, 1 to 9; 21 of 81 epochs"
    assert lines.count(line) == 2  # what is planned before, what came of it at the end
    assert lines[-1] == line
    went_on = [said.split(" goes on to epoch ") for said in lines if " goes on to " in said]
    runs = all_runs(rottui)
    # a run that was quick may have left its second rung before anybody looked at the first
    assert {who for who, _ in went_on} == {
        f"run {run['id']}" for run in runs if run["epochs_done"] > 1
    }
    assert [goal for _, goal in went_on].count("9") == 1
    assert {run["state"] for run in runs} == {"done"}
    assert sorted(run["epochs_done"] for run in runs) == [1] * 6 + [3] * 2 + [9]
    (best,) = (run for run in runs if run["epochs_done"] == 9)
    losses = {run["id"]: run["best"]["test_loss"] for run in runs}
    assert min(losses, key=lambda run: losses[run]) == best["id"]


def test_a_table_says_where_each_run_was_stopped(rottui, images: Path) -> None:
    answer = rottui("sweep", "--data", images, *TINY, *NINE)
    table = answer.out.rsplit("\n\n", 1)[1].splitlines()
    assert table[0].endswith("  why")
    stopped = [line for line in table if "stopped by halving at rung 0 (epoch 1)" in line]
    assert len(stopped) == 6
    assert all(" 1/9 " in line for line in stopped)
    run = next(run for run in all_runs(rottui) if run["epochs_done"] == 3)
    shown = rottui("show", run["id"]).out
    assert f"reason: {run['reason']}\n" in shown
    assert run["reason"].startswith("stopped by halving at rung 1 (epoch 3): test loss ")
    assert "; the best run went on" in run["reason"]


def test_eta_first_rung_and_rungs_are_chosen(rottui, images: Path) -> None:
    flags = ("--eta", 2, "--min-epochs", 2, "--rungs", 3, "--lrs", "1e-3..1e-1 x5")
    answer = rottui("sweep", "--data", images, *TINY, "--epochs", 10, "--halving", *flags)
    assert answer.code == 0
    assert "halving: 5 runs to epoch 2, 2 to 4, 1 to 10; 20 of 50 epochs" in answer.out


def test_a_queued_halved_sweep_waits_at_its_rungs_for_whoever_trains_it(
    rottui, images: Path
) -> None:
    rottui("sweep", "--data", images, *TINY, *NINE, "--queue")
    assert {run["until"] for run in all_runs(rottui)} == {1}
    assert "rung: waits next at epoch 1 for the other runs of its sweep" in rottui("show", 4).out
    answer = rottui("train", "--resume", 4, "--threads", 1)
    said = answer.refused(1)
    assert said.startswith("run 4 is saved at epoch 1 of 9, step 3, and waits there for the other")
    assert "rung: waits now at epoch 1" in rottui("show", 4).out
    run = next(run for run in all_runs(rottui) if run["id"] == 4)
    assert (run["state"], run["at_rung"]) == ("paused", True)
    table = rottui("runs").out.splitlines()
    assert table[4].endswith("waits at epoch 1")


def test_a_run_resumed_where_it_waits_goes_on_by_hand(rottui, images: Path, folders: Path) -> None:
    rottui("sweep", "--data", images, *TINY, *NINE, "--queue")
    rottui("train", "--resume", 2, "--threads", 1)
    with RunStore.open(folders / "store") as store:
        store.pause([2])  # held back: resuming takes that back, too
    said = rottui("train", "--resume", 2, "--threads", 1).refused(1)
    assert said.startswith("run 2 is saved at epoch 3 of 9")


def test_a_sweep_that_a_person_holds_up_ends_the_command(
    rottui, images: Path, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = RunStore.add_runs

    def with_one_paused(self: RunStore, *args: Any, **kwargs: Any) -> list[Any]:
        rows = add(self, *args, **kwargs)
        self.pause([rows[-1].id])
        return rows

    monkeypatch.setattr(RunStore, "add_runs", with_one_paused)
    answer = rottui("sweep", "--data", images, *TINY, *NINE)
    assert answer.refused(1) == "of the sweep's runs, 9 paused; go on: rottui launch"
    epochs = [run["epochs_done"] for run in all_runs(rottui)]
    assert epochs[-1] == 0
    assert sorted(epochs[:-1]) == [1] * 6 + [3] * 2  # two are certain to be among the best three


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--eta", "1"], "--eta: must be at least 2, not 1"),
        (["--eta", "nan"], "--eta: must be a whole number, not nan"),
        (["--eta", "three"], "--eta: must be a whole number, not 'three'"),
        (["--min-epochs", "0"], "--min-epochs: must be at least 1, not 0"),
        (["--min-epochs", "9"],
         "--min-epochs: must lie before the last epoch, 9, not at 9"),
        (["--rungs", "1"], "--rungs: must be at least 2, not 1"),
        (["--rungs", "10"],
         "--rungs: 10 rungs by 3 do not fit into 9 epochs; at most 3 do"),
        (["--epochs", "1"],
         "--halving: 1 epoch has no room for a rung; halving needs two or more"),
        (["--lrs", "1e-3"],
         "--halving: one run has nothing to be compared with; halving needs two or more"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_cannot_be_halved_is_refused_in_one_line(
    rottui, images: Path, flags: list[str], said: str
) -> None:
    assert rottui("sweep", "--data", images, *NINE, *flags).refused(2) == said
    assert all_runs(rottui) == []


@pytest.mark.parametrize("flag", ["--eta", "--min-epochs", "--rungs"])
def test_flags_of_halving_mean_nothing_alone(rottui, images: Path, flag: str) -> None:
    answer = rottui("sweep", "--data", images, flag, "3")
    assert answer.refused(2) == f"{flag}: means nothing without --halving"


def test_a_run_alone_has_no_rung(rottui, folders: Path) -> None:
    with RunStore.open(folders / "store") as store:
        store.add_runs([NewRun("plain", {}, 3)])
        claim = store.claim("w", threads=1)
        assert claim is not None
        store.commit_epoch(claim, EpochRow(1, 3, 0.5, 0.5, 0.4, 0.5, 40.0, 50.0, 0.5, 0.0))
        store.finish(claim, State.DONE)
    (run,) = all_runs(rottui)
    assert (run["until"], run["at_rung"], run["reason"]) == (None, False, None)
    assert "rung" not in rottui("show", 1).out
