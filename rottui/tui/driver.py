"""Textual's driver for a terminal that may vanish, or be lent to the shell for a while.

Textual's writer thread dies of the first write to a terminal that is gone; its queue fills, and the
event loop then waits for it for ever (seen in Textual 8.2.8). Here what cannot be written is
dropped.

To suspend, Textual stops its own process, and the training with it. Here the process leaves the
shell's job and goes on, while the job stops.
"""

from __future__ import annotations

import asyncio
import errno
import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import IO, Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from rottui.shell_job import Job

KEY_SECONDS = 0.1
"""How long the end of the screen waits for the thread that reads keys."""


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
    """Draws on a ``SteadyFile``; the app's ``terminal_lost`` is called in the thread that notices.

    The app's ``job``, if it has one, is the shell's that the terminal can be lent to.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._lost: Callable[[], None] = getattr(app, "terminal_lost", lambda: None)
        assert self._file is not None  # the program has checked that this is a terminal
        self._steady = SteadyFile(self._file, self._lost)
        self._file = self._steady  # type: ignore[assignment]
        self._writes = 0
        self._job: Job | None = getattr(app, "job", None)

    def start_application_mode(self) -> None:
        """Take the terminal, of whose screen nothing is known."""
        self._writes = self._steady.flushed
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:
            self._writer_thread._queue.maxsize = 0  # a full one would make the event loop wait
        if self._job is not None:
            asyncio.get_running_loop().add_reader(self._job.words, self._hear, self._job)
        getattr(self._app, "repaint", lambda: None)()

    def write(self, data: str) -> None:
        """Write without waiting; nothing while the shell has the terminal."""
        if not self.away:
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
        return self._job is not None

    @property
    def away(self) -> bool:
        """Whether the shell has the terminal, and nothing is drawn."""
        return self._job is not None and self._job.away

    def suspend_screen(self) -> None:
        """Leave the screen to the shell; the app's resume signal tells when it is back."""
        if self._job is not None and not self._job.away:
            self.suspend_application_mode()
            self._job.leave()

    def stop_application_mode(self) -> None:
        """Leave the screen, unless that was done."""
        if not self.away:
            super().stop_application_mode()

    def disable_input(self) -> None:
        """Read no more keys; what is typed for the shell is the shell's."""
        if not self.away:
            super().disable_input()

    def run_input_thread(self) -> None:
        """Read keys until the screen is left.

        Textual's own spins on the end of a terminal that vanished, unless SIGHUP came.
        """
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(KEY_SECONDS):
                    data = self._read_keys()
                    if not data:
                        self._lost()
                        self.exit_event.wait(KEY_SECONDS)
                    for event in parser.feed(decode(data)) if data else ():
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    def _read_keys(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def _hear(self, job: Job) -> None:
        """The stand-in says that the job is in front again, or nothing any more."""
        try:
            back = job.hear()
        except EOFError:
            asyncio.get_running_loop().remove_reader(job.words)
            self._lost()
            return
        if back:
            self._must_signal_resume = True
            self.resume_application_mode()

    def _sigtstp_application(self, *_: object) -> None:
        """Somebody else wants us to stop: do it as by the key, so that training goes on."""
        self._app.call_later(self._app.run_action, "suspend")

    def _sigcont_application(self, *_: object) -> None:
        """Nothing: the stand-in tells whether the terminal is ours."""
