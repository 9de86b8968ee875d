"""The learning rate as a pure function of the step: a resumed run needs no scheduler state."""

from __future__ import annotations

import math

from rottui.core.config import Schedule

WARM_UP = 0.3
"""Share of a one-cycle run in which the rate rises."""
START_DIVISOR = 25.0
END_DIVISOR = 1e4
"""A one-cycle run starts at ``lr / 25`` and ends at ``lr / 25 / 10,000``."""


def lr_at(schedule: Schedule, lr: float, step: int, steps: int) -> float:
    """The rate of step ``step`` (from 0) of ``steps``, for the config's rate ``lr``.

    ``cosine``: half a wave from ``lr`` towards 0 (Loshchilov & Hutter, 2017, eq. 5, one cycle).
    ``one-cycle``: up to ``lr`` and down to almost nothing, both along half a cosine wave (Smith &
    Topin, 2018; the shape and divisors are those of PyTorch's ``OneCycleLR``).
    """
    if schedule == "constant":
        return lr
    if schedule == "cosine":
        return _between(lr, 0.0, step / steps)
    start = lr / START_DIVISOR
    top = WARM_UP * steps - 1
    if step <= top:
        return _between(start, lr, step / top)
    return _between(lr, start / END_DIVISOR, (step - top) / (steps - 1 - top))


def _between(start: float, end: float, share: float) -> float:
    """From ``start`` to ``end`` along half a cosine wave; ``share`` 0 to 1 of the way."""
    return end + (start - end) * (1 + math.cos(math.pi * min(1.0, share))) / 2
