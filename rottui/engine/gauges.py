"""What the machine and this process are doing right now: processor, memory, threads, GPUs."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass

import psutil

from rottui.engine.threads import available_cores

GPU_SECONDS = 5.0
"""How long ``nvidia-smi`` may take."""
ASKED = ("name", "utilization.gpu", "memory.used", "memory.total")


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU, as its driver tells."""

    name: str
    busy: float | None
    """Share of the time in which it did something, 0..1; None where nobody counts."""
    used: float
    total: float
    """Bytes of its memory."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All of it at one time."""

    at: float
    """Seconds of a clock that only goes forward."""
    cpu: float
    """Share of all cores that was busy since the reading before, 0..1."""
    own_cores: float
    """Cores that this process kept busy since then, such as 1.8."""
    cores: int
    """Cores that this process may use."""
    used: float
    total: float
    """Bytes of memory."""
    own: float
    """Bytes of memory that this process has."""
    threads: int
    """Threads of this process, idle ones too."""
    gpus: tuple[Gpu, ...] = ()
    no_gpu: str = ""
    """Why no GPU is told of; empty if one is."""


class Gauges:
    """Reads them; one thread."""

    def __init__(self) -> None:
        self._me = psutil.Process()
        self._tool = shutil.which("nvidia-smi")
        psutil.cpu_percent(None)  # both count from here on
        self._me.cpu_percent(None)

    def read(self) -> Reading:
        """Everything now; shares are of the time since the last call."""
        memory = psutil.virtual_memory()
        gpus, no_gpu = self._gpus()
        with self._me.oneshot():
            return Reading(
                time.monotonic(),
                psutil.cpu_percent(None) / 100,
                self._me.cpu_percent(None) / 100,
                available_cores(),
                float(memory.total - memory.available),
                float(memory.total),
                float(self._me.memory_info().rss),
                self._me.num_threads(),
                gpus,
                no_gpu,
            )

    def _gpus(self) -> tuple[tuple[Gpu, ...], str]:
        if self._tool is None:
            return (), "none that tells: nvidia-smi is not installed"
        command = [self._tool, f"--query-gpu={','.join(ASKED)}", "--format=csv,noheader,nounits"]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=GPU_SECONDS, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return (), "nvidia-smi does not answer"
        found = gpus_in(done.stdout)
        return found, "" if found else "nvidia-smi names none"


def gpus_in(text: str) -> tuple[Gpu, ...]:
    """The GPUs in what ``nvidia-smi`` prints for ``ASKED`` as CSV, in MiB; other lines are none."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) != len(ASKED):
            continue
        name, busy, used, total = cells
        try:
            found.append(
                Gpu(
                    name,
                    float(busy) / 100 if busy.replace(".", "").isdigit() else None,
                    float(used) * 2**20,
                    float(total) * 2**20,
                )
            )
        except ValueError:
            continue
    return tuple(found)
