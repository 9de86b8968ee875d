"""The clock of leases: it counts while the machine sleeps, and nobody can set it.

``CLOCK_BOOTTIME`` where there is one, else the monotonic clock; both count from the machine's
start, so a lease also carries the boot it was given in. Wall time is for people only.
"""

from __future__ import annotations

import time
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def machine_seconds() -> float:
    """Seconds since this machine started, sleep included where the platform counts it."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def boot_id() -> str:
    """What tells this start of the machine from every other one; empty where nothing does."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""
