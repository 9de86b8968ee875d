"""What keeps the workers of one process from writing to the store, while it does."""

from __future__ import annotations

import logging
import threading

log = logging.getLogger("rottui.engine")


class Troubles:
    """Worker → the sentence that says what it waits for; any thread.

    A full disk cannot be told of in the store: who shows or prints asks here.
    """

    def __init__(self) -> None:
        self._sentences: dict[str, str] = {}
        self._lock = threading.Lock()

    def begin(self, worker: str, sentence: str) -> None:
        """The worker waits; logged when the sentence is a new one."""
        with self._lock:
            before = self._sentences.get(worker)
            self._sentences[worker] = sentence
        if sentence != before:
            log.error("worker %s waits: %s", worker, sentence)

    def end(self, worker: str) -> None:
        """The worker goes on."""
        with self._lock:
            before = self._sentences.pop(worker, None)
        if before is not None:
            log.info("worker %s goes on", worker)

    @property
    def now(self) -> str | None:
        """What is wrong at the moment, in one sentence; None if nothing is."""
        with self._lock:
            return next(iter(self._sentences.values()), None)
