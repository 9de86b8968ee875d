"""A real terminal: a pty, the program in it, and an emulator that reads it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable

import pyte

KEYS = {"enter": "\r", "esc": "\x1b", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B"} | {
    f"f{n}": code
    for n, code in enumerate(
        ["\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", *(f"\x1b[{k}~" for k in (15, 17, 18, 19, 20, 21))],
        start=1,
    )
}


class Terminal:
    """A child process on a pty of its own, and what its screen shows."""

    def __init__(self, command: list[str], env: dict[str, str], columns: int, lines: int) -> None:
        self.raw = b""
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, env)
        os.set_inheritable(self._fd, False)  # else a later terminal's program keeps this one open
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.status: int | None = None

    @property
    def text(self) -> str:
        """The screen as lines of characters."""
        return "\n".join(self.screen.display)

    def press(self, *keys: str) -> None:
        """Type keys: names such as ``f3`` and ``enter``, or the characters themselves."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())

    def read(self, seconds: float = 0.1) -> None:
        """Take what the program writes for at most that long."""
        if self._fd < 0:
            time.sleep(seconds)
            return
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if ready:
            with contextlib.suppress(OSError):
                data = os.read(self._fd, 65536)
                self.raw += data
                # pyte does not know the kitty keyboard codes and would print their last letter.
                self._stream.feed(data.replace(b"\x1b[>25u", b"").replace(b"\x1b[<u", b""))

    def wait_for(self, fact: str | Callable[[], bool], seconds: float = 60) -> None:
        """Read until the screen holds a text, or a fact holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read()
            if fact in self.text if isinstance(fact, str) else fact():
                return
        raise AssertionError(f"not seen in {seconds} s: {fact}\n{self.text}")

    def wait_exit(self, seconds: float = 60) -> int:
        """The exit code; minus the signal's number if one killed it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._fd >= 0:
                self.read(0.05)
            else:
                time.sleep(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
        raise AssertionError(f"still running after {seconds} s\n{self.text}")

    def close(self) -> None:
        """Close the terminal's side, as a dropped line does; the child gets SIGHUP."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def end(self) -> None:
        """Leave nothing behind."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
        self.close()
