"""The table under the charts: which run is which, how far it is, and its latest numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rottui.store.records import EpochRow, RunRow
from rottui.store.states import State
from rottui.tui.charts.cells import UNICODE, Glyphs, Row, Span, columns, fit, shorten_middle
from rottui.tui.charts.curves import Epochs, Metric, Splits, run_style
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
) -> list[Row]:
    """A header that says what is solid and dotted, then one row a run; at most ``height`` rows.

    Runs that do not fit are counted in the last row.
    """
    if height < 1:
        return []
    names = max(NAME + 5, _key_width(splits, glyphs) + 1)
    fitting = list(metrics)
    numbers = _columns(fitting, splits)
    while numbers and width < names + PROGRESS + sum(map(_wide, numbers)):
        fitting.pop()
        numbers = _columns(fitting, splits)
    state = width >= names + 12 + PROGRESS + STATE + sum(map(_wide, numbers))
    rows = [_header(numbers, state, splits, width, glyphs)]
    shown = list(runs[: height - 1])
    if len(shown) < len(runs) and shown:
        shown.pop()
    for run in shown:
        rows.append(_row(run, epochs.get(run.id, ()), numbers, state, width, glyphs))
    if len(shown) < len(runs) and height > 1:
        rows.append(fit((Span(f"and {len(runs) - len(shown)} more", "chart-axis"),), width))
    return rows


def _columns(metrics: Sequence[Metric], splits: Splits) -> list[_Column]:
    return [
        _Column(f"{metric.short} {split}", metric, split)
        for metric in metrics
        for split in splits.value
    ]


def _key(splits: Splits, glyphs: Glyphs) -> str:
    samples = {"train": glyphs.solid, "test": glyphs.dotted}
    return "  ".join(f"{samples[split]} {split}" for split in splits.value)


def _key_width(splits: Splits, glyphs: Glyphs) -> int:
    return columns((Span(_key(splits, glyphs)),))


def _wide(column: _Column) -> int:
    return max(NUMBER, len(column.title)) + 1


def _header(
    numbers: Sequence[_Column], state: bool, splits: Splits, width: int, glyphs: Glyphs
) -> Row:
    titles = "state".ljust(STATE) if state else ""
    titles += "epoch".rjust(PROGRESS)
    titles += "".join(column.title.rjust(_wide(column)) for column in numbers)
    return _sides((Span(_key(splits, glyphs)),), (Span(titles, "chart-axis"),), width, glyphs)


def _row(
    run: RunRow,
    epochs: Sequence[EpochRow],
    numbers: Sequence[_Column],
    state: bool,
    width: int,
    glyphs: Glyphs,
) -> Row:
    last = epochs[-1] if epochs else None
    right: list[Span] = []
    if state:
        style = "run-failed" if run.state is State.FAILED else ""
        right.append(Span(run.state.value.ljust(STATE), style))
    progress = f"{last.epoch}/{run.epochs}" if last else run.state.value
    right.append(Span(progress.rjust(PROGRESS)))
    for column in numbers:
        value = column.metric.of(last, column.split) if last else None
        text = "" if value is None else _format(column.metric, value)
        style = "run-failed" if value is not None and value != value else ""
        right.append(Span(text.rjust(_wide(column)), style))
    room = width - columns(tuple(right)) - 1
    tag = f"#{run.id} "
    name = shorten_middle(run.name, max(0, room - len(tag)), glyphs.more)
    return _sides((Span(tag, f"{run_style(run.id)} bold"), Span(name)), right, width, glyphs)


def _format(metric: Metric, value: float) -> str:
    if value != value:
        return "NaN"
    return format_degrees(value) if metric is Metric.MAE_DEG else format_loss(value)


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
            train, test = (_format(metric, metric.of(curve[-1], s)) for s in ("train", "test"))
            text = f"{metric.short} {train} train {test} test, epoch {curve[-1].epoch}/{run.epochs}"
        else:
            text = f"{run.state.value}, no epoch yet"
        tag = Span(f"#{run.id} ", f"{run_style(run.id)} bold")
        rows.append(fit((tag, Span(text)), width, glyphs.more))
    return rows
