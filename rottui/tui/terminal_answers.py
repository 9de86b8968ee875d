"""Asks the terminal what it is and what it can, and understands what it answers.

Every terminal answers the last question, what kind it is (DA1), so whoever has not answered another
one by then does not know it. Sequences: xterm's control sequences, and the protocols of kitty.
"""

from __future__ import annotations

import os
import re
import select
import time
from dataclasses import dataclass

SECONDS = 1.0
"""How long a terminal may take; a slow SSH line takes a few tenths."""
GRAPHICS = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
QUESTIONS = "\x1b[>q\x1b[?u\x1b[?2026$p"
KIND = "\x1b[c"
SIXEL = "4"
"""The number by which a terminal says, of what kind it is, that it shows sixel images."""

_KIND = re.compile(r"\x1b\[\?([0-9;]*)c")
_NAME = re.compile(r"\x1bP>\|([^\x1b]*)\x1b\\")
_KEYS = re.compile(r"\x1b\[\?[0-9]+u")
_SYNC = re.compile(r"\x1b\[\?2026;([0-9])\$y")
_GRAPHICS = re.compile(r"\x1b_Gi=31;OK")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a terminal said."""

    name: str | None = None
    """Such as ``kitty(0.35.2)``."""
    all_keys: bool = False
    """Whether it can send every key, such as Ctrl+Enter (kitty's keyboard protocol)."""
    whole_frames: bool = False
    """Whether it can hold back half a frame (mode 2026)."""
    sixel: bool = False
    kitty_graphics: bool = False


def understood(text: str) -> Answers | None:
    """The answers in what a terminal has sent; None if it has not said what it is."""
    kind = _KIND.search(text)
    if kind is None:
        return None
    name, sync = _NAME.search(text), _SYNC.search(text)
    return Answers(
        name=name[1] if name and name[1] else None,
        all_keys=_KEYS.search(text) is not None,
        whole_frames=sync is not None and sync[1] in "123",
        sixel=SIXEL in kind[1].split(";")[1:],
        kitty_graphics=_GRAPHICS.search(text) is not None,
    )


def ask(descriptor: int, *, graphics: bool = True, seconds: float = SECONDS) -> Answers | None:
    """Ask the terminal; None if it does not answer in time, or is none.

    Args:
        descriptor: the terminal, open for reading and writing.
        graphics: whether to ask for kitty's graphics, which a few consoles print as text.
        seconds: how long to wait for the last answer.
    """
    try:
        import termios
        import tty

        before = termios.tcgetattr(descriptor)
    except (ImportError, OSError):
        return None
    except termios.error:
        return None
    try:
        tty.setcbreak(descriptor)
        os.write(descriptor, f"{QUESTIONS}{GRAPHICS if graphics else ''}{KIND}".encode())
        return understood(_heard(descriptor, seconds))
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


def _heard(descriptor: int, seconds: float) -> str:
    heard = b""
    end = time.monotonic() + seconds
    while not _KIND.search(heard.decode("latin-1")):
        left = end - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            break
        more = os.read(descriptor, 4096)
        if not more:
            break
        heard += more
    return heard.decode("utf-8", errors="replace")
