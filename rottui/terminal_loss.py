"""Letting go of a terminal that is gone, so that no read or write of it spins or blocks."""

from __future__ import annotations

import os


def let_go_of_the_terminal() -> int:
    """Give reads a silent pipe, and writes a bottomless file; the pipe's other end.

    Reads from standard input wait until that end is closed. A terminal that vanished answers them
    with an end of file for ever, which those who poll it take for input, and writes with an error.
    """
    silent, kept_open = os.pipe()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 0)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(silent)
    os.close(nowhere)
    return kept_open
