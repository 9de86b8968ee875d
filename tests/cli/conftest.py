"""The commands run in this process on real files, with every folder of rottui below tmp_path."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rottui.cli import main


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    def refused(self, code: int) -> str:
        """The one line of a refusal."""
        assert self.code == code, (self.code, self.out, self.err)
        assert "Traceback" not in self.out + self.err
        assert self.err.startswith("rottui: ")
        assert self.err.count("\n") == 1, self.err
        assert self.err.endswith("\n")
        return self.err.removeprefix("rottui: ").rstrip("\n")


Rottui = Callable[..., Answer]


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """tmp_path, with store, data, cache and config below it."""
    for name in ("store", "data", "cache", "config"):
        monkeypatch.setenv(f"ROTTUI_{name.upper()}", str(tmp_path / name))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def rottui(folders: Path, capsys: pytest.CaptureFixture[str]) -> Rottui:
    """Call the command as the shell would: ``rottui("runs", "--json")``."""

    def call(*args: object) -> Answer:
        capsys.readouterr()
        code = main([str(arg) for arg in args])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture
def process(folders: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start the command as a process of its own, standard output and error on pipes."""

    def start(*args: object, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "rottui", *map(str, args)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | env,
        )

    return start


@pytest.fixture
def make_images(folders: Path) -> Callable[..., Path]:
    """Write real images in the layout of the experiment, bars turned by the angle in the name."""

    def make(name: str, *, train: int, test: int) -> Path:
        bar = np.zeros((28, 28), np.uint8)
        bar[4:14, 12:16] = 255
        for split, count in (("train", train), ("test", test)):
            (folders / name / split).mkdir(parents=True)
            for k in range(count):
                angle = (k * 67) % 360
                turned = Image.fromarray(bar).rotate(angle, Image.Resampling.BILINEAR)
                turned.save(folders / name / split / f"{k}_{angle}.png")
        return folders / name

    return make


@pytest.fixture
def images(make_images: Callable[..., Path]) -> Path:
    """32 images in a folder."""
    return make_images("images", train=24, test=8)
