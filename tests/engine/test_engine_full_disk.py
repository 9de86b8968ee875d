"""A disk that is really full, or really read-only: training waits, and goes on when it can."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from engine_runs import MLP, MakeEngine, add, alone, before_batch, kinds, stored, until

from rottui.commands import work
from rottui.commands.logs import log_to
from rottui.core.data.dataset import Dataset
from rottui.engine import engine as engine_module
from rottui.engine import worker
from rottui.engine.liveness import this_worker
from rottui.errors import StoreError
from rottui.store.connection import FILE
from rottui.store.records import Claim
from rottui.store.runs import RunStore
from rottui.store.states import State


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A file system in memory, if whoever runs the tests may mount one."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        mount = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if mount.returncode:
        pytest.skip(f"nothing may be mounted here: {mount.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", "size=2m"):
        yield tmp_path / "disk"


@pytest.fixture
def store(small_disk: Path) -> Iterator[RunStore]:
    """Takes the place of the store of the other tests: on a small disk."""
    with RunStore.open(small_disk / "store") as store:
        yield store


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(worker, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(engine_module, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(worker, "WAIT_TOLD_SECONDS", 0.0)
    monkeypatch.setattr(engine_module, "BEAT_SECONDS", 0.05)


def fill(disk: Path) -> Path:
    """Take all the room that there is."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return path


def fill_log(store: RunStore) -> None:
    """Use up what SQLite's log has of room already."""
    with suppress(StoreError):
        for _ in range(1000):
            store.add_worker(replace(this_worker(), id="filler", program="x" * 20_000))


def free(path: Path) -> None:
    path.unlink()


def test_no_epoch_is_lost_on_a_full_disk_and_training_goes_on_when_there_is_room(
    store: RunStore,
    small_disk: Path,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before_batch(6, lambda *_: fill(small_disk), monkeypatch)
    (run,) = add(store, MLP)
    engine = make_engine()
    engine.start()
    until(lambda: engine.trouble)
    assert "No space left on device" in str(engine.trouble) or "is full" in str(engine.trouble)
    assert store.run(run.id).state is State.RUNNING
    free(small_disk / "filler")
    assert engine.wait_idle(60)
    assert kinds(store, run) == ["queued", "claimed", "waited", "done"]
    assert engine.trouble is None
    assert stored(store, run) == alone(MLP, tiny_dataset)


def test_rows_that_find_no_room_wait_as_files_do(
    store: RunStore,
    small_disk: Path,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No checkpoint is due: it is the log of SQLite that cannot grow."""
    monkeypatch.setattr(worker, "SAVE_SECONDS", 1e9)
    config = MLP.replaced({"epochs": 40})
    before_batch(6, lambda *_: fill(small_disk), monkeypatch)
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    until(lambda: engine.trouble)
    assert "is full; make room" in str(engine.trouble)
    free(small_disk / "filler")
    assert engine.wait_idle(60)
    assert "resumed" not in kinds(store, run)
    assert store.run(run.id).attempt == 1
    assert stored(store, run) == alone(config, tiny_dataset)


def test_a_folder_that_becomes_read_only_makes_training_wait(
    store: RunStore,
    make_engine: MakeEngine,
    tiny_dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ExitStack() as stack:
        covered: Callable[[], object] = lambda: stack.enter_context(  # noqa: E731
            mounted(store.folder / "checkpoints", "ro")
        )

        def cover(own: RunStore, claim: Claim) -> None:
            covered()

        before_batch(6, cover, monkeypatch)
        (run,) = add(store, MLP)
        engine = make_engine()
        engine.start()
        until(lambda: engine.trouble)
        assert "Read-only file system" in str(engine.trouble)
    assert engine.wait_idle(60)
    assert kinds(store, run) == ["queued", "claimed", "waited", "done"]
    assert stored(store, run) == alone(MLP, tiny_dataset)


def test_a_store_on_a_read_only_disk_is_refused_for_training_and_can_be_read(
    store: RunStore, small_disk: Path, make_engine: MakeEngine
) -> None:
    (run,) = add(store, MLP)
    store.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreError, match="cannot be written; check its folder's rights"):
        make_engine()
    with RunStore.open(small_disk / "store", read_only=True) as reader:
        assert reader.run(run.id).name == run.name


def test_an_engine_that_starts_on_a_full_disk_waits_and_trains_when_there_is_room(
    store: RunStore, small_disk: Path, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    (left,) = add(store, MLP)
    store.add_worker(replace(this_worker(), id="dead", boot="of another life"))
    claim = store.claim("dead", threads=1)
    assert claim is not None
    fill(small_disk)
    fill_log(store)
    ready = Event()
    engine = make_engine()
    engine.start(ready.set)
    assert "is full; make room" in str(engine.trouble)
    assert not ready.is_set()
    assert not engine.idle
    free(small_disk / "filler")
    assert engine.wait_idle(60)
    assert ready.is_set()
    assert engine.trouble is None
    assert [run.id for run in engine.interrupted] == [left.id]
    assert stored(store, left) == alone(MLP, tiny_dataset)


def test_an_engine_that_waits_for_room_to_start_can_be_stopped(
    store: RunStore, small_disk: Path, make_engine: MakeEngine
) -> None:
    (run,) = add(store, MLP)
    fill(small_disk)
    fill_log(store)
    engine = make_engine()
    engine.start()
    assert engine.trouble
    assert engine.stop(60)
    free(small_disk / "filler")
    assert store.run(run.id).attempt == 0


# --- the command, and its log ---------------------------------------------------------------------


@pytest.fixture
def log(store: RunStore) -> Iterator[None]:
    """Takes the log file off again that a command has put there."""
    yield
    for handler in list(logging.getLogger("rottui").handlers):
        if str(store.folder) in getattr(handler, "baseFilename", ""):
            logging.getLogger("rottui").removeHandler(handler)
            with suppress(OSError):  # what it could not write is still in its buffer
                handler.close()


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("then", "code"),
    [
        (lambda disk: free(disk / "filler"), 0),
        (lambda disk: os.kill(os.getpid(), signal.SIGINT), 130),
    ],
    ids=["room", "a signal"],
)
def test_work_waits_for_room_to_open_the_store(
    then: Callable[[Path], object],
    code: int,
    store: RunStore,
    small_disk: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []

    def complain(sentence: str) -> None:
        told.append(sentence)
        then(small_disk)

    store.close()
    fill(small_disk)
    monkeypatch.setattr(work, "OPEN_AGAIN", 0.05)
    monkeypatch.setattr(work, "complain", complain)
    answer = work.work(
        workers="1", threads="1", until_empty=True, ready_fd=None, store=str(store.folder)
    )
    assert answer == code
    assert told == [
        f"training waits: the disk of the run store {store.folder / FILE} is full; make room"
    ]


@pytest.mark.usefixtures("log")
def test_a_log_that_finds_no_room_prints_nothing(
    store: RunStore, small_disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log_to(store.folder)
    fill(small_disk)
    for _ in range(100):
        logging.getLogger("rottui.engine").error("a line that finds no room, again and again")
    assert capfd.readouterr() == ("", "")
