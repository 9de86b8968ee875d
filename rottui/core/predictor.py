"""A checkpoint put to use: the angles that its network reads in images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from rottui.core.checkpoint import TrainingState
from rottui.core.config import RunConfig
from rottui.core.data.dataset import Split
from rottui.core.metrics import CHUNK
from rottui.core.networks import build_network
from rottui.core.normalisation import normalised
from rottui.core.predictions import Predictions, Readings
from rottui.core.targets import AMBIGUOUS, AngleTarget, angle_target, target_from
from rottui.errors import CheckpointError, DataError

TrainAngles = Callable[[], npt.NDArray[np.float32]]
"""Reads the angles ``(N,)`` of a run's train split, in degrees."""


@dataclass(frozen=True, slots=True, eq=False)
class Predictor:
    """A network on the CPU, in evaluation mode, and the target that its outputs are read by."""

    config: RunConfig
    network: nn.Module
    target: AngleTarget
    epoch: int
    """Epochs that it was trained for."""
    step: int

    @classmethod
    def load(
        cls, checkpoint: bytes, config: RunConfig, train_angles: TrainAngles | None = None
    ) -> Predictor:
        """The network of a checkpoint, if it is one of this config; no code in it is ever run.

        ``train_angles`` is asked only where a checkpoint of an old version does not hold the mean
        and the standard deviation that its scalar target was made with.

        Raises:
            CheckpointError: damaged, of another network or target, with code in it, or an old one
                whose target cannot be made anew.
        """
        state = TrainingState.from_bytes(checkpoint)
        state.check_fits(config)
        dtype = torch.float64 if config.precision == "float64" else torch.float32
        network = build_network(config.network, outputs=config.outputs, seed=0, dtype=dtype)
        _take_over(network, state.network, config.network.label)
        network.to(memory_format=torch.channels_last).eval()
        target = _target(config, state, train_angles)
        return cls(config, network, target, state.position.epoch, state.position.step)

    def read(self, images: npt.NDArray[np.uint8]) -> Readings:
        """The angles in images ``(N, 28, 28)``, grey 0 to 255, light garments on black.

        Raises:
            CheckpointError: the network diverged, and puts out what are no numbers.
        """
        outputs = self._outputs(images)
        return Readings(images, *self._read(outputs))

    def predict(self, split: Split, class_names: tuple[str, ...] = ()) -> Predictions:
        """The angles in the images of a split, and how far off they are.

        Raises:
            CheckpointError: as ``read``.
        """
        images = split.images[:, 0]
        outputs = self._outputs(images)
        true_angles = torch.tensor(split.angles, dtype=torch.float64)
        errors = self.target.circular_errors_deg(outputs, self.target.encode(true_angles))
        return Predictions(
            images,
            *self._read(outputs),
            true_angles=_frozen(true_angles % 360),
            errors=_frozen(errors),
            labels=split.labels,
            class_names=class_names,
        )

    def _read(
        self, outputs: Tensor
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None, npt.NDArray[np.bool_]]:
        """Angles, confidence, and what is ambiguous, of outputs ``(N, outputs)`` in float64."""
        angles = _frozen(self.target.decode(outputs))
        lengths = self.target.confidence(outputs) if self.config.loss == "mse" else None
        if lengths is None:
            return angles, None, np.zeros(len(angles), bool)
        confidence = _frozen(lengths)
        return angles, confidence, confidence < AMBIGUOUS

    def _outputs(self, images: npt.NDArray[np.uint8]) -> Tensor:
        """Finite outputs ``(N, outputs)`` in float64, reckoned as the training evaluates."""
        dtype = next(self.network.parameters()).dtype
        mixed = self.config.precision == "bf16"
        parts = [torch.empty(0, self.config.outputs, dtype=torch.float64)]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            for start in range(0, len(images), CHUNK):
                chunk = normalised(images[start : start + CHUNK, None], dtype)
                parts.append(self.network(chunk).double())
        outputs = torch.cat(parts)
        lost = int((~torch.isfinite(outputs)).any(1).sum())
        if lost:
            raise CheckpointError(
                f"the network after epoch {self.epoch} puts out no finite number for {lost:,} of "
                f"{len(images):,} images: its training diverged"
            )
        return outputs


def _take_over(network: nn.Module, weights: Mapping[str, Any], label: str) -> None:
    """Load weights after a look at their names and shapes, for an error of one line.

    Raises:
        CheckpointError: naming the first that does not fit.
    """
    for name, own in network.state_dict().items():
        found = weights.get(name)
        if not isinstance(found, Tensor) or found.shape != own.shape:
            has = tuple(found.shape) if isinstance(found, Tensor) else "missing"
            raise CheckpointError(
                f"the checkpoint's weights do not fit {label}: {name} is {has}, not "
                f"{tuple(own.shape)}"
            )
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(f"the checkpoint's weights do not fit {label}: {reason}") from None


def _target(
    config: RunConfig, state: TrainingState, train_angles: TrainAngles | None
) -> AngleTarget:
    if state.target is not None:
        try:
            return target_from(config.target, state.target)
        except (KeyError, TypeError, ValueError):
            raise CheckpointError(
                "the checkpoint's mean and standard deviation of the angles are damaged"
            ) from None
    if config.target == "circular":
        return target_from("circular", {})
    sentence = (
        "the checkpoint was made before checkpoints kept the mean and standard deviation of the "
        "train angles, and the run's images are needed to find them"
    )
    if train_angles is None:
        raise CheckpointError(sentence)
    try:
        angles = torch.tensor(train_angles(), dtype=next(iter(state.network.values())).dtype)
        return angle_target(config.target, angles)
    except DataError as error:
        raise CheckpointError(f"{sentence}: {error}") from None


def _frozen(values: Tensor) -> npt.NDArray[np.float64]:
    array: npt.NDArray[np.float64] = values.double().numpy()
    array.flags.writeable = False
    return array
