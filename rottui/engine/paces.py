"""How long an epoch of a run will take, from how long epochs took (pure).

What is known best counts, in this order:

1. the run's own epochs;
2. those of runs with the same network, data and batch size;
3. those of runs with the same network, times the ratio of the numbers of train images; of the same
   batch size if there are any;
4. those of runs on the same device and in the same precision, times the ratio of floating-point
   operations an epoch: of the same type of network if there are any, the nearest in size.

A pace was measured with so many runs in training at once, and is asked for with so many. Paces that
were measured with as many count first; else one is multiplied with the ratio that runs of one shape
have shown between the two numbers, and where none has, every run is assumed to keep its pace up to
one run a core, and to share the cores evenly beyond: more workers than cores train no faster.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from pydantic import ValidationError

from rottui.core.config import NetworkConfig
from rottui.core.flops import image_flops
from rottui.store.outlook import MeasuredPace, UnfinishedRun


class Basis(StrEnum):
    """What a pace was taken from, the surest first."""

    OWN = "own epochs"
    ALIKE = "like runs"
    IMAGES = "other numbers of images"
    OPERATIONS = "other networks"


class Pace(NamedTuple):
    """How long an epoch will take."""

    seconds: float
    basis: Basis
    assumed: bool
    """Whether nothing tells how much so many runs at once slow each other down."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides how long an epoch takes."""

    place: tuple[str, str]
    """Device and precision."""
    network: tuple[object, ...]
    """Type and layers, and the number of outputs."""
    kind: str
    """Of network."""
    optimizer: str
    batch_size: int
    data: tuple[object, ...]
    """Source, path and number of train images that are used."""
    test_size: object
    operations: int
    """Floating-point operations an image: forward and backward, and forward again to evaluate."""

    @classmethod
    def of(cls, text: str) -> Shape | None:
        """The shape that the store wrote down; None for a config of another version."""
        try:
            device, precision, layers, target, optimizer, batch_size, *data = json.loads(text)
            network = NetworkConfig.model_validate(layers)
            source, path, train_size, test_size = data
        except (ValueError, TypeError, RecursionError, ValidationError):
            return None
        if type(batch_size) is not int or batch_size < 1:
            return None
        outputs = 2 if target == "circular" else 1
        convolutions: tuple[object, ...] = ()
        if network.type == "cnn":
            convolutions = (network.n_channels, network.kernel_sizes, network.strides)
        flops = image_flops(network, outputs)
        return cls(
            (str(device), str(precision)),
            (network.type, *convolutions, network.dense_hiddens, network.activation, outputs),
            network.type,
            str(optimizer),
            batch_size,
            (str(source), str(path), train_size if type(train_size) is int else None),
            test_size if type(test_size) is int else None,
            flops.step + flops.forward,
        )


class _Measured(NamedTuple):
    shape: Shape
    pace: MeasuredPace
    images: float
    """Train images an epoch, within a batch."""


class Paces:
    """Every measured pace of a store; answers how long epochs of runs will take.

    Args:
        measured: what the store has.
        cores: of the machine that trains.
    """

    def __init__(self, measured: Iterable[MeasuredPace], cores: int) -> None:
        self._cores = max(1, cores)
        self._shapes: dict[str, Shape | None] = {}
        self._measured: list[_Measured] = []
        images: dict[tuple[object, ...], list[float]] = defaultdict(list)
        for pace in measured:
            shape = self._shape(pace.shape)
            if shape is not None:
                each = _Measured(shape, pace, pace.steps * shape.batch_size)
                self._measured.append(each)
                images[shape.data].append(each.images)
        self._images = {data: min(found) for data, found in images.items()}
        self._ratios: dict[tuple[int, int], tuple[float, bool]] = {}
        self._known: dict[tuple[str, int, int], Pace | None] = {}

    def of(self, run: UnfinishedRun, at_once: int, threads: int) -> Pace | None:
        """An epoch of a run, with so many runs in training; None if nothing is like it.

        Args:
            run: the run.
            at_once: how many runs are in training then, it among them.
            threads: of the run, if it was not trained before.
        """
        if run.pace is not None:
            ratio, assumed = self._ratio(run.pace.at_once, at_once)
            return Pace(run.pace.seconds * ratio, Basis.OWN, assumed)
        key = run.shape, at_once, run.threads or threads
        if key not in self._known:
            self._known[key] = self._like(*key)
        return self._known[key]

    def _shape(self, text: str) -> Shape | None:
        if text not in self._shapes:
            self._shapes[text] = Shape.of(text)
        return self._shapes[text]

    def _like(self, text: str, at_once: int, threads: int) -> Pace | None:
        shape = self._shape(text)
        if shape is None:
            return None
        basis, found = self._nearest(shape)
        found = _preferred(found, lambda each: each.pace.threads == threads)
        if not found:
            return None
        measured_with = min(
            {each.pace.at_once for each in found}, key=lambda count: (abs(count - at_once), count)
        )
        ratio, assumed = self._ratio(measured_with, at_once)
        images = self._images_of(shape)
        seconds = [
            each.pace.seconds * self._scale(basis, each, shape, images)
            for each in found
            if each.pace.at_once == measured_with
        ]
        return Pace(median(seconds) * ratio, basis, assumed)

    def _nearest(self, shape: Shape) -> tuple[Basis, Sequence[_Measured]]:
        """The measured runs that are most like a run of this shape."""
        like = [
            each
            for each in self._measured
            if each.shape.place == shape.place and each.shape.network == shape.network
        ]
        same_batch = [each for each in like if each.shape.batch_size == shape.batch_size]
        alike = [
            each
            for each in same_batch
            if each.shape.data == shape.data and each.shape.test_size == shape.test_size
        ]
        if alike:
            return Basis.ALIKE, _preferred(alike, lambda each: _same_optimizer(each, shape))
        if self._images_of(shape) is None:
            return Basis.IMAGES, ()
        if like:
            return Basis.IMAGES, same_batch or like
        others = [each for each in self._measured if each.shape.place == shape.place]
        others = list(_preferred(others, lambda each: each.shape.kind == shape.kind))
        nearest = min(
            (each.shape.operations for each in others),
            key=lambda operations: abs(operations / shape.operations - 1),
            default=0,
        )
        return Basis.OPERATIONS, [each for each in others if each.shape.operations == nearest]

    def _images_of(self, shape: Shape) -> float | None:
        """Train images: as many as are asked for, or as a run on all of this data had."""
        asked = shape.data[-1]
        if isinstance(asked, int):
            return asked
        if shape.data not in self._images and shape.data[0] == "garments":
            from rottui.core.data.garments import DEFAULT_SIZES

            return DEFAULT_SIZES[0]
        return self._images.get(shape.data)

    @staticmethod
    def _scale(basis: Basis, each: _Measured, shape: Shape, images: float | None) -> float:
        if basis is Basis.ALIKE or images is None:
            return 1.0
        ratio = images / each.images
        if basis is Basis.OPERATIONS:
            ratio *= shape.operations / each.shape.operations
        return ratio

    def _ratio(self, measured_with: int, at_once: int) -> tuple[float, bool]:
        """How much longer an epoch takes beside so many runs than it did, and whether assumed."""
        key = measured_with, at_once
        if key not in self._ratios:
            self._ratios[key] = self._ratio_of(measured_with, at_once)
        return self._ratios[key]

    def _ratio_of(self, measured_with: int, at_once: int) -> tuple[float, bool]:
        if measured_with == at_once:
            return 1.0, False
        seconds: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        for each in self._measured:
            if each.pace.at_once in (measured_with, at_once):
                seconds[each.pace.shape][each.pace.at_once == at_once].append(each.pace.seconds)
        shown = [median(now) / median(then) for then, now in seconds.values() if then and now]
        if shown:
            return median(shown), False
        return self._load(at_once) / self._load(measured_with), True

    def _load(self, at_once: int) -> float:
        return max(1.0, at_once / self._cores)


def _same_optimizer(each: _Measured, shape: Shape) -> bool:
    return each.shape.optimizer == shape.optimizer


def _preferred(
    measured: Sequence[_Measured], fits: Callable[[_Measured], bool]
) -> Sequence[_Measured]:
    """Those that fit, or all of them if none does."""
    return [each for each in measured if fits(each)] or measured
