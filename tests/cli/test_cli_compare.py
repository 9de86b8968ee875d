"""rottui compare on runs that were trained, for people and for programs, and its refusals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

TINY = ("--dense-hiddens", "8", "--batch-size", "8", "--target", "circular", "--threads", "1")


@pytest.fixture
def sweep(rottui, images: Path) -> None:
    """Runs 1 and 3 at lr 3e-2, runs 2 and 4 at 1e-6, with two seeds."""
    flags = ("--lrs", "3e-2, 1e-6", "--seeds", "1, 2", "--epochs", "6", "--workers", "1")
    assert rottui("sweep", "--data", images, *flags, *TINY).code == 0


def test_settings_are_compared_over_seeds_and_images(rottui, sweep: None) -> None:
    answer = rottui("compare", "1", "2", "3", "4")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[:2] == [
        "A  runs 1, 3: mlp 8 lr 3e-2 (2 seeds)",
        "B  runs 2, 4: mlp 8 lr 1e-6 (2 seeds)",
    ]
    at = lines.index("what differs:")
    assert [line.split() for line in lines[at + 1 : at + 3]] == [["A", "B"], ["lr", "3e-2", "1e-6"]]
    assert any(line.startswith("test circular MAE, degrees") and "+" in line for line in lines)
    verdict = next(at for at, line in enumerate(lines) if line.startswith("A better than B, "))
    assert "over 2 shared seeds and 8 test images" in lines[verdict + 1]
    assert lines[verdict + 2].strip() == "A is better with 2 of 2 seeds"
    assert lines[verdict + 3].strip() == "rough, with fewer than 5 seeds"


def test_numbers_for_programs_are_those_of_the_runs(rottui, sweep: None) -> None:
    found = json.loads(rottui("compare", "2", "1", "--json").out)
    assert [side["runs"][0]["id"] for side in found["sides"]] == [2, 1]
    for side in found["sides"]:
        best = json.loads(rottui("show", side["runs"][0]["id"], "--json").out)["run"]["best"]
        (tested,) = side["tested"]
        assert (tested["checkpoint"], tested["images"]) == ("best", 8)
        assert tested["epoch"] == best["epoch"]
        mae = best["test_circular_mae_deg"]
        assert tested["circular_mae_deg"] == pytest.approx(mae, rel=1e-4)
        assert side["best"]["test_circular_mae_deg"]["mean"] == pytest.approx(mae)
    a, b = found["sides"]
    assert a["difference"] is None
    difference = b["difference"]
    means = [side["tested"][0]["circular_mae_deg"] for side in (a, b)]
    assert difference["circular_mae_deg"] == pytest.approx(means[1] - means[0])
    assert difference["images"]["reference_better"] < 0.5
    assert difference["seeds"] is None
    assert (a["config"], b["config"]) == ({"lr": 1e-6}, {"lr": 3e-2})
    assert found["verdicts"][0].startswith("B better than A, ")


def test_what_cannot_be_told_says_why(rottui, sweep: None, make_images, folders: Path) -> None:
    other = make_images("other", train=24, test=9)
    assert rottui("train", "--data", other, "--epochs", "1", *TINY).code == 0
    rottui("train", "--data", other, "--queue", *TINY)
    out = rottui("compare", "1", "5", "6").out
    assert "A and B: no telling; they were tested on other images" in out
    assert "A and C: no telling; C has no network yet" in out
    assert "run 6 has no checkpoint yet; its state is queued" in out
    shutil.rmtree(folders / "store" / "checkpoints")
    assert "cannot be read" in rottui("compare", "1", "2").out


def test_refusals(rottui, sweep: None) -> None:
    assert rottui("compare", "1").refused(2) == "name two runs or more"
    assert rottui("compare", "1", "1").refused(2) == "name two runs or more"
    assert "there is no run 9" in rottui("compare", "1", "9").refused(1)
