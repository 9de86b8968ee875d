"""What a range test says of each seed, in a line (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from rottui.core.config import format_lr
from rottui.core.lr_range import RangeTest
from rottui.core.lr_suggestion import LossCurve, estimates
from rottui.tui.charts.cells import UNICODE, Glyphs, Row, Span, fit
from rottui.tui.charts.lr_curves import seed_style
from rottui.tui.widgets.formats import format_loss


def seed_rows(
    test: RangeTest,
    curves: Sequence[LossCurve],
    done: int,
    width: int,
    glyphs: Glyphs = UNICODE,
) -> list[Row]:
    """A row of each seed: the first ``done`` have ended, the next is under way, the rest wait."""
    rows: list[Row] = []
    for number, seed in enumerate(test.seeds):
        if number >= len(curves):
            text = "waits"
        elif number < done:
            text = _ended(curves[number])
        else:
            text = _under_way(curves[number])
        name = Span(f"{seed:>{max(len(str(one)) for one in test.seeds)}}  ", seed_style(number))
        rows.append(fit((name, Span(text)), width, glyphs.more))
    return rows


def _under_way(curve: LossCurve) -> str:
    if not curve.lrs:
        return "begins"
    lr, loss = _rate(curve.lrs[-1]), format_loss(curve.smoothed[-1])
    return f"step {len(curve.lrs)} of {curve.planned}  lr {lr}  loss {loss}"


def _ended(curve: LossCurve) -> str:
    said = estimates(curve)
    if isinstance(said, str):
        return said
    parts = [
        f"valley {_rate(said.valley)}",
        f"minimum/10 {_rate(said.minimum)}",
        f"fell by {format_loss(float(f'{said.drop:.2g}'))}",
    ]
    if curve.diverged_at is not None:
        parts.append(f"diverged at {_rate(curve.diverged_at)}")
    return "  ".join(parts)


def _rate(rate: float) -> str:
    return format_lr(float(f"{rate:.1e}"))
