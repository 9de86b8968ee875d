"""Run by the tests as a process of its own: claims runs and prints their ids.

One run for each line ``one`` that it is told; after any other line, until none is left.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rottui.store.runs import RunStore


def main(folder: str, worker: str) -> None:
    with RunStore.open(Path(folder)) as store:
        print("ready", flush=True)
        while sys.stdin.readline() == "one\n":
            claim_one(store, worker)
        while claim_one(store, worker):
            pass


def claim_one(store: RunStore, worker: str) -> bool:
    claim = store.claim(worker, threads=1)
    if claim is not None:
        print(claim.run.id, claim.attempt, flush=True)
    return claim is not None


if __name__ == "__main__":
    main(*sys.argv[1:])
