"""What ``--data`` means, and which images are on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rottui.core.config import DataConfig
from rottui.core.data.fashion_mnist import FashionMnist, holds_fashion_mnist
from rottui.core.data.rotation import Turns
from rottui.core.data.seed_layout import SeedLayout
from rottui.errors import DataError

ROTATED_ZIP = "rotated_fashion_mnist.zip"
ROTATED_FOLDER = "rotated_fashion_mnist"
FASHION_FOLDER = "fashion-mnist"
NAMES = ("garments", "fashion-mnist", "rotated")


@dataclass(frozen=True, slots=True)
class Available:
    """One source of images, for a list of them."""

    name: str
    what: str
    """One sentence."""
    where: Path | None
    """The file or folder where it is, or would be; built in: none."""
    present: bool
    train: int | None = None
    test: int | None = None
    """Number of images, where that is known without reading them."""
    problem: str | None = None
    """What is wrong with images that are there and cannot be used."""


def source_from(text: str, downloads: Path) -> DataConfig:
    """The images that a name (garments, fashion-mnist, rotated) or a path stands for.

    A path is a zip file or a folder of rotated images, or a folder with the files of Fashion-MNIST;
    ``~`` is expanded.

    Raises:
        DataError: no such source and no such path, or nothing there that can be used.
    """
    text = text.strip()
    if text == "garments":
        return DataConfig(source="garments")
    if text == "rotated":
        path = _downloaded_rotated(downloads)
        if path is None:
            raise DataError(
                f"the rotated images are not in {downloads}; get them with `rottui data get "
                "rotated`, or name their zip file or folder with --data PATH"
            )
        return DataConfig(source="rotated", path=str(path))
    if text == "fashion-mnist":
        path = _downloaded_fashion_mnist(downloads)
        if path is None:
            raise DataError(
                f"Fashion-MNIST is not in {downloads}; get it with `rottui data get "
                "fashion-mnist`, or name the folder of its files with --data PATH"
            )
        return DataConfig(source="fashion-mnist", path=str(path))
    return _from_path(text)


def default_data(downloads: Path) -> DataConfig:
    """The images that a run uses when nobody chose: the best that are on this machine."""
    rotated = _downloaded_rotated(downloads)
    if rotated is not None:
        return DataConfig(source="rotated", path=str(rotated))
    fashion = _downloaded_fashion_mnist(downloads)
    if fashion is not None:
        return DataConfig(source="fashion-mnist", path=str(fashion))
    return DataConfig(source="garments")


def available(downloads: Path) -> list[Available]:
    """The three sources by name, present or not; reads no image."""
    from rottui.core.data.garments import DEFAULT_SIZES

    train, test = DEFAULT_SIZES
    return [
        Available(
            "garments", "Garments drawn by rottui itself, turned here.", None, True, train, test
        ),
        _seen(
            "fashion-mnist",
            "Fashion-MNIST, 70,000 photos of garments, turned here.",
            _downloaded_fashion_mnist(downloads),
            downloads / FASHION_FOLDER,
        ),
        _seen(
            "rotated",
            "The experiment's own images of Fashion-MNIST, already turned.",
            _downloaded_rotated(downloads),
            downloads / ROTATED_ZIP,
        ),
    ]


def _seen(name: str, what: str, found: Path | None, would_be: Path) -> Available:
    if found is None:
        return Available(name, what, would_be, present=False)
    source = SeedLayout(found) if name == "rotated" else FashionMnist(found, Turns(0, 360, 0))
    try:
        train, test = source.counts()
    except DataError as error:
        return Available(name, what, found, present=True, problem=str(error))
    return Available(name, what, found, True, train, test)


def _downloaded_rotated(downloads: Path) -> Path | None:
    for name in (ROTATED_ZIP, ROTATED_FOLDER):
        if (downloads / name).exists():
            return downloads / name
    return None


def _downloaded_fashion_mnist(downloads: Path) -> Path | None:
    for folder in (downloads / FASHION_FOLDER, downloads):
        if holds_fashion_mnist(folder):
            return folder
    return None


def _from_path(text: str) -> DataConfig:
    path = Path(text).expanduser().absolute()
    if not path.exists():
        names = ", ".join(NAMES)
        raise DataError(f"there is no file or folder {path}, and {text!r} is none of {names}")
    if path.is_dir() and holds_fashion_mnist(path):
        return DataConfig(source="fashion-mnist", path=str(path))
    if path.is_file() and "-idx" in path.name:
        raise DataError(f"{path} is one file of Fashion-MNIST; give the folder that holds all four")
    SeedLayout(path).counts()  # refuses what is not in the layout, with the reason
    return DataConfig(source="rotated", path=str(path))
