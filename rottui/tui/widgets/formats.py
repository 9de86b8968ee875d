"""Numbers as people read them in a table."""

from __future__ import annotations

import math
from collections.abc import Sequence


def format_loss(value: float) -> str:
    """Four significant digits: ``0.0123``, ``12.35``, ``1.23e-8``, ``nan``, ``inf``."""
    if not math.isfinite(value):
        return f"{value:g}"
    size = abs(value)
    if value == 0 or 1e-3 <= size < 9999.5:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.3e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def format_degrees(value: float) -> str:
    """Degrees with one digit after the point, two below ten: ``87.4``, ``4.56``, ``nan``."""
    if not math.isfinite(value):
        return f"{value:g}"
    if abs(value) < 9.995:
        return f"{value:.2f}"
    return f"{value:.1f}" if abs(value) < 1e5 else format_loss(value)


def format_share(value: float) -> str:
    """A share of 0 to 1 in percent, with one digit after the point: ``1.5``, ``100.0``, ``nan``."""
    return f"{100 * value:.1f}"


def format_pace(seconds: float) -> str:
    """Seconds an epoch: ``0.42``, ``12.3``, ``125``."""
    if seconds < 9.995:
        return f"{seconds:.2f}"
    return f"{seconds:.1f}" if seconds < 99.95 else f"{seconds:.0f}"


def format_duration(seconds: float) -> str:
    """A time span in its two largest units: ``45s``, ``1m 20s``, ``3h 05m``, ``2d 04h``."""
    if seconds < 1:
        return "<1s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, second = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m {second:02}s"
    hours, minute = divmod(round(seconds / 60), 60)
    if hours < 24:
        return f"{hours}h {minute:02}m"
    days, hour = divmod(round(seconds / 3600), 24)
    return f"{days}d {hour:02}h"


def format_about(seconds: float) -> str:
    """A time span that is an estimate: ``about 1m 20s``, ``less than 1s``."""
    return f"about {format_duration(seconds)}" if seconds >= 1 else "less than 1s"


def format_count(count: int, one: str, many: str | None = None) -> str:
    """``1 run``, ``27 runs``, ``1,200 runs``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def runs_text(ids: Sequence[int]) -> str:
    """``run 3``, or how many they are: ``12 runs``."""
    return f"run {ids[0]}" if len(ids) == 1 else format_count(len(ids), "run")
