"""``rottui bench`` on a few tiny images: tables, JSON, refusals, and what it leaves behind."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from rottui.bench import exactness, peers

TINY = ["--epochs", "1", "--repeats", "1", "--threads", "1", "--no-peers"]


@pytest.fixture(autouse=True)
def quick_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rottui.bench.peaks.SIZES", (32,))
    monkeypatch.setattr("rottui.bench.peaks.BURST_SECONDS", 0.0)


def test_it_measures_both_sides_and_says_that_they_compute_the_same(rottui, image_folder) -> None:
    answer = rottui("bench", "--data", image_folder, *TINY)
    assert answer.code == 0, answer.err
    assert "mlp 128-128 on rotated (bars): 60 + 30 images" in answer.out
    assert answer.out.count("the notebook loop  ") == 2
    assert "the sweep of 3 lrs" in answer.out
    assert "same mathematics: yes" in answer.out


def test_other_libraries_are_measured_or_it_is_said_how_to_get_them(
    rottui, image_folder, monkeypatch
) -> None:
    other = peers.Peer("skorch", "skorch", lambda work: peers.Fit([0.5] * work.epochs))
    monkeypatch.setattr(peers, "installed", lambda: ([other], [peers.INSTALL]))
    answer = rottui("bench", "--data", image_folder, "--no-sweep", *TINY, "--peers")
    assert answer.code == 0, answer.err
    assert "skorch  " in answer.out
    assert "0.500" in answer.out
    assert "pip install 'rottui[bench]'" in answer.out


def test_json_is_one_document(rottui, image_folder) -> None:
    answer = rottui(
        "bench", "--network", "cnn", "--data", image_folder, "--no-sweep", "--json", *TINY
    )
    document = json.loads(answer.out)
    assert document["schema"] == 1
    assert document["workload"]["network"]["type"] == "cnn"
    assert set(document["alone"]) >= {"notebook", "rottui", "rottui-bf16"}
    assert document["sweep"] == {}
    assert document["exactness"]["same"] is True
    assert str(image_folder) not in answer.out


def test_other_mathematics_fail(rottui, image_folder, monkeypatch) -> None:
    compare = exactness.compare
    monkeypatch.setattr(exactness, "compare", lambda *a: replace(compare(*a), largest=1e-3))
    answer = rottui("bench", "--data", image_folder, "--no-sweep", *TINY)
    assert answer.code == 1
    assert "same mathematics: NO" in answer.out


def test_profile_says_where_an_epoch_goes(rottui, image_folder) -> None:
    answer = rottui("bench", "--profile", "--data", image_folder, "--repeats", "1")
    assert answer.code == 0, answer.err
    for phase in ("forward", "optimizer", "evaluation", "other/Python"):
        assert phase in answer.out
    document = json.loads(rottui("bench", "--profile", "--data", image_folder, "--json").out)
    assert document["phases"]["evaluation"] > 0


def test_loading_a_zip_is_measured_against_one_by_one(rottui, image_folder, tmp_path) -> None:
    file = shutil.make_archive(str(tmp_path / "bars"), "zip", image_folder.parent, "bars")
    answer = rottui("bench", "--data-loading", "--data", file, "--repeats", "1")
    assert answer.code == 0, answer.err
    assert "bars.zip: 90 images" in answer.out
    assert "both give the same pixels and angles" in answer.out


def test_nothing_is_left_behind(rottui, image_folder, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    assert rottui("bench", "--data", image_folder, *TINY).code == 0
    assert not list((tmp_path / "temporary").iterdir())
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--network", "transformer"], "--network: must be mlp or cnn, not 'transformer'"),
        (["--epochs", "0"], "--epochs: must be at least 1"),
        (["--repeats", "many"], "--repeats: must be a whole number"),
        (["--threads", "-1"], "--threads: must be at least 1"),
        (["--train-size", "0"], "--train-size: must be at least 1"),
        (["--data", "no/such/place"], "--data:"),
        (["--device", "tpu"], "--device: must be"),
        (["--profile", "--screen"], "--screen: one thing at a time; leave out --profile"),
        (["--profile", "--epochs", "3"], "--epochs: one epoch is profiled"),
        (["--screen", "--threads", "1"], "--threads: the app and its engine share all cores"),
        (["--screen", "--ui"], "--ui: one thing at a time; leave out --screen"),
        (["--ui", "--epochs", "3"], "--epochs: the runs beside the screen train until"),
        (["--data-loading", "--data", "garments"], "--data-loading: needs a zip file"),
    ],
)
def test_wrong_usage_is_one_line(rottui, args, words) -> None:
    assert words in rottui("bench", *args).refused(2)


def test_ctrl_c_ends_it_cleanly(process: Callable[..., subprocess.Popen[str]]) -> None:
    running = process("bench", "--data", "garments", "--train-size", "200", "--test-size", "50")
    assert running.stdout is not None
    while not running.stdout.readline().startswith("measuring: 0 %"):
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err == "rottui: interrupted\n"
