"""A sweep's runs as small charts side by side, in the order of the axis that they vary (pure).

All of them share one y axis, so that heights compare; the curves are drawn in braille dots, or in
stars where there is no Unicode.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from rich.cells import cell_len

from rottui.core.leaderboard import Standing
from rottui.core.settings import Value, settings
from rottui.store.records import EpochRow
from rottui.tui.charts.cells import ASCII, UNICODE, Glyphs, Row, Span, fit, shorten
from rottui.tui.charts.limits import Limits, near, y_limits
from rottui.tui.charts.series import Curve, Point, clean, decimate
from rottui.tui.charts.sweep_plot import groups, x_field
from rottui.tui.standing_words import spread_text, why_text
from rottui.tui.standings import Standings
from rottui.tui.widgets.glyphs import to_ascii

NARROWEST, WIDEST = 13, 32
"""Columns of a chart."""
LOWEST, HIGHEST = 5, 12
"""Rows of a chart, its name and its number included."""
DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Bits of a braille cell: left and right column, from the top."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One setting."""

    setting: tuple[Value, ...]
    name: str
    short: str
    """The name without that of the setting."""
    number: str
    """Its mean, or why it has none."""
    curves: tuple[Curve, ...]
    """The metric against the epoch, one curve a run."""
    planned: int
    style: str
    best: bool


class Curves:
    """The curves of runs, made anew only for those that have gone on."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Sequence[EpochRow], str, bool, Curve]] = {}

    def of(self, run_id: int, rows: Sequence[EpochRow], metric: str, *, log: bool) -> Curve:
        """A metric of a run against the epoch; the same rows are known by their identity."""
        kept = self._kept.get(run_id)
        if kept is None or kept[0] is not rows or kept[1:3] != (metric, log):
            kept = rows, metric, log, _curve(rows, metric, log=log)
            self._kept[run_id] = kept
        return kept[3]


def panels(
    found: Standings,
    epochs: Mapping[int, Sequence[EpochRow]],
    *,
    log: bool,
    known: Curves | None = None,
) -> list[Panel]:
    """The settings line by line of the sweep's chart, each by rising value."""
    known = known or Curves()
    field = x_field(found)
    at = None if field is None else found.fields.index(field)
    first = next((one for one in found.places if one.final is not None), None)
    made = []
    for group in groups(found):
        for standing in sorted(group.standings, key=lambda one: _place(one, at)):
            short = found.words(standing) if at is None else (_said(found, standing, at),)
            said = short if field is None else (settings()[field].short, *short)
            curves = tuple(
                known.of(result.run_id, epochs.get(result.run_id, ()), found.measure.name, log=log)
                for result in standing.results
            )
            number = spread_text(standing.final, found.measure.show)
            made.append(
                Panel(
                    standing.setting,
                    " ".join(filter(None, (group.letter, *said))),
                    " ".join(filter(None, (group.letter, *short))),
                    why_text(standing) or "-" if standing.final is None else number,
                    curves,
                    standing.planned,
                    group.style,
                    standing is first,
                )
            )
    return made


def draw(
    found: Standings,
    shown: Sequence[Panel],
    width: int,
    height: int,
    *,
    log: bool = False,
    chosen: tuple[Value, ...] | None = None,
    glyphs: Glyphs = UNICODE,
) -> list[Row]:
    """``height`` rows of ``width`` columns; where not all have room, those around the chosen one.

    The first row says what is drawn, and from where to where.
    """
    if not shown or height < 1 + LOWEST or width < 1:
        return [()] * max(0, height)
    across = max(1, min(len(shown), (width + 1) // (NARROWEST + 1)))
    wide = min(WIDEST, (width + 1) // across - 1)
    lines = ceil(len(shown) / across)
    high = max(LOWEST, min(HIGHEST, (height - 1) // lines))
    seen = max(1, (height - 1) // high)
    high = min(HIGHEST, (height - 1) // min(seen, lines))
    place = next((at for at, one in enumerate(shown) if one.setting == chosen), 0)
    top = place // across // seen * seen
    low, highest = near([curve for one in shown for curve in one.curves]) or (0.1, 1.0)
    y = y_limits(low, highest, log=log)
    x = Limits(0.0, float(max(1, *(one.planned for one in shown))))
    part = shown[top * across : (top + seen) * across]
    rows = [_title(found, shown, part, y, top * across, glyphs)]
    for start in range(0, len(part), across):
        drawn = [
            _panel(one, x, y, wide, high, chosen=one.setting == chosen, glyphs=glyphs)
            for one in part[start : start + across]
        ]
        for row in zip(*drawn, strict=True):
            rows.append(tuple(span for panel in row for span in (*panel, Span(" ")))[:-1])
    rows += [()] * (height - len(rows))
    return [fit(row, width, glyphs.more) for row in rows[:height]]


def _title(
    found: Standings,
    shown: Sequence[Panel],
    part: Sequence[Panel],
    y: Limits,
    first: int,
    glyphs: Glyphs,
) -> Row:
    show = found.measure.show
    said = f"{found.measure.title}, {show(y.low)} to {show(y.high)}, against the epoch"
    said += ", log" if y.log else ""
    if len(part) < len(shown):
        said += f"; {first + 1} to {first + len(part)} of {len(shown)}"
    return (Span(_plain(said, glyphs), "bold"),)


def _panel(
    one: Panel, x: Limits, y: Limits, wide: int, high: int, *, chosen: bool, glyphs: Glyphs
) -> list[Row]:
    """Name, curves and number, each row of exactly ``wide`` columns."""
    mark = " best" if one.best else ""
    said = one.name if cell_len(one.name) <= wide - len(mark) else one.short
    name = shorten(_plain(said, glyphs), wide - len(mark), glyphs.more) + mark
    lost = any(curve.lost for curve in one.curves)
    number = f"{glyphs.lost} {one.number}" if lost else one.number
    dots = _Dots(wide, high - 2, glyphs)
    for curve in one.curves:
        for segment in curve.segments:
            thinned = decimate(segment, x.share, 2 * wide)
            dots.line([(x.share(at), y.share(value)) for at, value in thinned])
    rows: list[Row] = [(Span(name, f"{one.style} bold" + (" reverse" if chosen else "")),)]
    rows += [(Span(text, one.style),) for text in dots.rows()]
    rows.append((Span(shorten(_plain(number, glyphs), wide, glyphs.more)),))
    return [fit(row, wide, glyphs.more) for row in rows]


class _Dots:
    """A raster of 2 by 4 dots a cell; of one a cell in ASCII."""

    def __init__(self, wide: int, high: int, glyphs: Glyphs) -> None:
        self._ascii = glyphs is ASCII
        self._cells = wide, high
        across, down = (1, 1) if self._ascii else (2, 4)
        self._size = wide * across, high * down
        self._set: set[tuple[int, int]] = set()

    def line(self, points: Sequence[Point]) -> None:
        """Set the dots of a line through shares of the two axes; what is outside is at the edge."""
        wide, high = self._size
        places = [
            (_at(share_x, wide), high - 1 - _at(share_y, high)) for share_x, share_y in points
        ]
        for (x0, y0), (x1, y1) in zip(places, places[1:] or places, strict=False):
            before = y0
            for x in range(x0, x1 + 1):
                y = y1 if x1 == x0 else round(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
                self._set.update((x, each) for each in range(min(before, y), max(before, y) + 1))
                before = y

    def rows(self) -> list[str]:
        """The cells as characters."""
        wide, high = self._cells
        if self._ascii:
            return [
                "".join("*" if (x, y) in self._set else " " for x in range(wide))
                for y in range(high)
            ]
        bits = [[0] * wide for _ in range(high)]
        for x, y in self._set:
            bits[y // 4][x // 2] |= DOTS[x % 2][y % 4]
        return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in bits]


def _at(share: float, count: int) -> int:
    return round(min(1.0, max(0.0, share)) * (count - 1))


def _curve(rows: Sequence[EpochRow], metric: str, *, log: bool) -> Curve:
    measured = [(row.epoch, row.measured(metric)) for row in rows]
    taken = [(float(epoch), value) for epoch, value in measured if value is not None]
    return clean([epoch for epoch, _ in taken], [value for _, value in taken], log=log)


def _place(standing: Standing, at: int | None) -> tuple[bool, float]:
    """By rising value; what has none comes last, in the order of the leaderboard."""
    value = None if at is None else standing.setting[at]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True, 0.0
    return False, float(value)


def _said(found: Standings, standing: Standing, at: int) -> str:
    kind = settings()[found.fields[at]]
    return kind.said(standing.setting[at])


def _plain(text: str, glyphs: Glyphs) -> str:
    return to_ascii(text) if glyphs is ASCII else text
