"""Textual's driver for a terminal that may vanish: what cannot be written is dropped.

Textual's writer thread dies of the first write to a terminal that is gone; its queue fills, and the
event loop then waits for it for ever (seen in Textual 8.2.8).
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import IO, Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver


class SteadyFile:
    """A terminal as a file whose writes never raise; its end is told once."""

    def __init__(self, file: IO[str], lost: Callable[[], None]) -> None:
        self._file = file
        self._lost = lost
        self._told = False

    def write(self, text: str) -> int:
        """Write what can be written."""
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
        if self._file is not None:
            self._file = SteadyFile(self._file, lost)  # type: ignore[assignment]
