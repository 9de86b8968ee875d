"""How long it takes to get the images of a zip file: as the experiment does it, and as rottui does.

The same product on all sides: normalised float32 images ``(N, 1, 28, 28)`` and angles of both
splits, in memory.
"""

from __future__ import annotations

import os
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from rottui.bench.machine import Machine
from rottui.bench.measure import Timing
from rottui.bench.report import SCHEMA, Block, Table, seconds_text
from rottui.bench.workload import Tell
from rottui.core.config import DataConfig, RunConfig
from rottui.core.data import Dataset, load_dataset
from rottui.core.training import Training
from rottui.errors import DataError

AIMS = {"first": 2.5, "cached": 40.0}
"""How many times as fast as one by one the first and every later load are meant to be."""


@dataclass(frozen=True, slots=True)
class Loading:
    """Seconds of loading all images of one file."""

    images: int
    one_by_one: Timing
    """``PIL.Image.open``, ``to_tensor`` and ``normalize`` for each file of the unpacked zip."""
    first: Timing
    """By rottui with an empty cache."""
    cached: Timing
    """By rottui once more."""
    same: bool
    """Whether both give the same pixels and angles, whatever their order."""


def measure_loading(path: Path, repeats: int, tell: Tell) -> Loading:
    """Load the images of a zip in turns: one by one, first, cached, and so on.

    Unpacking the zip for the first is not counted.

    Raises:
        DataError: not a zip file of rotated images.
    """
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is no zip file; loading is measured on one")
    config = DataConfig(source="rotated", path=str(path))
    samples: dict[str, list[float]] = {"one_by_one": [], "first": [], "cached": []}
    with tempfile.TemporaryDirectory(prefix="rottui-bench-") as folder:
        tell("unpacking", 0, 0)
        load_dataset(config, Path(folder, "check"))  # refuses an unsafe zip before it is unpacked
        with zipfile.ZipFile(path) as archive:
            archive.extractall(Path(folder, "files"))
        root = _root(Path(folder, "files"))
        for repeat in range(repeats):
            tell("loading", repeat, repeats)
            cache = Path(folder, f"cache-{repeat}")
            seconds, theirs = _timed(partial(one_by_one, root))
            samples["one_by_one"].append(seconds)
            for name in ("first", "cached"):
                seconds, ours = _timed(partial(_by_rottui, config, cache))
                samples[name].append(seconds)
        tell("loading", repeats, repeats)
    images = sum(len(split[0]) for split in ours)
    timings = {name: Timing(tuple(found)) for name, found in samples.items()}
    return Loading(images, **timings, same=_same(theirs, ours))


Splits = tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Normalised images and angles in degrees of the train and of the test split."""


def one_by_one(root: Path) -> Splits:
    """As in the experiment's ``load_dataset``: every file through PIL and torchvision."""
    from torchvision.transforms.functional import normalize, to_tensor

    def split(name: str) -> tuple[Tensor, Tensor]:
        image_paths, rots = [], []
        for file in os.listdir(root / name):
            image_paths.append(os.path.join(root, name, file))
            rots.append(float(file.split("_")[1].removesuffix(".png")))
        images = [normalize(to_tensor(Image.open(path)), (0.5,), (0.5,)) for path in image_paths]
        return torch.stack(images), torch.tensor(rots)

    return split("train"), split("test")


def _by_rottui(config: DataConfig, cache: Path) -> Splits:
    dataset = load_dataset(config, cache)
    training = _tensors(dataset)
    return (
        (training.train_tensors[0], torch.tensor(dataset.train.angles)),
        (training.test_tensors[0], torch.tensor(dataset.test.angles)),
    )


def _tensors(dataset: Dataset) -> Training:
    """The smallest run on the data: its images are those that any run trains on."""
    small = RunConfig().replaced({"network.dense_hiddens": [1]})
    return Training(small, dataset)


def _same(theirs: Splits, ours: Splits) -> bool:
    """Bit for bit, whatever the order: the experiment's is that of the disk."""
    return all(
        torch.equal(_digests(*one), _digests(*other))
        for one, other in zip(theirs, ours, strict=True)
    )


def _digests(images: Tensor, angles: Tensor) -> Tensor:
    """One number an image and its angle, sorted; whole numbers, which add up exactly."""
    bits = torch.cat([images.flatten(1), angles.unsqueeze(1)], dim=1).view(torch.int32)
    odd = 2 * torch.arange(bits.shape[1]) + 1
    return torch.cat([(part * odd).sum(1) for part in torch.split(bits, 1000)]).sort().values


def _root(folder: Path) -> Path:
    return next(found.parent for found in sorted(folder.glob("**/train")) if found.is_dir())


def _timed(action: Callable[[], Splits]) -> tuple[float, Splits]:
    started = time.perf_counter()
    result = action()
    return time.perf_counter() - started, result


@dataclass(frozen=True, slots=True)
class LoadingReport:
    """The result as a table and as a document."""

    machine: Machine
    name: str
    """Of the zip file."""
    loading: Loading

    def blocks(self) -> list[Block]:
        """Lines and tables, from top to bottom."""
        found, slow = self.loading, self.loading.one_by_one

        def row(name: str, timing: Timing, aim: str) -> tuple[str, ...]:
            return (
                name,
                seconds_text(timing.median),
                seconds_text(timing.best),
                f"{found.images / timing.median:,.0f}",
                f"{slow.median / timing.median:.1f}×",
                f"{slow.best / timing.best:.1f}×",
                aim,
            )

        rows = (
            row("PIL, to_tensor, normalize, one by one", slow, ""),
            row("rottui, first time", found.first, f"{AIMS['first']:g}×"),
            row("rottui, cached", found.cached, f"{AIMS['cached']:g}×"),
        )
        titles = ("loading", "s", "best", "images/s", "speed", "at best", "aim")
        same = "the same" if found.same else "OTHER"
        return [
            f"{self.name}: {found.images:,} images to normalised float32 tensors, "
            f"{len(slow.samples)} times in turns, medians",
            f"{self.machine.cpu}, {self.machine.cores} cores, torch {self.machine.torch}",
            "",
            Table(titles, rows),
            "",
            f"both give {same} pixels and angles",
        ]

    def document(self) -> dict[str, Any]:
        """All numbers, in seconds."""
        found = self.loading
        timings = {
            "one_by_one": found.one_by_one,
            "first": found.first,
            "cached": found.cached,
        }
        return {
            "schema": SCHEMA,
            "machine": asdict(self.machine),
            "images": found.images,
            "same": found.same,
            "loading": {
                name: {
                    "seconds": timing.median,
                    "best_seconds": timing.best,
                    "samples": list(timing.samples),
                    "speed": found.one_by_one.median / timing.median,
                    "speed_of_bests": found.one_by_one.best / timing.best,
                    "aim": AIMS.get(name),
                }
                for name, timing in timings.items()
            },
        }
