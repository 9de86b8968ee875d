"""``rottui train``: flags, presets and files make one run, and it is really trained."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rottui.core.config import RunConfig
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

TINY = ("--dense-hiddens", "4", "--epochs", "2", "--batch-size", "8", "--threads", "1")
DIVERGES = ("--dense-hiddens", "64,64,64,64,64,64", "--lr", "100", "--epochs", "8")


def run_json(rottui, reference: object) -> dict[str, Any]:
    answer = rottui("show", reference, "--json")
    assert answer.code == 0, answer.err
    content = json.loads(answer.out)
    assert content["schema"] == 2
    return content["run"]


def queued_config(rottui, *args: object) -> dict[str, Any]:
    answer = rottui("train", *args, "--queue")
    assert answer.code == 0, answer.err
    return run_json(rottui, answer.out.strip())["config"]


# ---- which config


def test_every_flag_reaches_the_config(rottui, images: Path) -> None:
    config = queued_config(
        rottui, "--data", images, "--network", "cnn", "--dense-hiddens", "8, 9",
        "--n-channels", "4,5,6", "--kernel-sizes", "5,3,3", "--strides", "1,1,2",
        "--activation", "tanh", "--target", "circular", "--optimizer", "sgd", "--lr", "3.2e-4",
        "--loss", "cosine", "--schedule", "one-cycle", "--weight-decay", "1e-4",
        "--momentum", "0.9", "--patience", "5",
        "--batch-size", "16", "--epochs", "7", "--shuffle", "--seed", "11", "--device", "cpu",
        "--precision", "float64", "--train-size", "20", "--test-size", "5", "--angle-min", "-90",
        "--angle-max", "90", "--data-seed", "3",
    )  # fmt: skip
    assert config["data"].pop("fingerprint")
    assert config == {
        "data": {
            "source": "rotated", "path": str(images), "train_size": 20, "test_size": 5,
            "angle_min": -90.0, "angle_max": 90.0, "seed": 3,
        },
        "network": {
            "type": "cnn", "n_channels": [4, 5, 6], "kernel_sizes": [5, 3, 3],
            "strides": [1, 1, 2], "dense_hiddens": [8, 9], "activation": "tanh",
        },
        "target": "circular", "loss": "cosine", "optimizer": "sgd", "lr": 3.2e-4,
        "schedule": "one-cycle", "weight_decay": 1e-4, "momentum": 0.9, "patience": 5,
        "batch_size": 16, "epochs": 7,
        "shuffle": True, "seed": 11, "device": "cpu", "precision": "float64",
    }  # fmt: skip


def test_without_flags_it_is_the_experiments_own_config(rottui, folders: Path) -> None:
    config = queued_config(rottui)
    assert config["data"].pop("fingerprint")
    config["data"]["fingerprint"] = None
    assert config == RunConfig().to_dict()


def test_flags_win_over_the_file_the_file_over_the_preset(rottui, folders: Path) -> None:
    (folders / "run.toml").write_text("lr = 0.02\nepochs = 9\n[network]\nactivation = 'tanh'\n")
    config = queued_config(rottui, "--preset", "seed-cnn", "--config", "run.toml", "--epochs", "3")
    assert config["network"]["n_channels"] == [16, 32, 45]  # of the preset
    assert config["network"]["activation"] == "tanh"  # of the file
    assert config["lr"] == 0.02
    assert config["epochs"] == 3  # of the flag
    assert config["batch_size"] == 128  # the default


def test_no_shuffle_wins_over_a_file_that_shuffles(rottui, folders: Path) -> None:
    (folders / "run.toml").write_text("shuffle = true")
    assert queued_config(rottui, "--config", "run.toml")["shuffle"] is True
    assert queued_config(rottui, "--config", "run.toml", "--no-shuffle")["shuffle"] is False


def test_a_relative_path_in_a_file_becomes_absolute(rottui, images: Path) -> None:
    Path("run.toml").write_text("[data]\nsource = 'rotated'\npath = 'images'\n")
    assert queued_config(rottui, "--config", "run.toml")["data"]["path"] == str(images)


def test_downloaded_images_are_the_default(rottui, images: Path, folders: Path) -> None:
    images.rename(folders / "rotated_fashion_mnist")
    (folders / "data").mkdir()
    (folders / "rotated_fashion_mnist").rename(folders / "data" / "rotated_fashion_mnist")
    assert queued_config(rottui, "--preset", "seed-mlp")["data"]["source"] == "rotated"


def test_what_show_prints_trains_the_same_config(rottui, images: Path) -> None:
    first = queued_config(rottui, "--data", images, *TINY[:-2], "--lr", "3e-3")
    text = rottui("show", "1", "--toml").out
    assert tomllib.loads(text)["lr"] == 3e-3
    Path("again.toml").write_text(text)
    assert queued_config(rottui, "--config", "again.toml") == first


def test_a_file_whose_images_have_changed_is_refused(rottui, images: Path) -> None:
    queued_config(rottui, "--data", images)
    Path("again.toml").write_text(rottui("show", "1", "--toml").out)
    (images / "train" / "0_0.png").unlink()
    assert "fingerprint" in rottui("train", "--config", "again.toml", "--queue").refused(1)
    assert queued_config(rottui, "--config", "again.toml", "--data", images)


# ---- training


def test_a_run_is_trained_to_its_end(rottui, images: Path) -> None:
    answer = rottui("train", "--data", images, *TINY, "--name", "mine")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    epochs = [line for line in lines if line.startswith("epoch ")]
    assert [line.split()[1] for line in epochs] == ["0/2", "1/2", "2/2"]
    assert all("test MAE" in line and "°" in line for line in epochs)
    assert "run 1: mine; 24 + 8 images of rotated (images)" in lines
    assert lines[-1].startswith("run 1 done: mine, test MAE ")

    run = run_json(rottui, "mine")
    assert (run["id"], run["name"], run["state"]) == (1, "mine", "done")
    assert [row["epoch"] for row in run["epochs"]] == [0, 1, 2]
    assert run["metrics"] == run["epochs"][-1]
    assert run["best"] in run["epochs"]
    assert run["best"]["test_loss"] == min(row["test_loss"] for row in run["epochs"])
    assert run["threads"] == 1
    names = ("train_loss", "test_loss", "train_mae", "test_mae", "train_mae_deg", "test_mae_deg")
    assert all(run["metrics"][name] > 0 for name in names)
    assert run["metrics"]["test_mae_deg"] > 1 > run["metrics"]["test_mae"]
    assert 0 < run["metrics"]["test_circular_mae_deg"] < 180
    assert 0 <= run["metrics"]["test_flips"] <= 1
    assert run["baseline"]["chance"]["test_circular_mae_deg"] == 90
    assert set(run["baseline"]["mean"]) < set(run["metrics"])
    assert run["reason"] is None


def test_a_run_out_of_patience_says_so_at_its_end_and_on_its_page(rottui, images: Path) -> None:
    answer = rottui(
        "train", "--data", images, "--dense-hiddens", "4", "--batch-size", "8", "--threads", "1",
        "--epochs", "60", "--lr", "0.1", "--patience", "3", "--target", "circular",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    run = run_json(rottui, 1)
    assert run["epochs_done"] < run["epochs_planned"] == 60
    losses = [row["test_loss"] for row in run["epochs"]]
    best = losses.index(min(losses))
    assert run["epochs_done"] == best + 3
    assert run["reason"].startswith(
        f"stopped early after epoch {best + 3}: no test loss below that of epoch {best} ("
    )
    assert answer.out.splitlines()[-1].endswith(f"; {run['reason']}")
    assert f"reason: {run['reason']}\n" in rottui("show", 1).out


def test_the_first_line_tells_the_sizes_once(rottui, images: Path) -> None:
    sizes = ("--train-size", 16, "--test-size", 4)
    out = rottui("train", "--data", images, *TINY, *sizes, "--name", "mine").out
    assert "run 1: mine; 16 + 4 images of rotated (images)" in out.splitlines()


def test_the_log_lies_beside_the_store(rottui, images: Path, folders: Path) -> None:
    rottui("train", "--data", images, *TINY, "--store", "other")
    log = (folders / "other" / "rottui.log").read_text()
    assert "training runs [1]" in log
    assert "run 1 done" in log


def test_the_same_config_gives_the_same_curve(rottui, images: Path) -> None:
    def curve(reference: str) -> list[tuple[float, float]]:
        return [(r["train_loss"], r["test_mae_deg"]) for r in run_json(rottui, reference)["epochs"]]

    for name in ("first", "second"):
        assert rottui("train", "--data", images, *TINY, "--name", name).code == 0
    assert curve("first") == curve("second")


def test_only_this_run_is_trained(rottui, images: Path) -> None:
    rottui("train", "--data", images, *TINY[:-2], "--queue")
    assert rottui("train", "--data", images, *TINY).code == 0
    assert [run_json(rottui, k)["state"] for k in (1, 2)] == ["queued", "done"]


def test_a_diverged_loss_fails_and_is_null_in_json(rottui, images: Path) -> None:
    answer = rottui("train", "--data", images, *DIVERGES)
    assert answer.code == 1
    assert answer.err.startswith("rottui: run 1 failed: the loss became ")
    assert answer.err.count("\n") == 1
    assert "test loss nan" in answer.out
    run = run_json(rottui, 1)
    assert run["state"] == "failed"
    assert run["metrics"]["test_loss"] is None
    assert run["metrics"]["finite"] is False
    assert run["best"]["epoch"] == 0
    assert " nan " in rottui("runs").out
    assert "error: the loss became" in rottui("show", 1).out


@pytest.mark.parametrize("state", ["queued", "paused"])
def test_resume_trains_a_waiting_run(rottui, images: Path, folders: Path, state: str) -> None:
    rottui("train", "--data", images, *TINY[:-2], "--queue")
    if state == "paused":
        with RunStore.open(folders / "store") as store:
            store.pause([1])
    answer = rottui("train", "--resume", "1", "--threads", "1")
    assert answer.code == 0, answer.err
    assert run_json(rottui, 1)["state"] == "done"


def test_resume_can_only_queue(rottui, images: Path, folders: Path) -> None:
    rottui("train", "--data", images, "--queue")
    with RunStore.open(folders / "store") as store:
        store.pause([1])
    assert rottui("train", "--resume", "1", "--queue").out == "1\n"
    assert run_json(rottui, 1)["state"] == "queued"


def test_an_ended_run_does_not_go_on(rottui, images: Path) -> None:
    rottui("train", "--data", images, *TINY)
    said = rottui("train", "--resume", "1").refused(1)
    assert said == "run 1 is done; only an unfinished run goes on: extend it, or fork it"


def test_images_that_vanished_fail_the_run(rottui, images: Path) -> None:
    rottui("train", "--data", images, *TINY[:-2], "--queue")
    images.rename(images.with_name("elsewhere"))
    assert "run 1 failed: " in rottui("train", "--resume", "1").refused(1)


def test_a_config_of_another_version_fails_the_run(rottui, folders: Path) -> None:
    with RunStore.open(folders / "store") as store:
        store.add_runs([NewRun("odd", {"colour": "red"}, 3)], state=State.QUEUED)
    assert "colour" in rottui("train", "--resume", "odd").refused(1)
    assert rottui("runs").code == 0
    assert 'colour = "red"' in rottui("show", "odd").out
