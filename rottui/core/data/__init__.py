"""Images and their angles: where they come from, how they are decoded once and cached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rottui.core.data.dataset import Dataset, Split

if TYPE_CHECKING:
    from rottui.core.data.loading import default_data, load_dataset, pin_data, source_from

__all__ = ["Dataset", "Split", "default_data", "load_dataset", "pin_data", "source_from"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from rottui.core.data import loading

        return getattr(loading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
