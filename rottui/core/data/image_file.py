"""A person's own image as the networks read it: any usual format, made to fit, and that said."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from rottui.core.data.png import MAX_PIXELS, made_to_fit
from rottui.core.shapes import IMAGE_SIZE
from rottui.errors import DataError

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
"""Formats of pixels. Others that PIL opens are drawings or run a program to be read."""
LIGHT = 128
"""A border that is on the average lighter than this is no black background."""

_SIZE = (IMAGE_SIZE, IMAGE_SIZE)


@dataclass(frozen=True, slots=True, eq=False)
class ImageFile:
    """The image of one file."""

    pixels: npt.NDArray[np.uint8]
    """``(28, 28)``, grey."""
    notes: tuple[str, ...] = ()
    """What was done to it, and what makes its angle doubtful; a few words each."""


def read_image(path: Path) -> ImageFile:
    """The first image of a file, turned as its EXIF tag says, in 28 × 28 grey pixels.

    It is made to fit as the images of a data set are (``png.decode``): a network that was trained
    on resized images sees what it has learnt.

    Raises:
        DataError: missing, not an image, damaged, or larger than 4096 × 4096.
    """
    try:
        there, is_file = path.exists(), path.is_file()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    if not is_file:
        what = "is not a file" if there else "is not there: no such file"
        raise DataError(f"{path} {what}")
    with warnings.catch_warnings():  # of tags that do not matter here
        warnings.simplefilter("ignore")
        try:
            return _read(path)
        except DataError:
            raise
        except UnidentifiedImageError:
            raise DataError(f"{path} is not an image of a format that is read here") from None
        except PermissionError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from None
        except Exception as error:  # PIL's readers raise whatever damaged bytes lead to
            raise DataError(f"{path} is a damaged image") from error


def _read(path: Path) -> ImageFile:
    with Image.open(path, formats=FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise DataError(
                f"{path} is {opened.width} × {opened.height} pixels; at most 4096 × 4096 are read"
            )
        mode = opened.mode
        opened.load()
        image = ImageOps.exif_transpose(opened)
    fit = made_to_fit(image)
    pixels = np.frombuffer(fit.pixels, np.uint8).reshape(_SIZE)
    notes = []
    if fit.resized:
        size = f"resized from {image.width}×{image.height} to {IMAGE_SIZE}×{IMAGE_SIZE} pixels"
        square = image.width == image.height
        notes.append(size if square else f"{size}, which bends angles: it is not square")
    if fit.converted:
        notes.append(f"converted from {mode} to grey")
    border = np.concatenate([pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1]])
    if pixels.min() == pixels.max():
        notes.append("one shade throughout: there is nothing to read")
    elif border.mean() > LIGHT:
        notes.append("on a light ground; the networks know light garments on black")
    return ImageFile(pixels, tuple(notes))
