"""Print what a store of 10,000 runs with 200 epochs each costs to read, write and show.

``python tests/benchmarks/scale.py``; arguments: runs, epochs, and a folder to keep the store in,
else it goes with the process. Seconds are the median of several, on this machine as busy as it is.
"""

from __future__ import annotations

import asyncio
import os
import pty
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rottui.bench.full_store import fill
from rottui.store.records import EpochRow
from rottui.store.runs import RunStore
from rottui.store.states import State

SEED_MLP_EPOCH = 0.065
"""Seconds of the experiment's MLP."""
TIMES = 50


def main(runs: int, epochs: int, folder: Path) -> None:
    store = RunStore.open(folder)
    if not store.places():
        began = time.perf_counter()
        filled = fill(store, runs=runs, epochs=epochs)
        tell("filling the store", time.perf_counter() - began, f"{filled.epochs:,} epochs")
    megabytes = (folder / "runs.sqlite3").stat().st_size / 2**20
    print(f"{len(store.places()):,} runs, {megabytes:,.0f} MB")
    everything = store.changes(-1)
    tell("reading every run", seconds(lambda: store.changes(-1), 3))
    tell("reading what has changed", seconds(lambda: store.changes(everything.revision), TIMES))
    measure_writes(store)
    store.close()
    measure_commands(folder)
    app = [sys.executable, __file__, "--app", str(folder)]
    print(subprocess.run(app, capture_output=True, text=True, check=True).stdout, end="")


def measure_writes(store: RunStore) -> None:
    """Claims, commits, and commits with a checkpoint of the size of the seed's MLP."""
    spent: dict[str, list[float]] = {"claim": [], "commit": [], "commit with a checkpoint": []}
    weights = os.urandom(1_400_000)
    claims = []
    for _ in range(20):
        began = time.perf_counter()
        claim = store.claim("benchmark", threads=1)
        spent["claim"].append(time.perf_counter() - began)
        assert claim is not None
        claims.append(claim)
    for number in range(200):
        claim = claims[number % len(claims)]
        epoch = number // len(claims)
        row = EpochRow(epoch, epoch, *[0.1] * 6, 0.065, 0.0, True, *[0.1] * 5)
        began = time.perf_counter()
        if number % 10:
            store.commit_epoch(claim, row)
            spent["commit"].append(time.perf_counter() - began)
        else:
            written = store.write_checkpoint(claim, "last", epoch, epoch, weights)
            store.commit_epoch(claim, row, [written])
            spent["commit with a checkpoint"].append(time.perf_counter() - began)
    for claim in claims:
        store.finish(claim, State.QUEUED)
    for what, times in spent.items():
        share = statistics.median(times) / SEED_MLP_EPOCH
        tell(what, statistics.median(times), f"{share:.2%} of an epoch of the seed's MLP")


def measure_commands(folder: Path) -> None:
    """The commands as a person waits for them, start of the process included."""
    command = [sys.executable, "-m", "rottui", "runs", "--store", str(folder)]
    tell("rottui runs, terminal", seconds(lambda: on_terminal(command), 5))
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    tell("rottui runs, pipe", seconds(lambda: subprocess.run(command, **quiet), 3))  # type: ignore[call-overload]
    json = [*command, "--json"]
    tell("rottui runs --json", seconds(lambda: subprocess.run(json, **quiet), 3))  # type: ignore[call-overload]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{'peak memory of these':34}{peak:>9,.0f} MB")


def on_terminal(command: list[str]) -> None:
    """Run a command with a pty as its screen, and read what it prints."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdout=theirs)
    os.close(theirs)
    try:
        while os.read(ours, 65536):
            pass
    except OSError:  # its end of the pty is closed
        pass
    os.close(ours)
    assert process.wait() == 0


def measure_app(folder: Path) -> None:
    """The queue on the screen, in a process of its own, without training."""
    from textual.app import App, ComposeResult

    from rottui.engine.expectation import expectation
    from rottui.store.runs import RunStore
    from rottui.tui.feed import Feed, SnapshotRead
    from rottui.tui.snapshot import Snapshot
    from rottui.tui.widgets import queue_cells
    from rottui.tui.widgets.queue_pane import QueuePane

    store = RunStore.open(folder)

    class Queue(App[None]):
        shown = 0.0
        snapshot = Snapshot()

        def compose(self) -> ComposeResult:
            yield QueuePane()

        def on_snapshot_read(self, event: SnapshotRead) -> None:
            self.snapshot = event.snapshot
            self.query_one(QueuePane).show(event.snapshot)
            self.call_after_refresh(self.tell_time)

        def tell_time(self) -> None:
            self.shown = self.shown or time.perf_counter()

    async def look() -> None:
        app = Queue()
        async with app.run_test(size=(120, 40)) as pilot:
            feed = Feed(app, store, interval=0.2)
            began = time.perf_counter()
            feed.start()
            while not app.shown:
                await pilot.pause(0.01)
            tell("app: first request to rows", app.shown - began)
            pane = app.query_one(QueuePane)
            tell("app: showing a snapshot again", seconds(lambda: pane.show(app.snapshot), 10))
            shot = app.snapshot
            tell(
                "app: its line of numbers",
                seconds(lambda: queue_cells.summary(shot.runs, forecast=shot.forecast), 10),
            )
            tell("app: the time left, in its thread", seconds(lambda: expectation(store), 10))
            feed.stop()

    asyncio.run(look())
    store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'app: peak memory, without torch':34}{peak:>9,.0f} MB")


def seconds(act: Callable[[], object], times: int) -> float:
    """The median of several."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def tell(what: str, spent: float, note: str = "") -> None:
    print(f"{what:34}{spent * 1000:>9,.2f} ms  {note}".rstrip(), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--app"]:
        measure_app(Path(sys.argv[2]))
    else:
        asked = dict(enumerate(sys.argv[1:]))
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(asked.get(2, temporary))
            main(int(asked.get(0, 10_000)), int(asked.get(1, 200)), folder)
