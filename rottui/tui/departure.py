"""What happens to the runs when the terminal, or somebody, tells the app to go.

- SIGHUP (the terminal vanished, a line dropped), or a write to a terminal that is gone: the process
  lets go of the terminal at once and trains on in place, without a screen, until nothing is left to
  do here; then it ends with 0. Not a step is lost, as the workers do not notice.
- SIGTERM, SIGINT: the runs are checkpointed, then the app exits by itself, so that the terminal is
  left as it was; 143 and 130. An app that does not answer is ended after restoring the terminal;
  one without a screen is ended as soon as its runs are saved.

The handlers are Python's own, not the event loop's, so that they run while the loop is blocked in a
write, and nothing here waits for the loop. One that does answer is asked to close the screen, so
that a process without a terminal draws nothing; the main thread then waits for the end.

A read of input that is under way when the terminal vanishes would never end on the silent pipe that
takes the terminal's place: one byte wakes it. (Closing the pipe would, too, but whoever polls for
input spins on an end of file.)
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

from rottui.terminal_loss import let_go_of_the_terminal

log = logging.getLogger(__name__)

HANGUP = 128 + signal.SIGHUP
GRACE_SECONDS = 5.0
"""How long an app may take to leave by itself after its runs were saved."""

_NO_KEY = b"\0"
"""Wakes a read of input; bound to nothing."""
_RESTORE = "\x1b[<u\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[?7h"
_LEAVE = "\x1b[?1049l\x1b[?25h"


class Departure:
    """Handles what ends the process or takes its terminal, from ``install`` on."""

    def __init__(
        self,
        *,
        save: Callable[[], None],
        leave: Callable[[int], None],
        train_alone: Callable[[], None],
    ) -> None:
        self._save = save
        """Checkpoints the runs in progress and stops their workers; called in a thread."""
        self._leave = leave
        """Makes the app exit with that code; called in a thread."""
        self._train_alone = train_alone
        """Trains without a screen, until nothing is left to do; called in a thread."""
        self._begun = threading.Event()
        self._alone = threading.Event()
        self._once = threading.Lock()
        self._terminal = _terminal_settings()

    def install(self) -> None:
        """Take the signals over; main thread only."""
        signal.signal(signal.SIGHUP, self._hang_up)
        signal.signal(signal.SIGTERM, self._terminate)
        signal.signal(signal.SIGINT, self._terminate)

    def terminal_lost(self) -> None:
        """The terminal is gone, as a write to it has shown; any thread."""
        self._hang_up(signal.SIGHUP, None)

    def wait_if_alone(self) -> None:
        """Without a terminal, wait for the process's end: the screen has closed, training goes on.

        For the main thread, which must not return: signals are handled in it.
        """
        if self._alone.is_set():
            threading.Event().wait()

    def _hang_up(self, number: int, frame: FrameType | None) -> None:
        if not self._once.acquire(blocking=False):
            return  # once is enough, and a second signal must not wait for the first
        os.write(let_go_of_the_terminal(), _NO_KEY)
        self._alone.set()
        if not self._begun.is_set():
            threading.Thread(target=self._go_on_alone, name="rottui-alone").start()

    def _terminate(self, number: int, frame: FrameType | None) -> None:
        if not self._begun.is_set():
            self._begun.set()
            code = 128 + number
            threading.Thread(
                target=self._save_and_leave, args=(code,), name="rottui-departure", daemon=True
            ).start()

    def _go_on_alone(self) -> None:
        log.info("the terminal is gone; training goes on without a screen")
        code = 1
        try:
            self._leave(HANGUP)
        except Exception:  # whatever became of the screen is no reason to stop training
            log.exception("the screen cannot be closed")
        try:
            self._train_alone()
            if self._begun.is_set():
                return  # told to end: whoever was told saves, and ends the process
            self._begun.set()
            self._save()
            code = 0
            log.info("nothing is left to do without a screen")
        except Exception:
            log.exception("without a screen")
        _end(code)

    def _save_and_leave(self, code: int) -> None:
        try:
            self._save()
        finally:
            if self._alone.is_set():
                _end(code)
            self._leave(code)
            threading.Event().wait(GRACE_SECONDS)
            # Still here: the app hangs. This daemon thread would have died with it otherwise.
            log.error("the app did not leave by itself; ending the process")
            self._restore_terminal()
            _end(code)

    def _restore_terminal(self) -> None:
        if self._terminal is None:
            return
        descriptor = sys.__stdin__.fileno() if sys.__stdin__ else 0
        try:
            termios.tcsetattr(descriptor, termios.TCSANOW, self._terminal)
            # Opened anew so as not to wait: perhaps nobody reads it.
            own = os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
            os.write(own, (_RESTORE + _LEAVE).encode())
        except (OSError, termios.error) as error:
            log.warning("cannot restore the terminal: %s", error)


def _end(code: int) -> None:
    """End the process whatever its threads do: the event loop may wait for a terminal for ever."""
    logging.shutdown()
    os._exit(code)


def _terminal_settings() -> Any:
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None
