"""Run by the tests as a process of its own, to be killed: trains the queue of a store.

Arguments: the store's folder, and a file with the images and angles of the two splits.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from rottui.core.data.dataset import Dataset, Split
from rottui.core.training import warm_up
from rottui.engine import worker
from rottui.engine.engine import Engine


def main(folder: str, arrays: str) -> None:
    loaded = np.load(arrays)
    train, test = (
        Split(loaded[f"{name}_images"], loaded[f"{name}_angles"]) for name in ("train", "test")
    )
    dataset = Dataset(train, test, source="bars", fingerprint="bars-1")
    worker.SAVE_SECONDS = 0.02
    warm_up()
    print("ready", flush=True)
    sys.stdin.readline()
    engine = Engine(
        Path(folder), cache_dir=Path(folder), workers=2, threads=1, load=lambda data: dataset
    )
    engine.start()
    assert engine.wait_idle(120)
    assert engine.stop(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
