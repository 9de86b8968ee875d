"""``rottui lr-range``: a chart and a suggestion, the same test as in the core, nothing stored."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
import torch
from test_cli_terminal import on_terminal  # noqa: F401  (a fixture)

from rottui.core.config import DataConfig, RunConfig
from rottui.core.data import load_dataset
from rottui.core.lr_range import RangeDone, RangeTest, range_test

SMALL = ("--dense-hiddens", "8", "--batch-size", "8", "--target", "circular", "--threads", "1")
QUICK = (*SMALL, "--steps", "60", "--seeds", "x2")


@pytest.fixture
def bars(make_images) -> Path:
    return make_images("bars", train=300, test=8)


def test_it_draws_the_curves_and_names_a_band(rottui, bars: Path, folders: Path) -> None:
    answer = rottui("lr-range", "--data", bars, *SMALL, "--steps", "300", "--seeds", "7, 8")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    opening = next(line for line in lines if line.startswith("lr 1e-7 to 10 in 300 steps, 2 seeds"))
    assert "mlp 8, circular target, adam" in opening
    assert [line for line in lines if line.startswith("seed 8: ")][:2] == [
        "seed 8: 0 %",
        "seed 8: 10 %",
    ]
    assert any("1e-7" in line and "1e-3" in line and "1e1" in line for line in lines)
    assert any("┝" in line and "┿" in line and "┥" in line for line in lines)
    table = lines[lines.index(next(line for line in lines if "minimum/10  steepest" in line)) :]
    assert [row.split()[0] for row in table[1:3]] == ["7", "8"]
    assert lines[-1].startswith("suggestion: ")
    assert "2 seeds agree within ×" in lines[-1]
    assert not (folders / "store").exists()


def test_json_has_the_numbers_of_the_core(rottui, bars: Path, folders: Path) -> None:
    answer = rottui("lr-range", "--data", bars, *QUICK, "--from", "1e-6", "--to", "1", "--json")
    assert (answer.code, answer.err) == (0, "")
    found = json.loads(answer.out)
    assert found["schema"] == 2
    said = found["lr_range"]
    config = RunConfig.from_dict(said["config"])
    assert config.data == DataConfig(source="rotated", path=str(bars))
    test = RangeTest((config.seed, config.seed + 1), 1e-6, 1.0, 60)
    assert (said["from"], said["to"], said["steps"], said["threads"]) == (1e-6, 1.0, 60, 1)
    torch.set_num_threads(1)
    done = list(range_test(config, load_dataset(config.data, folders / "cache"), test))[-1]
    assert isinstance(done, RangeDone)
    for curve, told in zip(done.curves, said["seeds"], strict=True):
        assert told["seed"] == curve.seed
        assert told["lrs"] == list(curve.lrs)
        assert told["losses"] == list(curve.losses)
        assert told["smoothed"] == list(curve.smoothed)
        assert told["diverged_at"] == curve.diverged_at
    assert (said["suggestion"] is None) == (said["refusal"] is not None)


def test_what_teaches_nothing_is_refused_with_the_reason(rottui, bars: Path) -> None:
    quiet = ("--from", "1e-9", "--to", "1e-8")
    answer = rottui("lr-range", "--data", bars, *QUICK, *quiet)
    assert answer.code == 0
    last = answer.out.splitlines()[-1]
    assert last.startswith("suggestion: none: no clear drop: the loss fell by ")
    assert "┝" not in answer.out
    said = json.loads(rottui("lr-range", "--data", bars, *QUICK, *quiet, "--json").out)["lr_range"]
    assert said["suggestion"] is None
    assert said["refusal"].startswith("no clear drop")
    assert said["seeds"][0]["valley"] is None
    assert said["seeds"][0]["reason"].startswith("no clear drop")


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--from", "0"], "--from: a learning rate must be above 0 and finite, not 0"),
        (["--from", "-1e-3"], "--from: a learning rate must be above 0 and finite, not -0.001"),
        (["--to", "nan"], "--to: a learning rate must be above 0 and finite, not nan"),
        (["--to", "1e400"], "--to: a learning rate must be above 0 and finite, not inf"),
        (["--to", "1000"], "--to: must be at most 100, not 1000"),
        (["--from", "low"], "--from: must be a number, not 'low'"),
        (["--from", "1e-2", "--to", "1e-3"], "--from: must be below the end of the range (0.001)"),
        (["--from", "0.1", "--to", "0.1"], "--from: must be below the end of the range (0.1)"),
        (["--from", "10"], "--from: must be below the end of the range (10)"),
        (["--steps", "19"], "--steps: must be between 20 and 100,000, not 19"),
        (["--steps", "0"], "--steps: must be at least 1, not 0"),
        (["--steps", "1e3"], "--steps: must be a whole number, not '1e3'"),
        (["--seeds", "x0"], "--seeds: 'x0' is no range of seeds"),
        (["--seeds", "none"], "--seeds: 'none' is no seed; try 1, 2, 3 or 1..5 or x3"),
        (["--threads", "0"], "--threads: must be at least 1, not 0"),
        (["--lr", "0"], "--lr: must be above 0, not 0"),
    ],
)
def test_wrong_usage_is_one_line(rottui, flags: list[str], sentence: str) -> None:
    assert rottui("lr-range", *flags).refused(2) == sentence


def test_images_that_are_missing_are_a_failure(rottui, folders: Path) -> None:
    (folders / "empty").mkdir()
    assert "empty" in rottui("lr-range", "--data", folders / "empty", *QUICK).refused(1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_its_code(process, bars: Path, number: signal.Signals) -> None:
    running = process("lr-range", "--data", bars, *SMALL, "--steps", "100000", "--to", "1e-6")
    assert running.stdout is not None
    next(line for line in running.stdout if line.startswith("seed "))
    running.send_signal(number)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 128 + number
    assert err == "rottui: the range test was stopped; it leaves nothing behind\n"


def test_ascii_where_there_is_nothing_else(process, bars: Path) -> None:
    running = process(
        "lr-range", "--data", bars, *SMALL, "--steps", "300", PYTHONIOENCODING="ascii", LC_ALL="C"
    )
    out, err = running.communicate(timeout=120)
    assert (running.returncode, err) == (0, "")
    assert out.isascii()
    assert "?" not in out
    axis = next(line for line in out.splitlines() if "++--" in line)
    assert "[" in axis
    assert "]" in axis


def test_on_a_terminal_it_has_bars_and_colour(on_terminal, bars: Path) -> None:  # noqa: F811
    code, sent, screen = on_terminal("lr-range", "--data", bars, *QUICK, "--steps", "300")
    assert code == 0
    assert "━" in sent.decode()
    assert b"\x1b[34m" in sent  # the first seed's curve is blue
    assert any("suggestion: " in line for line in screen)
    assert any("1e-3" in line and "1e1" in line for line in screen)
