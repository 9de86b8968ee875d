"""Predictors: the angles that a checkpoint's network reads, and checkpoints that are refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from rottui.core.checkpoint import TrainingState
from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset, Split
from rottui.core.data.rotation import turned_back
from rottui.core.events import EpochDone
from rottui.core.metrics import Metrics
from rottui.core.predictions import Order
from rottui.core.predictor import Predictor
from rottui.core.targets import AMBIGUOUS
from rottui.core.training import Training
from rottui.errors import CheckpointError

SCALAR = RunConfig().replaced(
    {"network.dense_hiddens": [32], "epochs": 40, "batch_size": 16, "lr": 3e-3}
)
CIRCULAR = SCALAR.replaced({"target": "circular"})
CNN = CIRCULAR.replaced(
    {"network.type": "cnn", "network.n_channels": [4, 4, 4], "network.dense_hiddens": [8]}
)
KINDS = {
    "scalar": SCALAR,
    "circular": CIRCULAR,
    "cosine": CIRCULAR.replaced({"loss": "cosine"}),
    "cnn": CNN,
    "float64": CIRCULAR.replaced({"precision": "float64"}),
    "bf16": CIRCULAR.replaced({"precision": "bf16"}),
}

Trained = Callable[[RunConfig], tuple[bytes, Metrics]]


@pytest.fixture(scope="module")
def trained(tiny_dataset: Dataset) -> Trained:
    """Trains a config once, without the last test image; its checkpoint and its last metrics."""
    fewer = replace(tiny_dataset, test=tiny_dataset.test.first(29))

    @cache
    def train(config: RunConfig) -> tuple[bytes, Metrics]:
        training = Training(config, fewer)
        *_, last = training.events()
        assert isinstance(last, EpochDone)
        return training.checkpoint(), last.metrics

    return train


@pytest.mark.parametrize("config", KINDS.values(), ids=KINDS)
def test_errors_are_those_that_the_training_measured(
    config: RunConfig, trained: Trained, tiny_dataset: Dataset
) -> None:
    checkpoint, metrics = trained(config)
    predictor = Predictor.load(checkpoint, config)
    assert (predictor.epoch, predictor.step) == (40, 160)
    found = predictor.predict(tiny_dataset.test.first(29)).overall()
    assert found.mae_deg == pytest.approx(metrics.test_circular_mae_deg, rel=1e-4)
    assert found.median_deg == pytest.approx(metrics.test_median_deg, rel=1e-4)
    assert found.flips == metrics.test_flips
    assert found.axial_mae_deg == pytest.approx(metrics.test_axial_mae_deg, rel=1e-4)
    assert found.mae_deg < 60  # it has learnt something, so that there is something to see


def test_an_image_alone_is_read_as_among_others(trained: Trained, tiny_dataset: Dataset) -> None:
    predictor = Predictor.load(trained(CNN)[0], CNN)
    together = predictor.predict(tiny_dataset.test)
    alone = predictor.read(tiny_dataset.test.images[7:8, 0])
    assert len(alone) == 1
    assert alone.angles[0] == pytest.approx(together.angles[7], abs=1e-3)
    np.testing.assert_array_equal(together.images, tiny_dataset.test.images[:, 0])


def test_errors_are_along_the_circle_and_angles_on_it(trained: Trained) -> None:
    bars = [np.zeros((1, 28, 28), np.uint8) for _ in range(3)]
    split = Split(np.stack(bars), np.array([-30, 330, 690], np.float32))
    found = Predictor.load(trained(SCALAR)[0], SCALAR).predict(split)
    assert found.true_angles.tolist() == [330, 330, 330]
    assert 0 <= found.angles[0] < 360
    wanted = abs((found.angles[0] - 330 + 180) % 360 - 180)
    np.testing.assert_allclose(found.errors, wanted, atol=1e-4)


def test_the_vectors_length_is_the_confidence_where_the_mean_square_made_it(
    trained: Trained, tiny_dataset: Dataset
) -> None:
    found = Predictor.load(trained(CIRCULAR)[0], CIRCULAR).predict(tiny_dataset.test)
    assert found.confidence is not None
    assert found.ambiguous.tolist() == [length < AMBIGUOUS for length in found.confidence.tolist()]
    for name in ("scalar", "cosine"):
        silent = Predictor.load(trained(KINDS[name])[0], KINDS[name]).predict(tiny_dataset.test)
        assert silent.confidence is None
        assert not silent.ambiguous.any()
        assert Order.CONFIDENT not in silent.orders()


def test_a_network_that_says_nothing_is_ambiguous_everywhere(
    trained: Trained, tiny_dataset: Dataset
) -> None:
    state = TrainingState.from_bytes(trained(CIRCULAR)[0])
    nothing = {name: torch.zeros_like(weights) for name, weights in state.network.items()}
    checkpoint = replace(state, network=nothing).to_bytes()
    found = Predictor.load(checkpoint, CIRCULAR).predict(tiny_dataset.test)
    assert found.confidence is not None
    assert found.confidence.max() == 0
    assert found.ambiguous.all()


def test_classes_travel_with_the_predictions(trained: Trained, tiny_dataset: Dataset) -> None:
    test = tiny_dataset.test
    labelled = Split(test.images, test.angles, np.arange(len(test), dtype=np.uint8) % 2)
    found = Predictor.load(trained(SCALAR)[0], SCALAR).predict(labelled, ("Bag", "Dress"))
    assert found.class_name(3) == "Dress"
    assert [kind.errors.count for kind in found.by_class()] == [15, 15]


# ---- the target's numbers


def old(checkpoint: bytes) -> bytes:
    """The checkpoint as it was written before it held the target's numbers."""
    values = torch.load(io.BytesIO(checkpoint), weights_only=True)
    del values["target"]
    return saved(values)


def saved(values: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(values, buffer)
    return buffer.getvalue()


def test_the_scalar_targets_mean_and_std_are_in_the_checkpoint(
    trained: Trained, tiny_dataset: Dataset
) -> None:
    values = torch.load(io.BytesIO(trained(SCALAR)[0]), weights_only=True)
    angles = torch.tensor(tiny_dataset.train.angles)
    assert values["target"] == {"mean": angles.mean().item(), "std": angles.std().item()}
    assert values["schema"] == 1


def test_an_old_checkpoint_gets_them_from_the_data(trained: Trained, tiny_dataset: Dataset) -> None:
    checkpoint = trained(SCALAR)[0]
    new = Predictor.load(checkpoint, SCALAR).predict(tiny_dataset.test)
    predictor = Predictor.load(old(checkpoint), SCALAR, lambda: tiny_dataset.train.angles)
    np.testing.assert_array_equal(predictor.predict(tiny_dataset.test).angles, new.angles)
    training = Training.restore(SCALAR, tiny_dataset, old(checkpoint))
    assert training.epoch == 40


def test_an_old_checkpoint_without_its_data_is_refused(trained: Trained) -> None:
    with pytest.raises(CheckpointError, match="before checkpoints kept the mean"):
        Predictor.load(old(trained(SCALAR)[0]), SCALAR)


def test_an_old_checkpoint_of_a_circular_target_needs_nothing(
    trained: Trained, tiny_dataset: Dataset
) -> None:
    predictor = Predictor.load(old(trained(CIRCULAR)[0]), CIRCULAR)
    assert len(predictor.predict(tiny_dataset.test)) == 30


@pytest.mark.parametrize(
    "target",
    [{}, {"mean": 3.0}, {"mean": "x", "std": 1.0}, {"mean": 0.0, "std": 0.0},
     {"mean": float("nan"), "std": 1.0}],
    ids=str,
)  # fmt: skip
def test_a_target_that_is_none_is_refused(target: object, trained: Trained) -> None:
    values = torch.load(io.BytesIO(trained(SCALAR)[0]), weights_only=True)
    with pytest.raises(CheckpointError, match="mean and standard deviation of the angles"):
        Predictor.load(saved(values | {"target": target}), SCALAR)


# ---- refusals


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"network.dense_hiddens": [9]}, "its network is"),
        ({"target": "circular"}, "its target is scalar, not circular"),
    ],
)
def test_a_checkpoint_of_another_network_is_refused(
    change: dict[str, object], said: str, trained: Trained
) -> None:
    with pytest.raises(CheckpointError, match=said):
        Predictor.load(trained(SCALAR)[0], SCALAR.replaced(change))


@pytest.mark.parametrize("damage", ["shape", "missing", "no tensor", "too many"])
def test_weights_that_do_not_fit_are_named_in_one_line(damage: str, trained: Trained) -> None:
    state = TrainingState.from_bytes(trained(SCALAR)[0])
    weights = dict(state.network)
    if damage == "shape":
        weights["1.bias"] = torch.zeros(3)
    elif damage == "missing":
        del weights["1.bias"]
    elif damage == "no tensor":
        weights["1.bias"] = 3
    else:
        weights["7.bias"] = torch.zeros(3)
    with pytest.raises(CheckpointError, match=r"do not fit mlp 32: .*(1|7)\.bias") as refused:
        Predictor.load(replace(state, network=weights).to_bytes(), SCALAR)
    assert "\n" not in str(refused.value)


def test_a_network_that_diverged_is_refused(trained: Trained, tiny_dataset: Dataset) -> None:
    state = TrainingState.from_bytes(trained(SCALAR)[0])
    weights = {**state.network, "1.bias": torch.full((32,), float("nan"))}
    predictor = Predictor.load(replace(state, network=weights).to_bytes(), SCALAR)
    with pytest.raises(CheckpointError, match="no finite number for 30 of 30 images"):
        predictor.predict(tiny_dataset.test)


# ---- upright again


def test_a_garment_is_turned_back_by_its_angle(tiny_dataset: Dataset) -> None:
    upright = np.zeros((28, 28), np.uint8)
    upright[4:16, 12:16] = 220
    for angle in (90.0, 180.0, 270.0):
        quarter = np.ascontiguousarray(np.rot90(upright, k=int(angle) // 90))
        np.testing.assert_array_equal(turned_back(quarter, angle), upright)
    train = tiny_dataset.train
    for image, angle in zip(train.images[:10, 0], train.angles[:10].tolist(), strict=True):
        again = turned_back(image, angle).astype(int)
        assert np.abs(again - upright).mean() < 10
        assert np.abs(turned_back(image, angle + 180).astype(int) - upright).mean() > 15


def test_turning_back_goes_by_the_middle_of_neighbouring_pixels() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[:, :14] = 200
    assert set(np.unique(turned_back(image, 30.0))) - {0, 200}  # bilinear, not nearest
