"""The pty is closed, or nobody reads it: not a step is lost, and nothing spins."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from emulator import Terminal

from rottui.store.records import EpochRow
from rottui.store.runs import RunStore
from rottui.store.states import State

Start = Callable[..., Terminal]
Queue = Callable[[int], None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    """The store of the terminals, beside them."""
    with RunStore.open(tmp_path / "store") as opened:
        yield opened


def launched(terminal: Start, image_folder: Path, store: RunStore, run: int = 1) -> Terminal:
    """The app with that run in training, its curve on the screen: as busy as it gets."""
    app = terminal("launch", "--data", str(image_folder))
    app.wait_for("Configure")
    app.wait_for(lambda: store.run(run).epochs_done >= 2)
    app.press("f3", "enter")
    app.wait_for("epoch")
    return app


def numbers(rows: list[EpochRow]) -> list[tuple[float, ...]]:
    return [
        (row.epoch, row.step, row.train_loss, row.test_loss, row.train_mae, row.test_mae)
        for row in rows
    ]


def seconds_of(process: psutil.Process) -> dict[int, float]:
    """Thread → processor seconds so far."""
    return {thread.id: thread.user_time + thread.system_time for thread in process.threads()}


def kinds(store: RunStore, run: int) -> list[str]:
    return [event.kind for event in store.events(run)]


def close_and_compare(
    terminal: Start, image_folder: Path, store: RunStore, queue: Queue, closes: int, epochs: int
) -> None:
    """Close a busy app's terminal so often; every run ends as the undisturbed one did."""
    moments = random.Random(closes)
    queue(epochs)
    alone = terminal("work", "--until-empty")
    assert alone.wait_exit(300) == 0
    undisturbed = numbers(store.epochs(1))
    assert len(undisturbed) == epochs + 1
    for run in range(2, closes + 2):
        queue(epochs)
        app = launched(terminal, image_folder, store, run)
        app.read(moments.uniform(0, 0.3))
        app.close()
        at_close = store.run(run)
        assert at_close.state is State.RUNNING, "over before the terminal was closed"
        assert app.wait_exit(300) == 0
        end = store.run(run)
        assert (end.state, end.attempt) == (State.DONE, 1)
        assert kinds(store, run) == ["queued", "claimed", "done"]
        assert numbers(store.epochs(run)) == undisturbed
        assert store.workers() == []


def test_training_goes_on_in_place_to_the_same_bits(
    terminal: Start, image_folder: Path, store: RunStore, queue: Queue
) -> None:
    close_and_compare(terminal, image_folder, store, queue, closes=2, epochs=400)


@pytest.mark.slow
def test_a_hundred_closes(
    terminal: Start, image_folder: Path, store: RunStore, queue: Queue
) -> None:
    close_and_compare(terminal, image_folder, store, queue, closes=100, epochs=400)


def test_the_next_launch_shows_what_trains_without_a_screen(
    terminal: Start, image_folder: Path, store: RunStore, queue: Queue
) -> None:
    queue(100000)
    app = launched(terminal, image_folder, store)
    app.close()
    holder = store.run(1).worker
    again = terminal("launch", "--data", str(image_folder))
    again.wait_for("Configure")
    seen = store.run(1).epochs_done
    again.wait_for(lambda: store.run(1).epochs_done > seen + 20)
    again.press("f3")
    again.wait_for("running")
    assert store.run(1).worker == holder
    os.kill(app.pid, signal.SIGTERM)
    assert app.wait_exit() == 143
    again.wait_for(lambda: "resumed" in kinds(store, 1))  # the new engine takes over
    assert store.run(1).worker != holder


def test_a_process_without_a_screen_that_waits_costs_nothing_and_ends_when_told(
    terminal: Start, image_folder: Path, store: RunStore, queue: Queue
) -> None:
    queue(100000)
    app = launched(terminal, image_folder, store)
    process = psutil.Process(app.pid)
    app.close()
    store.pause([1])
    assert app.wait_exit() == 0  # what is paused waits for a person, not for this process
    assert not psutil.pid_exists(process.pid)
    assert store.run(1).state is State.PAUSED


def test_nothing_spins_without_a_screen(
    terminal: Start, image_folder: Path, store: RunStore, queue: Queue
) -> None:
    queue(100000)
    app = launched(terminal, image_folder, store)
    app.close()
    process = psutil.Process(app.pid)

    def share_of_the_loop() -> float:
        """Of the processor time of a hundred epochs."""
        before, start = seconds_of(process), store.run(1).epochs_done
        while store.run(1).epochs_done < start + 100:
            assert process.is_running()
            time.sleep(0.05)
        after = seconds_of(process)
        spent = {thread: after[thread] - before.get(thread, 0.0) for thread in after}
        return spent[app.pid] / sum(spent.values())

    # the loop may still draw what was under way; then it must be quiet
    assert any(share_of_the_loop() < 0.1 for _ in range(10))
    os.kill(app.pid, signal.SIGTERM)
    assert app.wait_exit() == 143
    assert store.run(1).state is State.QUEUED


def test_a_terminal_that_is_not_read_stops_nothing(
    terminal: Start, image_folder: Path, store: RunStore, queue: Queue
) -> None:
    queue(100000)
    app = launched(terminal, image_folder, store)
    for _ in range(200):  # nobody reads: the pty's buffer fills, and the event loop blocks
        app.press("f3", "f4", "?", "esc")
        time.sleep(0.01)
    seen = store.run(1).epochs_done
    while store.run(1).epochs_done < seen + 100:
        time.sleep(0.05)
    os.kill(app.pid, signal.SIGTERM)
    ended = os.waitpid(app.pid, 0)[1]  # still nobody reads
    app.status = os.waitstatus_to_exitcode(ended)
    assert app.status == 143
    assert store.run(1).state is State.QUEUED


@pytest.mark.slow
def test_of_two_processes_without_a_screen_the_later_one_trains_the_queue(
    terminal: Start, image_folder: Path, store: RunStore, queue: Queue
) -> None:
    queue(100000)
    queue(100000)
    queue(3)
    flags = ("launch", "--data", str(image_folder), "--workers", "1")
    older = terminal(*flags)
    older.wait_for(lambda: store.run(1).epochs_done >= 1)
    newer = terminal(*flags)
    newer.wait_for(lambda: store.run(2).epochs_done >= 1, 120)
    older.close()
    newer.close()
    time.sleep(3)  # each has seen the other
    assert store.run(2).worker != store.run(1).worker
    store.cancel([1])
    assert older.wait_exit() == 0
    store.cancel([2])
    assert newer.wait_exit() == 0
    assert store.run(3).state is State.DONE
