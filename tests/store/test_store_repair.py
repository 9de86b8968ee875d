"""Damaged stores: found at opening, told of, never changed, and saved into a new file."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from store_rows import add, claimed, dump, epoch_row, files, in_state

from rottui.errors import StoreError
from rottui.store import backup, health
from rottui.store.backup import back_up, back_up_whole
from rottui.store.connection import FILE
from rottui.store.examination import examine
from rottui.store.records import NewRun
from rottui.store.repair import repair
from rottui.store.runs import RunStore
from rottui.store.states import State

PAGE = 4096
RUNS, EPOCHS = 60, 40


def filled(folder: Path, runs: int = RUNS, epochs: int = EPOCHS) -> None:
    """A store with runs of every state, curves, a sweep and checkpoints."""
    with RunStore.open(folder) as store:
        for state in State:
            in_state(store, state)
        trained = store.add_runs(
            [_new(f"run {number}") for number in range(runs)], sweep="a sweep", spec={"lr": [1, 2]}
        )
        for run in trained:
            claim = claimed(store, only=[run.id])
            for epoch in range(epochs - 1):
                store.commit_epoch(claim, epoch_row(epoch))
            saved = [
                store.write_checkpoint(claim, kind, epochs - 1, 4, f"{run.id} {kind}".encode())
                for kind in ("last", "best")
            ]
            store.commit_epoch(claim, epoch_row(epochs - 1), saved)
            store.finish(claim, State.DONE)


def _new(name: str) -> NewRun:
    return NewRun(name, {"lr": 1e-3, "note": "x" * 200}, EPOCHS)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "store"
    filled(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, sound: Path) -> Path:
    """A copy of the filled store, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "store"))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and not path.name.endswith("-shm")
        if path.stat().st_size  # the empty log that readers share is no change
    }


def spoil_page(folder: Path, page: int) -> None:
    """Overwrite a page (from 1) with noise."""
    with (folder / FILE).open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(random.Random(page).randbytes(PAGE))


def pages_of(folder: Path, name: str) -> list[int]:
    """The pages of a table or index; its root first."""
    with closing(sqlite3.connect(folder / FILE)) as db:
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        try:
            rows = db.execute("SELECT pageno FROM dbstat WHERE name = ?", (name,)).fetchall()
        except sqlite3.OperationalError:  # SQLite was built without it
            return [root[0]]
    return [root[0], *(row[0] for row in rows if row[0] != root[0])]


# --- found at opening -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["runs", "epochs", "checkpoints", "events", "runs_by_state"])
def test_a_damaged_page_is_found_at_opening_and_nothing_is_changed(name: str, folder: Path) -> None:
    spoil_page(folder, pages_of(folder, name)[-1])
    before = contents(folder)
    with pytest.raises(StoreError, match=r"is damaged .* rottui store repair saves it") as refused:
        RunStore.open(folder)
    assert "\n" not in str(refused.value)
    assert contents(folder) == before


def test_a_file_that_was_cut_off_is_found_and_not_changed(folder: Path) -> None:
    os.truncate(folder / FILE, (folder / FILE).stat().st_size // 2 // PAGE * PAGE)
    before = contents(folder)
    with pytest.raises(StoreError, match=r"is damaged .*rottui store check says"):
        RunStore.open(folder)
    assert contents(folder) == before


def test_the_log_of_a_killed_process_is_not_moved_into_a_damaged_file(folder: Path) -> None:
    """A writing connection that is closed would do that."""
    script = (
        "import os, sys; from pathlib import Path; from rottui.store.runs import RunStore\n"
        "store = RunStore.open(Path(sys.argv[1])); store.pause([2]); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=False)
    assert (folder / f"{FILE}-wal").stat().st_size
    spoil_page(folder, pages_of_copy(folder, "epochs"))
    before = contents(folder)
    with pytest.raises(StoreError, match="is damaged"):
        RunStore.open(folder)
    assert contents(folder) == before


def pages_of_copy(folder: Path, name: str) -> int:
    with closing(sqlite3.connect(f"{(folder / FILE).as_uri()}?mode=ro", uri=True)) as db:
        asked = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        page: int = db.execute(asked, (name,)).fetchone()[0]
    return page


def test_of_a_big_file_all_but_the_curves_is_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "WHOLE_BYTES", 0)
    spoil_page(folder, pages_of(folder, "epochs")[-1])
    RunStore.open(folder).close()
    spoil_page(folder, pages_of(folder, "runs")[-1])
    with pytest.raises(StoreError, match="is damaged"):
        RunStore.open(folder)


def test_a_reader_is_told_when_it_meets_the_damage(folder: Path) -> None:
    for page in pages_of(folder, "runs"):
        spoil_page(folder, page)
    with (
        pytest.raises(StoreError, match=r"is damaged .*rottui store repair"),
        RunStore.open(folder, read_only=True) as reader,
    ):
        reader.runs()


# --- looked at whole ------------------------------------------------------------------------------


def test_a_sound_store_is_found_sound_and_not_changed(folder: Path) -> None:
    before = contents(folder)
    found = examine(folder)
    assert (found.damage, found.notes) == ([], [])
    assert found.rows["runs"] == RUNS + len(State)
    assert found.rows["epochs"] == RUNS * EPOCHS
    assert contents(folder) == before


def test_every_kind_of_damage_is_named(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        db.execute("UPDATE runs SET config = '{' WHERE id = 3")
        db.execute("UPDATE sweeps SET spec = '[1]'")
        db.execute("INSERT INTO epochs SELECT 999, epoch, step, train_loss, test_loss, train_mae, "
                   "test_mae, train_mae_deg, test_mae_deg, seconds, at, finite, attempt, 1, 1, 1, "
                   "1, 1 FROM epochs LIMIT 1")  # fmt: skip
        names = [row[0] for row in db.execute("SELECT file FROM checkpoints ORDER BY file LIMIT 2")]
    (folder / "checkpoints" / names[0]).unlink()
    (folder / "checkpoints" / names[1]).write_bytes(b"other")
    (folder / "checkpoints" / "stray.pt").write_bytes(b"x" * 100)
    before = contents(folder)
    found = examine(folder)
    text = "\n".join(found.damage)
    assert len(found.damage) == 5
    assert "run 3: its config is not readable JSON" in text
    assert "sweep 1: what it varies is not readable JSON" in text
    assert "a row of epochs belongs to no run" in text
    assert "cannot be read: No such file" in text
    assert "is damaged (its SHA-256 differs)" in text
    assert "1 files" in found.notes[0]
    assert contents(folder) == before


# --- saved ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_whatever_page_is_damaged_all_else_is_saved_and_the_damaged_file_is_kept(
    seed: int, folder: Path, sound: Path
) -> None:
    count = (folder / FILE).stat().st_size // PAGE
    for page in random.Random(seed).sample(range(2, count + 1), 2):
        spoil_page(folder, page)
    before = (folder / FILE).read_bytes()
    if not examine(folder).damage:
        pytest.skip("the pages were free ones")
    try:
        repaired = repair(folder)
    except StoreError:  # the tables' own page
        assert (folder / FILE).read_bytes() == before
        return
    assert repaired.kept.read_bytes() == before
    assert examine(folder).damage == []
    with RunStore.open(folder) as store, RunStore.open(sound, read_only=True) as whole:
        saved = {run.id: run for run in store.runs()}
        originals = {run.id: run for run in whole.runs()}
        assert set(saved) <= set(originals)
        assert len(saved) >= len(originals) - 30
        for run_id, run in saved.items():
            assert run.config == originals[run_id].config
            curve = {row.epoch: row for row in whole.epochs(run_id)}
            assert all(row == curve[row.epoch] for row in store.epochs(run_id))
        epochs = sum(len(store.epochs(run_id)) for run_id in saved)
        assert epochs >= RUNS * EPOCHS * 0.5
        add(store, "goes on")
    assert repaired.rows["runs"] == len(saved)
    if len(saved) < len(originals) or epochs < RUNS * EPOCHS:
        assert repaired.lost


def test_a_damaged_index_loses_nothing(folder: Path, sound: Path) -> None:
    for name in ("runs_by_state", "runs_by_position", "events_by_run"):
        spoil_page(folder, pages_of(folder, name)[0])
    repaired = repair(folder)
    assert repaired.lost == []
    with RunStore.open(folder) as store, RunStore.open(sound, read_only=True) as whole:
        assert [run.name for run in store.runs()] == [run.name for run in whole.runs()]
        assert [store.events(run.id) for run in store.runs()] == [
            whole.events(run.id) for run in whole.runs()
        ]
        assert store.sweeps() == whole.sweeps()
        assert store.run(1 + list(State).index(State.RUNNING)).state is State.QUEUED


def test_checkpoints_whose_rows_are_lost_are_found_by_their_files(folder: Path) -> None:
    for page in pages_of(folder, "checkpoints"):
        spoil_page(folder, page)
    repaired = repair(folder)
    assert len(repaired.found) == 2 * RUNS
    with RunStore.open(folder) as store:
        run = store.runs(states={State.DONE})[-1]
        kept = {each.kind: store.read_checkpoint(each) for each in store.checkpoints(run.id)}
    assert kept == {kind: f"{run.id} {kind}".encode() for kind in ("last", "best")}


def test_files_of_lost_runs_are_set_aside_where_no_engine_removes_them(folder: Path) -> None:
    files = folder / "checkpoints"
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        (lost,) = db.execute("SELECT max(run_id) FROM checkpoints").fetchone()
        db.execute("DELETE FROM checkpoints")
        db.execute("DELETE FROM runs WHERE id = ?", (lost,))
    before = {path.name for path in files.glob(f"run{lost}-*")}
    repaired = repair(folder)
    assert before
    assert repaired.aside is not None
    assert {path.name for path in repaired.aside.glob("*")} == before
    assert not list(files.glob(f"run{lost}-*"))


def test_what_a_killed_process_has_committed_is_saved_too(folder: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from rottui.store.runs import RunStore\n"
        "store = RunStore.open(Path(sys.argv[1])); store.cancel([2]); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=False)
    assert (folder / f"{FILE}-wal").stat().st_size
    with (folder / FILE).open("r+b") as file:
        file.seek((pages_of_copy(folder, "runs_by_position") - 1) * PAGE)
        file.write(b"\xff" * PAGE)
    repaired = repair(folder)
    with RunStore.open(folder) as store:
        assert store.run(2).state is State.CANCELLED
    assert repaired.kept.with_name(f"{repaired.kept.name}-wal").stat().st_size


def test_a_file_of_noise_is_refused_and_left(folder: Path) -> None:
    (folder / FILE).write_bytes(random.Random(1).randbytes(100_000))
    before = contents(folder)
    with pytest.raises(StoreError, match=r"nothing can be read .* put a copy in its place"):
        repair(folder)
    assert contents(folder) == before


# --- copies ---------------------------------------------------------------------------------------


def test_a_copy_is_one_private_file_with_all_rows(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "copies.sqlite3"
    size = back_up(folder, target)
    assert target.stat().st_size == size
    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copies.sqlite3", "store"]
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / FILE).write_bytes(target.read_bytes())
    assert dump(tmp_path / "again") == dump(folder)


def test_nothing_is_written_over_unless_that_is_asked_for(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.write_text("mine")
    with pytest.raises(StoreError, match="is there already; --force writes over it"):
        back_up(folder, target)
    assert target.read_text() == "mine"
    with pytest.raises(StoreError, match="is the store itself"):
        back_up(folder, folder / FILE, force=True)
    back_up(folder, target, force=True)
    assert target.read_bytes().startswith(b"SQLite format 3")


def test_a_copy_while_others_write_is_sound(folder: Path, tmp_path: Path) -> None:
    stop, errors = threading.Event(), list[BaseException]()

    def write() -> None:
        try:
            with RunStore.open(folder) as store:
                (run,) = add(store, "busy")
                claim = claimed(store, only=[run.id])
                epoch = 0
                while not stop.is_set():
                    store.commit_epoch(claim, epoch_row(epoch))
                    epoch += 1
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            errors.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up_whole(folder, tmp_path / f"copy{number}")
    finally:
        stop.set()
        writer.join()
    assert errors == []
    for number in range(5):
        assert examine(tmp_path / f"copy{number}").damage == []


def test_a_copy_with_checkpoints_is_a_store_also_if_one_goes_meanwhile(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "TRIES", 1)
    gone = sorted(files(folder))[0]
    (folder / "checkpoints" / gone).unlink()
    back_up_whole(folder, tmp_path / "copy")
    assert examine(tmp_path / "copy").damage == []
    assert files(tmp_path / "copy") == files(folder)
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    with pytest.raises(StoreError, match="has a store already"):
        back_up_whole(folder, tmp_path / "copy")


def test_a_damaged_store_is_not_copied(folder: Path, tmp_path: Path) -> None:
    spoil_page(folder, pages_of(folder, "epochs")[-1])
    with pytest.raises(StoreError, match="is damaged"):
        back_up(folder, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


# --- fewer checkpoints ----------------------------------------------------------------------------


def test_what_is_not_kept_is_removed_and_what_a_run_goes_on_from_stays(folder: Path) -> None:
    with RunStore.open(folder) as store:
        ended = [run.id for run in store.runs(states={State.DONE}) if run.epochs_done]
        paused = store.runs(states={State.PAUSED})[0]
        store.resume([paused.id])
        claim = claimed(store, only=[paused.id])
        saved = [store.write_checkpoint(claim, kind, 0, 0, b"p") for kind in ("last", "best")]
        store.commit_epoch(claim, epoch_row(0), saved)
        everyone = [run.id for run in store.runs()]
        told = store.prune(everyone, ["best"], dry_run=True)
        assert (told.runs, told.files) == (RUNS, RUNS)
        assert len(files(folder)) == 2 * RUNS + 2
        assert store.prune(everyone, ["best"]) == told
        assert {each.kind for each in store.checkpoints(ended[0])} == {"best"}
        assert {each.kind for each in store.checkpoints(paused.id)} == {"last", "best"}
        store.finish(claim, State.QUEUED)
        store.prune(everyone, [])
        assert {each.kind for each in store.checkpoints(paused.id)} == {"last"}
        assert store.checkpoints(ended[0]) == []
    assert len(files(folder)) == 1
    assert examine(folder).damage == []
