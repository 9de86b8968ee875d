"""A drawing board for garments: shapes in pixels of the finished image, drawn finer by four."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from rottui.core.shapes import IMAGE_SIZE

Point = tuple[float, float]
CENTRE = IMAGE_SIZE / 2

_FINENESS = 4
FULL_TONE = 200
"""Grey level of tone 1.0 in a sketch, which leaves room for highlights up to 1.27."""


class Dice:
    """The random numbers of one image, taken one after the other."""

    __slots__ = ("_values",)

    def __init__(self, values: npt.NDArray[np.float64]) -> None:
        self._values = iter(values.tolist())

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` to ``high``, all equally likely."""
        value: float = next(self._values)
        return low + (high - low) * value

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        value: float = next(self._values)
        return value < probability


class Sketch:
    """One garment in the making: how bright each spot is, and how much of the fabric shows there.

    x runs to the right and y down, both from 0 to 28; the whole garment is then stretched, leaned
    and moved a little, as the dice fall.
    """

    def __init__(self, dice: Dice) -> None:
        size = (IMAGE_SIZE * _FINENESS, IMAGE_SIZE * _FINENESS)
        self._tone = Image.new("L", size)
        self._cloth = Image.new("L", size)
        self._draw_tone = ImageDraw.Draw(self._tone)
        self._draw_cloth = ImageDraw.Draw(self._cloth)
        stretch = dice.between(0.92, 1.04)
        self._x_of_x = stretch * dice.between(0.94, 1.08)
        self._y_of_y = stretch
        self._x_of_y = dice.between(-0.06, 0.06)
        self._y_of_x = dice.between(-0.05, 0.05)
        self._x0 = CENTRE + dice.between(-1.0, 1.0)
        self._y0 = CENTRE + dice.between(-0.8, 0.8)

    def area(self, points: Sequence[Point], tone: float = 1.0, cloth: float = 1.0) -> None:
        """A filled outline; ``tone`` 0 is background, 1 the garment's brightness."""
        placed = self._placed(points)
        self._draw_tone.polygon(placed, fill=_level(tone))
        self._draw_cloth.polygon(placed, fill=int(255 * cloth))

    def mirrored(self, half: Sequence[Point], tone: float = 1.0, cloth: float = 1.0) -> None:
        """A filled outline of a right half and its mirror image about the vertical axis."""
        self.area([*half, *mirror(half)], tone, cloth)

    def pair(self, points: Sequence[Point], tone: float = 1.0, cloth: float = 1.0) -> None:
        """A filled outline on the right, and its mirror image on the left."""
        self.area(points, tone, cloth)
        self.area(mirror(points), tone, cloth)

    def line(self, points: Sequence[Point], width: float, tone: float) -> None:
        """A seam, strap or edge ``width`` pixels wide, without fabric."""
        placed = self._placed(points)
        wide = max(1, round(width * _FINENESS))
        self._draw_tone.line(placed, fill=_level(tone), width=wide, joint="curve")
        self._draw_cloth.line(placed, fill=0, width=wide, joint="curve")

    def lines(self, points: Sequence[Point], width: float, tone: float) -> None:
        """A line on the right, and its mirror image on the left."""
        self.line(points, width, tone)
        self.line(mirror(points), width, tone)

    def dot(self, x: float, y: float, radius: float, tone: float) -> None:
        """A button, an eyelet or a clasp."""
        ((x, y),) = self._placed([(x, y)])
        r = radius * _FINENESS
        self._draw_tone.ellipse((x - r, y - r, x + r, y + r), fill=_level(tone))
        self._draw_cloth.ellipse((x - r, y - r, x + r, y + r), fill=0)

    def layers(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """Tone and cloth, each ``(28, 28)``, averaged over 4 × 4 fine pixels."""
        return (
            np.asarray(self._tone.reduce(_FINENESS)),
            np.asarray(self._cloth.reduce(_FINENESS)),
        )

    def _placed(self, points: Sequence[Point]) -> list[Point]:
        placed = []
        for x, y in points:
            u, v = x - CENTRE, y - CENTRE
            px = self._x0 + self._x_of_x * u + self._x_of_y * v
            py = self._y0 + self._y_of_x * u + self._y_of_y * v
            placed.append((px * _FINENESS, py * _FINENESS))
        return placed


def mirror(points: Sequence[Point]) -> list[Point]:
    """The points mirrored about the vertical axis, in the opposite order."""
    return [(2 * CENTRE - x, y) for x, y in reversed(points)]


def arc(centre: Point, radii: Point, start: float, stop: float, count: int = 9) -> list[Point]:
    """Points on an ellipse from ``start`` to ``stop`` degrees: 0 is right, 90 is down."""
    angles = [math.radians(start + (stop - start) * k / (count - 1)) for k in range(count)]
    return [
        (centre[0] + radii[0] * math.cos(a), centre[1] + radii[1] * math.sin(a)) for a in angles
    ]


def _level(tone: float) -> int:
    return min(255, round(tone * FULL_TONE))
