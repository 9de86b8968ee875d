"""The clipboard of the terminal, which is the one beside the person, also over SSH (OSC 52).

xterm's control sequences, "Operating System Commands", Ps = 5 2. A terminal does not say whether it
has obeyed, so what is known to take nothing is refused by its name.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

MOST = 74_994
"""Bytes that every terminal takes which takes any: base64 makes 100,000 characters of them."""
CHUNK = 240
"""Characters that GNU screen passes on at once."""


def refusal(environ: Mapping[str, str]) -> str | None:
    """Why the terminal will not take a text into its clipboard; None where it may."""
    if environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return "Terminal.app gives programs no clipboard"
    if environ.get("TERM") == "linux":
        return "the Linux console has no clipboard"
    return None


def too_long(text: str) -> str | None:
    """Why a text is too long for a clipboard; None where it is not."""
    size = len(text.encode())
    if size <= MOST:
        return None
    return f"{size:,} bytes are more than terminals take into the clipboard ({MOST:,})"


def copying(text: str, environ: Mapping[str, str]) -> str:
    """What a terminal is sent so that its clipboard has the text.

    GNU screen passes it on in pieces, each wrapped; tmux reads it itself (``set-clipboard on``).
    """
    command = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"
    if "STY" not in environ or "TMUX" in environ:
        return command
    pieces = (command[at : at + CHUNK] for at in range(0, len(command), CHUNK))
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
