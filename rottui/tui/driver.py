"""Textual's driver for a terminal that may vanish, or be lent to the shell for a while.

Textual's writer thread dies of the first write to a terminal that is gone; its queue fills, and the
event loop then waits for it for ever (seen in Textual 8.2.8). Here what cannot be written is
dropped.

To suspend, Textual stops its own process only: a shell that waits for ``uv run rottui`` or for a
script would wait on. Here the whole process group stops, as by a Ctrl+Z that nobody catches.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from typing import IO, Any

import psutil
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver


class SteadyFile:
    """A terminal as a file whose writes never raise; its end is told once.

    Textual's writer thread flushes it whenever nothing waits to be written.
    """

    def __init__(self, file: IO[str], lost: Callable[[], None]) -> None:
        self._file = file
        self._lost = lost
        self._told = False
        self._written = 0
        self._ready: Callable[[], None] | None = None
        self.flushed = 0
        """How many writes the terminal has taken."""
        self.sent = 0
        """Bytes that were written."""

    def write(self, text: str) -> int:
        """Write what can be written."""
        self._written += 1
        self.sent += len(text.encode(errors="replace"))
        try:
            return self._file.write(text)
        except OSError as error:
            self._failed(error)
            return len(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        try:
            self._file.flush()
        except OSError as error:
            self._failed(error)
        self.flushed = self._written
        ready, self._ready = self._ready, None
        if ready is not None:
            ready()

    def call_when_flushed(self, ready: Callable[[], None] | None) -> None:
        """Call this after the next flush, in the thread that flushes; None takes it back."""
        self._ready = ready

    def fileno(self) -> int:
        """The descriptor."""
        return self._file.fileno()

    def _failed(self, error: OSError) -> None:
        if error.errno == errno.EIO and not self._told:  # of a terminal: its other end is closed
            self._told = True
            self._lost()


class SteadyDriver(LinuxDriver):
    """Draws on a ``SteadyFile``; the app's ``terminal_lost`` is called in the writer thread."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        lost = getattr(app, "terminal_lost", lambda: None)
        assert self._file is not None  # the program has checked that this is a terminal
        self._steady = SteadyFile(self._file, lost)
        self._file = self._steady  # type: ignore[assignment]
        self._writes = 0
        self._away = False

    def start_application_mode(self) -> None:
        """Take the terminal, of whose screen nothing is known."""
        self._writes = self._steady.flushed
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:
            self._writer_thread._queue.maxsize = 0  # a full one would make the event loop wait
        getattr(self._app, "repaint", lambda: None)()

    def write(self, data: str) -> None:
        """Write without waiting."""
        self._writes += 1
        super().write(data)

    def when_ready(self, ready: Callable[[], None]) -> bool:
        """Whether the terminal has taken all that was written.

        If not, ``ready`` is called when it has, in the writer's thread.
        """
        self._steady.call_when_flushed(ready)
        if self._steady.flushed < self._writes:
            return False
        self._steady.call_when_flushed(None)
        return True

    @property
    def sent(self) -> int:
        """Bytes that were written to the terminal."""
        return self._steady.sent

    @property
    def can_suspend(self) -> bool:
        """Whether a shell is there that would take the terminal, and give it back."""
        return _shell_waits()

    def suspend_group(self) -> None:
        """Leave the screen and stop, with whatever program of the shell's job waits for us.

        Returns once the shell has continued the job; the screen is back soon after.
        """
        self.suspend_application_mode()
        self._away = True
        os.killpg(os.getpgrp(), signal.SIGSTOP)

    def _sigtstp_application(self, *_: object) -> None:
        """Somebody else wants us to stop: do it as by the key, so that training goes on."""
        self._app.call_later(self._app.run_action, "suspend")

    def _sigcont_application(self, *_: object) -> None:
        if not self._away:
            return
        try:
            in_front = os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:  # the terminal has vanished meanwhile
            return
        if in_front:
            self._away = False
            self._must_signal_resume = True
            self.resume_application_mode()
        else:  # continued in the background (bg), where there is no screen
            os.killpg(os.getpgrp(), signal.SIGSTOP)


def _shell_waits() -> bool:
    """Whether a shell with job control started the process group that we are in.

    A group that has no such parent (the first process of a session, as of ``ssh -t host rottui``)
    would stay stopped for ever.
    """
    group = os.getpgrp()
    if group == os.getsid(0):
        return False
    try:
        parent = psutil.Process(group).ppid()
        return os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != group
    except (OSError, psutil.Error):
        return False
