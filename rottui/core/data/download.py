"""Where the images that can be downloaded come from, and how they are put in place."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from rottui.core.data.seed_layout import SeedLayout
from rottui.core.data.sources import FASHION_FOLDER, ROTATED_ZIP
from rottui.core.data.transfer import DownloadProgress, download
from rottui.errors import DataError

DEFAULT_URL = (
    "https://drive.google.com/uc?id=1NQPmr01eIafQKeH9C9HR0lGuB5z6mhGb&export=download&confirm=t"
)
"""The experiment's own images."""


def get_rotated(
    downloads: Path, url: str = DEFAULT_URL, progress: DownloadProgress | None = None
) -> Path:
    """Download the rotated images as a zip file, which stays one; every image is decoded once.

    Raises:
        DataError: the download failed, or what came is not a zip of rotated images.
    """
    return download(url, downloads / ROTATED_ZIP, progress=progress, check=_check_rotated)


def get_fashion_mnist(downloads: Path, progress: DownloadProgress | None = None) -> Path:
    """Download Fashion-MNIST through torchvision, into torchvision's layout; returns its folder.

    torchvision does not say how far it is: ``progress`` is called at the start and at the end.

    Raises:
        DataError: torchvision cannot be imported, or could not download the files.
    """
    folder = downloads / FASHION_FOLDER
    tell = progress or (lambda have, total: None)
    tell(0, None)
    try:
        from torchvision.datasets import FashionMNIST
    except (
        ImportError,
        RuntimeError,
        OSError,
        AttributeError,
    ) as error:  # as torch and it do not fit
        raise DataError(
            f"torchvision cannot be imported ({_one_line(error)}); install both from the same "
            "index: pip install --force-reinstall torch torchvision"
        ) from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.redirect_stderr(io.StringIO()):  # its own progress bars
            FashionMNIST(str(folder), download=True)
    except (OSError, RuntimeError) as error:
        raise DataError(
            f"Fashion-MNIST could not be downloaded: {_one_line(error)}; try again, or give a "
            "folder that has its files with --data PATH"
        ) from None
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    tell(size, size)
    return folder


def _check_rotated(path: Path) -> None:
    SeedLayout(path).read()


def _one_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
