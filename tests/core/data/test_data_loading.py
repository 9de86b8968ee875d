"""From a config to its images, and from what a person typed to a config."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rottui.core.config import DataConfig
from rottui.core.data import available, default_data, load_dataset, pin_data, source_from
from rottui.core.data.dataset import Dataset
from rottui.errors import DataError


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    return tmp_path / "downloads"


@pytest.fixture
def image_zip(image_folder: Path) -> Path:
    return Path(shutil.make_archive(str(image_folder), "zip", image_folder))


def rotated(path: Path, **settings: object) -> DataConfig:
    return DataConfig.model_validate({"source": "rotated", "path": str(path), **settings})


def idx_files(folder: Path) -> Path:
    """A Fashion-MNIST of three and two images."""
    folder.mkdir(parents=True)
    for stem, n in (("train", 3), ("t10k", 2)):
        sizes = b"".join(size.to_bytes(4, "big") for size in (n, 28, 28))
        pixels = bytes(n * 784)
        (folder / f"{stem}-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03" + sizes + pixels)
        labels = n.to_bytes(4, "big") + bytes(n)
        (folder / f"{stem}-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01" + labels)
    return folder


def test_a_folder_and_its_zip_give_the_same_images(
    image_folder: Path, image_zip: Path, tiny_dataset: Dataset, cache: Path
) -> None:
    for path in (image_folder, image_zip):
        for _ in ("decoded", "from the cache"):
            dataset = load_dataset(rotated(path), cache)
            assert (dataset.train.images == tiny_dataset.train.images).all()
            assert (dataset.test.angles == tiny_dataset.test.angles).all()
            assert dataset.source == f"rotated ({path.name})"


def test_sizes_take_the_first_images(image_folder: Path, cache: Path) -> None:
    whole = load_dataset(rotated(image_folder), cache)
    part = load_dataset(rotated(image_folder, train_size=7, test_size=1), cache)
    assert (len(part.train), len(part.test)) == (7, 1)
    assert (part.train.images == whole.train.images[:7]).all()
    assert part.fingerprint != whole.fingerprint


def test_asking_for_more_than_there_is_gives_all_and_says_so(
    image_folder: Path, cache: Path
) -> None:
    dataset = load_dataset(rotated(image_folder, train_size=100), cache)
    assert len(dataset.train) == 60
    assert dataset.notes == ("The train split has 60 images, not 100; all are used.",)


def test_garments_come_in_the_number_asked_for(cache: Path) -> None:
    few = load_dataset(DataConfig(train_size=12, test_size=5), cache)
    more = load_dataset(DataConfig(train_size=30, test_size=5), cache)
    assert (len(few.train), len(more.train), len(few.test)) == (12, 30, 5)
    assert (few.train.images == more.train.images[:12]).all()
    assert len(few.class_names) == 10
    assert few.notes == ()


def test_garments_follow_seed_and_range(cache: Path) -> None:
    config = DataConfig(train_size=50, test_size=2, angle_min=-30, angle_max=30, seed=3)
    angles = load_dataset(config, cache).train.angles
    assert -30 <= angles.min() < 0 < angles.max() < 30
    other = load_dataset(config.model_copy(update={"seed": 4}), cache)
    assert (other.train.angles != angles).any()


def test_the_cache_is_of_use_for_every_size(image_folder: Path, cache: Path) -> None:
    load_dataset(rotated(image_folder), cache)
    seen: list[str] = []
    load_dataset(
        rotated(image_folder, train_size=5), cache, progress=lambda what, *_: seen.append(what)
    )
    assert seen == []


def test_pinning_makes_paths_absolute_and_names_the_pixels(
    image_folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(image_folder.parent)
    pinned = pin_data(rotated(Path("bars")))
    assert pinned.path == str(image_folder)
    assert pinned.fingerprint is not None
    assert pinned.fingerprint == load_dataset(pinned, cache).fingerprint
    assert pin_data(pinned) == pinned
    assert not cache.joinpath("nothing").exists()


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_images_that_changed_since_a_run_was_queued_are_refused(
    image_folder: Path, cache: Path, packed: bool
) -> None:
    def place() -> Path:
        if not packed:
            return image_folder
        return Path(shutil.make_archive(str(image_folder), "zip", image_folder))

    pinned = pin_data(rotated(place()))
    load_dataset(pinned, cache)
    next((image_folder / "train").glob("3_*.png")).unlink()
    place()
    with pytest.raises(DataError, match="have changed since this run was queued") as error:
        load_dataset(pinned, cache)
    assert str(pinned.path) in str(error.value)
    again = pin_data(pinned)  # queueing it again takes what is there now
    assert len(load_dataset(again, cache).train) == 59


def test_touching_files_is_no_change(image_folder: Path, cache: Path) -> None:
    pinned = pin_data(rotated(image_folder))
    for file in image_folder.rglob("*.png"):
        os.utime(file, (1, 1))
    load_dataset(pinned, cache)


def test_missing_images_are_refused_by_path(tmp_path: Path, cache: Path) -> None:
    for use in (pin_data, lambda config: load_dataset(config, cache)):
        with pytest.raises(DataError, match=r"there are no images at .*nowhere"):
            use(rotated(tmp_path / "nowhere"))


def test_images_that_no_run_could_read_are_refused_before_it_is_queued(
    image_folder: Path, tmp_path: Path
) -> None:
    (image_folder / "train" / "cat.png").write_bytes(b"x")
    with pytest.raises(DataError, match=r"train/cat\.png in .* does not tell an angle"):
        pin_data(rotated(image_folder))
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match=r"x\.zip is cut short"):
        pin_data(rotated(tmp_path / "x.zip"))


def test_fashion_mnist_without_a_path_is_looked_for_in_downloads(
    downloads: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROTTUI_DATA", str(downloads))
    config = DataConfig(source="fashion-mnist")
    with pytest.raises(DataError, match="rottui data get fashion-mnist"):
        pin_data(config)
    folder = idx_files(downloads / "fashion-mnist")
    assert pin_data(config).path == str(folder)
    assert len(load_dataset(config, cache).train) == 3


def test_the_default_is_the_best_that_is_there(downloads: Path, image_zip: Path) -> None:
    assert default_data(downloads) == DataConfig()
    idx_files(downloads / "fashion-mnist" / "FashionMNIST" / "raw")
    assert default_data(downloads).source == "fashion-mnist"
    image_zip.rename(downloads / "rotated_fashion_mnist.zip")
    assert default_data(downloads) == rotated(downloads / "rotated_fashion_mnist.zip")


@pytest.mark.parametrize("name", ["fashion-mnist", "rotated"])
def test_a_source_that_is_not_there_says_how_to_get_it(downloads: Path, name: str) -> None:
    with pytest.raises(DataError, match=f"rottui data get {name}") as error:
        source_from(name, downloads)
    assert "--data PATH" in str(error.value)


def test_a_path_is_known_by_what_is_there(
    image_folder: Path, image_zip: Path, tmp_path: Path, downloads: Path
) -> None:
    fashion = idx_files(tmp_path / "fashion")
    assert source_from("garments", downloads) == DataConfig()
    assert source_from(str(image_folder), downloads) == rotated(image_folder)
    assert source_from(f" {image_zip}\n", downloads) == rotated(image_zip)
    assert source_from(str(fashion), downloads).source == "fashion-mnist"


def test_a_path_may_begin_with_a_tilde(
    image_folder: Path, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(image_folder.parent))
    monkeypatch.setenv("USERPROFILE", str(image_folder.parent))
    assert source_from("~/bars", downloads).path == str(image_folder)


def test_what_is_no_source_is_refused_with_the_reason(tmp_path: Path, downloads: Path) -> None:
    with pytest.raises(DataError, match=r"no file or folder .*garmints.* none of garments"):
        source_from("garmints", downloads)
    with pytest.raises(DataError, match="holds no rotated images"):
        source_from(str(tmp_path), downloads)
    file = idx_files(tmp_path / "fashion") / "train-images-idx3-ubyte"
    with pytest.raises(DataError, match="give the folder that holds all four"):
        source_from(str(file), downloads)
    with pytest.raises(DataError, match="is not a zip file"):
        source_from(__file__, downloads)


def test_the_list_of_sources_says_what_is_there(downloads: Path, image_zip: Path) -> None:
    before = {source.name: source for source in available(downloads)}
    assert list(before) == ["garments", "fashion-mnist", "rotated"]
    assert [source.present for source in before.values()] == [True, False, False]
    idx_files(downloads / "fashion-mnist")
    image_zip.rename(downloads / "rotated_fashion_mnist.zip")
    after = {source.name: source for source in available(downloads)}
    assert (after["fashion-mnist"].train, after["fashion-mnist"].test) == (3, 2)
    assert (after["rotated"].train, after["rotated"].test) == (60, 30)
    assert after["rotated"].where == downloads / "rotated_fashion_mnist.zip"
    (downloads / "rotated_fashion_mnist.zip").write_bytes(b"PK\x03\x04")
    broken = available(downloads)[2]
    assert broken.present
    assert broken.problem is not None
    assert "cut short" in broken.problem


def test_loading_imports_neither_torch_nor_torchvision(cache: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from rottui.core.config import DataConfig\n"
        "from rottui.core.data import *\n"
        "load_dataset(pin_data(DataConfig(train_size=3, test_size=2)), Path(sys.argv[1]))\n"
        "print({'torch', 'torchvision', 'sqlite3', 'textual'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(cache)], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_the_real_images_load_at_once_the_second_time(real_data: Path, cache: Path) -> None:
    pinned = pin_data(source_from(str(real_data / "rotated_fashion_mnist.zip"), cache))
    decoded = load_dataset(pinned, cache)
    seen: list[str] = []
    cached = load_dataset(pinned, cache, progress=lambda what, *_: seen.append(what))
    assert seen == []
    assert (cached.train.images == decoded.train.images).all()
    assert cached.train.images.shape == (20_000, 1, 28, 28)
    assert cached.train.angles.dtype == np.float32
