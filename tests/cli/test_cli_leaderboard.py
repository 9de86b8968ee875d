"""``rottui sweeps`` and ``rottui leaderboard`` on trained sweeps and on rows made by hand."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rottui.core.axes import parse_axes
from rottui.core.config import RunConfig
from rottui.core.sweeps import SweepConfig
from rottui.store.records import EpochRow, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

TINY = ("--dense-hiddens", "4", "--epochs", "2", "--batch-size", "8", "--threads", "1")


def epoch_row(epoch: int, value: float, *, circular: bool = True) -> EpochRow:
    """An epoch whose every number follows from one."""
    row = EpochRow(
        epoch,
        epoch * 10,
        value / 50,
        value / 40,
        value / 90,
        value / 80,
        value,
        value + 5,
        0.1,
        9.0,
    )
    along = {"train_circular_mae_deg": value - 1, "test_circular_mae_deg": value}
    more = {
        "test_median_deg": value / 2,
        "test_flips": value / 360,
        "test_axial_mae_deg": value / 3,
    }
    fields = {name: getattr(row, name) for name in EpochRow.__dataclass_fields__}
    return EpochRow(**{**fields, **(along | more if circular else {})})


def put(
    folder: Path,
    axes: str,
    curves: Sequence[Sequence[float]],
    *,
    seeds: Sequence[int] = (1, 2),
    name: str = "made",
    ends: Sequence[tuple[State | None, str | None]] = (),
    circular: bool = True,
    spec: bool = True,
) -> None:
    """A sweep in the store whose runs went through these numbers, in the order of its runs."""
    sweep = SweepConfig(RunConfig(epochs=3), parse_axes(axes), tuple(seeds))
    with RunStore.open(folder / "store") as store:
        new = [NewRun(title, config.to_dict(), config.epochs) for title, config in sweep.runs()]
        assert len(new) == len(curves)
        runs = store.add_runs(new, sweep=name, spec=sweep.spec() if spec else None)
        for place, (run, curve) in enumerate(zip(runs, curves, strict=True)):
            state, why = ends[place] if place < len(ends) else (State.DONE, None)
            if not curve:
                continue
            claim = store.claim("w", threads=1, only=[run.id])
            assert claim is not None
            for epoch, value in enumerate(curve):
                store.commit_epoch(claim, epoch_row(epoch, value, circular=circular))
            if state is State.FAILED:
                store.finish(claim, state, error=why)
            elif state is not None:
                store.finish(claim, state, reason=why)


FOUR = [[90, 60, 50, 48], [90, 40, 30, 31], [90, 60, 50, 52], [90, 40, 30, 33]]
"""Rates 1e-1 and 1e-2 with seed 1, then with seed 2; the worst first."""


def board(rottui, *args: object) -> dict[str, Any]:
    answer = rottui("leaderboard", *args, "--json")
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


def test_the_settings_stand_best_first_with_mean_and_spread(rottui, folders: Path) -> None:
    put(folders, "lr=1e-1, 1e-2", FOUR)
    answer = rottui("leaderboard", 1)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "sweep 1: made; test circular MAE, degrees, mean ± std over seeds",
        "place    lr       circ °        behind  seeds  epochs         best",
        "    1  1e-2  32.0 ± 1.41             -      2       3  30.0 ± 0.00",
        "    2   0.1  50.0 ± 2.83  +18.0 ± 1.41      2       3  49.0 ± 1.41",
    ]
    first, second = board(rottui, "made")["settings"]
    assert first["setting"] == {"lr": 1e-2}
    assert (first["place"], first["mean"], first["n"]) == (1, 32.0, 2)
    assert first["std"] == pytest.approx(statistics.stdev([31, 33]))
    assert (first["runs"], first["seeds"], first["values"]) == ([2, 4], [1, 2], [31.0, 33.0])
    assert (second["behind_mean"], second["best_mean"]) == (18.0, 49.0)


@pytest.mark.parametrize(
    ("by", "mean"),
    [
        ("test_circular_mae_deg", 32.0),
        ("test_mae_deg", 37.0),
        ("test_mae", 32.0 / 80),
        ("test_loss", 32.0 / 40),
        ("test_flips", 32.0 / 360),
        ("train_circular_mae_deg", 31.0),
    ],
)
def test_another_metric_is_chosen_by_name(rottui, folders: Path, by: str, mean: float) -> None:
    put(folders, "lr=1e-1, 1e-2", FOUR)
    found = board(rottui, "1", "--by", by)
    assert found["metric"] == by
    assert found["settings"][0]["mean"] == pytest.approx(mean)


def test_a_sweep_of_an_older_rottui_is_compared_the_long_way_round(rottui, folders: Path) -> None:
    put(folders, "lr=1e-1, 1e-2", FOUR, circular=False, spec=False)
    found = board(rottui, "1")
    assert found["metric"] == "test_mae_deg"
    assert found["settings"][0]["mean"] == 37.0
    assert "-" in rottui("sweeps").out.splitlines()[1].split()


def test_several_axes_stand_in_the_order_they_were_given(rottui, folders: Path) -> None:
    axes = "batch_size=8, 16; activation=tanh, relu; dense_hiddens=8-8"
    put(folders, axes, [[50, 40 + k] for k in range(4)], seeds=[1])
    lines = rottui("leaderboard", 1).out.splitlines()
    assert lines[1].split()[:4] == ["place", "batch_size", "activation", "circ"]
    assert lines[2].split()[:4] == ["1", "8", "tanh", "40.0"]
    assert board(rottui, 1)["settings"][3]["setting"] == {
        "batch_size": 16,
        "network.activation": "relu",
    }


def test_what_ended_early_failed_or_still_waits_is_said(rottui, folders: Path) -> None:
    ends = [
        (State.FAILED, "the loss is not a number: a smaller lr may help"),
        (State.DONE, "stopped by halving at rung 0 (epoch 1): the third of three"),
        (None, None),
        (State.CANCELLED, None),
    ]
    curves = [[90, 80], [90, 60], [90, 55], [90, 50, 45]]
    put(folders, "lr=1, 1e-1, 1e-2, 1e-3, 1e-4", [*curves, []], seeds=[1], ends=ends)
    lines = rottui("leaderboard", 1).out.splitlines()
    assert [line.split()[1] for line in lines[2:]] == ["1e-3", "1e-2", "0.1", "1e-4", "1"]
    assert lines[2].endswith("2/3  45.0  cancelled")
    assert lines[3].endswith("1/3  55.0  1 of 1 unfinished")
    assert lines[4].endswith("1/3  60.0  stopped by halving at rung 0 (epoch 1)")
    assert lines[5].endswith("0 of 1     0/3     -  1 of 1 unfinished")
    assert lines[6].endswith("0 of 1     1/3     -  the loss is not a number")
    failed = board(rottui, 1)["settings"][4]
    assert (failed["mean"], failed["failed"], failed["n"]) == (None, 1, 0)
    assert failed["reasons"] == ["the loss is not a number: a smaller lr may help"]


def test_a_trained_sweep_is_compared_as_its_runs_say(rottui, images: Path) -> None:
    flags = ["--lrs", "1e-8, 1e-2", "--seeds", "1,2", "--workers", 2]
    assert rottui("sweep", "--data", images, *TINY, *flags, "--name", "mine").code == 0
    runs = json.loads(rottui("runs", "--json").out)["runs"]
    found = board(rottui, "mine", "--by", "test_mae")
    for place in found["settings"]:
        values = [run["metrics"]["test_mae"] for run in runs if run["id"] in place["runs"]]
        assert place["mean"] == pytest.approx(statistics.mean(values))
        assert place["std"] == pytest.approx(statistics.stdev(values))
        assert {run["config"]["lr"] for run in runs if run["id"] in place["runs"]} == {
            place["setting"]["lr"]
        }


def test_sweeps_are_listed_with_what_they_vary(rottui, images: Path) -> None:
    assert "no sweeps yet" in rottui("sweeps").out
    assert not (Path("store")).exists()
    flags = ["--vary", "batch_size=8, 16", "--lrs", "1e-3", "--seeds", "x2", "--queue"]
    rottui("sweep", "--data", images, *flags, "--name", "two sizes")
    flags = ["--vary", "lr=1e-5..1e-1", "--random", "5", "--queue"]
    rottui("sweep", "--data", images, *flags)
    lines = rottui("sweeps").out.splitlines()
    assert lines[0].split() == ["id", "name", "axes", "runs", "states"]
    assert lines[1].startswith(" 1  two sizes")
    assert "lr ×1, batch_size ×2, seed ×2" in lines[1]
    assert lines[1].endswith("4  4 queued")
    assert "lr, 5 random, seed ×1" in lines[2]
    first, second = json.loads(rottui("sweeps", "--json").out)["sweeps"]
    assert (first["name"], first["runs"], first["states"]) == (
        "two sizes",
        [1, 2, 3, 4],
        {"queued": 4},
    )
    assert SweepConfig.from_spec(first["spec"]).seeds == (197331, 197332)
    assert second["spec"]["draws"] == 5


def test_a_sweep_that_is_none_and_a_metric_that_is_none_are_named(rottui, folders: Path) -> None:
    assert "there is no run store" in rottui("leaderboard", 1).refused(1)
    put(folders, "lr=1e-1, 1e-2", FOUR)
    line = rottui("leaderboard", "yours").refused(1)
    assert line == "there is no sweep 'yours'; there are: 1 (made)"
    assert "--by: must be one of test_circular_mae_deg, " in rottui(
        "leaderboard", 1, "--by", "speed"
    ).refused(2)
