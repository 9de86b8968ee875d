"""Horizontal bars of text, to an eighth of a cell."""

from __future__ import annotations

EIGHTHS = " ▏▎▍▌▋▊▉"
FULL = "█"
ASCII = "#"


def bar(share: float, width: int, *, ascii: bool = False) -> str:
    """A bar of ``share`` (0 to 1) of ``width`` cells, without blanks behind it.

    What is above 0 is never drawn as nothing; a share that is no number is.
    """
    if width < 1 or not share > 0:
        return ""
    share = min(1.0, share)
    if ascii:
        return ASCII * max(1, round(share * width))
    eighths = max(1, round(share * width * 8))
    full, rest = divmod(eighths, 8)
    return FULL * full + (EIGHTHS[rest] if rest else "")
