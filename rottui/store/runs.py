"""The run store as one object: reads, wishes, and the workers' writes."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from rottui.store.checkpoints import CheckpointFiles
from rottui.store.connection import Connections
from rottui.store.groups import Groups
from rottui.store.holding import Holding
from rottui.store.outlook import Outlooks
from rottui.store.pruning import Pruning
from rottui.store.queue import Queue
from rottui.store.rungs import Rungs
from rottui.store.settings import Settings
from rottui.store.steering import Steering
from rottui.store.tagging import Tagging
from rottui.store.trash import Trash
from rottui.store.wishes import Wishes
from rottui.store.work import Work


class RunStore(
    Wishes,
    Groups,
    Holding,
    Queue,
    Trash,
    Work,
    Rungs,
    Pruning,
    Steering,
    Settings,
    Tagging,
    Outlooks,
):
    """A folder with ``runs.sqlite3`` and ``checkpoints/``; usable from any thread and process.

    Its folder is made private to its owner. Many processes may read and write it at once, on one
    machine and a local disk (SQLite's WAL needs both).
    """

    def __init__(self, folder: Path, connections: Connections) -> None:
        self.folder = folder
        self._connections = connections
        self._files = CheckpointFiles(folder)

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False) -> RunStore:
        """Open a store, made or brought to the newest schema unless ``read_only``.

        Raises:
            StoreError: it cannot be used, is no run store, or is one of a newer version; it was
                not changed.
        """
        return cls(folder, Connections(folder, read_only=read_only))

    def filling(self) -> AbstractContextManager[sqlite3.Connection]:
        """A transaction for those who fill a store in bulk, with curves that nobody trained."""
        return self._connections.writing()

    def close(self) -> None:
        """Close every thread's connection; nothing may use the store afterwards."""
        self._connections.close()

    def __enter__(self) -> RunStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
