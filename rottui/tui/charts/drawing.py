"""A chart as rows of styled text: frame, ticks and names drawn here, the curves by a rasteriser.

Nothing here knows a terminal or a plotting library. A rasteriser gets polylines in cells and gives
back rows of characters; their number and widths are checked, and what goes wrong becomes one line
on the chart.
"""

from __future__ import annotations

from collections.abc import Sequence

from rottui.tui.charts.area import Area
from rottui.tui.charts.cells import UNICODE, Glyphs, Row, Span, fit, join, shorten
from rottui.tui.charts.chart import Band, Chart, Drawing, DrawingError, Line, Rasteriser
from rottui.tui.charts.limits import Limits, clip
from rottui.tui.charts.series import Curve, Point, decimate, within
from rottui.tui.charts.ticks import value_ticks, x_ticks

SMALLEST = (24, 6)
"""Columns and rows below which a chart says nothing and numbers say more."""
ROOMY = 64
"""Columns that the curves keep where names stand at their ends."""
LABELS = 6
"""Columns for the y axis' labels; more when a label is longer."""


def draw(
    chart: Chart, width: int, height: int, rasterise: Rasteriser, glyphs: Glyphs = UNICODE
) -> Drawing:
    """``height`` rows of exactly ``width`` columns: at any size, and whatever the numbers are."""
    if width <= 0 or height <= 0:
        return Drawing(((),) * max(0, height))
    curves = [series.curve for series in chart.series]
    points = sum(curve.total for curve in curves)
    ticks = value_ticks(chart.y, height - 3)
    margin = max(LABELS, *(len(tick.label) for tick in ticks), 0)
    ends = _ends(chart, width - margin - 2)
    tags = max(map(len, ends), default=0)
    right = tags + 1 if tags else 0
    wide, high = width - margin - 1 - right, height - 3
    if wide < 4 or high < 2:
        return Drawing(_blank(shorten(chart.title, width, glyphs.more), width, height), points)
    lines = [
        Line(tuple(_in_cells(curve, chart, wide, high)), series.stroke)
        for series, curve in zip(chart.series, curves, strict=True)
    ]
    labels = {_row_of(chart.y.share(tick.value), high): tick.label for tick in ticks}
    area = Area(wide, high, glyphs)
    references = _references(chart, high)
    error = None
    try:
        layers = _checked(rasterise(wide, high, lines), len(lines), wide, high)
        area.rule(list(labels))
        for shade in chart.bands:
            area.shade(shade, chart.x, chart.y)
        if chart.band is not None:
            area.upright(_edges(chart.band, chart.x, wide))
        if chart.cursor is not None and 0 <= chart.x.share(chart.cursor) <= 1:
            area.upright([_column(chart.x, chart.cursor, wide)], "chart-axis")
        area.refer(list(references))
        area.compose(layers, chart.series)
        area.dots(chart.dots, chart.x, chart.y)
        area.mark(chart.marks, chart.x)
        area.name(references)
    except DrawingError as problem:
        error = str(problem)
        area.write(0, error, "run-failed")
    names = _names(chart, curves, ends, high)
    drawn = sum(len(part) for line in lines for part in line.parts)
    thinned = any(
        curve.thinned or len(segment) > 4 * wide for curve in curves for segment in curve.segments
    )
    rows = [_title(chart, curves, glyphs, width, (points, drawn) if thinned else None)]
    for y, body in enumerate(area.rows()):
        label = labels.get(y)
        edge = glyphs.left if label is None else glyphs.tick_left
        tag, style = names.get(y, ("", ""))
        axis = Span(f"{label or '':>{margin}}{edge}", "chart-axis")
        rows.append((axis, *body, *([Span(f" {tag:<{tags}}", style)] if tags else [])))
    rows += _below(chart, wide, margin, width, glyphs)
    inner = (margin + 1, 1, wide, high)
    return Drawing(tuple(rows), points, drawn, error, y=chart.y, x=chart.x, area=inner)


def _blank(text: str, width: int, height: int) -> tuple[Row, ...]:
    rows = [fit((Span(text, "chart-axis"),), width)]
    return tuple(rows + [(Span(" " * width),)] * (height - 1))


def _in_cells(curve: Curve, chart: Chart, wide: int, high: int) -> list[tuple[Point, ...]]:
    parts: list[tuple[Point, ...]] = []
    for segment in curve.segments:
        thin = decimate(within(segment, chart.x.low, chart.x.high, more=1), chart.x.share, 2 * wide)
        for part in clip(thin, chart.x, chart.y):
            parts.append(tuple((x * wide, y * high) for x, y in part))
    return parts


def _checked(layers: list[list[str]], count: int, wide: int, high: int) -> list[list[str]]:
    sizes = [(len(layer), {len(row) for row in layer}) for layer in layers]
    if sizes != [(high, {wide})] * count:
        raise DrawingError("the curves came back in another size than the chart's")
    return layers


def _row_of(share: float, high: int) -> int:
    return high - 1 - min(high - 1, max(0, int(share * high)))


def _references(chart: Chart, high: int) -> dict[int, str]:
    """Row to the names of the references that lie there, from the top."""
    rows: dict[int, str] = {}
    for reference in sorted(chart.references, key=lambda reference: -reference.value):
        row = _row_of(chart.y.share(reference.value), high)
        rows[row] = f"{rows[row]}, {reference.text}" if row in rows else reference.text
    return rows


def _ends(chart: Chart, width: int) -> list[str]:
    """What stands at the end of each curve: more than its tag where the curves keep enough room."""
    long = [f"{one.tag} {one.label}" if one.tag and one.label else one.tag for one in chart.series]
    roomy = width - max(map(len, long), default=0) >= ROOMY
    return long if roomy else [series.tag for series in chart.series]


def _names(
    chart: Chart, curves: Sequence[Curve], texts: Sequence[str], high: int
) -> dict[int, tuple[str, str]]:
    """Row to name and style: each name beside the end of its curve, or in the next free row."""
    ends = []
    for series, curve, text in zip(chart.series, curves, texts, strict=True):
        if text and curve.last is not None:
            ends.append((_row_of(chart.y.share(curve.last[1]), high), text, series.style))
    names: dict[int, tuple[str, str]] = {}
    for row, tag, style in sorted(ends):
        near = sorted(range(high), key=lambda free: (abs(free - row), -free))
        place = next((free for free in near if free not in names), None)
        if place is not None:
            names[place] = (tag, style)
    return names


def _title(
    chart: Chart,
    curves: Sequence[Curve],
    glyphs: Glyphs,
    width: int,
    thinned: tuple[int, int] | None,
) -> Row:
    notes = ["log"] if chart.y.log else []
    notes += chart.words
    far = [curve for curve in curves if curve.highest > chart.y.high and not chart.zoomed]
    above = sum(y > chart.y.high for curve in far for y in curve.ys())
    if above:
        notes.append(f"{glyphs.above} {above} above")
    dropped = chart.unplaced + sum(curve.not_positive for curve in curves)
    if dropped:
        notes.append(f"{dropped} at 0 or below not shown")
    if thinned is not None:
        notes.append(f"{thinned[0]:,} points, {thinned[1]:,} drawn")
    title = (Span(chart.title, "bold"), Span(f"  {', '.join(notes)}".rstrip(), "chart-axis"))
    return fit(tuple(span for span in title if span.text), width, glyphs.more)


def _below(chart: Chart, wide: int, margin: int, width: int, glyphs: Glyphs) -> list[Row]:
    edge = [(glyphs.below, "chart-axis")] * wide
    labels = [" "] * wide
    ticks = chart.ticks
    if ticks is None:
        ticks = x_ticks(chart.x, wide, seconds=chart.seconds)
    for tick in ticks:
        column = _column(chart.x, tick.value, wide)
        edge[column] = (glyphs.tick_below, "chart-axis")
        start = max(0, min(column - (len(tick.label) - 1) // 2, wide - len(tick.label)))
        stop = start + len(tick.label)
        if all(character == " " for character in labels[max(0, start - 1) : stop + 1]):
            labels[start:stop] = tick.label
    if chart.band is not None:
        left, middle, right = _edges(chart.band, chart.x, wide)
        first, line, centre, end = tuple(glyphs.band)
        for column in range(left, right + 1):
            edge[column] = (line, "chart-band")
        edge[left], edge[right] = (first, "chart-band"), (end, "chart-band")
        edge[middle] = (centre, "chart-band")
    if chart.cursor is not None and 0 <= chart.x.share(chart.cursor) <= 1:
        edge[_column(chart.x, chart.cursor, wide)] = (glyphs.above, "bold")
    for note in chart.notes:
        if 0 <= chart.x.share(note.x) <= 1:
            edge[_column(chart.x, note.x, wide)] = (note.letter, note.style)
    name = chart.x_label if len(chart.x_label) <= margin else ""
    corner = (" " * margin + glyphs.corner, "chart-axis")
    names = Span(f"{name:>{margin}} " + "".join(labels), "chart-axis")
    return [fit(join((corner, *edge)), width), fit((names,), width)]


def _edges(band: Band, x: Limits, wide: int) -> tuple[int, int, int]:
    """The columns of a band's left end, middle and right end."""
    left, middle, right = (_column(x, value, wide) for value in (band.low, band.centre, band.high))
    return left, middle, right


def _column(x: Limits, value: float, wide: int) -> int:
    return min(wide - 1, max(0, int(x.share(value) * wide)))
