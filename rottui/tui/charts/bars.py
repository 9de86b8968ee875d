"""Bars of text: horizontal ones to an eighth of a cell, and sparklines."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

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


LEVELS = "▁▂▃▄▅▆▇█"
ASCII_LEVELS = "_.:-=+*#"


def sparkline(values: Sequence[float], most: float, width: int, *, ascii: bool = False) -> str:
    """The last ``width`` values as a line of little bars, the newest on the right.

    A bar is as high as its value's share of ``most``; what is above 0 is never drawn as nothing,
    and where there are fewer values, the line begins with blanks.
    """
    levels = ASCII_LEVELS if ascii else LEVELS
    shown = list(values)[-width:] if width > 0 else []
    bars = []
    for value in shown:
        share = min(1.0, value / most) if most > 0 and value > 0 else 0.0
        bars.append(levels[max(min(1, ceil(share)), round(share * (len(levels) - 1)))])
    return "".join(bars).rjust(width)
