"""The training loop: against the experiment's own text, and against its interruptions."""

from __future__ import annotations

import io
from dataclasses import astuple
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.transforms.functional import normalize, to_tensor

from rottui.bench.notebook import NotebookData, NotebookLoop
from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset, Split
from rottui.core.events import Diverged, EpochDone, Stopped
from rottui.core.order import epoch_order
from rottui.core.presets import SEED_CNN, SEED_MLP
from rottui.core.training import Training
from rottui.errors import DataError, TrainingError

SMALL = {
    "mlp": RunConfig().replaced({"network.dense_hiddens": [16, 8], "batch_size": 16, "epochs": 3}),
    "cnn": RunConfig().replaced(
        {
            "network.type": "cnn",
            "network.n_channels": [3, 4, 5],
            "network.dense_hiddens": [8],
            "batch_size": 16,
            "epochs": 3,
        }
    ),
}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def real_images(real_data: Path) -> tuple[Dataset, list[tuple[bytes, float]]]:
    """600 + 300 real images, decoded by us and as the experiment's text opens them."""
    splits, raw = {}, []
    with ZipFile(real_data / "rotated_fashion_mnist.zip") as archive:
        for name, count in (("train", 600), ("test", 300)):
            members = [m for m in archive.namelist() if f"/{name}/" in m][:count]
            files = [archive.read(member) for member in members]
            angles = [float(m.rsplit("_", 1)[1].removesuffix(".png")) for m in members]
            raw += list(zip(files, angles, strict=True))
            images = np.stack([np.asarray(Image.open(io.BytesIO(file))) for file in files])
            splits[name] = Split(images[:, None], np.array(angles, np.float32))
    return Dataset(splits["train"], splits["test"], "real", "real"), raw


def notebook_loop(
    network: nn.Module, raw: list[tuple[bytes, float]], lr: float, epochs: int, dtype: torch.dtype
) -> tuple[list[float], list[tuple[float, float, float, float]]]:
    """The experiment's loop on files opened as its text opens them: (step losses, epoch logs)."""
    images = torch.stack(
        [normalize(to_tensor(Image.open(io.BytesIO(file))), (0.5,), (0.5,)) for file, _ in raw]
    ).to(dtype)
    if dtype == torch.float64:  # to_tensor divides in float32; here every digit counts
        pixels = np.stack([np.asarray(Image.open(io.BytesIO(file))) for file, _ in raw])
        images = (torch.tensor(pixels[:, None], dtype=dtype) / 255 - 0.5) / 0.5
    labels = torch.tensor([angle for _, angle in raw], dtype=dtype).view(-1, 1)
    data = NotebookData.standardised(images[:600], labels[:600], images[600:], labels[600:])
    loop = NotebookLoop(network, data, lr)
    loop.log_metrics()
    for _ in range(epochs):
        loop.train_epoch()
    return [loss.item() for loss in loop.step_losses], loop.logs


@pytest.mark.parametrize("base", [SEED_MLP, SEED_CNN], ids=["mlp", "cnn"])
@pytest.mark.parametrize(
    ("precision", "tolerance", "steps"), [("float64", 1e-10, 10), ("float32", 1e-4, 10)]
)
def test_two_epochs_equal_the_experiments_loop_at_every_step(
    base: RunConfig,
    precision: str,
    tolerance: float,
    steps: int,
    real_images: tuple[Dataset, list[tuple[bytes, float]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dataset, raw = real_images
    training = Training(base.replaced({"precision": precision, "epochs": 2}), dataset)
    twin = Training(training.config, dataset).network  # the same initial weights
    losses = record_step_losses(training, monkeypatch)
    logs = [
        astuple(event.metrics)[:4] for event in training.events() if isinstance(event, EpochDone)
    ]
    dtype = getattr(torch, precision)
    wanted_losses, wanted_logs = notebook_loop(twin, raw, base.lr, 2, dtype)
    assert len(losses) == len(wanted_losses) == steps
    np.testing.assert_allclose(losses, wanted_losses, rtol=tolerance)
    np.testing.assert_allclose(logs, wanted_logs, rtol=tolerance)


def record_step_losses(training: Training, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The loss of each step, as the learner gives it."""
    losses: list[float] = []
    step = training.learner.step

    def recorded(images: Tensor, targets: Tensor, lr: float) -> Tensor:
        loss = step(images, targets, lr)
        losses.append(loss.item())
        return loss

    monkeypatch.setattr(training.learner, "step", recorded)
    return losses


def curve(training: Training) -> list[tuple[float, ...]]:
    return [
        (event.epoch, event.step, *astuple(event.metrics))
        for event in training.events()
        if isinstance(event, EpochDone)
    ]


@pytest.mark.parametrize("network", ["mlp", "cnn"])
@pytest.mark.parametrize("shuffle", [False, True])
def test_the_same_config_gives_the_same_curve_bit_for_bit(
    network: str, shuffle: bool, tiny_dataset: Dataset
) -> None:
    config = SMALL[network].replaced({"shuffle": shuffle})
    first, second = (curve(Training(config, tiny_dataset)) for _ in range(2))
    assert first == second
    assert [epoch for epoch, *_ in first] == [0, 1, 2, 3]
    assert curve(Training(config.replaced({"seed": 1}), tiny_dataset)) != first


@pytest.mark.parametrize("network", ["mlp", "cnn"])
@pytest.mark.parametrize("shuffle", [False, True])
def test_a_run_stopped_anywhere_and_restored_gives_the_same_curve(
    network: str, shuffle: bool, tiny_dataset: Dataset
) -> None:
    config = SMALL[network].replaced({"shuffle": shuffle})
    whole = Training(config, tiny_dataset)
    wanted = curve(whole)
    for stop_after in range(0, 12):  # 4 batches an epoch: every place, the middle of epochs too
        asked = iter(range(100))
        training = Training(config, tiny_dataset)
        events = list(training.events(lambda asked=asked, n=stop_after: next(asked) >= n))
        assert events[-1] == Stopped(stop_after // 4, stop_after)
        rest = Training.restore(config, tiny_dataset, training.checkpoint())
        found = [(e.epoch, e.step, *astuple(e.metrics)) for e in events if isinstance(e, EpochDone)]
        assert found + curve(rest) == wanted
        for one, two in zip(rest.network.parameters(), whole.network.parameters(), strict=True):
            assert torch.equal(one, two)


@pytest.mark.parametrize("network", ["mlp", "cnn"])
def test_a_snapshot_stays_as_it_was_while_the_training_goes_on(
    network: str, tiny_dataset: Dataset
) -> None:
    training = Training(SMALL[network].replaced({"shuffle": True}), tiny_dataset)
    events = training.events()
    next(events), next(events)
    snapshot, checkpoint = training.snapshot(), training.checkpoint()
    assert snapshot.to_bytes() == checkpoint
    rest = [(e.epoch, e.step, *astuple(e.metrics)) for e in events if isinstance(e, EpochDone)]
    assert training.checkpoint() != checkpoint
    assert snapshot.to_bytes() == checkpoint
    assert curve(Training.restore(training.config, tiny_dataset, snapshot.to_bytes())) == rest


def test_the_order_of_an_epoch_is_a_permutation_of_its_own() -> None:
    orders = [epoch_order(3, epoch, 50) for epoch in range(3)]
    for order in orders:
        assert sorted(order.tolist()) == list(range(50))
    assert not torch.equal(orders[0], orders[1])
    assert torch.equal(orders[2], epoch_order(3, 2, 50))
    assert not torch.equal(orders[0], epoch_order(4, 0, 50))


def test_training_does_not_touch_the_global_generator(tiny_dataset: Dataset) -> None:
    torch.manual_seed(11)
    before = torch.get_rng_state()
    list(Training(SMALL["mlp"].replaced({"shuffle": True}), tiny_dataset).events())
    assert torch.equal(torch.get_rng_state(), before)


def test_a_loss_that_is_not_finite_ends_the_run_and_says_where(tiny_dataset: Dataset) -> None:
    config = SMALL["cnn"].replaced({"lr": 100, "epochs": 60, "network.dense_hiddens": [64, 64, 64]})
    events = list(Training(config, tiny_dataset).events())
    last, before = events[-1], events[-2]
    assert isinstance(last, Diverged)
    assert isinstance(before, EpochDone)
    assert not before.metrics.finite
    assert f"in epoch {before.epoch} at lr 100" in last.message
    assert last.epoch == before.epoch < 60


@pytest.mark.parametrize("target", ["scalar", "circular"])
def test_a_network_learns_the_angle_of_the_bar(target: str, tiny_dataset: Dataset) -> None:
    config = SMALL["mlp"].replaced({"target": target, "lr": 3e-3, "epochs": 60})
    done = [e for e in Training(config, tiny_dataset).events() if isinstance(e, EpochDone)]
    assert done[-1].metrics.train_mae_deg < 0.4 * done[0].metrics.train_mae_deg


def test_degrees_of_the_scalar_target_are_mae_times_the_spread_of_the_angles(
    tiny_dataset: Dataset,
) -> None:
    first = next(Training(SMALL["mlp"], tiny_dataset).events())
    assert isinstance(first, EpochDone)
    spread = tiny_dataset.train.angles.std(ddof=1)
    assert first.metrics.test_mae_deg == pytest.approx(first.metrics.test_mae * spread, rel=1e-5)


def test_angles_all_alike_are_refused_for_the_scalar_target(tiny_dataset: Dataset) -> None:
    flat = Split(tiny_dataset.train.images, np.full(60, 12, np.float32))
    with pytest.raises(DataError, match="angles are all alike"):
        Training(SMALL["mlp"], Dataset(flat, tiny_dataset.test, "flat", "flat"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_missing_device_is_said(tiny_dataset: Dataset) -> None:
    with pytest.raises(TrainingError, match="no CUDA device here; use device cpu"):
        Training(SMALL["mlp"].replaced({"device": "cuda"}), tiny_dataset)
