"""Where the ticks of an axis stand and what they say: whole epochs, decades, round numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

from rottui.tui.charts.limits import Limits, nice_step

DECADE = 4
"""Columns of a decade's label, such as ``1e-5``."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark on an axis."""

    value: float
    label: str


SPANS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
"""Steps between two times, in seconds; beyond them, whole days."""


def x_ticks(limits: Limits, columns: int, *, seconds: bool = False) -> tuple[Tick, ...]:
    """Ticks of the x axis: decades on a logarithmic one, else whole numbers from 0.

    Round numbers where it begins elsewhere; with ``seconds``, times such as ``10s`` and ``1h30``.
    """
    if limits.log:
        return _log_ticks(limits, max(2, columns // (DECADE + 2)))
    if seconds:
        return _time_ticks(limits, columns)
    return epoch_ticks(limits.high, columns) if limits.low == 0 else _round_ticks(limits, columns)


def _round_ticks(limits: Limits, columns: int) -> tuple[Tick, ...]:
    span = limits.high - limits.low
    step = nice_step(span / max(1, columns // 8))
    while True:
        first, last = ceil(limits.low / step - 1e-6), floor(limits.high / step + 1e-6)
        ticks = tuple(Tick(k * step, _place_label(k * step, step)) for k in range(first, last + 1))
        room = sum(len(tick.label) + 2 for tick in ticks)
        if room <= columns or len(ticks) < 2:
            return ticks
        step = nice_step(step * 1.5)


def _place_label(value: float, step: float) -> str:
    return f"{value:.{max(0, -floor(log10(step) + 1e-9))}f}"


def _time_ticks(limits: Limits, columns: int) -> tuple[Tick, ...]:
    rough = (limits.high - limits.low) / max(1, columns // 9)
    if rough < SPANS[0]:
        parts = Limits(limits.low, limits.high)
        return tuple(Tick(t.value, f"{t.label}s") for t in _round_ticks(parts, columns * 2 // 3))
    step = float(next((span for span in SPANS if span >= rough), ceil(rough / 86400) * 86400))
    first, last = ceil(limits.low / step - 1e-6), floor(limits.high / step + 1e-6)
    return tuple(Tick(k * step, time_label(k * step)) for k in range(first, last + 1))


def time_label(seconds: float) -> str:
    """``0``, ``45s``, ``2m``, ``2m30``, ``1h``, ``1h05``, ``2d``, ``2d06h``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s" if whole else "0"
    minutes, second = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m{second:02}" if second else f"{minutes}m"
    hours, minute = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h{minute:02}" if minute else f"{hours}h"
    days, hour = divmod(hours, 24)
    return f"{days}d{hour:02}h" if hour else f"{days}d"


def epoch_ticks(high: float, columns: int) -> tuple[Tick, ...]:
    """Whole numbers from 0 to ``high`` that fit beside each other in ``columns``.

    A step that ends exactly at ``high`` is preferred.
    """
    last = int(high)
    room = max(2, columns // (len(str(last)) + 3))
    fitting = [step for step in _whole_steps(max(1, last)) if last // step + 1 <= room]
    if not fitting:
        return (Tick(0.0, "0"),)
    even = [step for step in fitting if last % step == 0 and step < 4 * fitting[0]]
    step = even[0] if even else fitting[0]
    return tuple(Tick(float(value), str(value)) for value in range(0, last + 1, step))


def _whole_steps(last: int) -> list[int]:
    steps = {f * 10**e for e in range(len(str(last)) + 1) for f in (1, 2, 4, 5, 8, 10)}
    steps |= {16, 25, 32, 64, 128, 250, last}
    return sorted(step for step in steps if step <= last)


def value_ticks(limits: Limits, rows: int) -> tuple[Tick, ...]:
    """Ticks of the y axis for a chart of ``rows`` rows, lowest first."""
    return (
        _log_ticks(limits, max(2, (rows + 1) // 2)) if limits.log else _linear_ticks(limits, rows)
    )


def _linear_ticks(limits: Limits, rows: int) -> tuple[Tick, ...]:
    span = limits.high - limits.low
    step = nice_step(span / max(1, min(8, (rows - 1) // 2)))
    first, last = ceil(limits.low / step - 1e-6), floor(limits.high / step + 1e-6)
    if not 0 <= last - first <= 100:  # no round number inside, or a span too fine for its size
        return tuple(Tick(v, _short_exponent(f"{v:.1e}")) for v in (limits.low, limits.high))
    values = [k * step for k in range(first, last + 1)]
    return tuple(Tick(value, _linear_label(value, step)) for value in values)


def _linear_label(value: float, step: float) -> str:
    size = max(abs(value), step)
    if size >= 1e5 or step < 1e-4:
        return _short_exponent(f"{value:.3g}" if value == 0 else f"{value:.1e}")
    return f"{value:.{max(0, -floor(log10(step) + 1e-9))}f}"


def _log_ticks(limits: Limits, room: int) -> tuple[Tick, ...]:
    """At most about ``room`` ticks."""
    first = ceil(log10(limits.low) - 1e-9)
    last = floor(log10(limits.high) + 1e-9)
    if last - first >= 1:
        stride = ceil((last - first + 1) / room)
        return tuple(Tick(10.0**e, f"1e{e}") for e in range(first, last + 1, stride))
    fine: list[Tick] = []
    for factors in ((1,), (1, 5), (1, 2, 5)):
        ticks = [Tick(m * 10.0**e, f"{m}e{e}") for e in (first - 1, first) for m in factors]
        inside = [tick for tick in ticks if -0.001 <= limits.share(tick.value) <= 1.001]
        if len(inside) <= room:
            fine = inside
    return tuple(fine)


def _short_exponent(text: str) -> str:
    """``1.2e-05`` as ``1.2e-5``, ``2.0e+07`` as ``2e7``."""
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        return text
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
