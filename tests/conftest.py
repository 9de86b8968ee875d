"""What every test may rely on: no file outside its own folder, and real images where they are."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import settings
from PIL import Image

from rottui.core.data.dataset import Dataset, Split

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# A test that was green stays green: new examples are sought on demand (HYPOTHESIS_PROFILE=seek).
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("seek", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep store, data, cache and settings of the person who runs the tests out of them."""
    for name in ("STORE", "DATA", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"ROTTUI_{name}", str(tmp_path / "home" / name.lower()))
    for name in ("NO_COLOR", "SSH_CONNECTION", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def listening() -> Callable[[int], list[str]]:
    """Where a process and its children listen for others on a network, this machine's own too."""

    def ask(pid: int) -> list[str]:
        process = psutil.Process(pid)
        return [
            str(found.laddr)
            for each in (process, *process.children(recursive=True))
            for found in each.net_connections("inet")
            if found.status == psutil.CONN_LISTEN
            or (found.type == socket.SOCK_DGRAM and not found.raddr)
        ]

    with socket.create_server(("127.0.0.1", 0)):
        assert ask(os.getpid()), "it would not see a socket that listens"
    return ask


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with ``rotated_fashion_mnist.zip`` and ``fashion-mnist/``, or a skip."""
    chosen = os.environ.get("ROTTUI_TEST_DATA")
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(chosen) if chosen else default
    if not (folder / "rotated_fashion_mnist.zip").exists():
        pytest.skip(f"no real images in {folder}; set ROTTUI_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def tiny_dataset() -> Dataset:
    """60 + 30 images: a bright bar through the centre, turned by its angle."""

    def split(seed: int, n: int) -> Split:
        rng = np.random.default_rng(seed)
        upright = np.zeros((28, 28), np.uint8)
        upright[4:16, 12:16] = 220
        angles = rng.integers(0, 360, n).astype(np.float32)
        images = np.stack(
            [np.asarray(Image.fromarray(upright).rotate(float(angle))) for angle in angles]
        )
        return Split(images[:, None], angles)

    return Dataset(split(1, 60), split(2, 30), source="bars", fingerprint="bars-1")


@pytest.fixture
def image_folder(tmp_path: Path, tiny_dataset: Dataset) -> Path:
    """The tiny data set as a folder in the layout ``train|test/<id>_<angle>.png``."""
    folder = tmp_path / "bars"
    for name, split in (("train", tiny_dataset.train), ("test", tiny_dataset.test)):
        (folder / name).mkdir(parents=True)
        for i, (image, angle) in enumerate(zip(split.images, split.angles, strict=True)):
            Image.fromarray(image[0]).save(folder / name / f"{i}_{angle:.0f}.png")
    return folder
