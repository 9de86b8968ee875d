"""One prediction as a pair: the image as it is, and turned upright by what was read in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rottui.core.shapes import IMAGE_SIZE
from rottui.tui.pixels import values_of
from rottui.tui.widgets.formats import format_degrees
from rottui.tui.widgets.gallery import Pair
from rottui.tui.widgets.image import Image

if TYPE_CHECKING:
    from rottui.core.predictions import Predictions


def pair_of(predictions: Predictions, index: int, *, ascii: bool = False) -> Pair:
    """The pair of image ``index``; ``ascii`` leaves out the degree signs."""
    from rottui.core.data.rotation import turned_back

    image, angle = predictions.images[index], float(predictions.angles[index])
    degree = "" if ascii else "°"
    wanted = f"{round(float(predictions.true_angles[index]), 1) % 360:g}{degree}"
    answer = f"{round(angle) % 360}{degree}"
    ambiguous = bool(predictions.ambiguous[index])
    words = [
        f"{index + 1:,}",
        f"{format_degrees(float(predictions.errors[index]))}{degree or ' deg'} off",
    ]
    if predictions.labels is not None:
        words.append(predictions.class_name(index))
    if predictions.confidence is not None:
        words.append(f"length {predictions.confidence[index]:.2f}")
    return Pair(
        tuple(words),
        _image(image, f"true {wanted}"),
        _image(
            turned_back(image, angle), f"{answer} ambiguous" if ambiguous else f"predicted {answer}"
        ),
    )


def _image(pixels: object, title: str) -> Image:
    return Image(values_of(pixels), title, high=255.0, scaled=False, frame=IMAGE_SIZE)
