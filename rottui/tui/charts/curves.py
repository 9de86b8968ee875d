"""Charts of runs: which curves, in which colours, between which limits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from rottui.store.records import EpochRow, EventRow, RunRow
from rottui.tui.charts.chart import Chart, Dot, Mark, Note, Reference, Shade
from rottui.tui.charts.limits import Limits, near, with_references, x_limits, y_limits
from rottui.tui.charts.line_names import line_names
from rottui.tui.charts.look import LOOK, Look, XAxis, place_of, smoothed
from rottui.tui.charts.metrics import Metric, Splits
from rottui.tui.charts.seeds import family_of, mean_of
from rottui.tui.charts.series import Curve, Series, Stroke, clean

RUN_COLOURS = 8
ROOM = 0.5
"""A band stretches the y axis by this share of the highest curve, at most."""
Epochs = Mapping[int, Sequence[EpochRow]]


Events = Mapping[int, Sequence[EventRow]]

LETTERS: Mapping[str, tuple[str, str]] = {
    "lr": ("L", "lr changed"),
    "resumed": ("R", "resumed"),
    "checkpoint": ("S", "saved"),
    "extended": ("X", "extended"),
    "forked": ("F", "forked"),
    "fork": ("F", "forked"),
}
"""Kind of event → the letter that marks its place, and what that means."""

STROKES = {"train": Stroke.SOLID, "test": Stroke.DOTTED}


def run_style(run_id: int) -> str:
    """The colour token of a run: the same wherever and whenever it is drawn."""
    return f"run-{(run_id - 1) % RUN_COLOURS + 1}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A run on a chart: as much of it as decides the drawing."""

    run_id: int
    planned: int
    """Epochs."""
    rows: tuple[EpochRow, ...]
    notes: tuple[tuple[float, str], ...] = ()
    """Place and letter of what happened to it."""
    best: int | None = None
    """The epoch with the lowest test loss, where it is to be marked."""
    family: str = ""
    """Equal for runs that differ in their seed only."""
    total: int = 0
    """Epochs of a curve of which the rows are only some; 0 where they are all."""
    name: str = ""
    """What tells it from the other runs, such as ``lr 1e-3``."""
    pinned: bool = False
    """Whether it is seen where other runs share a cell with it."""


Member = tuple[Shown, Sequence[float]]
"""A run and where its epochs stand."""


@dataclass(frozen=True, slots=True)
class Plot:
    """What is to be drawn; ``chart`` works it out, which for long runs is no task for a screen."""

    metric: Metric
    runs: tuple[Shown, ...]
    """In the order of the legend; those without an epoch have no curve."""
    splits: Splits = Splits.BOTH
    log: bool = False
    references: tuple[Reference, ...] = ()
    """What guesses score that look at no image."""
    look: Look = LOOK
    cursor: float | None = None
    """The place that a person reads; wherever it is, the axes are the same."""

    @classmethod
    def of(
        cls,
        metric: Metric,
        runs: Sequence[RunRow],
        epochs: Epochs,
        splits: Splits,
        log: bool,
        *,
        baselines: bool = False,
        events: Events | None = None,
        look: Look = LOOK,
        cursor: float | None = None,
        pinned: int | None = None,
    ) -> Plot:
        """The plot of some runs of the store, with their epochs, and events, by run id.

        Without events, nothing is marked but where a run diverged.
        """
        happened = events or {}
        names = line_names({run.id: run.config for run in runs}, seeds=not look.spread)
        shown = (
            Shown(
                run.id,
                run.epochs,
                tuple(epochs.get(run.id, ())),
                tuple(_notes(happened.get(run.id, ()))),
                run.best.epoch if run.best is not None and events is not None else None,
                family_of(run.config) if look.spread and run.id != pinned else "",
                _total(epochs.get(run.id, ())),
                names.get(run.id, ""),
                run.id == pinned,
            )
            for run in runs
        )
        references = _references(metric, runs) if baselines else ()
        return cls(metric, tuple(shown), splits, log, references, look, cursor)

    @property
    def title(self) -> str:
        """What stands over the chart."""
        return self.metric.title

    @property
    def axes(self) -> object:
        """Equal for plots that may share a y axis."""
        runs = tuple(run.run_id for run in self.runs)
        return self.metric, self.splits, self.log, runs, self.references, self.look

    def whole_x(self) -> Limits:
        """The x axis that shows every curve from its start to where it will end."""
        drawn = [run for run in self.runs if run.rows]
        axis = self.look.axis
        places = [axis.places(run.rows) for run in drawn]
        last = max((own[-1] for own in places), default=0.0)
        planned = max((axis.planned(run.rows, run.planned) for run in drawn), default=0.0)
        whole = x_limits(last, planned)
        if not self.look.log_x:
            return whole
        low = min((place for own in places for place in own if place > 0), default=1.0)
        return Limits(low, max(whole.high, 2 * low), log=True)

    def chart(self, previous: Limits | None = None) -> Chart:
        """Curves, marks and axes; ``previous`` is the y axis on the screen, kept while it fits."""
        drawn = [run for run in self.runs if run.rows]
        look = self.look
        places = [look.axis.places(run.rows) for run in drawn]
        families = self._families(drawn, places)
        alone = {run.run_id for family in families if len(family) == 1 for run, _ in family}
        curves = [self._series(*family[0]) for family in families if len(family) == 1]
        means = [self._mean(family) for family in families if len(family) > 1]
        series = tuple(one for own in (*curves, *(mean for mean, _ in means)) for one in own)
        bands = tuple(band for _, own in means for band in own)
        y = look.y or self._y_axis([one.curve for one in series], bands, previous)
        x = look.x or self.whole_x()
        unseen = drawn and not any(one.curve.total for one in series)
        return Chart(
            self.title + (": not measured" if unseen else ""),
            series,
            x,
            y,
            x_label=look.axis.value,
            references=tuple(r for r in self.references if 0 <= y.share(r.value) <= 1),
            marks=tuple(
                mark
                for family, own in zip(
                    sorted(families, key=lambda family: len(family) > 1),
                    (*curves, *(mean for mean, _ in means)),
                    strict=True,
                )
                for mark in _marks(*family[0], own, _name(family))
            ),
            notes=tuple(
                Note(place_of(epoch, run.rows, xs), letter, run_style(run.run_id))
                for run, xs in zip(drawn, places, strict=True)
                for epoch, letter in run.notes
            ),
            dots=tuple(
                dot
                for run, xs in zip(drawn, places, strict=True)
                for dot in self._best(run, xs)
                if run.run_id in alone
                if 0 <= x.share(dot.x) <= 1 and 0 <= y.share(dot.y or 0.0) <= 1
            ),
            bands=bands,
            cursor=self.cursor,
            seconds=look.axis is XAxis.TIME,
            zoomed=look.zoomed,
            words=look.words,
            unplaced=sum(sum(x <= 0 for x in xs) for xs in places) if look.log_x else 0,
        )

    @property
    def styles(self) -> dict[int, str]:
        """The colour of each run's curve: of those drawn as one, their first's."""
        families = self._families(self.runs, [()] * len(self.runs))
        return {
            run.run_id: run_style(family[0][0].run_id) for family in families for run, _ in family
        }

    def _families(
        self, runs: Sequence[Shown], places: Sequence[Sequence[float]]
    ) -> list[list[Member]]:
        """The runs that are drawn as one curve together, with their places."""
        found: dict[str, list[Member]] = {}
        for run, xs in zip(runs, places, strict=True):
            found.setdefault(run.family or f"#{run.run_id}", []).append((run, xs))
        return list(found.values())

    def _mean(self, family: Sequence[Member]) -> tuple[list[Series], list[Shade]]:
        """The mean of a family for each split, and the bands around it."""
        splits = self.metric.shown(self.splits)
        style, curves, bands = run_style(family[0][0].run_id), [], []
        for split in splits:
            mean = mean_of([self._points(run, xs, split) for run, xs in family])
            ys = smoothed(mean.means, self.look.smoothing)
            tag = _name(family) if len(self.runs) > len(family) and split == splits[-1] else ""
            curve = clean(mean.xs, ys, log=self.log)
            name = f"{_name(family)} {split}"
            curves.append(Series(name, curve, style, STROKES[split], tag, family[0][0].name))
            bands.append(Shade(mean.band, f"{style} dim"))
        return curves, bands

    def _points(self, run: Shown, xs: Sequence[float], split: str) -> list[tuple[float, float]]:
        points = self.metric.points(xs, run.rows, split)
        return [point for point in points if point[0] > 0 or not self.look.log_x]

    def _best(self, run: Shown, xs: Sequence[float]) -> list[Dot]:
        """The mark of its best epoch: on the test curve, or on what else is shown."""
        at = [i for i, row in enumerate(run.rows) if row.epoch == run.best][:1]
        value = self.metric.of(run.rows[at[0]], self.metric.shown(self.splits)[-1]) if at else None
        if value is None or not isfinite(value):
            return []
        return [Dot(xs[at[0]], value, value, value, run_style(run.run_id))]

    def _y_axis(
        self, curves: Sequence[Curve], bands: Sequence[Shade], previous: Limits | None
    ) -> Limits:
        """The axis that fits what is seen of the curves."""
        part = self.look.x
        seen = curves if part is None else [one.between(part.low, part.high) for one in curves]
        reach = near(seen)
        low, high = reach or (0.1, 1.0)
        if reach:
            values = [reference.value for reference in self.references]
            low, high = self._with_bands(low, high, bands)
            low, high = with_references(low, high, values, log=self.log)
        return y_limits(low, high, log=self.log, previous=previous)

    def _with_bands(self, low: float, high: float, bands: Sequence[Shade]) -> tuple[float, float]:
        """The bands in reach, too: a wide one does not make the curves flat."""
        part = self.look.x
        seen = [
            one
            for band in bands
            for one in band.points
            if part is None or part.low <= one[0] <= part.high
        ]
        least = low / 10 if self.log else low - ROOM * abs(high)
        lowest = max(min((one[1] for one in seen), default=low), least)
        highest = min(max((one[2] for one in seen), default=high), high + ROOM * abs(high))
        return min(low, lowest), max(high, highest)

    def _series(self, run: Shown, xs: Sequence[float]) -> list[Series]:
        splits = self.metric.shown(self.splits)
        found: list[Series] = []
        style = run_style(run.run_id)
        for split in splits:
            name = f"#{run.run_id} {split}"
            points = self._points(run, xs, split)
            places, ys = [x for x, _ in points], [y for _, y in points]
            curve = replace(clean(places, ys, log=self.log), total=max(len(ys), run.total))
            if self.look.smoothing and len(ys) > 1:
                found.append(Series(name, curve, f"{style} dim", Stroke.FAINT, rank=-1))
                means = smoothed(ys, self.look.smoothing)
                curve = replace(clean(places, means, log=self.log), total=0)
            last = len(self.runs) > 1 and split == splits[-1]
            tag = f"#{run.run_id}" if last else ""
            rank = 1 if run.pinned else 0
            found.append(Series(name, curve, style, STROKES[split], tag, run.name, rank))
        return found


def _references(metric: Metric, runs: Sequence[RunRow]) -> tuple[Reference, ...]:
    """One for each guess and value, such as ``mean 0.993``; several values name their first run.

    Runs on the same data and target share theirs.
    """
    first: dict[str, dict[str, tuple[int, float]]] = {}
    for run in runs:
        for guess, value in metric.guesses(run.guesses(f"test_{metric.value}")).items():
            first.setdefault(guess, {}).setdefault(f"{value:.3g}", (run.id, value))
    unit = "°" if metric.value.endswith("_deg") else " %" if metric is Metric.FLIPS else ""
    return tuple(
        Reference(value, f"{guess} {text}{unit}" + (f" #{run_id}" if len(values) > 1 else ""))
        for guess, values in first.items()
        for text, (run_id, value) in values.items()
    )


def _notes(events: Sequence[EventRow]) -> list[tuple[float, str]]:
    return [
        (event.epoch, LETTERS[event.kind][0])
        for event in events
        if event.epoch is not None and event.kind in LETTERS
    ]


def _total(rows: Sequence[EpochRow]) -> int:
    """How many epochs the run has, where the rows are only some of them."""
    count = rows[-1].epoch - rows[0].epoch + 1 if rows else 0
    return count if count > len(rows) else 0


def _name(family: Sequence[Member]) -> str:
    """Such as ``#3``, or ``#3+2`` for that run and two more."""
    more = len(family) - 1
    return f"#{family[0][0].run_id}" + (f"+{more}" if more else "")


def _marks(run: Shown, xs: Sequence[float], own: Sequence[Series], name: str) -> list[Mark]:
    places = [lost.x for one in own for lost in one.curve.lost]
    if not places:
        return []
    first = min(places)
    epoch = run.rows[bisect_left(xs, first)].epoch
    return [Mark(first, f"{name} epoch {epoch} NaN", run_style(run.run_id))]
