"""A data set in memory: two splits of images and the angles they were rotated by.

Convention, everywhere in rottui: row 0 is the top row, and a positive angle turns the garment
counter-clockwise as displayed (PIL's ``Image.rotate`` and torchvision's ``rotate`` turn the same
way; torchvision's ``affine`` turns the other way).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rottui.core.shapes import IMAGE_SIZE
from rottui.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One split: ``images`` uint8 ``(N, 1, 28, 28)``, ``angles`` float32 ``(N,)`` in degrees.

    Raises:
        DataError: no images, or shapes that do not agree.
    """

    images: npt.NDArray[np.uint8]
    angles: npt.NDArray[np.float32]
    labels: npt.NDArray[np.uint8] | None = None
    """Garment class of each image, where the source has classes."""
    made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    """What was made of the images, once for all runs that read them (see ``core.training``)."""

    def __post_init__(self) -> None:
        n = len(self.images)
        if n == 0:
            raise DataError("a split has no images")
        if self.images.shape != (n, 1, IMAGE_SIZE, IMAGE_SIZE) or self.images.dtype != np.uint8:
            raise DataError(
                f"images are {self.images.dtype}{self.images.shape}, not (N, 1, 28, 28)"
            )
        if self.angles.shape != (n,) or not np.isfinite(self.angles).all():
            raise DataError("every image needs one finite angle")

    def __len__(self) -> int:
        return len(self.images)

    def first(self, count: int | None) -> Split:
        """The first ``count`` images, or all of them."""
        if count is None or count >= len(self):
            return self
        labels = None if self.labels is None else self.labels[:count]
        return Split(self.images[:count], self.angles[:count], labels)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Train and test split, and what they are made of."""

    train: Split
    test: Split
    source: str
    """A few words for the screen."""
    fingerprint: str
    """Digest of source and settings: equal fingerprints mean equal pixels and angles."""
    class_names: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    """What was done to the images on the way in, such as resizing, one sentence each."""
