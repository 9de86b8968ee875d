"""rottui store: check, backup, repair and prune, as a person types them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rottui.store.connection import FILE
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State

Rottui = Callable[..., Any]


@pytest.fixture
def folder(folders: Path) -> Path:
    """A store with three ended runs, each with three checkpoints, and a queued one."""
    with RunStore.open(folders / "store") as store:
        store.add_runs([NewRun(f"run {number}", {"lr": 0.1}, 4) for number in range(4)])
        for _ in range(3):
            claim = store.claim("w", threads=1)
            assert claim is not None
            saved = [
                store.write_checkpoint(claim, kind, 0, 0, kind.encode() * 1000)
                for kind in ("last", "previous", "best")
            ]
            store.finish(claim, State.DONE, checkpoints=saved)
    return folders / "store"


def break_file(folder: Path, name: str = "events") -> None:
    with closing(sqlite3.connect(folder / FILE)) as db:
        asked = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        page = db.execute(asked, (name,)).fetchone()[0]
    with (folder / FILE).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


def test_a_sound_store_is_said_to_be_sound(folder: Path, rottui: Rottui) -> None:
    answer = rottui("store", "check")
    assert answer.code == 0
    assert "4 runs, 0 sweeps, 0 epochs" in answer.out
    assert answer.out.endswith("nothing is damaged\n")
    assert json.loads(rottui("store", "check", "--json").out)["store"]["sound"] is True
    assert "nothing in" in rottui("store", "repair").out


def test_a_damaged_store_is_refused_checked_and_repaired(folder: Path, rottui: Rottui) -> None:
    break_file(folder)
    refused = rottui("train", "--queue", "--epochs", "1").refused(1)
    assert "rottui store check says what can be saved" in refused
    checked = rottui("store", "check")
    assert checked.code == 1
    assert "damaged: runs.sqlite3" in checked.out
    assert "rottui store repair saves" in checked.out
    repaired = rottui("store", "repair")
    assert repaired.code == 1
    assert "saved: 4 runs" in repaired.out
    assert "lost: events" in repaired.out
    assert rottui("store", "check").code == 0
    assert "run 3" in rottui("runs").out


def test_a_repair_says_what_it_has_made_again_and_what_is_lost(
    rottui: Rottui, images: Path, folders: Path
) -> None:
    rottui("train", "--data", images, "--epochs", "2", "--dense-hiddens", "8", "--name", "mine")
    rottui("train", "--data", images, "--queue")
    break_file(folders / "store", "runs")
    repaired = rottui("store", "repair")
    assert repaired.code == 1
    assert "saved: 1 runs, 0 sweeps, 3 epochs" in repaired.out
    assert "lost: runs: 2 rows could not be read: 1–2" in repaired.out
    assert "made again: run 1: its row was lost; made again with the config of" in repaired.out
    assert "lost: run 2: its row is lost, and neither an epoch nor" in repaired.out
    assert "mlp 8" in rottui("runs").out
    assert rottui("predict", "1").code == 0


def test_a_store_in_use_is_not_repaired(folder: Path, rottui: Rottui) -> None:
    with RunStore.open(folder) as store:
        store.revision()
        assert "is in use by process" in rottui("store", "repair").refused(1)


def test_a_copy_can_be_read_and_is_not_written_over(
    folder: Path, folders: Path, rottui: Rottui
) -> None:
    assert rottui("store", "backup", "copy.sqlite3").code == 0
    assert (folders / "copy.sqlite3").stat().st_mode & 0o777 == 0o600
    said = rottui("store", "backup", "copy.sqlite3").refused(1)
    assert said == "copy.sqlite3 is there already; --force writes over it"
    assert rottui("store", "backup", "copy.sqlite3", "--force").code == 0
    assert rottui("store", "backup", "whole", "--checkpoints").code == 0
    assert rottui("store", "check", "--store", "whole").code == 0
    assert rottui("runs", "--store", "whole").out == rottui("runs").out


def test_checkpoints_are_removed_as_asked(folder: Path, rottui: Rottui) -> None:
    would = rottui("store", "prune", "--dry-run").out
    assert would.startswith("3 checkpoints of 3 runs would be removed, 0.0 MB; kept: best, last")
    assert len(list((folder / "checkpoints").iterdir())) == 9
    assert "1 checkpoint of 1 run removed" in rottui("store", "prune", "2..2").out
    assert "2 checkpoints of 2 runs removed" in rottui("store", "prune", "--state", "done").out
    assert "3 checkpoints of 3 runs removed" in rottui("store", "prune", "--keep", "best").out
    kinds = {path.name.split("-")[1] for path in (folder / "checkpoints").iterdir()}
    assert kinds == {"best"}
    said = rottui("store", "prune", "--keep", "good").refused(2)
    assert said == "--keep: must be of best, last, previous, or none, not 'good'"


@pytest.mark.parametrize("command", ["check", "repair", "prune"])
def test_no_store_is_made_by_looking(command: str, folders: Path, rottui: Rottui) -> None:
    assert "there is no run store" in rottui("store", command).refused(1)
    assert not (folders / "store").exists()
