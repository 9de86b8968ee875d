"""Loading a zip as the experiment does and as rottui does gives the same images."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from rottui.bench import loading
from rottui.bench.loading import LoadingReport, measure_loading, one_by_one
from rottui.bench.machine import Machine
from rottui.bench.report import plain_lines
from rottui.core.data.dataset import Dataset
from rottui.errors import DataError


def silent(what: str, done: int, total: int) -> None:
    return None


@pytest.fixture
def zip_file(image_folder: Path) -> Path:
    return Path(shutil.make_archive(str(image_folder), "zip", image_folder.parent, "bars"))


def test_both_give_the_same_images_and_each_is_measured_every_time(zip_file: Path) -> None:
    found = measure_loading(zip_file, 2, silent)
    assert found.same
    assert found.images == 90
    for timing in (found.one_by_one, found.first, found.cached):
        assert len(timing.samples) == 2
        assert timing.best > 0


def test_the_first_load_finds_no_cache_and_the_second_one_does(
    zip_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []
    load = loading.load_dataset

    def watched(config: object, cache: Path) -> Dataset:
        found.append(cache.exists())
        return load(config, cache)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "load_dataset", watched)
    measure_loading(zip_file, 2, silent)
    assert found[1:] == [False, True, False, True]  # after the check before unpacking


def test_one_other_pixel_is_seen(zip_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(root: Path) -> loading.Splits:
        (images, angles), test = one_by_one(root)
        images[7, 0, 3, 3] = torch.nextafter(images[7, 0, 3, 3], torch.tensor(2.0))
        return (images, angles), test

    monkeypatch.setattr(loading, "one_by_one", other)
    assert not measure_loading(zip_file, 1, silent).same


def test_a_folder_is_refused(image_folder: Path) -> None:
    with pytest.raises(DataError, match="is no zip file"):
        measure_loading(image_folder, 1, silent)


def test_the_report_compares_with_one_by_one(zip_file: Path) -> None:
    machine = Machine("A CPU", 2, "cpu", "Linux x86_64", "3.11.7", "2.6.0", None)
    timings = (loading.Timing((s,)) for s in (4.0, 1.0, 0.1))
    report = LoadingReport(machine, "bars.zip", loading.Loading(2000, *timings, same=True))
    rows = [" ".join(line.split()) for line in plain_lines(report.blocks())]
    assert "rottui, first time 1.00 1.00 2,000 4.0× 4.0× 2.5×" in rows
    assert "rottui, cached 0.100 0.100 20,000 40.0× 40.0× 40×" in rows
    assert report.document()["loading"]["cached"]["speed"] == 40
