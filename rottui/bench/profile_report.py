"""A profile as tables for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rottui.bench.machine import Machine
from rottui.bench.profile import Operation, Profile
from rottui.bench.report import SCHEMA, Block, Table, about, seconds_text, workload_json
from rottui.bench.workload import Workload

SHOWN = 15
"""Operations with a row of their own."""


@dataclass(frozen=True, slots=True)
class ProfileReport:
    """Where the time of an epoch goes."""

    machine: Machine
    workload: Workload
    profile: Profile

    def blocks(self) -> list[Block]:
        """Lines and tables, from top to bottom."""
        profile = self.profile
        return [
            *about(self.machine, self.workload, "1 epoch"),
            f"an epoch takes {seconds_text(profile.seconds)} s, and "
            f"{seconds_text(profile.profiled_seconds)} s under the profiler, where many small "
            "operations look longer than they are",
            "its layers as plain matrix products, and nothing else, take PyTorch "
            f"{seconds_text(profile.product_seconds)} s",
            "",
            self._phases(),
            "",
            self._operations(),
        ]

    def document(self) -> dict[str, Any]:
        """All operations, in seconds an epoch."""
        return {
            "schema": SCHEMA,
            "machine": asdict(self.machine),
            "workload": workload_json(self.workload),
            "seconds_per_epoch": self.profile.seconds,
            "profiled_seconds_per_epoch": self.profile.profiled_seconds,
            "product_seconds_per_epoch": self.profile.product_seconds,
            "phases": self.profile.phases(),
            "operations": [asdict(operation) for operation in self.profile.operations],
        }

    def _phases(self) -> Table:
        rows = tuple(
            (phase, _milliseconds(seconds), self._share(seconds))
            for phase, seconds in self.profile.phases().items()
        )
        total = ("all", _milliseconds(self.profile.total), self._share(self.profile.total))
        return Table(("phase", "ms/epoch", "share"), (*rows, total))

    def _operations(self) -> Table:
        shown, rest = self.profile.operations[:SHOWN], self.profile.operations[SHOWN:]
        rows = [self._row(operation) for operation in shown]
        if rest:
            seconds, calls = sum(one.seconds for one in rest), sum(one.calls for one in rest)
            rows.append(self._row(Operation(f"{len(rest)} others", "", calls, seconds)))
        return Table(("operation", "phase", "calls", "ms/epoch", "share"), tuple(rows), words=2)

    def _row(self, one: Operation) -> tuple[str, ...]:
        own, share = _milliseconds(one.seconds), self._share(one.seconds)
        return one.name, one.phase, f"{one.calls:,}", own, share

    def _share(self, seconds: float) -> str:
        return f"{seconds / self.profile.total:.1%}" if self.profile.total else "-"


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.1f}"
