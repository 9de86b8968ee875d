"""``rottui launch``: open the screen, with as few imports before it as can be."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from pathlib import Path

from rottui import locations
from rottui.commands.logs import log_to
from rottui.commands.usage import DONE, UsageError, complain, positive
from rottui.core.fields import SETTINGS
from rottui.errors import TerminalError
from rottui.shell_job import enter_job

SOURCES = SETTINGS["data.source"].words
PIPE = (120, 40)
"""Columns and lines of a frame where neither a terminal nor COLUMNS and LINES say how many."""


def launch(*, store: str | None, data: str | None, workers: str | None, theme: str | None) -> int:
    """Run the app in this terminal; its exit code.

    Raises:
        UsageError: a flag that can never work.
        TerminalError: this is no terminal.
    """
    count = positive("--workers", workers)
    _check_data(data)
    _check_terminal()
    if os.environ.get("TERM") in ("dumb", "unknown"):
        return _plainly(store, workers)
    folder = _folder(store)
    job = enter_job()
    log_to(folder)
    be_quiet_over_ssh()
    gc.disable()  # until the first frame: nearly all that is made for it stays
    try:
        from rottui.tui.app import run_app

        return run_app(store_folder=folder, data=data, workers=count, theme=theme, job=job)
    finally:
        gc.enable()


QUIET = {"TEXTUAL_FPS": "15", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}
"""Textual reads these once, when it is imported; what a person has set stays."""


def be_quiet_over_ssh() -> None:
    """Over SSH draw less often and animate nothing; the screen also reads the store less often."""
    if os.environ.get("SSH_CONNECTION"):
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)


def _plainly(store: str | None, workers: str | None) -> int:
    """Train the queue as the screen does, with lines instead of it."""
    complain(
        f"TERM={os.environ['TERM']} cannot place text: a line tells of each event instead, and "
        "Ctrl+C saves and leaves; export TERM=xterm-256color for the screen"
    )
    from rottui.commands.work import work

    return work(workers=workers, threads=None, until_empty=False, ready_fd=None, store=store)


def once(*, store: str | None, data: str | None, theme: str | None) -> int:
    """Print one frame of the screen: in colour on a terminal, as plain text anywhere else.

    Raises:
        UsageError: the data can never be found.
        StoreError: the store cannot be read.
    """
    _check_data(data)
    from rottui.commands.tables import on_terminal
    from rottui.tui.once import one_frame
    from rottui.tui.screen_cut import text_of

    columns, lines = shutil.get_terminal_size(PIPE)
    # a line is left for the prompt, so that the first one stays on the screen
    size = (columns, lines - 1 if on_terminal() else lines)
    frame = one_frame(_folder(store), size, data=data, theme=theme)
    if not on_terminal():
        print(text_of(frame), end="")
        return DONE
    from rich.console import Console
    from rich.segment import Segment, Segments

    segments = [segment for line in frame for segment in (*line, Segment.line())]
    Console(soft_wrap=True).print(Segments(segments), end="")
    return DONE


def _folder(store: str | None) -> Path:
    return locations.default_store() if store is None else Path(store).expanduser()


def _check_data(data: str | None) -> None:
    if data is not None and data not in SOURCES and not Path(data).expanduser().exists():
        raise UsageError(f"--data: {data!r} is no source ({', '.join(SOURCES)}) and no path here")


def _check_terminal() -> None:
    if not _is_terminal():
        raise TerminalError(
            "the screen needs a terminal; rottui launch --once prints one frame, and rottui train, "
            "sweep, runs and follow work in scripts and pipes"
        )


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
