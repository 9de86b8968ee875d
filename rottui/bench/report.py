"""What was measured, as tables and lines for people and as one JSON document for programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rottui.bench.exactness import Exactness
from rottui.bench.machine import Machine
from rottui.bench.measure import BF16, NOTEBOOK, ROTTUI, Measured, Timing
from rottui.bench.workload import Workload

SCHEMA = 1
"""Grows when names of the JSON document change."""
WORDS = {
    NOTEBOOK: "the notebook loop",
    ROTTUI: "rottui",
    BF16: "rottui in bf16 (other mathematics)",
    "lightning-lean": "PyTorch Lightning, lean",
    "lightning": "PyTorch Lightning, as it comes",
    "skorch": "skorch",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under their titles."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    """So many columns, from the left, are words; the others are numbers and stand at the right."""


Block = str | Table
"""One line, or one table."""


@dataclass(frozen=True, slots=True)
class SpeedReport:
    """The whole result of one benchmark."""

    machine: Machine
    workload: Workload
    measured: Measured
    exactness: Exactness
    notes: tuple[str, ...] = ()
    """Sentences about what was not measured, and why."""

    def blocks(self) -> list[Block]:
        """Lines and tables, from top to bottom."""
        return [
            *about(self.machine, self.workload, in_turns(self.workload)),
            "",
            self._alone(),
            *self._sweep(),
            "",
            *self._limit(),
            self._same(),
            *self.notes,
        ]

    def document(self) -> dict[str, Any]:
        """All numbers, in seconds, operations and operations a second; plain JSON types."""
        measured, workload = self.measured, self.workload
        flops = workload.image_flops
        return {
            "schema": SCHEMA,
            "machine": asdict(self.machine),
            "workload": workload_json(workload),
            "flops": {
                "image_forward": flops.forward,
                "image_backward": flops.backward,
                "step": flops.step * workload.config.batch_size,
                "epoch": workload.epoch_flops,
            },
            "peak": {
                "flops_per_second": measured.peak.flops,
                "matrix_size": measured.peak.size,
                "seconds_per_epoch": self._least_seconds,
            },
            "alone": {
                name: self._timing_json(timing, measured.alone[NOTEBOOK])
                for name, timing in measured.alone.items()
            },
            "sweep": {
                name: self._timing_json(timing, measured.sweep[NOTEBOOK])
                for name, timing in measured.sweep.items()
            },
            "exactness": {
                "same": self.exactness.same,
                "largest_relative_difference": _finite(self.exactness.largest),
                "steps": self.exactness.steps,
                "train_images": self.exactness.train_images,
                "test_images": self.exactness.test_images,
            },
            "notes": list(self.notes),
        }

    @property
    def _least_seconds(self) -> float:
        """Of an epoch that reaches the peak throughout."""
        return self.workload.epoch_flops / self.measured.peak.flops

    def _alone(self) -> Table:
        alone = self.measured.alone
        return Table(
            ("one run alone", "s/epoch", "best", "images/s", "speed", "at best", "of the peak"),
            tuple(self._row(name, timing, alone[NOTEBOOK]) for name, timing in alone.items()),
        )

    def _sweep(self) -> list[Block]:
        sweep = self.measured.sweep
        if not sweep:
            return []
        title = f"the sweep of {len(self.workload.sweep)} lrs, a run"
        rows = tuple(self._row(name, timing, sweep[NOTEBOOK]) for name, timing in sweep.items())
        titles = (title, "s/epoch", "best", "images/s", "speed", "at best", "of the peak")
        return ["", Table(titles, rows)]

    def _row(self, name: str, timing: Timing, reference: Timing) -> tuple[str, ...]:
        return (
            WORDS.get(name, name),
            seconds_text(timing.median),
            seconds_text(timing.best),
            f"{len(self.workload.dataset.train) / timing.median:,.0f}",
            f"{reference.median / timing.median:.2f}×",
            f"{reference.best / timing.best:.2f}×",
            f"{self._least_seconds / timing.median:.0%}" if name != BF16 else "-",
        )

    def _limit(self) -> list[str]:
        peak, flops = self.measured.peak, self.workload.image_flops
        step = flops.step * self.workload.config.batch_size
        reference = self.measured.alone[NOTEBOOK]
        return [
            f"a step is {quantity(step)}FLOP forward and backward, an epoch with its evaluation "
            f"{quantity(self.workload.epoch_flops)}FLOP",
            f"peak of this machine: {quantity(peak.flops)}FLOP/s (float32 matrix product of "
            f"{peak.size}×{peak.size}, {_threads(self.workload)})",
            f"limit: {seconds_text(self._least_seconds)} s an epoch, at most "
            f"{reference.median / self._least_seconds:.1f}× the notebook loop "
            f"({reference.best / self._least_seconds:.1f}× at best)",
        ]

    def _same(self) -> str:
        found = self.exactness
        return (
            f"same mathematics: {'yes' if found.same else 'NO'} (largest relative difference "
            f"{found.largest:.0e}, float64, {found.steps} steps of two epochs and their metrics, "
            f"{found.train_images:,} + {found.test_images:,} images)"
        )

    def _timing_json(self, timing: Timing, reference: Timing) -> dict[str, Any]:
        return {
            "seconds_per_epoch": timing.median,
            "best_seconds_per_epoch": timing.best,
            "samples": list(timing.samples),
            "train_images_per_second": len(self.workload.dataset.train) / timing.median,
            "speed": reference.median / timing.median,
            "speed_of_bests": reference.best / timing.best,
            "share_of_peak": self._least_seconds / timing.median,
        }


def about(machine: Machine, workload: Workload, how: str) -> list[Block]:
    """Two lines on what was measured, how, and where."""
    load = "" if machine.load is None else f", load {machine.load:.1f} at the start"
    train, test = len(workload.dataset.train), len(workload.dataset.test)
    return [
        f"{workload.config.network.label} on {workload.dataset.source}: {train:,} + {test:,} "
        f"images, batch {workload.config.batch_size}, {how}",
        f"{machine.cpu}, {machine.cores} cores, {_threads(workload)}, torch {machine.torch}{load}",
    ]


def in_turns(workload: Workload) -> str:
    """How often it was measured, in a few words."""
    epochs = "1 epoch" if workload.epochs == 1 else f"{workload.epochs} epochs"
    return f"{epochs} × {workload.repeats} in turns, medians"


def workload_json(workload: Workload) -> dict[str, Any]:
    """What was measured; no path but the words that the data source goes by."""
    config = workload.config
    return {
        "network": config.network.model_dump(mode="json"),
        "data": config.data.source,
        "train_images": len(workload.dataset.train),
        "test_images": len(workload.dataset.test),
        "evaluated_images": workload.evaluated,
        "batch_size": config.batch_size,
        "lr": config.lr,
        "sweep_lrs": [run.lr for run in workload.sweep],
        "epochs": workload.epochs,
        "repeats": workload.repeats,
        "threads": workload.threads,
        "device": config.device,
    }


def quantity(value: float) -> str:
    """Three digits and a prefix, to stand before a unit: ``64.1 M``, ``172 G``."""
    prefixes = iter(("", "k", "M", "G", "T", "P", "E"))
    prefix = next(prefixes)
    while value >= 999.5:
        value, prefix = value / 1000, next(prefixes)
    return f"{value:.3g} {prefix}"


def seconds_text(seconds: float) -> str:
    """Three significant digits, none of them in an exponent: ``0.0213``, ``4.06``, ``124``."""
    if seconds <= 0 or not math.isfinite(seconds):
        return f"{seconds:g}"
    digits = max(0, 2 - math.floor(math.log10(seconds)))
    return f"{seconds:.{digits}f}"


def plain_lines(blocks: Sequence[Block]) -> list[str]:
    """The blocks as text, columns two blanks apart."""
    lines: list[str] = []
    for block in blocks:
        lines += [block] if isinstance(block, str) else _aligned(block)
    return lines


def _aligned(table: Table) -> list[str]:
    columns = list(zip(table.titles, *table.rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join(
            cell.ljust(width) if place < table.words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (table.titles, *table.rows)
    ]


def _threads(workload: Workload) -> str:
    return "1 thread" if workload.threads == 1 else f"{workload.threads} threads"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
