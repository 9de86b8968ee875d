"""Images and their angles: where they come from, how they are decoded once and cached."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from rottui.core.data.dataset import Dataset, Split

if TYPE_CHECKING:
    from rottui.core.data.download import get_fashion_mnist, get_rotated
    from rottui.core.data.loading import load_dataset, pin_data
    from rottui.core.data.sources import Available, available, default_data, source_from

__all__ = [
    "Available",
    "Dataset",
    "Split",
    "available",
    "default_data",
    "get_fashion_mnist",
    "get_rotated",
    "load_dataset",
    "pin_data",
    "source_from",
]

_HOMES = {
    "download": ("get_fashion_mnist", "get_rotated"),
    "loading": ("load_dataset", "pin_data"),
    "sources": ("Available", "available", "default_data", "source_from"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
