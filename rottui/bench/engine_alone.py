"""Train the queue of a store to its end, without a screen: ``python -m`` this, the store's folder.

What the screen's cost is measured against: the same engine in a process of its own.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from rottui import locations
from rottui.engine.engine import Engine

POLL_SECONDS = 0.25


def train(folder: Path, workers: int) -> None:
    """Return once nothing waits in the queue any more."""
    engine = Engine(folder, cache_dir=locations.cache_dir(), workers=workers)
    try:
        engine.start()
        while not engine.idle:
            time.sleep(POLL_SECONDS)  # seldom: who waits is not to be measured
    finally:
        engine.stop()


if __name__ == "__main__":
    train(Path(sys.argv[1]), int(sys.argv[2]))
