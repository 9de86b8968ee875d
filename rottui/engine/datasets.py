"""Data sets in use, opened once however many workers ask at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rottui.core.config import DataConfig

if TYPE_CHECKING:
    from rottui.core.data.dataset import Dataset

KEPT = 4


class Datasets:
    """Loads data sets and keeps the last few; any thread."""

    def __init__(self, load: Callable[[DataConfig], Dataset]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._loading: dict[str, threading.Lock] = {}
        self._kept: OrderedDict[str, Dataset] = OrderedDict()

    def get(self, data: DataConfig) -> Dataset:
        """The data set of a config; the second to ask waits for the first to load it.

        Raises:
            DataError: it cannot be read.
        """
        key = data.model_dump_json()
        with self._lock:
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            dataset = self._load(data)
            with self._lock:
                self._kept[key] = dataset
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return dataset


def loader(cache_dir: Path) -> Callable[[DataConfig], Dataset]:
    """Loads through the cache of decoded images."""

    def load(data: DataConfig) -> Dataset:
        from rottui.core.data import load_dataset

        return load_dataset(data, cache_dir)

    return load
