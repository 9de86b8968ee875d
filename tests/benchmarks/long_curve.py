"""Print what a run of 1,000,000 epochs costs to open and to draw again.

``python tests/benchmarks/long_curve.py``; arguments: epochs, and a folder to keep the store in,
else it goes with the process. Medians of several, by the clock and by the processor's: the machine
may be busy with something else.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rottui.bench.full_store import fill
from rottui.store.runs import RunStore
from rottui.tui.charts.curves import Plot
from rottui.tui.charts.drawing import draw
from rottui.tui.charts.look import Look
from rottui.tui.charts.metrics import Metric, Splits
from rottui.tui.charts.plotext_canvas import rasterise
from rottui.tui.feed import LONG

WIDTH, HEIGHT = 100, 30
"""Cells of the chart."""


def main(epochs: int, folder: Path) -> None:
    with RunStore.open(folder) as store:
        if not store.places():
            lengthen(store, epochs)
        (run,) = store.runs()
        rows = tuple(store.shape(run.id, LONG))

        def drawn(look: Look) -> str:
            plot = Plot.of(Metric.LOSS, [run], {run.id: rows}, Splits.BOTH, False, look=look)
            return draw(plot.chart(), WIDTH, HEIGHT, rasterise).text

        print(drawn(Look()).split("\n")[0].rstrip())
        tell(f"reading {len(rows):,} epochs that tell its shape", lambda: store.shape(run.id, LONG))
        tell(f"drawing it again at {WIDTH}x{HEIGHT}", lambda: drawn(Look()))
        tell("drawing it smoothed", lambda: drawn(Look(smoothing=0.9)))


def lengthen(store: RunStore, epochs: int) -> None:
    """A run as long as a config allows, and its curve again behind itself."""
    longest = min(epochs, 100_000) - 1
    fill(store, runs=1, epochs=longest)
    with store.filling() as db:
        names = [row[1] for row in db.execute("PRAGMA table_info(epochs)") if row[1] != "epoch"]
        columns = ", ".join(names)
        for start in range(longest + 1, epochs, longest + 1):
            db.execute(
                f"INSERT INTO epochs (epoch, {columns}) SELECT epoch + ?, {columns} FROM epochs "
                "WHERE epoch <= ?",
                (start, longest),
            )


def tell(what: str, action: Callable[[], object], times: int = 5) -> None:
    spent = []
    for _ in range(times):
        began, worked = time.perf_counter(), time.process_time()
        action()
        spent.append((time.perf_counter() - began, time.process_time() - worked))
    clock, processor = (statistics.median(column) for column in zip(*spent, strict=True))
    print(f"{what}: {clock * 1000:.0f} ms, {processor * 1000:.0f} ms of the processor")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        main(count, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(count, Path(made))
