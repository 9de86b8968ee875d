"""What a network reads in images, and how far off it is: one value, and its summaries (no torch).

All angles and errors are in degrees. Angles are in [0, 360), counter-clockwise as displayed; errors
are along the circle, in [0, 180].
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from rottui.core.angles import FLIP_DEG, WRONG_DEG

QUANTISED = 1e-9
"""Errors of whole degrees end up this far from them by rounding; bins do not tell them apart."""

Degrees = npt.NDArray[np.float64]


class Order(Enum):
    """In which order predictions are looked at."""

    WORST = "worst first"
    BEST = "best first"
    GIVEN = "in order"
    CONFIDENT = "most confident wrong first"
    """Only those with an error above 45°, which point to another quarter turn."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """The angles that a network reads in images; nobody writes into the arrays."""

    images: npt.NDArray[np.uint8]
    """``(N, 28, 28)``."""
    angles: Degrees
    """Predicted, ``(N,)``."""
    confidence: Degrees | None
    """Length of each predicted vector, ``(N,)``; None where the network cannot say how sure it is:
    for the scalar target, and for vectors that the cosine loss has left free in their length."""
    ambiguous: npt.NDArray[np.bool_]
    """Whether the vector is so short that its angle means nothing, ``(N,)``."""

    def __len__(self) -> int:
        return len(self.angles)


@dataclass(frozen=True, slots=True)
class Errors:
    """How far off a group of predictions is; NaN for a group of none."""

    count: int
    mae_deg: float
    """Mean error along the circle."""
    median_deg: float
    flips: float
    """Share, 0 to 1, of errors above 135°."""
    axial_mae_deg: float
    """Mean error modulo 180°: what is left when up and down do not matter."""

    @classmethod
    def of(cls, errors: Degrees) -> Errors:
        """The numbers of errors along the circle ``(N,)``."""
        if not len(errors):
            return cls(0, math.nan, math.nan, math.nan, math.nan)
        return cls(
            count=len(errors),
            mae_deg=float(errors.mean()),
            median_deg=float(np.median(errors)),
            flips=float((errors > FLIP_DEG).mean()),
            axial_mae_deg=float(np.minimum(errors, 180 - errors).mean()),
        )


@dataclass(frozen=True, slots=True)
class Bin:
    """Errors from ``low`` up to ``high``, and how many there are."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Band:
    """True angles from ``low`` up to ``high``, and the errors there."""

    low: float
    high: float
    errors: Errors


@dataclass(frozen=True, slots=True)
class ClassErrors:
    """One kind of garment and the errors there."""

    name: str
    errors: Errors


@dataclass(frozen=True, slots=True, eq=False)
class Predictions(Readings):
    """Readings of a split, whose true angles are known."""

    true_angles: Degrees
    """``(N,)``."""
    errors: Degrees
    """``(N,)``."""
    labels: npt.NDArray[np.uint8] | None = None
    """Garment class of each image, where the data has classes."""
    class_names: tuple[str, ...] = ()

    def class_name(self, index: int) -> str:
        """What kind of garment image ``index`` shows; empty where the data has no classes."""
        return "" if self.labels is None else self.class_names[self.labels[index]]

    def orders(self) -> tuple[Order, ...]:
        """The orders that there are: without confidence, nothing is confidently wrong."""
        return tuple(o for o in Order if o is not Order.CONFIDENT or self.confidence is not None)

    def ordered(self, order: Order) -> npt.NDArray[np.intp]:
        """Indices of images; equal ones stay in the order of the split.

        ``Order.CONFIDENT`` leaves out what is not wrong, and all where there is no confidence.
        """
        match order:
            case Order.WORST:
                return np.argsort(-self.errors, kind="stable")
            case Order.BEST:
                return np.argsort(self.errors, kind="stable")
            case Order.GIVEN:
                return np.arange(len(self))
            case Order.CONFIDENT:
                if self.confidence is None:
                    return np.arange(0)
                wrong = np.flatnonzero(self.errors > WRONG_DEG)
                return wrong[np.argsort(-self.confidence[wrong], kind="stable")]

    def overall(self) -> Errors:
        """The errors of all images."""
        return Errors.of(self.errors)

    def histogram(self, bins: int = 18) -> tuple[Bin, ...]:
        """How many errors are in each of ``bins`` equal parts of 0 to 180°, which is in the last.

        An error on a boundary counts above it.
        """
        places = _places(self.errors, 180.0, bins)
        counts = np.bincount(places, minlength=bins).tolist()
        edges = np.linspace(0.0, 180.0, bins + 1).tolist()
        return tuple(
            Bin(low, high, count)
            for (low, high), count in zip(pairwise(edges), counts, strict=True)
        )

    def by_angle(self, bands: int = 18) -> tuple[Band, ...]:
        """The errors in each of ``bands`` equal parts of the circle of true angles."""
        places = _places(self.true_angles, 360.0, bands)
        edges = np.linspace(0.0, 360.0, bands + 1).tolist()
        return tuple(
            Band(low, high, Errors.of(self.errors[places == k]))
            for k, (low, high) in enumerate(pairwise(edges))
        )

    def by_class(self) -> tuple[ClassErrors, ...]:
        """The errors of each kind of garment that there is, the largest mean first."""
        if self.labels is None:
            return ()
        found = (
            ClassErrors(name, Errors.of(self.errors[self.labels == label]))
            for label, name in enumerate(self.class_names)
        )
        there = [kind for kind in found if kind.errors.count]
        return tuple(sorted(there, key=lambda kind: -kind.errors.mae_deg))


def _places(values: Degrees, whole: float, parts: int) -> npt.NDArray[np.intp]:
    """Which of ``parts`` equal parts of 0 to ``whole`` each value is in."""
    places = np.floor(values / whole * parts + QUANTISED).astype(np.intp)
    return np.clip(places, 0, parts - 1)
