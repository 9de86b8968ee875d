"""Errors of predictions as rows of text: a histogram, by true angle, and by garment class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rottui.tui.charts.bars import bar
from rottui.tui.charts.cells import Row, Span, shorten
from rottui.tui.widgets.formats import format_degrees

if TYPE_CHECKING:
    from rottui.core.predictions import Errors, Predictions

PARTS = (18, 12, 9, 6, 4, 2)
"""Into how many parts a histogram or the circle is divided: the most that there are rows for."""
GAP = "  "
LABEL = 11
"""Columns that the name of a class may take where there is little room."""


def histogram_rows(
    predictions: Predictions, width: int, height: int, *, ascii: bool = False
) -> list[Row]:
    """How many errors are how large; the bars are as long as the largest count allows."""
    bins = predictions.histogram(parts(height - 1))
    most = max(part.count for part in bins)
    return _table(
        ("error", "images"),
        [(f"{part.low:g}-{part.high:g}°", f"{part.count:,}") for part in bins],
        [part.count / most if most else 0 for part in bins],
        width,
        ascii=ascii,
    )


def angle_rows(
    predictions: Predictions, width: int, height: int, *, ascii: bool = False
) -> list[Row]:
    """The mean error and the flips by true angle; a whole bar would be 180°."""
    bands = predictions.by_angle(parts(height - 1))
    return _table(
        ("true angle", "mean", "flips"),
        [
            (f"{band.low:g}-{band.high:g}°", degrees(band.errors), flips(band.errors))
            for band in bands
        ],
        [band.errors.mae_deg / 180 for band in bands],
        width,
        ascii=ascii,
    )


def class_rows(
    predictions: Predictions, width: int, height: int, *, ascii: bool = False
) -> list[Row]:
    """The errors of each kind of garment, the worst first; a whole bar would be 180°."""
    kinds = predictions.by_class()[: max(0, height - 1)]
    return _table(
        ("class", "mean", "median", "flips"),
        [
            (
                kind.name if width >= 60 else shorten(kind.name, LABEL, "~" if ascii else "…"),
                degrees(kind.errors),
                f"{format_degrees(kind.errors.median_deg)}°",
                flips(kind.errors),
            )
            for kind in kinds
        ],
        [kind.errors.mae_deg / 180 for kind in kinds],
        width,
        ascii=ascii,
        words=True,
    )


def parts(rows: int) -> int:
    """Into how many parts so many rows can divide a scale."""
    return next((count for count in PARTS if count <= rows), PARTS[-1])


def degrees(errors: Errors) -> str:
    """The mean error; a dash for a group of none."""
    return f"{format_degrees(errors.mae_deg)}°" if errors.count else "-"


def flips(errors: Errors) -> str:
    """The share of flips, in whole per cent."""
    return f"{100 * errors.flips:.0f} %" if errors.count else "-"


def _table(
    titles: tuple[str, ...],
    cells: Sequence[tuple[str, ...]],
    shares: Sequence[float],
    width: int,
    *,
    ascii: bool,
    words: bool = False,
) -> list[Row]:
    """Columns of numbers and behind them a bar a row; ``words``: the first column is no number."""
    wide = [max(map(len, column)) for column in zip(titles, *cells, strict=True)]

    def line(texts: tuple[str, ...]) -> str:
        first = texts[0].ljust(wide[0]) if words else texts[0].rjust(wide[0])
        rest = (text.rjust(size) for text, size in zip(texts[1:], wide[1:], strict=True))
        return GAP.join((first, *rest))

    room = width - sum(wide) - len(GAP) * len(wide)
    rows: list[Row] = [(Span(line(titles), "chart-axis"),)]
    for texts, share in zip(cells, shares, strict=True):
        rows.append((Span(line(texts) + GAP), Span(bar(share, room, ascii=ascii), "run-1")))
    return rows
