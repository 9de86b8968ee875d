"""Charts of runs: which curves, in which colours, between which limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rottui.store.records import EpochRow, EventRow, RunRow
from rottui.tui.charts.chart import Chart, Mark, Note, Reference
from rottui.tui.charts.limits import Limits, near, with_references, x_limits, y_limits
from rottui.tui.charts.metrics import Metric, Splits
from rottui.tui.charts.series import Series, Stroke, clean

RUN_COLOURS = 8
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
    ) -> Plot:
        """The plot of some runs of the store, with their epochs, and events, by run id."""
        happened = events or {}
        shown = (
            Shown(
                run.id,
                run.epochs,
                tuple(epochs.get(run.id, ())),
                tuple(_notes(happened.get(run.id, ()))),
            )
            for run in runs
        )
        references = _references(metric, runs) if baselines else ()
        return cls(metric, tuple(shown), splits, log, references)

    @property
    def title(self) -> str:
        """What stands over the chart."""
        return self.metric.title

    @property
    def axes(self) -> object:
        """Equal for plots that may share a y axis."""
        runs = tuple(run.run_id for run in self.runs)
        return self.metric, self.splits, self.log, runs, self.references

    def chart(self, previous: Limits | None = None) -> Chart:
        """Curves, marks and axes; ``previous`` is the y axis on the screen, kept while it fits."""
        drawn = [run for run in self.runs if run.rows]
        curves = [self._series(run) for run in drawn]
        series = tuple(one for own in curves for one in own)
        reach = near([one.curve for one in series])
        low, high = reach or (0.1, 1.0)
        if reach:
            values = [reference.value for reference in self.references]
            low, high = with_references(low, high, values, log=self.log)
        y = y_limits(low, high, log=self.log, previous=previous)
        unseen = drawn and not any(one.curve.total for one in series)
        return Chart(
            self.title + (": not measured" if unseen else ""),
            series,
            x_limits(
                max((run.rows[-1].epoch for run in drawn), default=0),
                max((run.planned for run in drawn), default=0),
            ),
            y,
            references=tuple(r for r in self.references if 0 <= y.share(r.value) <= 1),
            marks=tuple(
                m for run, own in zip(drawn, curves, strict=True) for m in _marks(run, own)
            ),
            notes=tuple(
                Note(place, letter, run_style(run.run_id))
                for run in drawn
                for place, letter in run.notes
            ),
        )

    def _series(self, run: Shown) -> list[Series]:
        splits = self.metric.shown(self.splits)
        found: list[Series] = []
        for split in splits:
            rows = self.metric.taken(run.rows, split)
            ys = list(map(self.metric.reader(split), rows))
            curve = clean([row.epoch for row in rows], ys, log=self.log)
            last = len(self.runs) > 1 and split == splits[-1]
            tag = f"#{run.run_id}" if last else ""
            name = f"#{run.run_id} {split}"
            found.append(Series(name, curve, run_style(run.run_id), STROKES[split], tag))
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


def _marks(run: Shown, own: Sequence[Series]) -> list[Mark]:
    epochs = [lost.x for one in own for lost in one.curve.lost]
    if not epochs:
        return []
    text = f"#{run.run_id} epoch {min(epochs):.0f} NaN"
    return [Mark(min(epochs), text, run_style(run.run_id))]
