"""A person's own images: any usual format, made to fit and said so, or refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rottui.core.data.image_file import FORMATS, read_image
from rottui.core.data.png import decode
from rottui.errors import DataError

BAR = np.zeros((28, 28), np.uint8)
BAR[4:16, 12:16] = 220


def test_an_image_as_the_networks_know_it_is_left_as_it_is(tmp_path: Path) -> None:
    Image.fromarray(BAR).save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    np.testing.assert_array_equal(image.pixels, BAR)
    assert image.notes == ()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / "image"
    Image.fromarray(BAR).convert("RGB").save(path, name)
    image = read_image(path)
    assert np.abs(image.pixels.astype(int) - BAR).mean() < 4  # JPEG and WEBP lose a little
    assert any(note.startswith("converted from") for note in image.notes)


def test_another_size_or_mode_becomes_what_a_data_set_makes_of_it_and_is_said(
    tmp_path: Path,
) -> None:
    path = tmp_path / "large.png"
    Image.fromarray(BAR).resize((56, 56)).convert("RGB").save(path)
    image = read_image(path)
    assert image.pixels.tobytes() == decode(path.read_bytes(), "large.png").pixels
    assert image.notes == (
        "resized from 56×56 to 28×28 pixels",
        "converted from RGB to grey",
    )


def test_what_makes_an_angle_doubtful_is_said(tmp_path: Path) -> None:
    Image.fromarray(BAR).resize((56, 28)).save(tmp_path / "wide.png")
    assert "not square" in read_image(tmp_path / "wide.png").notes[0]
    Image.fromarray(255 - BAR).save(tmp_path / "negative.png")
    assert "light ground" in read_image(tmp_path / "negative.png").notes[0]
    Image.new("L", (28, 28), 30).save(tmp_path / "plain.png")
    assert "one shade" in read_image(tmp_path / "plain.png").notes[0]


def test_a_photo_is_turned_as_its_tag_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown a quarter turn clockwise
    Image.fromarray(BAR).save(tmp_path / "photo.png", exif=exif)
    turned = read_image(tmp_path / "photo.png").pixels
    np.testing.assert_array_equal(turned, np.rot90(BAR, k=-1))


def broken(kind: str, path: Path) -> None:
    """Make something at ``path`` that is no image."""
    whole = path.with_suffix(".whole.png")
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (28, 28, 3), np.uint8)).save(whole)
    match kind:
        case "folder":
            path.mkdir()
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("no image at all")
        case "half":
            path.write_bytes(whole.read_bytes()[:900])
        case "flipped":
            data = bytearray(whole.read_bytes())
            data[60] ^= 255
            path.write_bytes(data)
        case "huge":
            Image.new("1", (5000, 4000)).save(path)
        case "postscript":
            path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 28 28\nshowpage\n")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("missing", "is not there: no such file"),
        ("folder", "is not a file"),
        ("empty", "is not an image of a format that is read here"),
        ("text", "is not an image of a format that is read here"),
        ("half", "is a damaged image"),
        ("flipped", "is a damaged image"),
        ("huge", "is 5000 × 4000 pixels; at most 4096 × 4096 are read"),
        ("postscript", "is not an image of a format that is read here"),
    ],
)
def test_what_is_no_image_is_refused_by_name(kind: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "file.png"
    broken(kind, path)
    with pytest.raises(DataError) as refused:
        read_image(path)
    assert str(refused.value) == f"{path} {said}"
