"""The shell's job that the app is in: how Ctrl+Z suspends a screen and not the training.

A shell takes its terminal back once the process that it has started stops, and of a stopped process
no thread runs. So where a shell with job control waits, the process that it has started only
stands in for the app, its child. To suspend, the app leaves the job's process group and stops that
group, with whatever else the shell waits for (``uv run``, a script); it goes on itself, in the
background. Once ``fg`` has continued the group, the stand-in tells the app to come back; after
``bg``, which gives no terminal, it stops the group again.

The stand-in passes on the signals that are sent to it, ends as the app ends, and if it is killed,
the app takes that for a terminal that has vanished.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import NoReturn

SHELL_SECONDS = 1.0
"""How long a shell that ends may take after it has told its jobs."""

_IN_FRONT = b"f"
_NOBODY = 0
"""Who sends what the kernel sends."""
_ENDING = {signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM}
_PASSED_ON = _ENDING | {signal.SIGTSTP}
_HEARD = _PASSED_ON | {signal.SIGCONT, signal.SIGCHLD}


class Job:
    """The app's side: leaves the job's process group and comes back.

    Args:
        group: the job's process group.
        words: a descriptor from which the stand-in's words are read.
    """

    def __init__(self, group: int, words: int) -> None:
        self.group = group
        self.words = words
        """Readable once ``hear`` has something to say."""
        self.away = False
        """Whether the shell has the terminal."""

    def leave(self) -> None:
        """Let the shell have the terminal, and run on without; main thread only."""
        self.away = True
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # a stray write must not stop the training
        os.setpgid(0, 0)
        os.killpg(self.group, signal.SIGSTOP)

    def hear(self) -> bool:
        """Whether the job is in front again, and the app in it; main thread only.

        Raises:
            EOFError: the stand-in is gone.
        """
        if not os.read(self.words, 16):
            raise EOFError
        if not self.away:
            return False
        os.setpgid(0, self.group)
        if not _in_front():  # the shell was quicker
            self.leave()
            return False
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        self.away = False
        return True


def enter_job() -> Job | None:
    """Go on as the child of a stand-in for the shell; None, and the same process, without a shell.

    To be called before the first thread is started and the first file of ours is opened.
    """
    shell = _waiting_shell()
    if shell is None:
        return None
    words, told = os.pipe()
    group = os.getpgrp()
    sys.stdout.flush()
    sys.stderr.flush()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    app = os.fork()
    if app:
        os.close(words)
        _stand_in(app, told, shell)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    os.close(told)
    return Job(group, words)


def _waiting_shell() -> int | None:
    """The process of the shell with job control that started the process group that we are in.

    A group that has no such parent (the first process of a session, as of ``ssh -t host rottui``)
    would stay stopped for ever.
    """
    group = os.getpgrp()
    if not os.isatty(0) or group == os.getsid(0):
        return None
    parent = os.getppid() if group == os.getpid() else _parent(group)
    try:
        started_it = os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != group
    except OSError:
        return None
    return parent if started_it else None


def _parent(process: int) -> int:
    """The parent of another process; -1 if that has ended."""
    import psutil  # late: where the app leads its group, as under a shell, nobody has to look

    try:
        return psutil.Process(process).ppid()
    except psutil.Error:
        return -1


def _stand_in(app: int, told: int, shell: int) -> NoReturn:
    """Be the process that the shell waits for, until the app ends."""
    for ignored in (signal.SIGCHLD, signal.SIGCONT):  # some systems drop what nobody handles
        signal.signal(ignored, lambda *_: None)
    group = os.getpgrp()
    ending = hung_up = False
    while True:
        number, sender = _next_signal()
        away = os.getpgid(app) != group
        if number == signal.SIGCHLD:
            pid, status = os.waitpid(app, os.WNOHANG | os.WUNTRACED)
            if pid and not os.WIFSTOPPED(status):
                _end_as(os.waitstatus_to_exitcode(status))
            if pid and not away and not ending:
                os.killpg(group, signal.SIGSTOP)
        elif number != signal.SIGCONT:
            ending = ending or number in _ENDING  # and must not stop and wait for a person
            hung_up = hung_up or number == signal.SIGHUP
            if number == signal.SIGTERM and away and sender in (shell, None):
                number = signal.SIGHUP if hung_up or _ends_soon(shell) else number
            if away or sender != _NOBODY:  # what the terminal sends, the whole group has got
                os.kill(app, number)
        elif away and _in_front():
            os.kill(app, signal.SIGCONT)
            os.write(told, _IN_FRONT)
        elif away and not ending:
            os.killpg(group, signal.SIGSTOP)


def _next_signal() -> tuple[int, int | None]:
    """Wait for a signal that concerns the app, and who sent it; None where that is not told."""
    if sys.platform == "darwin":
        return signal.sigwait(_HEARD), None
    heard = signal.sigwaitinfo(_HEARD)
    return heard.si_signo, heard.si_pid


def _ends_soon(shell: int) -> bool:
    """Whether the shell is about to end.

    A shell that ends tells the jobs that are stopped to end as well (bash does), which is no wish
    of a person's: to the app it is a terminal that vanishes.
    """
    import psutil

    end = time.monotonic() + SHELL_SECONDS
    while time.monotonic() < end:
        try:
            if psutil.Process(shell).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def _in_front() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:  # the terminal has vanished
        return False


def _end_as(code: int) -> NoReturn:
    """End with that code; by that signal if it is negative, so that the shell says so."""
    if code < 0:
        number = signal.Signals(-code)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        os.kill(os.getpid(), number)
    os._exit(abs(code))
