"""PNG files of every kind become the pixels that PIL would give, as 28 × 28 grey."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from rottui.core.data.png import decode
from rottui.errors import DataError

RAMP = np.arange(784, dtype=np.uint32).reshape(28, 28)
GREY = (RAMP * 255 // 783).astype(np.uint8)


def png(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def pixels(data: bytes) -> np.ndarray:
    return np.frombuffer(decode(data, "7_30.png").pixels, np.uint8).reshape(28, 28)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("level", [0, 1, 9])
def test_grey_images_come_out_as_they_went_in(seed: int, level: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (28, 28)).astype(np.uint8)
    decoded = decode(png(Image.fromarray(noise), compress_level=level), "7_30.png")
    assert decoded.pixels == noise.tobytes()
    assert not decoded.resized
    assert not decoded.converted


def test_text_and_other_extra_chunks_change_nothing() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "someone")
    assert (pixels(png(Image.fromarray(GREY), pnginfo=info, dpi=(72, 72))) == GREY).all()


def test_pixels_split_over_several_chunks() -> None:
    whole = png(Image.fromarray(GREY))
    length = int.from_bytes(whole[33:37], "big")
    body = whole[41 : 41 + length]

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    parts = chunk(b"IDAT", body[:50]) + chunk(b"IDAT", body[50:])
    assert (pixels(whole[:33] + parts + chunk(b"IEND", b"")) == GREY).all()


def test_colours_become_grey() -> None:
    decoded = decode(png(Image.fromarray(GREY).convert("RGB")), "7_30.png")
    assert decoded.pixels == GREY.tobytes()
    assert decoded.converted


def test_what_is_transparent_becomes_black() -> None:
    image = Image.new("RGBA", (28, 28), (255, 255, 255, 0))
    image.paste((200, 200, 200, 255), (10, 10, 20, 20))
    out = pixels(png(image))
    assert out[0, 0] == 0
    assert out[15, 15] == 200


def test_sixteen_bits_keep_their_range() -> None:
    deep = Image.fromarray((RAMP * 65535 // 783).astype(np.uint16))
    out = pixels(png(deep)).astype(int)
    assert out[0, 0] == 0
    assert out[-1, -1] == 255
    assert np.abs(out - GREY).max() <= 1


def test_another_size_is_resized_bilinearly() -> None:
    large = Image.fromarray(GREY).resize((56, 40))
    decoded = decode(png(large), "7_30.png")
    assert decoded.resized
    assert decoded.pixels == large.resize((28, 28), Image.Resampling.BILINEAR).tobytes()


def test_a_damaged_image_is_refused_by_name() -> None:
    data = bytearray(png(Image.fromarray(GREY)))
    data[60] ^= 0xFF
    with pytest.raises(DataError, match=r"7_30\.png is a damaged PNG image"):
        decode(bytes(data), "7_30.png")
    with pytest.raises(DataError, match=r"7_30\.png is a damaged PNG image"):
        decode(bytes(data[:70]), "7_30.png")


def test_pixels_that_do_not_fit_their_checksum_are_refused() -> None:
    data = bytearray(png(Image.fromarray(GREY)))
    length = int.from_bytes(data[33:37], "big")
    data[41 + length] ^= 1  # the checksum alone: the pixels could still be unpacked
    with pytest.raises(DataError, match=r"7_30\.png is a damaged PNG image"):
        decode(bytes(data), "7_30.png")


def test_other_files_are_refused_by_name() -> None:
    jpeg = io.BytesIO()
    Image.fromarray(GREY).save(jpeg, "JPEG")
    for data in (b"", b"hello", jpeg.getvalue()):
        with pytest.raises(DataError, match=r"7_30\.png is not a PNG image"):
            decode(data, "7_30.png")


def test_a_gigantic_image_is_refused() -> None:
    with pytest.raises(DataError, match="at most 4096"):
        decode(png(Image.new("1", (5000, 4000))), "7_30.png")
