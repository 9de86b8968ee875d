"""The training of one run: a generator of event records that one consumer drives.

The loop is the experiment's: metrics before the first step and after each epoch, Adam, mean
squared error, the last batch of an epoch as small as it comes out.
"""

from __future__ import annotations

import copy
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

from rottui.core.checkpoint import Position, TrainingState
from rottui.core.config import RunConfig, format_lr
from rottui.core.data.dataset import Dataset, Split
from rottui.core.events import Diverged, EpochDone, Event, Stopped, StoppedEarly
from rottui.core.fast import fast_learner
from rottui.core.graphs import RECORDED, GraphLearner
from rottui.core.learner import AutogradLearner, Learner
from rottui.core.metrics import TRAIN_PART, Metrics, evaluate
from rottui.core.networks import build_network
from rottui.core.normalisation import normalised
from rottui.core.order import epoch_order
from rottui.core.schedules import lr_at
from rottui.core.steering import Scale, scale_at
from rottui.core.targets import angle_target
from rottui.errors import CheckpointError, TrainingError


def never() -> bool:
    """The ``should_stop`` of a training that nobody interrupts."""
    return False


class Training:
    """One run's network, optimizer and position; ``events()`` trains it.

    The thread count is the caller's (``torch.set_num_threads`` counts a thread of its own); on one
    machine and thread count, the same config gives the same curve bit for bit, however often it is
    stopped and restored. What takes the steps is compiled code where there is one for the config
    (``rottui.core.fast``), else autograd.

    Raises:
        TrainingError: the device that the config names is not there.
        DataError: the target cannot be made from these angles.
    """

    def __init__(self, config: RunConfig, dataset: Dataset) -> None:
        self.config = config
        self._device = device_of(config)
        self._dtype = torch.float64 if config.precision == "float64" else torch.float32
        train, test = dataset.train, dataset.test
        angles = torch.tensor(train.angles, dtype=self._dtype)
        self.target = angle_target(config.target, angles)
        self._train = (images_of(train, self._dtype, self._device), self._targets(train))
        self._test = (images_of(test, self._dtype, self._device), self._targets(test))
        network = build_network(
            config.network, outputs=config.outputs, seed=config.seed, dtype=self._dtype
        )
        self._learner = learner_for(config, network, self._device)
        self._position = Position()
        self._scales: tuple[Scale, ...] = ()
        self.restored_learner = self._learner.name
        """What had taken the steps before it was restored."""

    @classmethod
    def restore(cls, config: RunConfig, dataset: Dataset, checkpoint: bytes) -> Training:
        """The training as it was when ``checkpoint()`` made these bytes.

        Raises:
            CheckpointError: damaged, or of another network or target.
        """
        state = TrainingState.from_bytes(checkpoint)
        state.check_fits(config)
        training = cls(config, dataset)
        try:
            training._learner.load(state.network, state.optimizer)
        except (RuntimeError, ValueError, KeyError) as error:
            raise CheckpointError(
                f"the checkpoint's weights do not fit {config.network.label}: {error}"
            ) from None
        training._position = state.position
        training.restored_learner = state.learner
        return training

    @property
    def network(self) -> nn.Module:
        """The network as modules, with the weights as they are now."""
        return self._learner.network

    @property
    def learner(self) -> Learner:
        """What takes the steps."""
        return self._learner

    @property
    def train_tensors(self) -> tuple[Tensor, Tensor]:
        """Images ``(N, 1, 28, 28)`` and targets ``(N, outputs)`` of the train split."""
        return self._train

    @property
    def test_tensors(self) -> tuple[Tensor, Tensor]:
        """The same of the test split."""
        return self._test

    @property
    def epoch(self) -> int:
        """Epochs completed."""
        return self._position.epoch

    @property
    def step(self) -> int:
        """Optimizer steps taken since the start of the run."""
        return self._position.step

    @property
    def place(self) -> float:
        """Where it stands, in epochs and parts of one."""
        batches = math.ceil(len(self._train[0]) / self.config.batch_size)
        return self._position.epoch + self._position.batch / batches

    @property
    def lr(self) -> float:
        """The rate of the next step; at the end, that of the last one."""
        batches = math.ceil(len(self._train[0]) / self.config.batch_size)
        return self._lr_at(self._position.step, batches * self.config.epochs)

    def steer(self, scales: Sequence[Scale]) -> None:
        """Multiply the lr by these factors from their steps on; in place of all given before.

        Called by the thread that drives ``events``, between two events or in ``should_stop``. With
        the scales that a run was given, a restored training takes the very same steps.
        """
        self._scales = tuple(scales)

    def _lr_at(self, step: int, steps: int) -> float:
        return lr_at(self.config.schedule, self.config.lr, step, steps) * scale_at(
            self._scales, step
        )

    def use_threads(self, threads: int) -> None:
        """From the next step on use so many threads, where that changes no bit of the curve.

        Called between two events, by the thread that drives them.
        """
        self._learner.use_threads(threads)

    def checkpoint(self) -> bytes:
        """Everything that ``restore`` needs; between two events."""
        return self._state().to_bytes()

    def snapshot(self) -> TrainingState:
        """The same as a copy in memory, for a checkpoint that may never be written."""
        return copy.deepcopy(self._state())

    def _state(self) -> TrainingState:
        return TrainingState(
            config=self.config.to_dict(),
            network=self.network.state_dict(),
            optimizer=self._learner.optimizer_state(),
            position=self._position,
            learner=self._learner.name,
            target=self.target.state(),
        )

    def events(self, should_stop: Callable[[], bool] = never) -> Iterator[Event]:
        """Train from the present position to the last epoch.

        ``should_stop`` is asked before every batch. A generator that was closed, or that ended
        with ``Stopped``, can be followed by another from the same position.
        """
        while True:
            if self._position.reported < self._position.epoch:
                done = self._measure()
                yield done
                if not done.metrics.finite:
                    yield self._diverged(done)
                    return
            if self._position.epoch >= self.config.epochs:
                return
            if self._out_of_patience():
                yield self._stopped_early()
                return
            if not self._train_epoch(should_stop):
                yield Stopped(self._position.epoch, self._position.step)
                return

    def _train_epoch(self, should_stop: Callable[[], bool]) -> bool:
        """The rest of the epoch under way; False when it was told to stop."""
        images, targets = self._train
        size = self.config.batch_size
        n_batches = math.ceil(len(images) / size)
        steps = n_batches * self.config.epochs
        order = self._epoch_order(len(images))
        position = self._position
        started = time.perf_counter()
        while position.batch < n_batches:
            if should_stop():
                self._position = position.later(time.perf_counter() - started)
                return False
            part = slice(size * position.batch, size * (position.batch + 1))
            lr = self._lr_at(position.step, steps)
            chosen: slice | Tensor = part if order is None else order[part]
            self._learner.step(images[chosen], targets[chosen], lr)
            position = position.next_batch()
            self._position = position
        self._position = position.next_epoch().later(time.perf_counter() - started)
        return True

    def _epoch_order(self, n: int) -> Tensor | None:
        if not self.config.shuffle:
            return None
        return epoch_order(self.config.seed, self._position.epoch, n).to(self._device)

    def _measure(self) -> EpochDone:
        started = time.perf_counter()
        images, targets = self._train
        predict, loss = self._learner.predict, self.config.loss
        train = evaluate(predict, images[:TRAIN_PART], targets[:TRAIN_PART], self.target, loss)
        test = evaluate(predict, *self._test, self.target, loss)
        seconds = self._position.seconds + time.perf_counter() - started
        self._position = self._position.measured(test.loss)
        metrics = Metrics(
            train_loss=train.loss,
            test_loss=test.loss,
            train_mae=train.mae,
            test_mae=test.mae,
            train_mae_deg=train.mae_deg,
            test_mae_deg=test.mae_deg,
            train_circular_mae_deg=train.circular_mae_deg,
            test_circular_mae_deg=test.circular_mae_deg,
            test_median_deg=test.median_deg,
            test_flips=test.flips,
            test_axial_mae_deg=test.axial_mae_deg,
        )
        return EpochDone(self._position.epoch, self._position.step, metrics, seconds)

    def _out_of_patience(self) -> bool:
        waited = self._position.epoch - self._position.best_epoch
        return self.config.patience is not None and waited >= self.config.patience

    def _stopped_early(self) -> StoppedEarly:
        place = self._position
        waited = "1 epoch" if self.config.patience == 1 else f"{self.config.patience} epochs"
        message = (
            f"stopped early after epoch {place.epoch}: no test loss below that of epoch "
            f"{place.best_epoch} ({place.best_loss:.4g}) for {waited}"
        )
        return StoppedEarly(place.epoch, place.step, message)

    def _diverged(self, done: EpochDone) -> Diverged:
        what = "NaN" if math.isnan(done.metrics.train_loss) else "infinite"
        lr = self.config.lr * scale_at(self._scales, done.step - 1)
        message = (
            f"the loss became {what} in epoch {done.epoch} at lr {format_lr(lr)}; "
            "try a smaller learning rate"
        )
        return Diverged(done.epoch, done.step, lr, message)

    def _targets(self, split: Split) -> Tensor:
        angles = torch.tensor(split.angles, dtype=self._dtype)
        return self.target.encode(angles).to(self._device)


def learner_for(config: RunConfig, network: nn.Sequential, device: torch.device) -> Learner:
    """The quickest learner there is for a config on a device and the present thread count."""
    if device.type == "cuda" and config.optimizer in RECORDED:
        return GraphLearner(config, network, device)
    compiled = fast_learner(config, network, device, torch.get_num_threads())
    return compiled or AutogradLearner(config, network, device)


def images_of(split: Split, dtype: torch.dtype, device: torch.device) -> Tensor:
    """``(N, 1, 28, 28)`` in [-1, 1], as the networks read them.

    Shared by all runs that read the split; not to be written to.
    """
    key = (dtype, device)
    if key not in split.made:
        split.made[key] = normalised(split.images, dtype).to(device)
        if device.type == "cuda":  # others read it on streams of their own
            torch.cuda.synchronize(device)
    made: Tensor = split.made[key]
    return made


_WARMING_UP = threading.Lock()


def warm_up() -> None:
    """Load what the first training would load: seconds of imports, better spent beforehand.

    The first optimizer makes PyTorch import its compiler; two threads that do so at once can see
    half-made modules, so whoever trains in a thread calls this first; the second waits here.
    """
    with _WARMING_UP:
        parameter = nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.Adam([parameter], fused=True)
        parameter.sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def device_of(config: RunConfig) -> torch.device:
    """The device that a config names.

    Raises:
        TrainingError: it is not there.
    """
    if config.device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("device cuda: PyTorch finds no CUDA device here; use device cpu")
    if config.device == "mps" and not torch.backends.mps.is_available():
        raise TrainingError("device mps: PyTorch finds no Apple GPU here; use device cpu")
    return torch.device(config.device)
