"""Damaged stores: found at opening, told of, never changed, and saved into a new file."""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from store_rows import add, claimed, dump, epoch_row, files, in_state

from rottui.errors import StoreError
from rottui.store import backup, health
from rottui.store.backup import back_up, back_up_whole
from rottui.store.connection import FILE
from rottui.store.examination import examine
from rottui.store.records import NewRun
from rottui.store.remaking import NO_CONFIG
from rottui.store.repair import repair
from rottui.store.runs import RunStore
from rottui.store.states import ENDED, State

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
            remade = "repaired" in kinds(store, run_id)  # whose page of rows was the damaged one
            assert run.config == (NO_CONFIG if remade else originals[run_id].config)
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
        db.execute("DELETE FROM epochs WHERE run_id = ?", (lost,))
        db.execute("DELETE FROM runs WHERE id = ?", (lost,))
    before = {path.name for path in files.glob(f"run{lost}-*")}
    repaired = repair(folder)
    assert before
    assert repaired.aside is not None
    assert {path.name for path in repaired.aside.glob("*")} == before
    assert not list(files.glob(f"run{lost}-*"))
    assert repaired.lost == [
        f"run {lost}: its row is lost, and neither an epoch nor its config is left of it"
    ]


# --- runs whose row is lost -----------------------------------------------------------------------


@pytest.fixture
def steered(folder: Path) -> Path:
    """The filled store, with a group, with runs that need others, and with wishes."""
    with RunStore.open(folder) as store:
        done = [run.id for run in store.runs(states={State.DONE})][-RUNS:]
        grouped = store.add_runs(
            [_new("in a group")] * 3, group="mine", priority=3, needs=done[-2:]
        )
        assert grouped[0].sweep_id is not None
        store.set_group(grouped[0].sweep_id, parallel=2, stop_on_failure=True)
        claim = claimed(store, only=[grouped[0].id])
        saved = [store.write_checkpoint(claim, "last", 0, 0, f"{claim.run.id} last".encode())]
        store.commit_epoch(claim, epoch_row(0), saved)
        store.scale_lr([claim.run.id], 0.25)
        (asked,) = store.asked(claim)
        store.take_scales(claim, 3, 0.75, {asked.id: "words"})
        store.finish(claim, State.QUEUED)
        store.scale_lr([run.id for run in grouped], 0.5)
        store.tag([run.id for run in grouped], ["paper", "old"])
    return folder


def run_in(data: bytes) -> NewRun:
    """What the bytes of ``filled`` tell."""
    return NewRun(f"of {data.decode()}", {"lr": 1e-3, "epochs": EPOCHS}, EPOCHS)


def all_of(store: RunStore, run_id: int) -> tuple[object, ...]:
    """Everything about a run but what its own row has alone."""
    run = store.run(run_id)
    return (
        store.epochs(run_id),
        store.checkpoints(run_id),
        store.steers(run_id),
        [event for event in store.events(run_id) if event.kind != "repaired"],
        (
            run.uid,
            run.sweep_id,
            run.position,
            run.priority,
            run.needs,
            run.best,
            run.epochs_done,
            run.tags,
        ),
    )


def test_a_run_whose_row_is_lost_is_made_again_with_all_that_is_its_own(steered: Path) -> None:
    with RunStore.open(steered) as store:
        whole = {run.id: (run, all_of(store, run.id)) for run in store.runs()}
        sweeps = store.sweeps()
    for page in pages_of(steered, "runs")[-3:]:
        spoil_page(steered, page)
    repaired = repair(steered, run_in)
    assert examine(steered).damage == []
    with RunStore.open(steered) as store:
        saved = {run.id: run for run in store.runs()}
        remade = [run for run in saved.values() if "repaired" in kinds(store, run.id)]
        assert store.sweeps() == [
            replace(sweep, run_ids=tuple(run for run in sweep.run_ids if run in saved))
            for sweep in sweeps
        ]
        for run_id in saved:
            assert all_of(store, run_id) == whole[run_id][1]
        for run in remade:
            assert run.config["lr"] == 1e-3
            assert run.name.startswith(f"of {run.id} ")
            before = whole[run.id][0].state
            assert run.state is (before if before in ENDED else State.PAUSED)
            assert run.epochs == EPOCHS
    assert len(remade) == len(repaired.remade) > 8
    gone = sorted(set(whole) - set(saved))
    assert all(not whole[run][0].epochs_done for run in gone)
    assert [line for line in repaired.lost if "neither an epoch nor its config" in line] == [
        f"run {run}: its row is lost, and neither an epoch nor its config is left of it"
        for run in gone
    ]


def test_what_can_be_read_of_the_curve_of_a_lost_run_is_kept_where_that_is_damaged_too(
    folder: Path, sound: Path
) -> None:
    for page in (*pages_of(folder, "runs")[-2:], pages_of(folder, "epochs")[-2]):
        spoil_page(folder, page)
    repaired = repair(folder)
    assert examine(folder).damage == []
    told = [line for line in repaired.lost if "its epochs" in line]
    assert told
    with RunStore.open(folder) as store, RunStore.open(sound, read_only=True) as whole:
        remade = [run.id for run in store.runs() if "repaired" in kinds(store, run.id)]
        assert len(remade) > 3
        for run_id in remade:
            rows = whole.epochs(run_id)
            assert store.epochs(run_id)
            assert all(row in rows for row in store.epochs(run_id))
        for line in told:  # says which: what is missing before the last that is left, or after it
            there = {row.epoch for row in store.epochs(int(re.findall(r"\d+", line)[0]))}
            gaps = sorted(set(range(max(there))) - there)
            assert (f"its epochs {gaps[0]}–{gaps[-1]}" in line) if gaps else ("after" in line)
            assert (f"its epochs after {max(there)}" in line) == (max(there) < EPOCHS - 1)
        assert any(len(store.epochs(run_id)) < EPOCHS for run_id in remade)
        assert any(len(store.epochs(run_id)) == EPOCHS for run_id in remade)


def test_a_run_whose_config_is_lost_too_keeps_its_curve(folder: Path) -> None:
    spoil_page(folder, pages_of(folder, "runs")[-1])
    with RunStore.open(folder, read_only=True) as reader, suppress(StoreError):
        curve = reader.epochs(RUNS)
    repaired = repair(folder)
    assert examine(folder).damage == []
    with RunStore.open(folder) as store:
        run = store.runs(states={State.FAILED})[-1]
        assert "repaired" in kinds(store, run.id)
        assert run.error == "its row in the store was lost, and its config with it"
        assert run.config == NO_CONFIG
        assert [row.epoch for row in store.epochs(run.id)] == list(range(EPOCHS))
        assert store.epochs(run.id)[0].test_loss == curve[0].test_loss
    assert f"run {run.id}: its row was lost; made again its config is lost" in repaired.remade[-1]


def test_which_rows_are_lost_is_told_by_the_indexes(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as db:
        ids = {row[0] for row in db.execute("SELECT id FROM runs")}
    spoil_page(folder, pages_of(folder, "runs")[-1])
    told = repair(folder).lost[0]
    count, first, last = map(int, re.findall(r"\d+", told))
    assert told == f"runs: {count} rows could not be read: {first}–{last}"
    assert set(range(first, last + 1)) <= ids
    assert count == last - first + 1


def test_where_no_index_is_left_it_is_said_that_there_may_have_been_no_such_rows(
    folder: Path,
) -> None:
    for name in ("events", "events_by_run"):
        for page in pages_of(folder, name):
            spoil_page(folder, page)
    (told,) = repair(folder).lost
    assert told == (
        "events: what had these ids, if anything, could not be read: 1–4096; whether there were "
        "rows beyond is not known"
    )


def kinds(store: RunStore, run_id: int) -> list[str]:
    return [event.kind for event in store.events(run_id)]


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
