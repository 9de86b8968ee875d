"""The table under the charts: which run is which, how far it is, and its latest numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rottui.store.records import EpochRow, RunRow
from rottui.store.states import State
from rottui.tui.charts.cells import ASCII, UNICODE, Glyphs, Row, Span, columns, fit, shorten_middle
from rottui.tui.charts.curves import Epochs, run_style
from rottui.tui.charts.metrics import Metric, Splits
from rottui.tui.widgets import lineage
from rottui.tui.widgets.formats import format_degrees, format_loss

NUMBER = 9
"""Columns for a number."""
PROGRESS = 11
"""Columns for ``12/50``."""
STATE = 10
NAME = 12
"""A name is never cut below this; numbers go first."""


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    metric: Metric
    split: str


def legend_rows(
    runs: Sequence[RunRow],
    epochs: Epochs,
    metrics: Sequence[Metric],
    *,
    width: int,
    height: int,
    splits: Splits = Splits.BOTH,
    glyphs: Glyphs = UNICODE,
    letters: str = "",
    reading: Mapping[int, EpochRow | None] | None = None,
    where: str = "",
    styles: Mapping[int, str] | None = None,
    pinned: int | None = None,
) -> list[Row]:
    """A header that says what is solid and dotted, then one row a run; at most ``height`` rows.

    Where the header has room, it says what the ``letters`` on the x axis mean, too.

    With a ``reading``, the numbers of each run are those of its epoch, and the header says
    ``where`` that is, such as ``at epoch 12``.

    Runs that do not fit are counted in the last row.
    """
    if height < 1:
        return []
    drawn = {split for metric in metrics for split in metric.shown(splits)}
    key = "  ".join(text for split, text in _samples(glyphs).items() if split in drawn)
    names = max(NAME + 5, columns((Span(key),)) + 1)
    fitting = list(metrics)
    numbers = _columns(fitting, splits)
    while numbers and width < names + PROGRESS + sum(map(_wide, numbers)):
        fitting.pop()
        numbers = _columns(fitting, splits)
    state = width >= names + 12 + PROGRESS + STATE + sum(map(_wide, numbers))
    if where:
        key, letters = _told(key, where, names - 1), ""
    rows = [_header(key, letters, numbers, state, width, glyphs)]
    shown = list(runs[: height - 1])
    if len(shown) < len(runs) and shown:
        shown.pop()
    for run in shown:
        curve = epochs.get(run.id, ())
        last = (curve[-1] if curve else None) if reading is None else reading.get(run.id)
        style = (styles or {}).get(run.id, run_style(run.id))
        name = ("pinned " if run.id == pinned else "") + lineage.mark(run, glyphs is ASCII)
        rows.append(
            _row(run, name, style, last, numbers, state, width, glyphs, read=reading is not None)
        )
    if len(shown) < len(runs) and height > 1:
        rows.append(fit((Span(f"and {len(runs) - len(shown)} more", "chart-axis"),), width))
    return rows


def _told(key: str, where: str, width: int) -> str:
    """Both where there is room, else where the cursor reads."""
    both = f"{key}  {where}"
    return both if len(both) <= width else where


def _columns(metrics: Sequence[Metric], splits: Splits) -> list[_Column]:
    return [
        _Column(f"{metric.short} {split}", metric, split)
        for metric in metrics
        for split in metric.shown(splits)
    ]


def _samples(glyphs: Glyphs) -> dict[str, str]:
    return {"train": f"{glyphs.solid} train", "test": f"{glyphs.dotted} test"}


def _wide(column: _Column) -> int:
    return max(NUMBER, len(column.title)) + 1


def _header(
    key: str, letters: str, numbers: Sequence[_Column], state: bool, width: int, glyphs: Glyphs
) -> Row:
    titles = "state".ljust(STATE) if state else ""
    titles += "epoch".rjust(PROGRESS)
    titles += "".join(column.title.rjust(_wide(column)) for column in numbers)
    if letters and len(key) + len(letters) + 3 <= width - len(titles):
        key = f"{key}   {letters}"
    return _sides((Span(key),), (Span(titles, "chart-axis"),), width, glyphs)


def _row(
    run: RunRow,
    mark: str,
    colour: str,
    last: EpochRow | None,
    numbers: Sequence[_Column],
    state: bool,
    width: int,
    glyphs: Glyphs,
    *,
    read: bool,
) -> Row:
    right: list[Span] = []
    if state:
        style = "run-failed" if run.state is State.FAILED else ""
        right.append(Span(run.state.value.ljust(STATE), style))
    none = glyphs.none if read else run.state.value
    progress = f"{last.epoch}/{run.epochs}" if last else none
    right.append(Span(progress.rjust(PROGRESS)))
    for column in numbers:
        text = _number(column.metric, last, column.split, glyphs) if last else glyphs.none * read
        right.append(Span(text.rjust(_wide(column)), "run-failed" if text == "NaN" else ""))
    room = width - columns(tuple(right)) - 1
    tag = f"#{run.id} "
    name = shorten_middle(mark + run.name, max(0, room - len(tag)), glyphs.more)
    return _sides((Span(tag, f"{colour} bold"), Span(name)), right, width, glyphs)


def _number(metric: Metric, row: EpochRow, split: str, glyphs: Glyphs) -> str:
    value = metric.of(row, split)
    if value is None:
        return glyphs.none
    if value != value:
        return "NaN"
    if metric is Metric.FLIPS:
        return f"{value:.1f}"
    return format_degrees(value) if metric.value.endswith("_deg") else format_loss(value)


def _sides(left: Sequence[Span], right: Sequence[Span], width: int, glyphs: Glyphs) -> Row:
    gap = width - columns(tuple(left)) - columns(tuple(right))
    return fit((*left, Span(" " * max(1, gap)), *right), width, glyphs.more)


def summary_rows(
    runs: Sequence[RunRow], epochs: Epochs, metric: Metric, width: int, glyphs: Glyphs = UNICODE
) -> list[Row]:
    """One line a run for places where no chart fits: ``#3 loss 0.1234 train 0.1456 test``."""
    rows: list[Row] = []
    for run in runs:
        curve = epochs.get(run.id)
        if curve:
            last = curve[-1]
            numbers = " ".join(f"{_number(metric, last, s, glyphs)} {s}" for s in metric.splits)
            text = f"{metric.short} {numbers}, epoch {last.epoch}/{run.epochs}"
        else:
            text = f"{run.state.value}, no epoch yet"
        tag = Span(f"#{run.id} ", f"{run_style(run.id)} bold")
        rows.append(fit((tag, Span(text)), width, glyphs.more))
    return rows
