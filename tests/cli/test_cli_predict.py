"""rottui predict: errors of a split, angles of files, and every refusal in one line."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

FLAGS = ("--epochs", "3", "--dense-hiddens", "8", "--batch-size", "8", "--target", "circular")


@pytest.fixture
def run(rottui, images: Path) -> str:
    """A trained run on 24 + 8 bars."""
    assert rottui("train", "--data", images, "--name", "bars", *FLAGS).code == 0
    return "bars"


@pytest.fixture
def garments(rottui, folders: Path) -> str:
    """A trained run on garments of ten kinds."""
    sizes = ("--train-size", "60", "--test-size", "40")
    answer = rottui("train", "--data", "garments", *sizes, "--name", "kinds", *FLAGS)
    assert answer.code == 0
    return "kinds"


def test_the_errors_of_the_test_split(rottui, garments: str) -> None:
    answer = rottui("predict", garments)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].startswith("run 1: kinds; best checkpoint, epoch ")
    assert lines[0].endswith("; test split: 40 images of garments 60+40")
    assert lines[1].startswith("error along the circle: mean ")
    assert lines[3].startswith("ambiguous (vector too short to mean an angle): ")
    assert "worst of 40:" in lines
    assert any(line.startswith("Ankle boot") for line in lines)
    histogram = lines[lines.index("") + 2 :][:12]
    assert sum(int(line.split()[1]) for line in histogram) == 40
    assert max(len(line.split()[-1]) for line in histogram) == 40  # the longest bar


def test_the_numbers_are_those_of_the_run(rottui, garments: str) -> None:
    best = json.loads(rottui("show", garments, "--json").out)["run"]["best"]
    found = json.loads(rottui("predict", garments, "--json").out)
    assert found["run"]["name"] == "kinds"
    assert found["checkpoint"]["epoch"] == best["epoch"]
    assert found["metrics"]["circular_mae_deg"] == pytest.approx(best["test_mae_deg"], rel=1e-4)
    for part in ("histogram", "by_angle", "by_class"):
        assert sum(row["count"] for row in found[part]) == found["metrics"]["count"] == 40
    errors = [image["error_deg"] for image in found["worst"]]
    assert errors == sorted(errors, reverse=True)
    assert found["worst"][0]["class"]


def test_split_checkpoint_and_worst_are_chosen(rottui, run: str) -> None:
    answer = rottui("predict", run, "--split", "train", "--checkpoint", "last", "--worst", "2")
    assert "last checkpoint, epoch 3; train split: 24 images" in answer.out
    assert len(answer.out.partition("worst of 24:\n")[2].splitlines()) == 3
    assert "worst" not in rottui("predict", run, "--worst", "0").out
    assert json.loads(rottui("predict", run, "--worst", "0", "--json").out)["worst"] == []


def test_data_without_classes_has_no_table_of_them(rottui, run: str) -> None:
    assert "class" not in rottui("predict", run).out


def save(path: Path, size: tuple[int, int] = (28, 28), mode: str = "L") -> Path:
    bar = np.zeros((28, 28), np.uint8)
    bar[4:14, 12:16] = 255
    Image.fromarray(bar).resize(size).convert(mode).save(path)
    return path


def test_the_angles_of_files_in_their_order(rottui, run: str, folders: Path) -> None:
    save(folders / "a.png")
    save(folders / "b.jpg", (56, 56), "RGB")
    answer = rottui("predict", run, "--image", "a.png", "b.jpg")
    assert answer.code == 0
    heading, a, b = answer.out.splitlines()
    assert heading.startswith("run 1: bars; best checkpoint, epoch ")
    assert a.startswith("a.png: ")
    assert "° " in a
    assert "vector length" in a
    assert "resized" not in a
    assert b.startswith("b.jpg: ")
    assert "resized from 56×56 to 28×28 pixels; converted from RGB to grey" in b


def test_an_image_of_the_split_gets_the_same_angle_as_in_it(rottui, run: str, images: Path) -> None:
    path = images / "test" / "3_201.png"
    alone = json.loads(rottui("predict", run, "--json", "--image", path).out)["images"][0]
    worst = json.loads(rottui("predict", run, "--json", "--worst", "8").out)["worst"]
    among = next(image for image in worst if image["true_deg"] == 201)
    assert alone["predicted_deg"] == pytest.approx(among["predicted_deg"], abs=1e-3)
    assert alone["confidence"] == pytest.approx(among["confidence"], abs=1e-5)
    assert alone["notes"] == []


def test_files_that_are_no_images_are_told_and_the_others_are_still_read(
    rottui, run: str, folders: Path
) -> None:
    save(folders / "a.png")
    (folders / "no.png").write_text("no image")
    answer = rottui("predict", run, "--image", "missing.png", "--image", "no.png", "a.png")
    assert answer.code == 1
    assert answer.out.splitlines()[1].startswith("a.png: ")
    assert answer.err.splitlines() == [
        "rottui: missing.png is not there: no such file",
        "rottui: no.png is not an image of a format that is read here",
    ]
    answer = rottui("predict", run, "--json", "--image", "no.png", "a.png")
    assert answer.code == 1
    no, a = json.loads(answer.out)["images"]
    assert no == {"file": "no.png", "error": no["error"]}
    assert 0 <= a["predicted_deg"] < 360
    assert rottui("predict", run, "--image", "no.png").code == 1


def test_files_are_read_without_the_data_that_the_run_was_trained_on(
    rottui, run: str, images: Path, folders: Path
) -> None:
    shutil.rmtree(images)
    save(folders / "a.png")
    assert rottui("predict", run, "--image", "a.png").code == 0
    assert "images" in rottui("predict", run).refused(1)


def test_a_vector_that_is_too_short_is_called_ambiguous(rottui, run: str, folders: Path) -> None:
    def silence(values: dict) -> None:
        values["network"] = {name: 0 * weights for name, weights in values["network"].items()}

    plant(folders, changed(folders, silence))
    save(folders / "a.png")
    answer = rottui("predict", run, "--image", "a.png")
    assert answer.out.splitlines()[1].startswith("a.png: 0.00° ambiguous (vector length 0.00")
    assert "ambiguous (vector too short to mean an angle): 100.0 %" in rottui("predict", run).out


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--split", "dev"], "--split: must be test or train, not 'dev'"),
        (["--checkpoint", "worst"], "--checkpoint: must be best or last, not 'worst'"),
        (["--worst", "-1"], "--worst: must be at least 1, not -1"),
        (["--worst", "few"], "--worst: must be a whole number"),
        (["--image", "a.png", "--worst", "3"], "--worst: is about the run's own images"),
        (["--image", "a.png", "--split", "test"], "--split: is about the run's own images"),
    ],
)
def test_wrong_flags_are_named(rottui, flags: list[str], words: str) -> None:
    assert words in rottui("predict", "1", *flags).refused(2)


def test_runs_that_cannot_predict(rottui, images: Path) -> None:
    assert "no run store" in rottui("predict", "1").refused(1)
    rottui("train", "--data", images, "--queue")
    assert "there is no run 7" in rottui("predict", "7").refused(1)
    line = rottui("predict", "1").refused(1)
    assert line.startswith("run 1 has no checkpoint yet; its state is queued")


# ---- checkpoints that are refused


def best_file(folders: Path) -> Path:
    return next((folders / "store" / "checkpoints").glob("*-best-*.pt"))


def changed(folders: Path, change: Callable[[dict], object]) -> bytes:
    """The best checkpoint with something else in it."""
    values = torch.load(best_file(folders), weights_only=True)
    change(values)
    buffer = io.BytesIO()
    torch.save(values, buffer)
    return buffer.getvalue()


def plant(folders: Path, data: bytes) -> None:
    """Put bytes in the place of the best checkpoint, and let the store vouch for them."""
    best_file(folders).write_bytes(data)
    with closing(sqlite3.connect(folders / "store" / "runs.sqlite3")) as db, db:
        digest = hashlib.sha256(data).hexdigest()
        db.execute("UPDATE checkpoints SET sha256 = ? WHERE kind = 'best'", (digest,))


class Trap:
    """Runs a command of the shell when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch {self._trace}",)


def truncated(folders: Path) -> bytes:
    data = best_file(folders).read_bytes()
    return data[: len(data) // 2]


def with_code(folders: Path) -> bytes:
    return changed(folders, lambda values: values.update(position=Trap(folders / "ran")))


def bare_pickle(folders: Path) -> bytes:
    return pickle.dumps({"schema": 1, "config": Trap(folders / "ran")})


def of_another_network(folders: Path) -> bytes:
    def wider(values: dict) -> None:
        values["config"]["network"]["dense_hiddens"] = [9]

    return changed(folders, wider)


def of_another_shape(folders: Path) -> bytes:
    return changed(folders, lambda v: v["network"].update({"1.bias": torch.zeros(9)}))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (truncated, "damaged"),
        (with_code, "holds more than weights and is refused"),
        (bare_pickle, "holds more than weights and is refused"),
        (lambda folders: b"", "damaged"),
        (lambda folders: b"no checkpoint", "damaged"),
        (of_another_network, "the checkpoint is of another run: its network is"),
        (of_another_shape, "do not fit mlp 8: 1.bias is (9,), not (8,)"),
    ],
    ids=["truncated", "code", "pickle", "empty", "text", "network", "shape"],
)
def test_a_bad_checkpoint_is_refused_in_one_line(
    rottui, run: str, folders: Path, make, words: str
) -> None:
    plant(folders, make(folders))
    save(folders / "a.png")
    for more in ((), ("--image", "a.png"), ("--json",)):
        assert words in rottui("predict", run, *more).refused(1)
    assert not (folders / "ran").exists()
    assert rottui("predict", run, "--checkpoint", "last").code == 0


def test_the_trap_would_run_if_it_were_unpickled(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Trap(tmp_path / "ran")))
    assert (tmp_path / "ran").exists()


def test_a_file_that_the_store_does_not_vouch_for_is_not_read_and_what_is_read_is_told(
    rottui, run: str, folders: Path
) -> None:
    best_file(folders).write_bytes(of_another_shape(folders))
    answer = rottui("predict", run)
    assert answer.code == 0
    assert "is damaged (its SHA-256 differs); this is the last checkpoint" in answer.err
    assert answer.out.startswith("run 1: bars; last checkpoint, epoch 3; ")
    found = json.loads(rottui("predict", run, "--json").out)["checkpoint"]
    assert found["kind"] == "last"
    assert "is damaged" in found["refused"]
    for file in best_file(folders).parent.iterdir():
        file.unlink()
    assert "cannot be read: No such file" in rottui("predict", run).refused(1)


def test_an_old_checkpoint_of_a_scalar_target_needs_the_runs_images(
    rottui, images: Path, folders: Path
) -> None:
    rottui("train", "--data", images, "--epochs", "1", "--dense-hiddens", "8")
    save(folders / "a.png")
    new = rottui("predict", "1", "--image", "a.png")
    plant(folders, changed(folders, lambda values: values.pop("target")))
    assert rottui("predict", "1", "--image", "a.png").out == new.out
    shutil.rmtree(images)
    line = rottui("predict", "1", "--image", "a.png").refused(1)
    assert line.startswith("the checkpoint was made before checkpoints kept the mean")
    assert str(images) in line
