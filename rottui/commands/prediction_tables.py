"""What ``rottui predict`` prints for people: sentences, tables, and bars of text."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rottui.commands.tables import Column
from rottui.core.predictions import Errors, Order, Predictions
from rottui.tui.charts.bars import bar
from rottui.tui.widgets.formats import format_degrees

BINS = 12
"""Rows of the histogram and of the errors by angle."""
BAR = 40
"""Characters of the longest bar."""


def numbers_lines(predictions: Predictions) -> list[str]:
    """The errors of all images, and how many of the answers are none."""
    errors = predictions.overall()
    lines = [
        f"error along the circle: mean {format_degrees(errors.mae_deg)}° (a guess: 90°), "
        f"median {format_degrees(errors.median_deg)}°",
        f"flips (errors above 135°): {percent(errors.flips)}; "
        f"mean error modulo 180°: {format_degrees(errors.axial_mae_deg)}°",
    ]
    if predictions.confidence is not None:
        share = percent(float(predictions.ambiguous.mean()))
        lines.append(f"ambiguous (vector too short to mean an angle): {share}")
    return lines


def histogram_columns(predictions: Predictions) -> list[Column]:
    """How many errors are how large."""
    bins = predictions.histogram(BINS)
    most = max(part.count for part in bins)
    return [
        Column("error", tuple(f"{part.low:g}-{part.high:g}°" for part in bins)),
        Column("images", tuple(f"{part.count:,}" for part in bins)),
        _bars([part.count / most for part in bins]),
    ]


def angle_columns(predictions: Predictions) -> list[Column]:
    """How large the errors are at which true angles."""
    bands = predictions.by_angle(BINS)
    return [
        Column("true angle", tuple(f"{band.low:g}-{band.high:g}°" for band in bands)),
        *_errors_columns([band.errors for band in bands]),
    ]


def class_columns(predictions: Predictions) -> list[Column]:
    """How large the errors are for which kind of garment."""
    kinds = predictions.by_class()
    return [
        Column("class", tuple(kind.name for kind in kinds), right=False),
        *_errors_columns([kind.errors for kind in kinds]),
    ]


def worst_columns(predictions: Predictions, count: int) -> list[Column]:
    """The images with the largest errors; an image's number counts from 1, as on the screen."""
    worst = predictions.ordered(Order.WORST)[:count].tolist()
    lengths = predictions.confidence
    columns = [
        Column("image", tuple(f"{i + 1:,}" for i in worst)),
        Column("true", tuple(f"{predictions.true_angles[i]:.1f}°" for i in worst)),
        Column("predicted", tuple(f"{predictions.angles[i]:.1f}°" for i in worst)),
        Column("error", tuple(f"{predictions.errors[i]:.1f}°" for i in worst)),
    ]
    if lengths is not None:
        said = tuple("ambiguous" if predictions.ambiguous[i] else "" for i in worst)
        columns.append(Column("vector", tuple(f"{lengths[i]:.2f}" for i in worst)))
        columns.append(Column("", said, right=False))
    if predictions.labels is not None:
        names = tuple(predictions.class_name(i) for i in worst)
        columns.append(Column("class", names, right=False, rank=1))
    return columns


def percent(share: float) -> str:
    """``5.1 %``; a dash for a group of none."""
    return f"{100 * share:.1f} %" if share == share else "-"


def _errors_columns(groups: Sequence[Errors]) -> list[Column]:
    """Images, mean, median and flips of each group, and a bar as long as the mean."""

    def degrees(value: float) -> str:
        return f"{format_degrees(value)}°" if value == value else "-"

    return [
        Column("images", tuple(f"{errors.count:,}" for errors in groups)),
        Column("mean error", tuple(degrees(errors.mae_deg) for errors in groups)),
        Column("median", tuple(degrees(errors.median_deg) for errors in groups), rank=1),
        Column("flips", tuple(percent(errors.flips) for errors in groups)),
        _bars([errors.mae_deg / 180 for errors in groups]),
    ]


def _bars(shares: Sequence[float]) -> Column:
    ascii = not _shows(bar(1, 1))
    bars = tuple(bar(share, BAR, ascii=ascii) for share in shares)
    return Column("", bars, right=False, rank=2)


def _shows(text: str) -> bool:
    """Whether standard output has these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
