"""What every source of images offers: a digest before it is decoded, then its two splits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rottui.core.data.dataset import Split

Progress = Callable[[str, int, int], None]
"""Called now and then with what is being done, how many images are done, and of how many."""

SPLITS = ("train", "test")


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """Both splits in full, as a source holds them."""

    train: Split
    test: Split
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """Images and angles that can be read."""

    def digest(self) -> str:
        """Hex digest of bytes and settings: equal digests mean equal pixels, angles and order.

        Raises:
            DataError: the source is missing or cannot be read.
        """

    def counts(self) -> tuple[int, int]:
        """Number of train and of test images, without decoding any.

        Raises:
            DataError: the source is not laid out as it should be.
        """

    def read(self, progress: Progress | None = None) -> Contents:
        """Decode, or make, every image.

        Raises:
            DataError: the source is not what it should be; the file at fault is named.
        """


def silent(what: str, done: int, total: int) -> None:
    """The progress that nobody watches."""
