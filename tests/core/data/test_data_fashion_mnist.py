"""Fashion-MNIST from IDX files, turned by angles drawn from a seed."""

from __future__ import annotations

import gzip
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rottui.core.data.fashion_mnist import FashionMnist, holds_fashion_mnist
from rottui.core.data.idx import read_idx
from rottui.core.data.rotation import Turns, turned
from rottui.core.data.seed_layout import SeedLayout
from rottui.core.data.source import silent
from rottui.errors import DataError

ALL_ROUND = Turns(0, 360, seed=0)
SIZES = {"train": 40, "t10k": 12}


def images(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28)).astype(np.uint8)


def idx(values: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return header + values.tobytes()


@pytest.fixture
def write_files(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small Fashion-MNIST and returns its folder."""

    def write(below: str = "", *, zipped: bool = False) -> Path:
        folder = tmp_path / "fashion" / below
        folder.mkdir(parents=True)
        for stem, n in SIZES.items():
            for name, values in (
                (f"{stem}-images-idx3-ubyte", images(n)),
                (f"{stem}-labels-idx1-ubyte", (np.arange(n) % 10).astype(np.uint8)),
            ):
                if zipped:
                    (folder / f"{name}.gz").write_bytes(gzip.compress(idx(values)))
                else:
                    (folder / name).write_bytes(idx(values))
        return tmp_path / "fashion"

    return write


@pytest.mark.parametrize("zipped", [False, True], ids=["raw", "gz"])
@pytest.mark.parametrize("below", ["", "FashionMNIST/raw"], ids=["folder", "torchvision"])
def test_images_keep_their_order_and_labels(
    write_files: Callable[..., Path], below: str, zipped: bool
) -> None:
    folder = write_files(below, zipped=zipped)
    assert holds_fashion_mnist(folder)
    source = FashionMnist(folder, ALL_ROUND)
    assert source.counts() == (40, 12)
    contents = source.read()
    assert contents.class_names[9] == "Ankle boot"
    assert contents.train.labels is not None
    assert contents.train.labels.tolist()[:11] == [*range(10), 0]
    upright = images(40)
    for i in (0, 7, 39):
        angle = float(contents.train.angles[i])
        wanted = Image.fromarray(upright[i]).rotate(angle, Image.Resampling.BILINEAR)
        assert (contents.train.images[i, 0] == np.asarray(wanted)).all()


def test_pixels_are_those_that_torchvision_reads(write_files: Callable[..., Path]) -> None:
    folder = write_files("FashionMNIST/raw")
    from torchvision.datasets import FashionMNIST

    theirs = FashionMNIST(str(folder), train=True)
    assert list(FashionMNIST.classes) == list(FashionMnist(folder, ALL_ROUND).read().class_names)
    mine = read_idx(folder / "FashionMNIST/raw/train-images-idx3-ubyte", 3)
    assert (mine == theirs.data.numpy()).all()


def test_a_local_folder_needs_no_torchvision(write_files: Callable[..., Path]) -> None:
    script = (
        "import sys; sys.modules['torchvision'] = None; sys.modules['torch'] = None\n"
        "from pathlib import Path; from rottui.core.config import DataConfig\n"
        "from rottui.core.data import load_dataset\n"
        f"config = DataConfig(source='fashion-mnist', path={str(write_files())!r})\n"
        "print(len(load_dataset(config, Path(sys.argv[1])).train))"
    )
    command = [sys.executable, "-c", script, "/nonexistent/cache"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("40\n", "")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not an IDX file"),
        (b"hello, this is no such file", "is not an IDX file"),
        (struct.pack(">HBBI", 0, 8, 1, 5) + bytes(20), "holds other values than expected"),
        (struct.pack(">HBBIII", 0, 9, 3, 1, 28, 28) + bytes(784), "holds other values"),
        (idx(images(40))[:-1], "is cut short"),
        (idx(images(40)) + b"x", "is longer than its header says"),
        (struct.pack(">HBBIII", 0, 8, 3, 2**31, 28, 28), "at most"),
        (idx(np.zeros((3, 32, 32), np.uint8)), "32 × 32 pixels, not 28 × 28"),
        (struct.pack(">HBBIII", 0, 8, 3, 0, 28, 28), "has no images"),
        (idx(images(39)), "40 labels for 39 images"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_files_are_refused_by_name(
    write_files: Callable[..., Path], data: bytes, reason: str
) -> None:
    folder = write_files()
    (folder / "train-images-idx3-ubyte").write_bytes(data)
    with pytest.raises(DataError, match=reason) as error:
        FashionMnist(folder, ALL_ROUND).read()
    assert "train-" in str(error.value)


@pytest.mark.parametrize("damage", [lambda d: d[: len(d) // 2], lambda d: b"no gzip" + d[7:]])
def test_damaged_gzip_files_are_refused_by_name(
    write_files: Callable[..., Path], damage: Callable[[bytes], bytes]
) -> None:
    folder = write_files(zipped=True)
    path = folder / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte\.gz cannot be read"):
        FashionMnist(folder, ALL_ROUND).read()


def test_missing_files_and_strange_labels_are_refused(write_files: Callable[..., Path]) -> None:
    folder = write_files()
    labels = folder / "train-labels-idx1-ubyte"
    labels.write_bytes(idx(np.full(40, 11, np.uint8)))
    with pytest.raises(DataError, match="has a label 11"):
        FashionMnist(folder, ALL_ROUND).read()
    labels.unlink()
    with pytest.raises(DataError, match="has no train-labels-idx1-ubyte"):
        FashionMnist(folder, ALL_ROUND).digest()


def test_the_digest_follows_files_and_settings(write_files: Callable[..., Path]) -> None:
    folder = write_files()
    digests = {
        FashionMnist(folder, turns).digest()
        for turns in (ALL_ROUND, Turns(0, 360, 1), Turns(0, 180, 0), Turns(-1, 360, 0), ALL_ROUND)
    }
    assert len(digests) == 4
    before = FashionMnist(folder, ALL_ROUND).digest()
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx(images(12, seed=1)))
    assert FashionMnist(folder, ALL_ROUND).digest() != before


def test_whole_bounds_give_whole_degrees_that_cover_the_circle() -> None:
    angles = ALL_ROUND.angles("train", 20_000)
    assert angles.dtype == np.float32
    assert set(angles.tolist()) == set(map(float, range(360)))


@pytest.mark.parametrize(("low", "high"), [(-10.5, 10), (0, 0.1), (-0.1, 0), (359.5, 360)])
def test_other_bounds_give_angles_between(low: float, high: float) -> None:
    angles = Turns(low, high, 3).angles("test", 50_000)
    assert np.float32(low) <= angles.min() < angles.max() < high
    assert angles.max() - angles.min() > 0.99 * (high - low)
    assert len(np.unique(angles)) > 10_000


@pytest.mark.parametrize("turns", [ALL_ROUND, Turns(-10.5, 10, 7)])
def test_an_angle_depends_on_seed_split_and_place_alone(turns: Turns) -> None:
    angles = turns.angles("train", 1000)
    assert (turns.angles("train", 37) == angles[:37]).all()
    assert (turns.angles("test", 1000) != angles).mean() > 0.9
    assert (Turns(turns.low, turns.high, 99).angles("train", 1000) != angles).mean() > 0.9


def test_turning_is_counter_clockwise_as_in_torchvision() -> None:
    import torch
    from torchvision.transforms.functional import InterpolationMode, rotate

    upright = images(8)
    angles = np.array([0, 90, 180, 270, 33, 147.25, -61, 359], np.float32)
    mine = turned(upright, angles, "train", silent)
    assert (mine[1, 0] == np.rot90(upright[1])).all()  # NumPy's rot90 is counter-clockwise
    for image, angle, out in zip(upright, angles, mine, strict=True):
        theirs = rotate(
            torch.from_numpy(image)[None].float(), float(angle), InterpolationMode.BILINEAR
        )
        # They blend borders and round otherwise; the other way round would differ by 80 levels.
        assert np.abs(theirs[0].numpy() - out[0])[4:-4, 4:-4].mean() < 1


def test_the_real_zip_is_made_of_the_originals_turned_like_here(real_data: Path) -> None:
    folder = real_data / "fashion-mnist"
    path = real_data / "rotated_fashion_mnist.zip"
    originals = read_idx(folder / "t10k-images-idx3-ubyte.gz", 3)
    originals = np.concatenate([originals, read_idx(folder / "train-images-idx3-ubyte.gz", 3)])
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
    train = SeedLayout(path).read().train
    coarse = originals.reshape(-1, 7, 4, 7, 4).mean((2, 4)).reshape(len(originals), -1)
    for i in (0, 5, 11, 400):
        angle = train.angles[i : i + 1]
        back = turned(train.images[i], -angle, "train", silent)[0, 0]
        near = back.reshape(7, 4, 7, 4).mean((1, 3)).reshape(-1)
        nearest = np.argsort(((coarse - near) ** 2).sum(1))[:50]
        again = turned(originals[nearest], np.repeat(angle, 50), "train", silent)
        assert (again[:, 0] == train.images[i, 0]).all((1, 2)).any(), i
