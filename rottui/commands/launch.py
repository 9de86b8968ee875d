"""``rottui launch``: open the screen, with as few imports before it as can be."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rottui import locations
from rottui.commands.flags import SOURCES
from rottui.commands.logs import log_to
from rottui.commands.usage import UsageError, positive
from rottui.errors import TerminalError
from rottui.shell_job import enter_job


def launch(*, store: str | None, data: str | None, workers: str | None, theme: str | None) -> int:
    """Run the app in this terminal; its exit code.

    Raises:
        UsageError: a flag that can never work.
        TerminalError: this is no terminal, or one that cannot be painted.
    """
    count = positive("--workers", workers)
    if data is not None and data not in SOURCES and not Path(data).expanduser().exists():
        raise UsageError(f"--data: {data!r} is no source ({', '.join(SOURCES)}) and no path here")
    _check_terminal()
    folder = locations.default_store() if store is None else Path(store).expanduser()
    job = enter_job()
    log_to(folder)
    from rottui.tui.app import run_app

    return run_app(store_folder=folder, data=data, workers=count, theme=theme, job=job)


def _check_terminal() -> None:
    if not _is_terminal():
        raise TerminalError(
            "the screen needs a terminal; use rottui train, sweep and runs in scripts and pipes"
        )
    if os.environ.get("TERM", "") in ("dumb", "unknown"):
        raise TerminalError(
            f"the terminal says TERM={os.environ['TERM']}, which cannot place text; "
            "set TERM=xterm-256color, or use rottui train, sweep and runs"
        )


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
