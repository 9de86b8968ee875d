"""The machine that was measured, in words that name nobody."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

import torch

from rottui.engine.threads import available_cores


@dataclass(frozen=True, slots=True)
class Machine:
    """What the numbers depend on."""

    cpu: str
    cores: int
    """That this process may use."""
    device: str
    """``cpu``, or the name of the GPU that trains."""
    system: str
    python: str
    torch: str
    load: float | None
    """Processes that wanted a core in the minute before the start; None where nobody counts."""


def this_machine(device: str = "cpu") -> Machine:
    """As it is now."""
    gpu = torch.cuda.get_device_name() if device == "cuda" else "Apple GPU"
    return Machine(
        cpu=_cpu_name(),
        cores=available_cores(),
        device=device if device == "cpu" else gpu,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        torch=torch.__version__,
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    )


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return platform.processor() or platform.machine()
