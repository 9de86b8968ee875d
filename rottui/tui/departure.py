"""What happens to the runs when the terminal, or somebody, tells the app to go.

- SIGHUP (the terminal vanished, a line dropped): the process lets go of the terminal at once, the
  runs in progress are checkpointed, and the process ends with 129. The event loop is not asked: it
  may be stuck in a write to the terminal that is gone.
- SIGTERM, SIGINT: the runs are checkpointed, then the app exits by itself, so that the terminal is
  left as it was; 143 and 130. An app that does not answer is ended after restoring the terminal.

The handlers are Python's own, not the event loop's, so that they run while the loop is blocked.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import termios
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

log = logging.getLogger(__name__)

HANGUP = 128 + signal.SIGHUP
GRACE_SECONDS = 5.0
"""How long an app may take to leave by itself after its runs were saved."""

_RESTORE = "\x1b[<u\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[?7h"
_LEAVE = "\x1b[?1049l\x1b[?25h"


class Departure:
    """Handles the signals that end the process, from ``install`` on."""

    def __init__(self, *, save: Callable[[], None], leave: Callable[[int], None]) -> None:
        self._save = save
        """Checkpoints the runs in progress and stops their workers; called in a thread."""
        self._leave = leave
        """Makes the app exit with that code; called in a thread."""
        self._begun = threading.Event()
        self._terminal = _terminal_settings()

    def install(self) -> None:
        """Take the signals over; main thread only."""
        signal.signal(signal.SIGHUP, self._hang_up)
        signal.signal(signal.SIGTERM, self._terminate)
        signal.signal(signal.SIGINT, self._terminate)

    def _hang_up(self, number: int, frame: FrameType | None) -> None:
        _let_go_of_the_terminal()
        if not self._begun.is_set():
            self._begun.set()
            threading.Thread(target=self._save_and_end, name="rottui-hangup").start()

    def _terminate(self, number: int, frame: FrameType | None) -> None:
        if not self._begun.is_set():
            self._begun.set()
            code = 128 + number
            threading.Thread(
                target=self._save_and_leave, args=(code,), name="rottui-departure", daemon=True
            ).start()

    def _save_and_end(self) -> None:
        try:
            self._save()
        finally:
            logging.shutdown()
            os._exit(HANGUP)

    def _save_and_leave(self, code: int) -> None:
        try:
            self._save()
        finally:
            self._leave(code)
            threading.Event().wait(GRACE_SECONDS)
            # Still here: the app hangs. This daemon thread would have died with it otherwise.
            log.error("the app did not leave by itself; ending the process")
            self._restore_terminal()
            logging.shutdown()
            os._exit(code)

    def _restore_terminal(self) -> None:
        if self._terminal is None:
            return
        descriptor = sys.__stdin__.fileno() if sys.__stdin__ else 0
        try:
            os.write(descriptor, (_RESTORE + _LEAVE).encode())
            termios.tcsetattr(descriptor, termios.TCSANOW, self._terminal)
        except (OSError, termios.error) as error:
            log.warning("cannot restore the terminal: %s", error)


def _terminal_settings() -> Any:
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None


def _let_go_of_the_terminal() -> None:
    """Give reads a silent pipe and writes a bottomless file, so that nothing spins or blocks."""
    silent, _kept_open = os.pipe()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 0)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
