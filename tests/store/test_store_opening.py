"""Opening a store: what is made, what is refused and left as it was, and who may share it."""

from __future__ import annotations

import math
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from store_rows import add, claimed, epoch_row

from rottui import __version__
from rottui.errors import StoreError
from rottui.store import connection, schema
from rottui.store.connection import FILE
from rottui.store.runs import RunStore

OPEN_IN_STEP = """
import sys
from pathlib import Path
from rottui.store.runs import RunStore
print("ready", flush=True)
for line in sys.stdin:
    RunStore.open(Path(line.strip())).close()
    print("opened", flush=True)
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def database(folder: Path, *statements: str) -> None:
    """A database that some program left behind, with all it has written inside the file."""
    folder.mkdir(exist_ok=True)
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


# --- what is made ---------------------------------------------------------------------------------


def test_a_new_store_is_private_to_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b" / "store"
    with RunStore.open(folder) as store:
        (run,) = add(store)
        store.write_checkpoint(claimed(store), "last", 0, 0, b"weights")
        found = {path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*.*")}
    assert run.id == 1
    assert folder.stat().st_mode & 0o777 == 0o700
    assert set(found) > {FILE, f"{FILE}-wal", f"{FILE}-shm"}
    assert set(found.values()) == {0o600}


def test_the_rights_of_a_folder_that_was_there_are_left_alone(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    RunStore.open(shared).close()
    assert shared.stat().st_mode & 0o777 == 0o755


def test_what_was_written_is_there_after_opening_again(folder: Path) -> None:
    with RunStore.open(folder) as store:
        add(store, "one", "two")
        revision = store.revision()
    with RunStore.open(folder) as store:
        assert [run.name for run in store.runs()] == ["one", "two"]
        assert store.revision() == revision


def test_six_processes_that_open_a_new_store_at_once_all_get_it(tmp_path: Path) -> None:
    opening = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_IN_STEP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    answers = [[process.stdout.readline() for process in opening if process.stdout]]
    for number in range(40):
        for process in opening:
            assert process.stdin is not None
            process.stdin.write(f"{tmp_path / f'store{number}'}\n")
            process.stdin.flush()
        answers.append([process.stdout.readline() for process in opening if process.stdout])
        if "" in answers[-1]:
            break
    complaints = [process.communicate()[1] for process in opening]
    assert complaints == [""] * 6
    assert answers == [["ready\n"] * 6] + [["opened\n"] * 6] * 40


# --- what is refused ------------------------------------------------------------------------------

REFUSED = {
    "newer": (
        [f"PRAGMA application_id={schema.APPLICATION_ID}", "PRAGMA user_version=99"],
        r"has schema 99; this rottui .* knows schemas up to .* use a newer rottui",
    ),
    "newer, in WAL": (
        [
            "PRAGMA journal_mode=WAL",
            f"PRAGMA application_id={schema.APPLICATION_ID}",
            "PRAGMA user_version=99",
        ],
        "has schema 99",
    ),
    "tables of others": (["CREATE TABLE songs (name TEXT)"], "is a database of another program"),
    "marked by others": (["PRAGMA application_id=7"], "is a database of another program"),
}


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("kind", REFUSED)
def test_a_database_that_is_not_ours_is_refused_and_not_changed(
    kind: str, read_only: bool, folder: Path
) -> None:
    statements, said = REFUSED[kind]
    database(folder, *statements)
    folder.chmod(0o755)
    before = (folder / FILE).read_bytes()
    with pytest.raises(StoreError, match=said):
        RunStore.open(folder, read_only=read_only)
    assert (folder / FILE).read_bytes() == before
    assert folder.stat().st_mode & 0o777 == 0o755
    assert not (folder / "checkpoints").exists()


def test_the_log_of_a_killed_newer_rottui_is_not_moved_into_its_file(folder: Path) -> None:
    """A connection that may write does that when it is closed, also if it was only asked."""
    script = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA journal_mode=WAL')\n"
        f"db.execute('PRAGMA application_id={schema.APPLICATION_ID}')\n"
        "db.execute('PRAGMA user_version=99')\n"
        "os._exit(9)"
    )
    folder.mkdir()
    subprocess.run([sys.executable, "-c", script, str(folder / FILE)], check=False)
    before = contents(folder)
    assert f"{FILE}-wal" in before
    with pytest.raises(StoreError, match="use a newer rottui"):
        RunStore.open(folder)
    after = contents(folder)
    assert {name: after[name] for name in (FILE, f"{FILE}-wal")} == {
        name: before[name] for name in (FILE, f"{FILE}-wal")
    }


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("text", ["a few notes\n", "long notes\n" * 1000])
def test_a_text_file_is_refused_and_not_changed(text: str, read_only: bool, folder: Path) -> None:
    folder.mkdir()
    (folder / FILE).write_text(text)
    with pytest.raises(StoreError, match=r"is not a run store .*left as it is"):
        RunStore.open(folder, read_only=read_only)
    assert contents(folder) == {FILE: text.encode()}


def test_a_folder_below_a_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    for folder in (tmp_path / "notes", tmp_path / "notes" / "store"):
        with pytest.raises(StoreError, match=r"folder .* cannot be used: .*; use another --store"):
            RunStore.open(folder)
    assert contents(tmp_path) == {"notes": b"mine"}


def test_a_store_file_that_is_a_folder_is_refused(folder: Path) -> None:
    (folder / FILE).mkdir(parents=True)
    with pytest.raises(StoreError, match="is a folder, not a run store"):
        RunStore.open(folder)


# --- reading only ---------------------------------------------------------------------------------


def test_reading_only_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("missing", "empty"):
        with pytest.raises(StoreError, match=f"there is no run store in .*{name}"):
            RunStore.open(tmp_path / name, read_only=True)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
    assert list((tmp_path / "empty").iterdir()) == []


def test_an_empty_file_is_no_store_for_a_reader(folder: Path) -> None:
    folder.mkdir()
    (folder / FILE).touch()
    with pytest.raises(StoreError, match="is empty, not a run store"):
        RunStore.open(folder, read_only=True)
    assert (folder / FILE).stat().st_size == 0


def test_a_reader_sees_the_writers_rows_and_cannot_write(store: RunStore, folder: Path) -> None:
    with RunStore.open(folder, read_only=True) as reader:
        (run,) = add(store)
        assert reader.run(run.id) == run
        with pytest.raises(StoreError, match="cannot be written"):
            reader.pause([run.id])
        assert store.run(run.id) == run


def test_a_reader_alone_leaves_the_file_as_it_is(folder: Path) -> None:
    with RunStore.open(folder) as store:
        add(store)
    before = (folder / FILE).read_bytes()
    with RunStore.open(folder, read_only=True) as reader:
        assert len(reader.runs()) == 1
    assert (folder / FILE).read_bytes() == before


# --- migrations -----------------------------------------------------------------------------------

TOYS = (
    "CREATE TABLE toys (name TEXT); INSERT INTO toys VALUES ('bear')",
    "ALTER TABLE toys ADD COLUMN age INTEGER; UPDATE toys SET age = 3",
)
ALL = (*schema.MIGRATIONS, *TOYS)


def knowing(monkeypatch: pytest.MonkeyPatch, migrations: tuple[str, ...]) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", migrations)
    monkeypatch.setattr(schema, "NEWEST", len(migrations))


FIRST_RUN = (
    "INSERT INTO runs (uid, name, config, state, position, epochs, epochs_done, created_at, "
    "revision) VALUES ('u1', 'kept', '{\"lr\": 0.1}', 'queued', 1, 3, 1, 0.0, 1)"
)
"""A row as the first schema could hold it."""
FIRST_EPOCH = (
    "INSERT INTO epochs (run_id, epoch, step, train_loss, test_loss, train_mae, test_mae, "
    "train_mae_deg, test_mae_deg, seconds, at, finite, attempt) "
    "VALUES (1, 1, 5, 0.1, 0.2, 0.3, 0.4, 30.0, 40.0, 1.5, 0.0, 1, 1)"
)


def old_store(folder: Path, version: int) -> None:
    """A store as the rottui of that schema left it, with one run of one epoch."""
    marks = (f"PRAGMA application_id={schema.APPLICATION_ID}", f"PRAGMA user_version={version}")
    tables = [s for text in ALL[:version] for s in text.split(";") if s.strip()]
    database(folder, "PRAGMA journal_mode=WAL", *tables, *marks, FIRST_RUN, FIRST_EPOCH)


@pytest.mark.parametrize("version", range(len(ALL) + 1))
def test_a_store_of_every_earlier_schema_is_brought_to_the_newest(
    version: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if version:
        old_store(folder, version)
    knowing(monkeypatch, ALL)
    with RunStore.open(folder) as store:
        runs = store.runs()
        assert [run.name for run in runs] == (["kept"] if version else [])
        for run in runs:
            assert run.last is not None
            assert (run.last.test_mae_deg, run.last.finite) == (40.0, True)
            assert math.isnan(run.last.test_median_deg)
            assert (run.reason, run.baseline, run.until) == (None, None, None)
    with closing(sqlite3.connect(folder / FILE)) as db:
        assert db.execute("SELECT * FROM toys").fetchall() == [("bear", 3)]
        assert db.execute("PRAGMA user_version").fetchone() == (len(ALL),)
    knowing(monkeypatch, ALL[:1])
    with pytest.raises(StoreError, match=rf"has schema {len(ALL)}; this rottui \({__version__}\)"):
        RunStore.open(folder)


def test_a_reader_brings_an_older_store_to_the_newest(folder: Path) -> None:
    old_store(folder, 1)
    with RunStore.open(folder, read_only=True) as reader:
        assert [run.name for run in reader.runs()] == ["kept"]


def test_a_reader_that_cannot_bring_an_older_store_up_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_store(folder, 1)

    def refuse(self: connection.Connections) -> None:
        raise StoreError("the disk is read-only")

    monkeypatch.setattr(connection.Connections, "_migrate", refuse)
    with pytest.raises(StoreError, match=r"has schema 1, older .* the disk is read-only"):
        RunStore.open(folder, read_only=True)


def test_a_migration_that_fails_leaves_the_schema_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunStore.open(folder) as store:
        add(store, "kept")
    broken = "CREATE TABLE toys (name TEXT); INSERT INTO nowhere VALUES (1)"
    with monkeypatch.context() as patch:
        knowing(patch, (*schema.MIGRATIONS, broken))
        with pytest.raises(StoreError, match="no such table: nowhere"):
            RunStore.open(folder)
    with RunStore.open(folder) as store:
        assert [run.name for run in store.runs()] == ["kept"]
    with closing(sqlite3.connect(folder / FILE)) as db:
        assert db.execute("SELECT name FROM sqlite_master WHERE name = 'toys'").fetchall() == []


def killed_on_the_way(folder: Path, *before: str) -> None:
    """What a program leaves that is killed in a transaction: a changed file, and its journal."""
    database(folder, *before)
    script = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA cache_size=2')\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "db.execute('CREATE TABLE meta (key TEXT)')\n"
        "db.executemany('INSERT INTO meta VALUES (?)', [('x' * 300,)] * 2000)\n"
        "os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(folder / FILE)], check=False)
    assert (folder / f"{FILE}-journal").stat().st_size > 0


def test_a_store_whose_maker_was_killed_on_the_way_is_made_again(folder: Path) -> None:
    killed_on_the_way(folder)
    with RunStore.open(folder) as store:
        assert len(add(store)) == 1


def test_what_another_program_was_killed_in_stays_as_that_program_wants_it(folder: Path) -> None:
    """Rolled back, as its own program would do, and not switched to the journal of ours."""
    killed_on_the_way(folder, "CREATE TABLE songs (name TEXT)")
    with pytest.raises(StoreError, match="is a database of another program"):
        RunStore.open(folder)
    with closing(sqlite3.connect(folder / FILE)) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


# --- threads, closing, other writers --------------------------------------------------------------


def test_many_threads_use_one_store(store: RunStore) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            (run,) = add(store, f"run {number}")
            claim = claimed(store, f"w{number}", only=[run.id])
            for epoch in range(3):
                store.commit_epoch(claim, epoch_row(epoch))
            assert len(store.epochs(run.id)) == 3
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {(run.epochs_done, run.attempt) for run in store.runs()} == {(2, 1)}


def test_threads_that_ended_leave_no_open_files(store: RunStore) -> None:
    def open_files() -> int:
        return sum(FILE in file.path for file in psutil.Process().open_files())

    for _ in range(30):
        thread = threading.Thread(target=store.revision)
        thread.start()
        thread.join()
    assert open_files() <= 8


def test_a_closed_store_says_so_in_every_thread(store: RunStore) -> None:
    store.revision()
    store.close()
    store.close()
    errors: list[BaseException] = []

    def ask() -> None:
        for use in (store.revision, store.runs, lambda: add(store)):
            try:
                use()
            except StoreError as error:
                errors.append(error)

    ask()
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert [str(error) for error in errors] == ["the run store is closed"] * 6


def test_a_transaction_that_may_write_keeps_others_out_from_its_first_moment(
    store: RunStore, folder: Path
) -> None:
    """Begun deferred it would be refused at once when another writer comes between."""
    with (
        closing(sqlite3.connect(folder / FILE, timeout=0, isolation_level=None)) as other,
        store._connections.writing(),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_a_store_that_another_writer_holds_is_busy_and_can_be_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    with (
        RunStore.open(folder) as store,
        closing(sqlite3.connect(folder / FILE, isolation_level=None)) as other,
    ):
        (run,) = add(store)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"was busy for .* s; try again"):
            store.pause([run.id])
        assert store.run(run.id) == run
        other.execute("ROLLBACK")
        store.pause([run.id])


def test_a_damaged_file_is_said_to_be_damaged(folder: Path) -> None:
    with RunStore.open(folder) as store:
        add(store, *(f"run {i}" for i in range(200)))
    with (folder / FILE).open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(os.path.getsize(folder / FILE) - 4096))
    with (
        pytest.raises(StoreError, match=r"is damaged .*rottui store check says what can be saved"),
        RunStore.open(folder) as store,
    ):
        store.runs()
