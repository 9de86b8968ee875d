"""Ctrl+C, SIGTERM and SIGHUP as a wish to stop at a checkpoint."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class StopWish:
    """Set by the first signal; the second one ends the program at once."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.signal: int | None = None

    @property
    def exit_code(self) -> int | None:
        """128 + the signal's number, as shells have it; None if no signal came."""
        return None if self.signal is None else 128 + self.signal


@contextmanager
def stop_on_signals(names: Sequence[str] = _NAMES) -> Iterator[StopWish]:
    """Within, these signals set the wish; after it they do what they did before."""
    wish = StopWish()
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}

    def handle(number: int, frame: FrameType | None) -> None:
        wish.signal = number
        wish.event.set()
        signal.signal(number, signal.SIG_DFL)

    for number in numbers:
        if before[number] is not signal.SIG_IGN:  # nohup means it
            signal.signal(number, handle)
    try:
        yield wish
    finally:
        for number in numbers:
            signal.signal(number, before[number])
