"""What the image panes ask for, computed behind the screen: pages of images, and maps."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rottui.core.config import DataConfig
from rottui.errors import ConfigError, Problem

if TYPE_CHECKING:
    from rottui.core.data import Dataset, Split
    from rottui.core.equivariance import SeedMaps
    from rottui.tui.backstage import Hand
    from rottui.tui.widgets.data_pane import DataPage, DataPane
    from rottui.tui.widgets.equivariance_pane import EquivariancePane

KEPT = 2
"""Data sets kept open: memory maps, so that they cost address space and little memory."""


@dataclass(frozen=True, slots=True)
class MapRequest:
    """Which image of which split, and what is done to it."""

    data: DataConfig
    split: str
    index: int
    shift: tuple[int, int]
    """Pixels right and down."""
    angle: float
    """Degrees, clockwise."""
    weights_seed: int


class Images:
    """Opens data sets and answers the panes; used from one thread that is not the event loop's."""

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir
        self._open: OrderedDict[str, Dataset] = OrderedDict()

    def dataset(self, data: DataConfig) -> Dataset:
        """The data set of a config, opened once.

        Raises:
            DataError: it cannot be read.
        """
        from rottui.core.data import load_dataset

        key = data.model_dump_json()
        if key not in self._open:
            self._open[key] = load_dataset(data, self._cache_dir)
            while len(self._open) > KEPT:
                self._open.popitem(last=False)
        self._open.move_to_end(key)
        return self._open[key]

    def split(self, data: DataConfig, name: str) -> Split:
        """The ``train`` or ``test`` split."""
        dataset = self.dataset(data)
        return dataset.test if name == "test" else dataset.train

    def maps(self, request: MapRequest) -> tuple[SeedMaps, float]:
        """The experiment's four maps, and the image's true angle in degrees.

        Raises:
            DataError: the data cannot be read.
            ConfigError: no such image, or a shift or angle that is none.
        """
        from rottui.core.equivariance import seed_maps

        split = self.split(request.data, request.split)
        if not 0 <= request.index < len(split):
            message = f"there is no image {request.index}; the split has 0 to {len(split) - 1}"
            raise ConfigError((Problem("image", message),))
        maps = seed_maps(
            split.images[request.index, 0],
            shift=request.shift,
            angle=request.angle,
            weights_seed=request.weights_seed,
        )
        return maps, float(split.angles[request.index])

    def page(self, data: DataConfig, name: str, first: int, count: int) -> DataPage:
        """``count`` images of a split from image ``first`` on, with what the pane says of them.

        Raises:
            DataError: the data cannot be read.
        """
        from rottui.tui.widgets.data_pane import DataPage, Picked

        dataset = self.dataset(data)
        split = self.split(data, name)
        picked = []
        for index in range(first, min(first + count, len(split))):
            label = "" if split.labels is None else dataset.class_names[split.labels[index]]
            picked.append(Picked(split.images[index, 0], float(split.angles[index]), label))
        return DataPage(
            split=name,
            first=first,
            images=tuple(picked),
            train_size=len(dataset.train),
            test_size=len(dataset.test),
            source=dataset.source,
            fingerprint=dataset.fingerprint,
            notes=dataset.notes,
        )


class ImageAnswers:
    """Answers what the two image panes ask, through a thread behind the screen.

    Both panes look at the same data: those of the form, or of a chosen run.
    """

    def __init__(self, hand: Hand, images: Images) -> None:
        self._hand = hand
        self._images = images
        self._newest_maps = 0
        self.data: DataConfig | None = None
        """What the panes look at; None until the form's data is known."""

    def answer_maps(self, pane: EquivariancePane, asked: EquivariancePane.Requested) -> None:
        """Compute the four maps; of many requests in a row, the last ones only."""
        data = self.data
        if data is None:
            pane.show_loading("looking for the data")
            return
        self._newest_maps = asked.number
        request = MapRequest(
            data, asked.split, asked.index, asked.shift, asked.angle, asked.weights_seed
        )

        def compute() -> tuple[SeedMaps, float, str, int] | None:
            if asked.number != self._newest_maps:
                return None  # a later request stands behind this one
            maps, angle = self._images.maps(request)
            split = self._images.split(data, asked.split)
            return maps, angle, self._images.dataset(data).source, len(split)

        def then(answer: tuple[SeedMaps, float, str, int] | None) -> None:
            if answer is not None:
                maps, angle, source, total = answer
                pane.show(
                    maps,
                    asked.index,
                    angle,
                    source,
                    split=asked.split,
                    total=total,
                    number=asked.number,
                )

        self._hand.do(compute, then, lambda said: pane.show_error(said, number=asked.number))

    def answer_page(self, pane: DataPane, asked: DataPane.Requested) -> None:
        """Read a page of images."""
        data = self.data
        if data is None:
            pane.show_loading("looking for the data")
            return
        self._hand.do(
            lambda: self._images.page(data, asked.split, asked.first, asked.count),
            lambda page: pane.show(page, number=asked.number),
            lambda said: pane.show_error(said, number=asked.number),
        )
