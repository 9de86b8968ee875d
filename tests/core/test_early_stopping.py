"""Early stopping: where the test losses of the whole run say, and there whatever interrupts it."""

from __future__ import annotations

from dataclasses import astuple

import pytest
import torch

from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.events import EpochDone, Event, Stopped, StoppedEarly
from rottui.core.training import Training

JUMPY = RunConfig().replaced(
    {"network.dense_hiddens": [16, 8], "batch_size": 16, "epochs": 14, "lr": 0.01, "shuffle": True}
)
"""The rate is too high: the test loss goes up and down."""
NETWORKS = {
    "mlp": JUMPY,
    "cnn": JUMPY.replaced(
        {"network.type": "cnn", "network.n_channels": [3, 4, 5], "network.dense_hiddens": [8]}
    ),
}
BATCHES = 4
"""Batches an epoch: 60 images by 16."""


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def curve(events: list[Event]) -> list[tuple[float, ...]]:
    return [(e.epoch, e.step, *astuple(e.metrics)) for e in events if isinstance(e, EpochDone)]


def stop_of(losses: list[float], patience: int) -> int | None:
    """The first epoch before the last after ``patience`` epochs without a lower loss."""
    for epoch in range(patience, len(losses) - 1):
        best = min(losses[: epoch + 1])
        if epoch - losses.index(best) >= patience:
            return epoch
    return None


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("patience", [1, 2, 3, 5, 13, 14])
def test_it_stops_where_the_losses_of_the_whole_run_say(
    network: str, patience: int, tiny_dataset: Dataset
) -> None:
    config = NETWORKS[network]
    whole = curve(list(Training(config, tiny_dataset).events()))
    losses = [row[3] for row in whole]
    wanted = stop_of(losses, patience)
    events = list(Training(config.replaced({"patience": patience}), tiny_dataset).events())
    assert curve(events) == whole[: None if wanted is None else wanted + 1]
    last = events[-1]
    if wanted is None:
        assert isinstance(last, EpochDone)
    else:
        best = losses.index(min(losses[: wanted + 1]))
        assert isinstance(last, StoppedEarly)
        assert (last.epoch, last.step) == (wanted, wanted * BATCHES)
        assert last.message == (
            f"stopped early after epoch {wanted}: no test loss below that of epoch {best} "
            f"({losses[best]:.4g}) for {patience} epoch{'s' if patience > 1 else ''}"
        )


def test_the_chosen_runs_do_stop_early_and_not_at_once(tiny_dataset: Dataset) -> None:
    for config in NETWORKS.values():
        losses = [row[3] for row in curve(list(Training(config, tiny_dataset).events()))]
        assert stop_of(losses, 2) not in (None, 2)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_run_interrupted_anywhere_stops_at_the_same_epoch(
    network: str, tiny_dataset: Dataset
) -> None:
    config = NETWORKS[network].replaced({"patience": 2, "schedule": "one-cycle"})
    wanted = list(Training(config, tiny_dataset).events())
    assert isinstance(wanted[-1], StoppedEarly)
    for stop_after in range(wanted[-1].step):
        asked = iter(range(1000))
        training = Training(config, tiny_dataset)
        events = list(training.events(lambda asked=asked, n=stop_after: next(asked) >= n))
        assert events[-1] == Stopped(stop_after // BATCHES, stop_after)
        rest = Training.restore(config, tiny_dataset, training.checkpoint())
        events += list(rest.events())
        assert curve(events) == curve(wanted)
        assert events[-1] == wanted[-1]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_run_that_has_stopped_early_stays_stopped(network: str, tiny_dataset: Dataset) -> None:
    config = NETWORKS[network].replaced({"patience": 2})
    training = Training(config, tiny_dataset)
    wanted = list(training.events())[-1]
    restored = Training.restore(config, tiny_dataset, training.checkpoint())
    assert list(restored.events()) == [wanted]


def test_a_run_that_reaches_its_last_epoch_did_not_stop_early(tiny_dataset: Dataset) -> None:
    config = NETWORKS["mlp"]
    losses = [row[3] for row in curve(list(Training(config, tiny_dataset).events()))]
    stop = stop_of(losses, 2)
    events = list(Training(config.replaced({"patience": 2, "epochs": stop}), tiny_dataset).events())
    assert isinstance(events[-1], EpochDone)
    assert events[-1].epoch == stop
