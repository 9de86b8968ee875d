"""Checkpoints that do not fit, are damaged, or would run code."""

from __future__ import annotations

import io
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from rottui.core.checkpoint import TrainingState
from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.training import Training
from rottui.errors import CheckpointError

CONFIG = RunConfig().replaced({"network.dense_hiddens": [8], "epochs": 1})


@pytest.fixture
def saved(tiny_dataset: Dataset) -> bytes:
    training = Training(CONFIG, tiny_dataset)
    list(training.events())
    return training.checkpoint()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"network.dense_hiddens": [9]}, "its network is"),
        ({"target": "circular"}, "its target is scalar, not circular"),
        ({"optimizer": "sgd"}, "its optimizer is adam, not sgd"),
        ({"precision": "float64"}, "its precision is float32"),
    ],
)
def test_a_checkpoint_of_another_network_is_refused(
    change: dict[str, object], said: str, saved: bytes, tiny_dataset: Dataset
) -> None:
    with pytest.raises(CheckpointError, match=said):
        Training.restore(CONFIG.replaced(change), tiny_dataset, saved)


def test_a_checkpoint_of_another_loss_is_refused(tiny_dataset: Dataset) -> None:
    config = CONFIG.replaced({"target": "circular", "loss": "cosine"})
    data = Training(config, tiny_dataset).checkpoint()
    with pytest.raises(CheckpointError, match="its loss is cosine, not mse"):
        Training.restore(config.replaced({"loss": "mse"}), tiny_dataset, data)


def without(saved: bytes, part: str, *fields: str) -> bytes:
    """The checkpoint as it was before a part of it had these fields."""
    values = torch.load(io.BytesIO(saved), weights_only=True)
    for name in fields:
        del values[part][name]
    buffer = io.BytesIO()
    torch.save(values, buffer)
    return buffer.getvalue()


def test_a_checkpoint_from_before_losses_could_be_chosen_goes_on(tiny_dataset: Dataset) -> None:
    config = CONFIG.replaced({"epochs": 3})
    whole = Training(config, tiny_dataset)
    wanted = list(whole.events())[-1]
    training = Training(config, tiny_dataset)
    events = training.events()
    next(events), next(events)
    old = without(
        training.checkpoint(), "config",
        "loss", "schedule", "weight_decay", "momentum", "patience",
    )  # fmt: skip
    old = without(old, "position", "best_loss", "best_epoch")
    rest = list(Training.restore(config, tiny_dataset, old).events())
    assert replace(rest[-1], seconds=0) == replace(wanted, seconds=0)
    with pytest.raises(CheckpointError, match="its loss is mse, not cosine"):
        TrainingState.from_bytes(old).check_fits(
            config.replaced({"target": "circular", "loss": "cosine"}).model_copy(
                update={"target": "scalar"}
            )
        )


@pytest.mark.parametrize("damage", ["empty", "half", "no zip", "a list"])
def test_damaged_bytes_are_refused_in_one_sentence(damage: str, saved: bytes) -> None:
    a_list = io.BytesIO()
    torch.save([1, 2], a_list)
    data = {
        "empty": b"",
        "half": saved[: len(saved) // 2],
        "no zip": b"x" * 500,
        "a list": a_list.getvalue(),
    }[damage]
    with pytest.raises(CheckpointError, match=r"damaged|not a checkpoint"):
        TrainingState.from_bytes(data)


class Trap:
    """An object that would run code when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return (exec, ("raise SystemExit('code was run')",))


@pytest.mark.parametrize("wrap", [torch.save, lambda o, f: f.write(pickle.dumps(o))])
def test_a_checkpoint_that_would_run_code_is_refused(wrap: object) -> None:
    buffer = io.BytesIO()
    wrap({"schema": 1, "network": Trap()}, buffer)  # type: ignore[operator]
    with pytest.raises(CheckpointError, match="holds more than weights"):
        TrainingState.from_bytes(buffer.getvalue())


@pytest.mark.parametrize(
    "values",
    [
        {"schema": "one"},
        {"schema": 1, "config": {}},
        {"schema": 1, "config": 1, "network": 2, "optimizer": 3, "position": {}},
        {"schema": 1, "config": {}, "network": {}, "optimizer": {}, "position": [1]},
        {"schema": 1, "config": {}, "network": {}, "optimizer": {}, "position": {"epoch": "x"}},
        {"schema": 1, "config": {}, "network": {}, "optimizer": {}, "position": {}, "target": 3},
    ],
    ids=str,
)
def test_values_of_another_shape_are_refused(values: object) -> None:
    buffer = io.BytesIO()
    torch.save(values, buffer)
    with pytest.raises(CheckpointError, match=r"damaged|not a checkpoint"):
        TrainingState.from_bytes(buffer.getvalue())


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("seed", range(3))
def test_whatever_byte_is_damaged_the_answer_is_ours(seed: int, saved: bytes) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(150):
        data = bytearray(saved)
        for place in rng.integers(0, min(4000, len(data)), rng.integers(1, 8)):
            data[place] = rng.integers(0, 256)
        try:
            TrainingState.from_bytes(bytes(data))
        except CheckpointError:
            continue


def test_a_checkpoint_of_a_newer_version_is_refused() -> None:
    buffer = io.BytesIO()
    torch.save({"schema": 99}, buffer)
    with pytest.raises(CheckpointError, match="format 99, newer than this version reads"):
        TrainingState.from_bytes(buffer.getvalue())
