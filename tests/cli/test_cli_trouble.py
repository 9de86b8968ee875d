"""What training commands say while the store cannot be written, and once it can be again."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rottui.cli import main
from rottui.engine import worker

ENDLESS = (
    "--dense-hiddens", "4", "--batch-size", "8", "--epochs", "100000", "--threads", "1",
)  # fmt: skip
PATIENCE = 120.0
"""Seconds after which something will never happen."""


@contextmanager
def no_room(folder: Path) -> Iterator[None]:
    """Within, the disk of the folder is full."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def no_folder(folder: Path) -> Iterator[None]:
    """Within, a file stands where the folder of checkpoints was."""
    place, aside = folder / "checkpoints", folder / "aside"
    place.rename(aside)
    place.touch()
    try:
        yield
    finally:
        place.unlink()
        aside.rename(place)


@pytest.fixture
def small_disk(folders: Path) -> Iterator[Path]:
    """A store on a file system of its own, if whoever runs the tests may mount one."""
    folder = folders / "store"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    try:
        mount = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if mount.returncode:
        pytest.skip(f"nothing may be mounted here: {mount.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(worker, "RETRY_SECONDS", 0.05)


def through(
    command: list[str],
    folder: Path,
    trouble: Callable[[Path], object],
    mended: str,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[int, list[str]]:
    """Train run 1 here, cause trouble once it trains, mend it once that is told, then interrupt.

    Exit code and lines.
    """
    heard = io.StringIO()
    monkeypatch.setattr(sys, "stdout", heard)

    def until(true: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, heard.getvalue()
            time.sleep(0.01)

    def disturb() -> None:
        try:
            until(lambda: " 1/100000" in heard.getvalue())
            with trouble(folder):  # type: ignore[attr-defined]
                until(lambda: "training waits: " in heard.getvalue())
            until(lambda: mended in heard.getvalue())
            seen = len(heard.getvalue())
            until(lambda: "/100000" in heard.getvalue()[seen:])
        finally:
            if not ended.is_set():
                os.kill(os.getpid(), signal.SIGINT)

    ended = threading.Event()
    disturbing = threading.Thread(target=disturb)
    disturbing.start()
    code = main(command)
    ended.set()
    disturbing.join()
    return code, heard.getvalue().splitlines()


def test_work_tells_of_a_full_disk_once_and_when_there_is_room(
    rottui, images: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    rottui("train", "--queue", "--data", images, *ENDLESS)
    mended = "the store can be written again; training goes on"
    code, lines = through(["work", "--workers", "1"], small_disk, no_room, mended, monkeypatch)
    assert code == 130
    (told,) = [line for line in lines if "training waits: " in line]
    assert "No space left on device" in told or "is full; make room" in told
    assert len([line for line in lines if mended in line]) == 1
    assert capsys.readouterr().err == ""


def test_train_tells_of_a_folder_that_is_gone_and_goes_on_with_it(
    rottui, images: Path, folders: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    command = ["train", "--data", str(images), *ENDLESS]
    code, lines = through(command, folders / "store", no_folder, "training goes on", monkeypatch)
    assert code == 130
    (told,) = [line for line in lines if line.startswith("training waits: ")]
    assert "checkpoints" in told
    assert lines.count("training goes on") == 1
    assert capsys.readouterr().err.startswith("rottui: run 1 is saved at epoch ")
