"""The driver on a real pty: it never waits for the terminal, and knows when that is ready."""

from __future__ import annotations

import os
import pty
import select
import threading
import time
from collections.abc import Iterator

import pytest
from textual.app import App
from textual.drivers._writer_thread import WriterThread

from rottui.tui.driver import KEY_SECONDS, SteadyDriver, SteadyFile


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """Both ends of a pty: the terminal's, and the program's."""
    terminal, program = pty.openpty()
    yield terminal, program
    for end in (terminal, program):
        try:
            os.close(end)
        except OSError:
            assert end == terminal, "a test may only close the terminal's end"


def drain(terminal: int, until: threading.Event) -> int:
    """Read as a terminal does until a fact holds; how much came."""
    taken, end = 0, time.monotonic() + 60
    while not until.is_set():
        assert time.monotonic() < end
        ready, _, _ = select.select([terminal], [], [], 0.05)
        taken += len(os.read(terminal, 65536)) if ready else 0
    return taken


def test_it_tells_when_the_terminal_has_taken_what_was_written(ends: tuple[int, int]) -> None:
    terminal, program = ends
    with os.fdopen(program, "w", closefd=False) as file:
        steady = SteadyFile(file, lambda: None)
        writer = WriterThread(steady)  # type: ignore[arg-type]
        writer.start()
        taken = threading.Event()
        steady.call_when_flushed(taken.set)
        writer.write("x" * 200_000)  # more than a terminal that is not read takes
        assert not taken.wait(0.3)
        assert steady.flushed == 0
        drain(terminal, taken)
        assert steady.flushed == 1
        assert steady.sent == 200_000
        writer.stop()


def test_a_terminal_that_is_gone_is_told_once_and_nothing_raises(ends: tuple[int, int]) -> None:
    terminal, program = ends
    told: list[bool] = []
    file = os.fdopen(program, "w", closefd=False)
    steady = SteadyFile(file, lambda: told.append(True))
    os.close(terminal)
    for _ in range(3):
        steady.write("epoch 1\n")
        steady.flush()
    assert told == [True]
    with pytest.raises(OSError, match="Input/output error"):
        file.close()  # as it would do without us


async def test_the_thread_that_reads_keys_rests_at_the_end_of_a_terminal(
    ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, program = ends
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with os.fdopen(program, "r", closefd=False) as keys:
        monkeypatch.setattr("sys.__stdin__", keys)
        lost = threading.Event()
        app = App[None]()
        app.terminal_lost = lost.set  # type: ignore[attr-defined]
        driver = SteadyDriver(app)
        reads: list[bytes] = []
        read = driver._read_keys
        monkeypatch.setattr(driver, "_read_keys", lambda: reads.append(read()) or reads[-1])
        os.close(terminal)
        began = time.monotonic()
        reader = threading.Thread(target=driver.run_input_thread)
        reader.start()
        assert lost.wait(60)
        time.sleep(0.3)
        driver.exit_event.set()
        reader.join()
        rests = (time.monotonic() - began) / KEY_SECONDS
    assert len(reads) <= rests + 2  # thousands, if it span
