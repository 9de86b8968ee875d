"""``rottui sweep``: which runs it makes, and how they are trained and compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rottui.core.config import SEED

TINY = ("--dense-hiddens", "4", "--epochs", "2", "--batch-size", "8", "--threads", "1")


def all_runs(rottui, *args: object) -> list[dict[str, Any]]:
    return json.loads(rottui("runs", "--json", *args).out)["runs"]


def queued(rottui, *args: object) -> list[tuple[float, int]]:
    """(lr, seed) of each run that a sweep would train."""
    answer = rottui("sweep", *args, "--queue")
    assert answer.code == 0, answer.err
    ids = list(map(int, answer.out.split()))
    runs = [run for run in all_runs(rottui) if run["id"] in ids]
    assert [run["id"] for run in runs] == ids
    assert len({run["sweep"] for run in runs}) == 1
    return [(run["config"]["lr"], run["config"]["seed"]) for run in runs]


@pytest.mark.parametrize(
    ("flags", "pairs"),
    [
        ([], [(1e-2, SEED), (1e-4, SEED), (1e-8, SEED)]),
        (["--preset", "seed-cnn-lr"], [(1e-2, SEED), (1e-4, SEED), (1e-8, SEED)]),
        (["--lrs", "1e-3..1e-1 x3"], [(1e-3, SEED), (1e-2, SEED), (1e-1, SEED)]),
        (["--lrs", "1e-3, 5e-2", "--seeds", "1,2"],
         [(1e-3, 1), (5e-2, 1), (1e-3, 2), (5e-2, 2)]),
        (["--seeds", "x3", "--seed", "7"], [(1e-3, 7), (1e-3, 8), (1e-3, 9)]),
        (["--lr", "0.5", "--preset", "seed-mlp-lr", "--seeds", "4..5"], [(0.5, 4), (0.5, 5)]),
        (["--config", "lrs.toml"], [(0.5, 3), (0.25, 3)]),
        (["--config", "lrs.toml", "--lrs", "1e-6"], [(1e-6, 3)]),
        (["--config", "lrs.toml", "--seeds", "1,2", "--lr", "1"], [(1.0, 1), (1.0, 2)]),
        (["--config", "lr.toml", "--preset", "seed-mlp-lr"], [(0.125, SEED)]),
    ],
    ids=lambda value: str(value)[:45],
)  # fmt: skip
def test_rates_and_seeds_come_from_flags_file_and_preset(rottui, images, flags, pairs) -> None:
    Path("lrs.toml").write_text("[sweep]\nlrs = [0.5, 0.25]\nseeds = [3]\n")
    Path("lr.toml").write_text("lr = 0.125\n")
    assert queued(rottui, "--data", images, *flags) == pairs


VARY_TOML = """
[sweep]
seeds = "x2"
[sweep.vary]
batch_size = "8..16 x2"
network.activation = ["relu", "tanh"]
network.dense_hiddens = [[4], [4, 4]]
shuffle = [true]
"""


def settings(rottui, images: Path, *args: object) -> list[dict[str, Any]]:
    """The config of each run that a sweep would train."""
    answer = rottui("sweep", "--data", images, *args, "--queue")
    assert answer.code == 0, answer.err
    ids = [int(word) for word in answer.out.split()]
    return [run["config"] for run in all_runs(rottui) if run["id"] in ids]


def test_any_setting_is_varied_by_flags(rottui, images: Path) -> None:
    flags = ["--vary", "batch_size=8, 16", "--vary", "activation=relu,tanh; lr=1e-3..1e-1 x3"]
    found = settings(rottui, images, *flags, "--seeds", "1,2")
    triples = {(run["batch_size"], run["network"]["activation"], run["lr"]) for run in found}
    assert len(triples) == 12
    assert len(found) == 24
    assert {run["lr"] for run in found} == {1e-3, 1e-2, 1e-1}


@pytest.mark.parametrize(
    ("flags", "rates"),
    [
        ([], {1e-3}),
        (["--preset", "seed-mlp"], {1e-3}),
        (["--preset", "seed-mlp-lr"], {1e-2, 1e-4, 1e-8}),
        (["--lrs", "0.5, 0.25"], {0.5, 0.25}),
        (["--lr", "0.5"], {0.5}),
    ],
)
def test_rates_beside_another_axis(rottui, images: Path, flags: list[str], rates) -> None:
    found = settings(rottui, images, "--vary", "batch_size=8,16", *flags)
    assert {run["lr"] for run in found} == rates
    assert len(found) == 2 * len(rates)


def test_a_file_varies_settings_too_and_flags_win(rottui, images: Path) -> None:
    Path("vary.toml").write_text(VARY_TOML)
    found = settings(rottui, images, "--config", "vary.toml")
    assert len(found) == 2 * 2 * 2 * 2
    assert {tuple(run["network"]["dense_hiddens"]) for run in found} == {(4,), (4, 4)}
    assert all(run["shuffle"] for run in found)
    over = ["--vary", "batch_size=32", "--activation", "sigmoid", "--seeds", "7"]
    found = settings(rottui, images, "--config", "vary.toml", *over)
    assert len(found) == 2
    assert {run["batch_size"] for run in found} == {32}
    assert {run["network"]["activation"] for run in found} == {"sigmoid"}


def test_random_settings_are_the_same_ones_each_time(rottui, images: Path) -> None:
    flags = ["--vary", "lr=1e-5..1e-1", "--vary", "batch_size=8..64", "--random", "5"]
    first, again = (
        [(run["lr"], run["batch_size"]) for run in settings(rottui, images, *flags)]
        for _ in range(2)
    )
    assert first == again
    assert len(set(first)) == 5


def test_sizes_of_the_data_may_be_varied(rottui, images: Path) -> None:
    answer = rottui("sweep", "--data", images, *TINY, "--lr", "1e-3", "--vary", "train_size=8,16")
    assert answer.code == 0, answer.err
    assert "2 runs: mlp 4 · lr 1e-3 · train_size 8, 16; 8 + 8 images of" in answer.out
    assert "and 1 other selection" in answer.out
    configs = [run["config"]["data"] for run in all_runs(rottui)]
    assert [config["train_size"] for config in configs] == [8, 16]
    assert configs[0]["fingerprint"] != configs[1]["fingerprint"]


def test_the_presets_are_the_experiments_own_networks(rottui, images: Path) -> None:
    rottui("sweep", "--preset", "seed-mlp-lr", "--data", images, "--queue")
    rottui("sweep", "--preset", "seed-cnn-lr", "--data", images, "--queue")
    networks = [run["config"]["network"] for run in all_runs(rottui)]
    assert [network["type"] for network in networks] == ["mlp"] * 3 + ["cnn"] * 3
    assert networks[0]["dense_hiddens"] == [128, 128]
    assert (networks[5]["n_channels"], networks[5]["dense_hiddens"]) == ([16, 32, 45], [128])


def test_a_sweep_is_trained_and_sorted_by_test_mae(rottui, images: Path) -> None:
    answer = rottui("sweep", "--data", images, *TINY, "--lrs", "1e-8, 1e-1, 1e-2", "--workers", 2)
    assert (answer.code, answer.err) == (0, "")
    runs = {run["id"]: run for run in all_runs(rottui)}
    assert {run["state"] for run in runs.values()} == {"done"}

    table = answer.out.rsplit("\n\n", 1)[1].splitlines()
    assert "test MAE  MAE °" in table[0]
    order = [int(line.split()[0]) for line in table[1:]]
    maes = [runs[k]["metrics"]["test_mae"] for k in order]
    assert len(maes) == 3
    assert maes == sorted(maes)
    for k in (1, 2, 3):
        assert f"run {k}  epoch 2/2" in answer.out


def test_one_diverged_run_fails_the_sweep_but_not_the_others(rottui, images: Path) -> None:
    deep = ("--dense-hiddens", "64,64,64,64,64,64", "--epochs", "8", "--threads", "1")
    answer = rottui("sweep", "--data", images, *deep, "--lrs", "100, 1e-8")
    assert answer.code == 1
    assert answer.err == "rottui: of the sweep's runs, 1 done, 1 failed\n"
    assert [run["state"] for run in all_runs(rottui)] == ["failed", "done"]
    last_row = answer.out.rstrip().splitlines()[-1]
    assert last_row.split()[1] == "failed"  # NaN is no good MAE


def test_a_finished_sweep_is_found_by_name_and_sorted(rottui, images: Path) -> None:
    rottui("train", "--data", images, "--queue")
    rottui("sweep", "--data", images, *TINY, "--lrs", "1e-8, 1e-2", "--name", "mine")
    by_name = all_runs(rottui, "--sweep", "mine", "--sort", "test_mae")
    assert [run["id"] for run in all_runs(rottui, "--sweep", "1")] == [2, 3]
    maes = [run["metrics"]["test_mae"] for run in by_name]
    assert len(maes) == 2
    assert maes == sorted(maes)
