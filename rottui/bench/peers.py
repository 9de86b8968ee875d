"""The same training by PyTorch Lightning and by skorch, where they are installed (extra ``bench``).

Both read the same images in order through a ``DataLoader`` in batches, start from the same weights,
use PyTorch's default Adam, and after each epoch take loss and MAE on the same images as the
notebook. Their set-up is not counted, only their epochs.
"""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from rottui.bench.notebook import TRAIN_PART
from rottui.bench.workload import Workload

INSTALL = "pip install 'rottui[bench]' adds PyTorch Lightning and skorch to the comparison"

Logs = tuple[float, float, float, float]
"""Train loss, test loss, train MAE, test MAE, as the notebook logs them."""


@dataclass(slots=True)
class Fit:
    """What a peer did, epoch by epoch."""

    seconds: list[float] = field(default_factory=list)
    logs: list[Logs] = field(default_factory=list)
    _since: float = 0.0

    def start(self) -> None:
        """The first epoch begins."""
        self._since = time.perf_counter()

    def epoch(self) -> None:
        """An epoch and its evaluation are over, and the next begins."""
        now = time.perf_counter()
        self.seconds.append(now - self._since)
        self._since = now


@dataclass(frozen=True, slots=True)
class Peer:
    """A library that can do the same work."""

    name: str
    module: str
    """What is imported to find out whether it is there."""
    fit: Callable[[Workload], Fit]

    def epochs(self, workload: Workload) -> Iterator[float]:
        """As other contenders; only the whole training is done in one turn."""
        yield from self.fit(workload).seconds


def installed() -> tuple[list[Peer], list[str]]:
    """The peers that can be measured here, and a sentence on those that cannot."""
    peers, notes, absent = [], [], False
    broken: set[str] = set()
    for peer in PEERS:
        if peer.module in broken:
            continue
        try:
            with _quiet():
                import_module(peer.module)
        except ImportError as error:
            broken.add(peer.module)
            if isinstance(error, ModuleNotFoundError) and error.name == peer.module.split(".")[0]:
                absent = True
            else:
                notes.append(f"{peer.module} cannot be imported ({error}), and is left out")
        else:
            peers.append(peer)
    return peers, [*notes, INSTALL] if absent else notes


def fit_lightning(workload: Workload, *, lean: bool) -> Fit:
    """By a ``LightningModule``; ``lean`` without logger, checkpoints, progress bar and summary."""
    fit = Fit()
    options: dict[str, Any] = {"num_sanity_val_steps": 0}
    if lean:
        options |= {
            "logger": False,
            "enable_checkpointing": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        }
    with _quiet(), tempfile.TemporaryDirectory(prefix="rottui-bench-") as folder:
        import lightning.pytorch as pl

        accelerator = {"cpu": "cpu", "cuda": "gpu", "mps": "mps"}[workload.config.device]
        trainer = pl.Trainer(
            max_epochs=workload.epochs,
            accelerator=accelerator,
            devices=1,
            default_root_dir=folder,
            callbacks=[_lightning_marks(fit)],
            **options,
        )
        data = workload.notebook
        trainer.fit(
            _lightning_module(workload, fit, logs_steps=not lean),
            _loader(workload, data.x_train, data.y_train),
            [
                _loader(workload, data.x_train[:TRAIN_PART], data.y_train[:TRAIN_PART]),
                _loader(workload, data.x_test, data.y_test),
            ],
        )
    return fit


def _lightning_marks(fit: Fit) -> Any:
    import lightning.pytorch as pl

    class Marks(pl.Callback):
        """Takes the time at the end of each epoch, which is after its validation."""

        def on_train_start(self, *_: Any) -> None:
            fit.start()

        def on_train_epoch_end(self, *_: Any) -> None:
            fit.epoch()

    return Marks()


def _lightning_module(workload: Workload, fit: Fit, *, logs_steps: bool) -> Any:
    import lightning.pytorch as pl

    class Module(pl.LightningModule):
        """The network, its loss and its optimizer."""

        def __init__(self) -> None:
            super().__init__()
            self.network = workload.network()
            self.sums = [_Sums(), _Sums()]

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters(), lr=workload.config.lr)

        def training_step(self, batch: list[Tensor], number: int) -> Tensor:
            images, targets = batch
            loss = nn.functional.mse_loss(self.network(images), targets)
            if logs_steps:
                self.log("train_loss", loss)
            return loss

        def validation_step(self, batch: list[Tensor], number: int, dataloader_idx: int) -> None:
            images, targets = batch
            self.sums[dataloader_idx].add(self.network(images), targets)

        def on_validation_epoch_end(self) -> None:
            fit.logs.append(_logs(*self.sums))
            if logs_steps:
                self.log("test_loss", fit.logs[-1][1])
            self.sums = [_Sums(), _Sums()]

    return Module()


def fit_skorch(workload: Workload) -> Fit:
    """By a ``NeuralNetRegressor`` without a validation split and without printing."""
    fit = Fit()
    with _quiet():
        from skorch import NeuralNetRegressor
        from skorch.callbacks import Callback

        data = workload.notebook
        parts = (
            (data.x_train[:TRAIN_PART], data.y_train[:TRAIN_PART]),
            (data.x_test, data.y_test),
        )

        class Evaluation(Callback):
            """Loss and MAE on the same images as the notebook, after each epoch."""

            def on_train_begin(self, net: Any, **_: Any) -> None:
                fit.start()

            def on_epoch_end(self, net: Any, **_: Any) -> None:
                sums = [_Sums(), _Sums()]
                for one, (images, targets) in zip(sums, parts, strict=True):
                    one.add(net.forward(images), targets)
                fit.logs.append(_logs(*sums))
                fit.epoch()

        net = NeuralNetRegressor(
            workload.network(),
            criterion=nn.MSELoss,
            optimizer=torch.optim.Adam,
            lr=workload.config.lr,
            batch_size=workload.config.batch_size,
            max_epochs=workload.epochs,
            iterator_train__shuffle=False,
            train_split=None,
            callbacks=[Evaluation()],
            verbose=0,
            device=workload.config.device,
        )
        net.fit(data.x_train, data.y_train)
    return fit


PEERS = (
    Peer("lightning-lean", "lightning.pytorch", lambda work: fit_lightning(work, lean=True)),
    Peer("lightning", "lightning.pytorch", lambda work: fit_lightning(work, lean=False)),
    Peer("skorch", "skorch", fit_skorch),
)


class _Sums:
    """Mean loss and MAE over batches of unequal sizes, kept on the device."""

    def __init__(self) -> None:
        self.images = 0
        self.squares: Tensor | float = 0.0
        self.errors: Tensor | float = 0.0

    def add(self, predicted: Tensor, wanted: Tensor) -> None:
        difference = predicted - wanted
        self.images += len(difference)
        self.squares = self.squares + (difference**2).sum()
        self.errors = self.errors + difference.abs().sum()

    def means(self) -> tuple[float, float]:
        return float(self.squares) / self.images, float(self.errors) / self.images


def _logs(train: _Sums, test: _Sums) -> Logs:
    (train_loss, train_mae), (test_loss, test_mae) = train.means(), test.means()
    return train_loss, test_loss, train_mae, test_mae


def _loader(workload: Workload, images: Tensor, targets: Tensor) -> DataLoader[Any]:
    return DataLoader(TensorDataset(images, targets), batch_size=workload.config.batch_size)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What the libraries print, warn and log is not what this command has to say."""
    disabled = logging.root.manager.disable
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(disabled)
