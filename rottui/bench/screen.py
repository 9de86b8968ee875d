"""What the screen costs: a sweep trained by the app with its charts live, and without a screen.

Both are processes of their own on stores of their own; the app runs in a pseudo-terminal of 120×40
characters that is read as fast as it writes. Throughput is taken from the times at which epochs
were committed: without the first quarter of them, so that the charts are there and neither's start
counts, and once more from the first claim to the last run's end.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rottui.bench.engine_alone import add_runs, ended_at, temporary_store, train_in_process
from rottui.bench.machine import Machine
from rottui.bench.measure import Timing
from rottui.bench.report import (
    SCHEMA,
    Block,
    Table,
    about,
    in_turns,
    seconds_text,
    workload_json,
)
from rottui.bench.workload import Tell, Workload
from rottui.engine.threads import available_cores
from rottui.errors import TerminalError
from rottui.store.runs import RunStore
from rottui.store.states import ENDED

AIM = 0.97
"""Share of the throughput that is meant to be left with the screen."""
COLUMNS, LINES = 120, 40
POLL_SECONDS = 0.25
LEAVE_SECONDS = 30.0
PAINT_SECONDS = 60.0
"""Nothing that is waited for may take longer."""
_FIRST_FRAME = b"\x1b[?1049h"
"""What a terminal app writes when it takes the screen."""
_SETTLE_SECONDS = 1.0
_F3, _F4 = b"\x1bOR", b"\x1bOS"


@dataclass(frozen=True, slots=True)
class ScreenCost:
    """Seconds a run and epoch of the same sweep, measured in turns."""

    without: Timing
    with_screen: Timing
    whole_without: Timing
    whole_with_screen: Timing
    """From the first claim to the last run's end, while the app itself is starting, too."""
    bytes_per_second: float
    """That the app wrote to its terminal meanwhile."""

    @property
    def share(self) -> float:
        """Of the throughput, left with the screen; by medians."""
        return self.without.median / self.with_screen.median

    @property
    def whole_share(self) -> float:
        """The same, the start counted."""
        return self.whole_without.median / self.whole_with_screen.median


def measure_screen(workload: Workload, tell: Tell) -> ScreenCost:
    """Train the sweep ``workload.repeats`` times without and with a screen.

    Raises:
        TrainingError: a run did not come to its end, or a process failed.
        TerminalError: the app could not be shown.
    """
    without: list[_Paces] = []
    with_screen: list[_Paces] = []
    rates: list[float] = []
    for repeat in range(workload.repeats):
        tell("measuring", 2 * repeat, 2 * workload.repeats)
        without.append(_without_screen(workload))
        tell("measuring", 2 * repeat + 1, 2 * workload.repeats)
        paces, rate = _with_screen(workload)
        with_screen.append(paces)
        rates.append(rate)
    tell("measuring", 1, 1)
    return ScreenCost(
        without=Timing(tuple(paces.steady for paces in without)),
        with_screen=Timing(tuple(paces.steady for paces in with_screen)),
        whole_without=Timing(tuple(paces.whole for paces in without)),
        whole_with_screen=Timing(tuple(paces.whole for paces in with_screen)),
        bytes_per_second=sum(rates) / len(rates),
    )


def _without_screen(workload: Workload) -> _Paces:
    with temporary_store() as store:
        add_runs(store, workload.sweep)
        train_in_process(store.folder, workers=_workers(workload), closed=False, warm=False)
        return paces_of(store)


def _with_screen(workload: Workload) -> tuple[_Paces, float]:
    """Its paces, and bytes a second that the app wrote."""
    with temporary_store() as store, tempfile.TemporaryDirectory(prefix="rottui-bench-") as config:
        add_runs(store, workload.sweep)
        command = [sys.executable, "-m", "rottui", "launch", "--store", str(store.folder)]
        command += ["--workers", str(_workers(workload))]
        if workload.config.data.path:
            command += ["--data", workload.config.data.path]
        env = {**os.environ, "TERM": "xterm-256color", "ROTTUI_CONFIG": config}
        env.pop("SSH_CONNECTION", None)  # over SSH the app redraws less often
        with AppInTerminal(command, env) as app:
            app.wait_for_frame()
            app.show_charts(len(workload.sweep))
            started, written = time.monotonic(), app.written
            while not all(run.state in ENDED for run in store.runs()):
                app.check()
                time.sleep(POLL_SECONDS)
            rate = (app.written - written) / (time.monotonic() - started)
        return paces_of(store), rate


class AppInTerminal:
    """The app as a child process in a pseudo-terminal, and a thread that reads what it writes.

    ``raw`` holds all of it.
    """

    leave: tuple[bytes, ...] = (b"q",)
    """The keys that leave it."""

    def __init__(self, command: Sequence[str], env: dict[str, str]) -> None:
        self.raw = bytearray()
        self._came = threading.Condition()
        self._last = self.started = time.perf_counter()
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
        )
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, name="rottui-terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> AppInTerminal:
        return self

    def __exit__(self, *error: object) -> None:
        """Leave by the app's own key, or by force."""
        with contextlib.suppress(OSError):
            self.press(*self.leave)
        try:
            self._process.wait(LEAVE_SECONDS if error[0] is None else 1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        os.close(self._ours)

    @property
    def written(self) -> int:
        """Bytes that the app has written so far."""
        return len(self.raw)

    def seconds_until(self, text: bytes, *, since: float, after: int = 0) -> float:
        """Wait until the app has written a text, and say how long that took.

        Args:
            text: what it is to write.
            since: ``time.perf_counter()`` when the waiting counts from.
            after: bytes that it had written before, where the text does not count.

        Raises:
            TerminalError: it ended, or did not do so in time.
        """
        with self._came:
            self._wait_for(lambda: self.raw.find(text, max(0, after - len(text) + 1)) >= 0)
            return self._last - since

    def seconds_until_quiet(self, quiet: float, *, since: float, after: int) -> float:
        """Wait until the app has written something and then nothing for ``quiet`` seconds.

        Returns the seconds from ``since`` to the last byte; ``after`` as in ``seconds_until``.

        Raises:
            TerminalError: it ended, or showed nothing in time.
        """
        with self._came:
            self._wait_for(lambda: len(self.raw) > after)
            while self._came.wait(quiet):
                pass
            return self._last - since

    def _wait_for(self, shown: Callable[[], bool]) -> None:
        end = time.monotonic() + PAINT_SECONDS
        while not self._came.wait_for(shown, POLL_SECONDS):
            self.check()
            if time.monotonic() > end:
                raise TerminalError(f"the app showed nothing within {PAINT_SECONDS:.0f} s")

    def kill(self) -> None:
        """End the app at once; it is not asked to leave any more."""
        self._process.kill()

    def press(self, *keys: bytes) -> None:
        """Send the keys' codes."""
        for key in keys:
            os.write(self._ours, key)

    def wait_for_frame(self, seconds: float = 60) -> None:
        """Wait until the app has taken the screen and listens.

        Raises:
            TerminalError: it ended, or did not do so in time.
        """
        end = time.monotonic() + seconds
        while _FIRST_FRAME not in self.raw:
            self.check()
            if time.monotonic() > end:
                raise TerminalError(f"the app showed nothing within {seconds:.0f} s")
            time.sleep(0.01)
        time.sleep(_SETTLE_SECONDS)

    def show_charts(self, runs: int) -> None:
        """Mark every run of the queue, then show their curves."""
        self.press(_F3)
        time.sleep(_SETTLE_SECONDS)
        self.press(*[b" "] * runs, _F4)  # a mark takes the cursor to the next run

    def check(self) -> None:
        """Refuse to go on without the app.

        Raises:
            TerminalError: it has ended.
        """
        code = self._process.poll()
        if code is not None:
            raise TerminalError(f"the app ended by itself, with exit code {code}")

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._ours, 65536)
            except OSError:  # the app has closed its side
                return
            if not data:
                return
            with self._came:
                self.raw += data
                self._last = time.perf_counter()
                self._came.notify_all()


def _workers(workload: Workload) -> int:
    return min(available_cores(), len(workload.sweep))


@dataclass(frozen=True, slots=True)
class _Paces:
    """Seconds a run and epoch of one sweep."""

    steady: float
    """Without the first quarter of its epochs."""
    whole: float


def paces_of(store: RunStore) -> _Paces:
    """From the rows of a finished sweep.

    Raises:
        TrainingError: a run did not come to its end.
    """
    ended, runs = ended_at(store), store.runs()
    started = min(run.started_at or ended for run in runs)
    commits = sorted(row.at for run in runs for row in store.epochs(run.id) if row.epoch)
    first = len(commits) // 4
    steady = (commits[-1] - commits[first]) / max(1, len(commits) - 1 - first)
    return _Paces(steady, (ended - started) / len(commits))


@dataclass(frozen=True, slots=True)
class ScreenReport:
    """The result as a table and as a document."""

    machine: Machine
    workload: Workload
    cost: ScreenCost

    def blocks(self) -> list[Block]:
        """Lines and tables, from top to bottom."""
        cost = self.cost

        def row(name: str, timing: Timing) -> tuple[str, ...]:
            share, best = (
                cost.without.median / timing.median,
                cost.without.best / timing.best,
            )
            seconds = seconds_text(timing.median), seconds_text(timing.best)
            return (name, *seconds, f"{share:.1%}", f"{best:.1%}")

        runs = len(self.workload.sweep)
        titles = (f"the sweep of {runs} lrs, a run", "s/epoch", "best", "throughput", "at best")
        rows = (
            row("engine alone", cost.without),
            row("in the app, charts live", cost.with_screen),
        )
        return [
            *about(self.machine, self.workload, in_turns(self.workload)),
            "",
            Table(titles, rows),
            "",
            f"aim: {AIM:.0%} of the throughput with the screen; {cost.whole_share:.1%} from the "
            "first claim on, while the app itself is starting",
            f"the app wrote {cost.bytes_per_second:,.0f} bytes/s to a terminal of "
            f"{COLUMNS}×{LINES}",
        ]

    def document(self) -> dict[str, Any]:
        """All numbers."""
        cost = self.cost
        timings = {"engine": cost.without, "app": cost.with_screen}
        return {
            "schema": SCHEMA,
            "machine": asdict(self.machine),
            "workload": workload_json(self.workload),
            "screen": {
                name: {
                    "seconds_per_epoch": timing.median,
                    "best_seconds_per_epoch": timing.best,
                    "samples": list(timing.samples),
                }
                for name, timing in timings.items()
            },
            "share": cost.share,
            "share_with_start": cost.whole_share,
            "share_of_bests": cost.without.best / cost.with_screen.best,
            "aim": AIM,
            "bytes_per_second": cost.bytes_per_second,
        }
