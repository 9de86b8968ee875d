"""The chart of a sweep: a metric against what was varied, a dot a setting, its spread a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from rottui.core.leaderboard import Spread, Standing
from rottui.core.settings import LOGARITHMIC, Setting, Value, settings
from rottui.tui.charts.chart import Chart, Dot
from rottui.tui.charts.curves import RUN_COLOURS
from rottui.tui.charts.limits import Limits, near, y_limits
from rottui.tui.charts.series import FAR, TINY, Series, Stroke, clean
from rottui.tui.charts.ticks import Tick, value_ticks
from rottui.tui.standings import Standings

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WIDE = 50.0
"""Positive values whose largest is this many times the smallest stand on a logarithmic axis."""
MARGIN = 0.06
"""Share of the x axis that is left free on each side of the outermost values."""
ROOM = 1.5
"""A bar stretches the y axis up to this many times the largest mean."""


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that differ only in what the x axis shows: one line of the chart."""

    letter: str
    """Stands for its dots; empty where all settings are one group."""
    words: str
    """What its settings have in common, such as ``activation relu``."""
    style: str
    """Colour token."""
    standings: tuple[Standing, ...]


def x_field(found: Standings) -> str | None:
    """The setting that the x axis shows: the learning rate, else the first number; None without.

    Then the x axis shows the places of the leaderboard.
    """
    numbers = [field for field in found.fields if settings()[field].numeric]
    return "lr" if "lr" in numbers else next(iter(numbers), None)


def groups(found: Standings) -> tuple[Group, ...]:
    """The lines of the chart, the one with the best setting first."""
    at = found.fields.index(field) if (field := x_field(found)) is not None else None
    members: dict[tuple[Value, ...], list[Standing]] = {}
    for standing in found.places:
        others = () if at is None else standing.setting[:at] + standing.setting[at + 1 :]
        members.setdefault(others, []).append(standing)
    known = [settings()[other] for i, other in enumerate(found.fields) if i != at]
    made = []
    for number, (others, standings) in enumerate(members.items()):
        words = "" if at is None else _words(known, others)
        letter = "" if len(members) == 1 else LETTERS[number % len(LETTERS)]
        made.append(Group(letter, words, f"run-{number % RUN_COLOURS + 1}", tuple(standings)))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class SweepPlot:
    """The standings of a sweep; ``chart`` works out how they are drawn."""

    found: Standings
    log: bool = False
    """Whether the y axis is logarithmic."""
    best: bool = True
    """Whether the metric at the lowest test loss is drawn, too."""
    chosen: tuple[Value, ...] | None = None
    """The setting that stands out, if one does."""

    @property
    def title(self) -> str:
        """What stands over the chart."""
        field = x_field(self.found)
        against = "place" if field is None else settings()[field].short
        return f"{self.found.measure.title}, against {against}"

    @property
    def axes(self) -> object:
        """Equal for plots that may share a y axis."""
        return self.found.measure.name, self.found.fields, self.log

    def chart(self, previous: Limits | None = None) -> Chart:
        """Lines through the means, dots with bars, and axes; the best setting is named so."""
        x = _XAxis.of(self.found)
        lines = groups(self.found)
        series = [one for group in lines for one in self._series(group, x)]
        dots = self._dots(lines, x)
        low, high = near([one.curve for one in series]) or (0.1, 1.0)
        bars = [dot for dot in dots if dot.y is not None and dot.y <= high]
        low = min([low, *(dot.low for dot in bars)])
        high = max([high, *(min(dot.high, ROOM * high) for dot in bars)])
        return Chart(
            self.title,
            tuple(series),
            x.limits,
            y_limits(low, high, log=self.log, previous=previous),
            x_label=x.name,
            dots=tuple(dots),
            ticks=x.ticks,
        )

    def _series(self, group: Group, x: _XAxis) -> list[Series]:
        kinds = [("final", Stroke.SOLID)] + ([("best", Stroke.DOTTED)] if self.best else [])
        found = []
        for kind, stroke in kinds:
            points = []
            for standing in group.standings:
                spread: Spread | None = getattr(standing, kind)
                place = x.place(standing.setting, self.found)
                if spread is not None and place is not None:
                    points.append((place, spread.mean))
            curve = clean([p[0] for p in points], [p[1] for p in points], log=self.log)
            found.append(Series(f"{group.words} {kind}".strip(), curve, group.style, stroke))
        return found

    def _dots(self, lines: Sequence[Group], x: _XAxis) -> list[Dot]:
        """The best setting's last, so that it is seen where others are as good."""
        first = next((one for one in self.found.places if one.final is not None), None)
        dots: list[tuple[bool, Dot]] = []
        for group in lines:
            for standing in group.standings:
                place = x.place(standing.setting, self.found)
                if place is None or (standing.final is None and not standing.failed):
                    continue
                best = standing is first
                style = group.style + (" reverse" if standing.setting == self.chosen else "")
                dots.append((best, self._dot(standing, place, style, group.letter, best)))
        return [dot for _, dot in sorted(dots, key=lambda pair: pair[0])]

    def _dot(self, standing: Standing, x: float, style: str, letter: str, best: bool) -> Dot:
        final = standing.final
        if final is None:
            return Dot(x, None, style=style)
        mean, std = final.mean, final.std or 0.0
        low, high = mean - std, min(mean + std, FAR)
        if self.log:
            if mean <= 0:
                return Dot(x, None, style=style)
            mean = max(mean, TINY)
            low = max(low, mean / 10, TINY)
        return Dot(x, mean, low, high, style, letter, "best" if best else "")


@dataclass(frozen=True, slots=True)
class _XAxis:
    """Where the settings stand from left to right."""

    field: str | None
    name: str
    limits: Limits
    ticks: tuple[Tick, ...] | None
    zero: float
    """Where 0 stands on a logarithmic axis: a decade below the smallest value."""

    @classmethod
    def of(cls, found: Standings) -> _XAxis:
        """The axis of the setting that is shown, or of the places."""
        field = x_field(found)
        if field is None:
            count = max(1, len(found.places))
            places = tuple(Tick(float(place), str(place)) for place in range(1, count + 1))
            return cls(None, "place", Limits(0.5, count + 0.5), places, 0.0)
        said = settings()[field].said
        at = found.fields.index(field)
        raw = {standing.setting[at] for standing in found.places}
        values = sorted(float(v) for v in raw if isinstance(v, int | float))
        short = settings()[field].short
        positive = [value for value in values if value > 0]
        spread = bool(positive) and positive[-1] >= WIDE * positive[0]
        if positive and values[0] >= 0 and (field in LOGARITHMIC or spread):
            zero = positive[0] / 10
            low = zero if values[0] == 0 else positive[0]
            limits = _log_limits(low, positive[-1])
            ticks: tuple[Tick, ...] | None = None
            if values[0] == 0:
                decades = [t for t in value_ticks(limits, 99) if t.value > zero * 1.5]
                ticks = (Tick(zero, "0"), *decades)
            return cls(field, short, limits, ticks, zero)
        if not values:
            return cls(field, short, Limits(0.0, 1.0), (), 0.0)
        margin = MARGIN * (values[-1] - values[0]) or max(1.0, 0.1 * abs(values[0]))
        whole = settings()[field].kind == "whole"
        ticks = tuple(Tick(v, said(int(v) if whole else v)) for v in values)
        return cls(field, short, Limits(values[0] - margin, values[-1] + margin), ticks, 0.0)

    def place(self, setting: tuple[Value, ...], found: Standings) -> float | None:
        """The x of a setting; None where it has no number."""
        if self.field is None:
            places = [standing.setting for standing in found.places]
            return float(places.index(setting) + 1)
        value = setting[found.fields.index(self.field)]
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return self.zero if self.limits.log and value == 0 else float(value)


def _log_limits(low: float, high: float) -> Limits:
    decades = log10(high) - log10(low)
    factor = 10 ** max(MARGIN * decades, 0.1)
    return Limits(low / factor, high * factor, log=True)


def _words(known: Sequence[Setting], values: tuple[Value, ...]) -> str:
    return " ".join(f"{one.short} {one.said(v)}" for one, v in zip(known, values, strict=True))
