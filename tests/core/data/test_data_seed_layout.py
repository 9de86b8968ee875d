"""Folders and zip files of ``train|test/<id>_<angle>.png``."""

from __future__ import annotations

import os
import stat
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rottui.core.data.dataset import Dataset
from rottui.core.data.seed_layout import SeedLayout
from rottui.errors import DataError

Packed = Callable[..., Path]


@pytest.fixture
def packed(image_folder: Path, tmp_path: Path) -> Packed:
    """Packs the tiny images into a zip, with members of one's own after them."""

    def pack(prefix: str = "", method: int = zipfile.ZIP_STORED, **members: bytes) -> Path:
        path = tmp_path / "bars.zip"
        with zipfile.ZipFile(path, "w", method) as out:
            for file in image_folder.rglob("*.png"):
                out.write(file, prefix + file.relative_to(image_folder).as_posix())
            for name, data in members.items():
                out.writestr(name, data)
        return path

    return pack


def grey_png(path: Path, value: int, size: tuple[int, int] = (28, 28), mode: str = "L") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, value).convert(mode).save(path)


def small_layout(root: Path, *names: str) -> Path:
    """One test image, and these train images, each as bright as its place in the list."""
    grey_png(root / "test" / "0_0.png", 9)
    for value, name in enumerate(names):
        grey_png(root / "train" / name, value)
    return root


def test_a_folder_gives_its_images_and_angles(image_folder: Path, tiny_dataset: Dataset) -> None:
    contents = SeedLayout(image_folder).read()
    for mine, wanted in ((contents.train, tiny_dataset.train), (contents.test, tiny_dataset.test)):
        assert (mine.images == wanted.images).all()
        assert (mine.angles == wanted.angles).all()
    assert contents.notes == ()


@pytest.mark.parametrize("prefix", ["", "rotated_fashion_mnist/", "rotated_fashion_mnist\\"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_is_read_in_place(
    packed: Packed, tiny_dataset: Dataset, prefix: str, method: int, tmp_path: Path
) -> None:
    path = packed(prefix, method)
    before = set(tmp_path.rglob("*"))
    contents = SeedLayout(path).read()
    assert (contents.train.images == tiny_dataset.train.images).all()
    assert (contents.test.angles == tiny_dataset.test.angles).all()
    assert set(tmp_path.rglob("*")) == before


def test_a_wrapping_folder_may_be_given_too(image_folder: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    image_folder.rename(outer / "bars")
    assert SeedLayout(outer).counts() == (60, 30)


def test_order_is_by_number_then_name(tmp_path: Path) -> None:
    root = small_layout(tmp_path / "d", "10_5.png", "9_6.png", "010_4.png", "2_-3.5.png")
    contents = SeedLayout(root).read()
    assert contents.train.images[:, 0, 0, 0].tolist() == [3, 1, 2, 0]
    assert contents.train.angles.tolist() == [-3.5, 6, 4, 5]


@pytest.mark.parametrize(
    ("name", "angle"),
    [("7_-12.50.png", -12.5), ("7_0.png", 0), ("7_359.PNG", 359), ("7_+0.25.png", 0.25)],
)
def test_angles_may_be_negative_or_decimal(tmp_path: Path, name: str, angle: float) -> None:
    assert SeedLayout(small_layout(tmp_path / "d", name)).read().train.angles.tolist() == [angle]


@pytest.mark.parametrize(
    "name", ["7.png", "cat.png", "7_.png", "x_3.png", "7_1e9.png", "7_nan.png", "7_3.jpg", "a.txt",
             "7_99999999.png", "sub/7_3.png"],
)  # fmt: skip
def test_a_name_without_an_angle_is_refused_by_name(tmp_path: Path, name: str) -> None:
    root = small_layout(tmp_path / "d", "1_3.png")
    (root / "train" / name).parent.mkdir(exist_ok=True)
    (root / "train" / name).write_bytes(b"x")
    with pytest.raises(DataError) as error:
        SeedLayout(root).read()
    assert f"train/{name}" in str(error.value)
    assert "<id>_<angle>.png" in str(error.value)


def test_what_operating_systems_leave_behind_is_no_image(packed: Packed) -> None:
    path = packed(
        "d/",
        **{
            "__MACOSX/d/train/._0_20.png": b"x",
            "d/.DS_Store": b"x",
            "d/train/.DS_Store": b"x",
            "d/train/._0_20.png": b"x",
            "d/train/Thumbs.db": b"x",
            "d/README.txt": b"x",
        },
    )
    assert SeedLayout(path).counts() == (60, 30)


def test_other_sizes_and_modes_are_made_to_fit_and_told(tmp_path: Path) -> None:
    root = small_layout(tmp_path / "d", "1_3.png")
    grey_png(root / "train" / "2_4.png", 77, size=(64, 64))
    grey_png(root / "train" / "3_4.png", 88, mode="RGB")
    grey_png(root / "train" / "4_4.png", 99, size=(14, 14), mode="RGB")
    contents = SeedLayout(root).read()
    assert contents.train.images.shape == (4, 1, 28, 28)
    assert contents.train.images[:, 0, 14, 14].tolist() == [0, 77, 88, 99]
    assert contents.notes == (
        "2 of 5 images were resized to 28×28 pixels.",
        "2 of 5 images were converted to 8-bit grey.",
    )


def test_a_file_that_is_no_image_is_refused_by_name(tmp_path: Path) -> None:
    root = small_layout(tmp_path / "d", "1_3.png")
    (root / "test" / "5_3.png").write_bytes(b"not an image")
    with pytest.raises(DataError, match=r"test/5_3\.png in .* is not a PNG image"):
        SeedLayout(root).read()


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_missing_or_empty_split_is_refused(image_folder: Path, split: str) -> None:
    for file in (image_folder / split).iterdir():
        file.unlink()
    with pytest.raises(DataError, match=f"has no images in {split}/"):
        SeedLayout(image_folder).read()
    (image_folder / split).rmdir()
    with pytest.raises(DataError, match=f"has no images in {split}/"):
        SeedLayout(image_folder).counts()


def test_an_unrelated_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DataError, match="holds no rotated images; expected train/ and test/"):
        SeedLayout(tmp_path).read()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"hello", "is not a zip file"),
        (b"", "is empty"),
        (b"<!DOCTYPE html><html></html>", "is a web page, not a zip file"),
        (b"PK\x03\x04 and then nothing", "is cut short or damaged"),
    ],
)
def test_what_is_not_a_zip_is_told_apart(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with pytest.raises(DataError, match=rf"x\.zip {reason}"):
        SeedLayout(path).read()


def test_a_zip_cut_anywhere_is_refused(packed: Packed) -> None:
    path = packed()
    whole = path.read_bytes()
    for cut in (10, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(DataError, match=r"bars\.zip is cut short or damaged"):
            SeedLayout(path).read()


def test_a_damaged_member_is_refused_by_name(packed: Packed) -> None:
    path = packed()
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as opened:
        member = opened.infolist()[5]
    data[member.header_offset + 30 + len(member.filename) + 60] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(DataError, match=f"{member.filename} in .* is damaged"):
        SeedLayout(path).read()


@pytest.mark.parametrize("name", ["../evil.png", "/evil.png", "a/../../evil.png", "C:/evil.png",
                                  "..\\evil.png"])  # fmt: skip
def test_members_outside_the_folder_are_refused(packed: Packed, name: str) -> None:
    path = packed(**{name: b"x"})
    with pytest.raises(DataError, match="outside its folder"):
        SeedLayout(path).read()


def test_symbolic_links_in_a_zip_are_refused(packed: Packed) -> None:
    path = packed()
    link = zipfile.ZipInfo("train/900_3.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as out:
        out.writestr(link, "/etc/passwd")
    with pytest.raises(DataError, match="symbolic link"):
        SeedLayout(path).read()


def test_encrypted_and_unusual_zips_are_refused(packed: Packed, tmp_path: Path) -> None:
    path = packed()
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match="encrypted"):
        SeedLayout(path).read()
    odd = tmp_path / "odd.zip"
    with zipfile.ZipFile(odd, "w", zipfile.ZIP_LZMA) as out:
        out.writestr("train/1_2.png", b"x" * 100)
    with pytest.raises(DataError, match="packed in a way that is not read here"):
        SeedLayout(odd).read()


def test_a_zip_that_would_unpack_to_too_much_is_refused(
    packed: Packed, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed("", zipfile.ZIP_DEFLATED, **{"zeros.bin": bytes(3_000_000)})
    assert path.stat().st_size < 100_000
    assert SeedLayout(path).counts() == (60, 30)
    monkeypatch.setattr("rottui.core.data.archive.MAX_BYTES", 2_000_000)
    with pytest.raises(DataError, match="would unpack to more than"):
        SeedLayout(path).read()


def test_a_zip_with_too_many_members_is_refused(
    packed: Packed, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed()
    monkeypatch.setattr("rottui.core.data.archive.MAX_MEMBERS", 89)
    with pytest.raises(DataError, match="has 90 members; at most 89"):
        SeedLayout(path).read()


def test_a_member_that_unfolds_to_more_than_announced_is_refused(packed: Packed) -> None:
    size = 30_000_000
    path = packed("", zipfile.ZIP_DEFLATED, **{"train/900_3.png": bytes(size)})
    data = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.rindex(signature) + place
        assert int.from_bytes(data[at : at + 4], "little") == size
        data[at : at + 4] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    tracemalloc.start()
    with pytest.raises(DataError, match=r"900_3\.png in .* is damaged"):
        SeedLayout(path).read()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < size / 5  # refused without unfolding it


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    layout = SeedLayout(tmp_path / "nowhere.zip")
    for ask in (layout.digest, layout.read, layout.counts):
        with pytest.raises(DataError, match=r"nowhere\.zip cannot be read"):
            ask()


def test_progress_counts_up_to_all_images(image_folder: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    SeedLayout(image_folder).read(lambda what, done, total: seen.append((what, done, total)))
    assert seen[0] == ("reading train images", 0, 60)
    assert seen[-1] == ("reading test images", 30, 30)


def test_the_digest_follows_the_pixels_and_not_the_clock(image_folder: Path) -> None:
    layout = SeedLayout(image_folder)
    before = layout.digest()
    file = next((image_folder / "train").glob("5_*.png"))
    os.utime(file, (1, 1))
    assert layout.digest() == before
    when = file.stat()
    data = bytearray(file.read_bytes())
    data[-20] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(when.st_atime_ns, when.st_mtime_ns))
    assert layout.digest() != before


def test_the_digest_follows_the_angles(image_folder: Path) -> None:
    layout = SeedLayout(image_folder)
    before = layout.digest()
    file = next((image_folder / "train").glob("5_*.png"))
    file.rename(file.with_name("5_1.25.png"))
    assert layout.digest() != before


def test_the_real_zip_gives_what_pil_gives(real_data: Path) -> None:
    path = real_data / "rotated_fashion_mnist.zip"
    contents = SeedLayout(path).read()
    assert (len(contents.train), len(contents.test)) == (20_000, 4_000)
    assert contents.train.angles[:3].tolist() == [20, 148, 71]
    with zipfile.ZipFile(path) as opened:
        for i, name in ((0, "train/0_20"), (2, "train/2_71"), (8, "train/8_194")):
            with opened.open(f"rotated_fashion_mnist/{name}.png") as file:
                assert (contents.train.images[i, 0] == np.asarray(Image.open(file))).all()
