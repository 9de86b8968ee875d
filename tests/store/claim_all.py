"""Run by the tests as a process of its own: claims runs until none is left, printing their ids."""

from __future__ import annotations

import sys
from pathlib import Path

from rottui.store.runs import RunStore


def main(folder: str, worker: str) -> None:
    with RunStore.open(Path(folder)) as store:
        print("ready", flush=True)
        sys.stdin.readline()
        while (claim := store.claim(worker, threads=1)) is not None:
            print(claim.run.id, claim.attempt, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
