"""Keys as they come from a terminal, by the names that the config file takes."""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import suppress

from textual import events
from textual._xterm_parser import XTermParser

ALONE = 0.1
"""Seconds after which Escape was a key and not the beginning of one."""
ALL_KEYS, USUAL_KEYS = b"\x1b[>1u", b"\x1b[<u"
"""As the screen does: terminals that know kitty's keyboard protocol tell more keys apart."""


def pressed_keys(descriptor: int) -> Iterator[str]:
    """Each key that is pressed, until Ctrl+C or the end of the terminal.

    The terminal is left as it was.

    Raises:
        OSError: this is no terminal.
    """
    import termios
    import tty

    try:
        before = termios.tcgetattr(descriptor)
    except termios.error as error:
        raise OSError(*error.args) from None
    try:
        tty.setraw(descriptor, termios.TCSANOW)  # what was typed already counts
        raw = termios.tcgetattr(descriptor)
        raw[1] |= termios.OPOST  # what is printed meanwhile begins at the left, as ever
        termios.tcsetattr(descriptor, termios.TCSANOW, raw)
        os.write(descriptor, ALL_KEYS)
        yield from _keys(descriptor)
    finally:
        with suppress(OSError):
            os.write(descriptor, USUAL_KEYS)
        termios.tcsetattr(descriptor, termios.TCSANOW, before)


def _keys(descriptor: int) -> Iterator[str]:
    parser = XTermParser()
    decode = getincrementaldecoder("utf-8")("replace").decode
    while True:
        found = []
        if select.select([descriptor], [], [], ALONE)[0]:
            try:
                data = os.read(descriptor, 1024)
            except OSError:  # the other end has closed
                data = b""
            if not data:
                return
            found += list(parser.feed(decode(data)))
        found += list(parser.tick())
        for event in found:
            if isinstance(event, events.Key):
                if event.key == "ctrl+c":
                    return
                yield event.key
