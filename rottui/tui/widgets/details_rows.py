"""What the details of a run say, part by part (pure)."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rottui.core.config import RunConfig
from rottui.core.flops import image_flops
from rottui.core.layers import Layer, layers
from rottui.errors import ConfigError
from rottui.store.records import Checkpoint, EpochRow, EventRow, RunRow, SweepRow
from rottui.store.states import ENDED
from rottui.tui.charts.cells import Row, Span, fit, shorten
from rottui.tui.details import RunDetails
from rottui.tui.standings import MEASURES
from rottui.tui.widgets.config_words import departures
from rottui.tui.widgets.facts import MUTED, Fact, Section, facts, table, wrapped
from rottui.tui.widgets.formats import (
    format_count,
    format_duration,
    format_loss,
    format_pace,
)
from rottui.tui.widgets.glyphs import Glyphs, glyphs
from rottui.tui.widgets.held import Held
from rottui.tui.widgets.queue_cells import SENTENCE, state_cell, time_left

EVENTS = 200
"""Events that are shown, the newest first."""
NAME = 300
"""Characters of a name that are shown."""
WIDE_NUMBERS = 58
"""Columns from which metrics have their whole names."""
STATE_STYLES = {
    "accent": "run-running",
    "ok": "run-ok",
    "error": "run-failed",
    "warn": "warning",
    "muted": MUTED,
    "": "run-queued",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A run and what hangs together with it."""

    run: RunRow
    details: RunDetails | None = None
    """None while the store is being read."""
    sweep: SweepRow | None = None
    forks: tuple[int, ...] = ()
    held: Held | None = None
    """Why it is not begun, if it is queued."""
    problem: str = ""
    """Why the store could not be read, if so."""


@dataclass(frozen=True, slots=True)
class View:
    """How the details are written."""

    width: int
    ascii: bool = False
    every_setting: bool = False
    """Whether settings that are as by default are listed, too."""

    @property
    def symbols(self) -> Glyphs:
        """The symbols of states and the like."""
        return glyphs(self.ascii)


def sections(subject: Subject, view: View) -> list[Section]:
    """All that is known of the run; parts of which nothing is known are left out."""
    run, details = subject.run, subject.details
    found = [
        _head(subject, view),
        _numbers(run, view),
        _config(run, view),
        _layers(run, view),
        _times(run, view),
        _ties(subject, view),
    ]
    if details is not None:
        found.append(_checkpoints(details.checkpoints, view))
    found.append(_versions(run.versions or {}, view))
    if details is not None:
        found.append(_events(details.events, view))
    return [part for part in found if part.rows]


def explanation(view: View) -> list[Section]:
    """What stands where there is no run."""
    lines = ("Queue one in the form (F2).", "In the queue (F3), put the cursor on it.")
    rows = [(Span(line),) for text in lines for line in wrapped(text, view.width, ascii=view.ascii)]
    return [Section("There is no run under the queue's cursor.", tuple(rows))]


# Parts


def _head(subject: Subject, view: View) -> Section:
    run = subject.run
    name = shorten(" ".join(run.name.split()), NAME, view.symbols.cut)
    title, *rest = wrapped(f"#{run.id} {name}", view.width, ascii=view.ascii)
    rows: list[Row] = [(Span(line, "bold"),) for line in rest]
    state = state_cell(run, view.symbols, subject.held)
    epochs = f"epoch {run.epochs_done:,} of {run.epochs:,}"
    rows.append((Span(state.text, STATE_STYLES[state.tone]), Span(f"  {epochs}")))
    rows[-1] = fit(rows[-1], view.width, view.symbols.cut)
    if subject.held is not None:
        rows += _words(subject.held.why, view, MUTED)
    if run.error:
        rows += _words(f"{view.symbols.problem} {run.error}", view, "run-failed")
    if run.tags:
        rows += _words(" ".join(f"#{tag}" for tag in run.tags), view, "accent")
    if run.notes:
        rows += _words(run.notes, view)
    if run.reason:
        rows += _words(run.reason, view)
    if subject.problem:
        rows += _words(f"{view.symbols.problem} {subject.problem}", view, "run-failed")
    return Section(title, tuple(rows))


def _numbers(run: RunRow, view: View) -> Section:
    if run.last is None:
        return Section("Metrics", ())
    pair = [row for row in (run.best, run.last) if row is not None]
    titles = ["best", "last"] if len(pair) == 2 else ["last"]
    lines = [["after epoch", *(f"{row.epoch:,}" for row in pair)]]
    for measure in MEASURES.values():
        label = measure.title if view.width >= WIDE_NUMBERS else _short(measure.name)
        values = [_number(row, measure.name, view) for row in pair]
        if set(values) != {view.symbols.none}:
            lines.append([label, *values])
    for guess, scores in (run.baseline or {}).items():
        if "test_loss" in scores:
            text = format_loss(scores["test_loss"])
            lines.append([f"{guess}: test loss", *([""] * (len(pair) - 1)), text])
    styles = ["run-failed" if "nan" in line[-1] else "" for line in lines]
    rows = table(["", *titles], lines, view.width, ascii=view.ascii, styles=styles)
    return Section("Metrics", tuple(rows))


def _short(name: str) -> str:
    """``test circ °`` for ``test circular MAE, degrees``."""
    title = MEASURES[name].title
    for long, short in _SHORTER.items():
        title = title.replace(long, short)
    return title


_SHORTER = {
    "circular MAE, degrees": "circ °",
    "axial MAE, degrees": "axial °",
    "median error, degrees": "median °",
    ", degrees": " °",
    ", target's units": "",
    ", %": " %",
}


def _number(row: EpochRow, name: str, view: View) -> str:
    value = row.measured(name)
    return view.symbols.none if value is None else MEASURES[name].show(value)


def _config(run: RunRow, view: View) -> Section:
    found = departures(run.config)
    changed = [one for one in found if one.departs]
    usual = [one for one in found if not one.departs]
    rows = facts(
        [Fact(one.short, one.value, "bold", f"({one.default})") for one in changed],
        view.width,
        ascii=view.ascii,
    )
    if usual and view.every_setting:
        rows.append((Span("as by default:", MUTED),))
        rows += facts([Fact(one.short, one.value) for one in usual], view.width, ascii=view.ascii)
    elif usual:
        rows += _words(f"{len(usual)} more as by default", view, MUTED)
    count = format_count(len(changed), "setting")
    return Section("Config", tuple(rows), f"{count} not as by default")


def _layers(run: RunRow, view: View) -> Section:
    try:
        config = RunConfig.from_dict(run.config)
    except ConfigError as error:
        return Section("Layers", tuple(_words(str(error), view, "run-failed")))
    listed = layers(config.network, config.outputs)
    flops = image_flops(config.network, config.outputs)
    lines = [
        [_layer_words(layer, view), _shape(layer, view), f"{layer.parameters:,}", _ops(layer.flops)]
        for layer in listed
    ]
    lines.append(["all", "", f"{config.parameter_count():,}", _ops(flops.forward)])
    styles = [""] * len(listed) + ["bold"]
    header = ["", "puts out", "parameters", "FLOPs"]
    rows = table(header, lines, view.width, ascii=view.ascii, styles=styles)
    told = f"FLOPs: one image forward; {_ops(flops.step)} with the way back"
    return Section("Layers", (*rows, *_words(told, view, MUTED)))


def _layer_words(layer: Layer, view: View) -> str:
    if layer.kernel is None:
        return layer.name
    stride = f"/{layer.stride}" if layer.stride != 1 else ""
    return f"{layer.name} {layer.kernel}{view.symbols.times}{layer.kernel}{stride}"


def _shape(layer: Layer, view: View) -> str:
    return view.symbols.times.join(map(str, layer.shape))


def _ops(count: int) -> str:
    """``0``, ``940``, ``32.8 k``, ``4.99 M``: three digits are enough for a cost."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= 0.9995 * size:
            value = count / size
            digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
            return f"{value:.{digits}f}{unit}"
    return str(count)


def _times(run: RunRow, view: View) -> Section:
    found = [Fact("queued", _moment(run.created_at))]
    if run.started_at is not None:
        found.append(Fact("begun", _moment(run.started_at)))
    if run.ended_at is not None:
        found.append(Fact("ended", _moment(run.ended_at)))
        if run.started_at is not None:
            took = format_duration(max(0.0, run.ended_at - run.started_at))
            found.append(Fact("took", took, note="from its begin, pauses counted"))
    if run.seconds is not None:
        found.append(Fact("an epoch takes", f"{format_pace(run.seconds)} s", note=_pace(run)))
    if (left := time_left(run)) is not None:
        found.append(Fact("left", f"{format_duration(left)} of training"))
    if run.last is not None:
        found.append(Fact("steps", f"{run.last.step:,}"))
    if run.threads is not None:
        found.append(Fact("threads", str(run.threads)))
    if run.worker is not None:
        found.append(Fact("worker", run.worker))
    if run.attempt > 1:
        found.append(Fact("begun or gone on", f"{run.attempt} times"))
    return Section("Times", tuple(facts(found, view.width, ascii=view.ascii)))


def _pace(run: RunRow) -> str:
    rate = steps_a_second(run)
    return "" if rate is None else f"{rate:,.0f} steps/s"


def steps_a_second(run: RunRow) -> float | None:
    """Optimizer steps in a second, evaluation counted; None before the first epoch."""
    if run.last is None or not run.seconds or not run.last.epoch:
        return None
    return run.last.step / run.last.epoch / run.seconds


def _ties(subject: Subject, view: View) -> Section:
    run, details = subject.run, subject.details
    found: list[Fact] = []
    if subject.sweep is not None:
        size = format_count(len(subject.sweep.run_ids), "run")
        found.append(Fact(subject.sweep.kind, f"{subject.sweep.name} ({size})"))
    if run.until is not None and run.state not in ENDED:
        when = "now" if run.at_rung else "next"
        found.append(Fact("rung", f"waits {when} at epoch {run.until} for its sweep"))
    if run.parent_id is not None:
        place = f"run {run.parent_id} at epoch {run.parent_epoch or 0}"
        found.append(Fact("forked from", place))
    if subject.forks:
        found.append(Fact("forks", _runs(subject.forks)))
    if run.needs:
        found.append(Fact("after", _runs(run.needs)))
    if details is not None and details.needed_by:
        found.append(Fact("needed by", _runs(details.needed_by)))
    if run.priority:
        found.append(Fact("priority", f"{run.priority:+d}"))
    return Section("Lineage", tuple(facts(found, view.width, ascii=view.ascii)))


def _runs(ids: Collection[int]) -> str:
    named = ", ".join(str(run_id) for run_id in ids)
    return f"run {named}" if len(ids) == 1 else f"runs {named}"


def _checkpoints(found: Sequence[Checkpoint], view: View) -> Section:
    lines = [
        [one.kind, f"{one.epoch:,}", f"{one.step:,}", f"{one.bytes / 1024:,.0f}"] for one in found
    ]
    if not lines:
        return Section("Checkpoints", ())
    header = ["", "epoch", "step", "KiB"]
    return Section("Checkpoints", tuple(table(header, lines, view.width, ascii=view.ascii)))


def _versions(versions: Mapping[str, str], view: View) -> Section:
    found = [Fact(name, version) for name, version in versions.items()]
    return Section("Versions", tuple(facts(found, view.width, ascii=view.ascii)))


def _events(events: Sequence[EventRow], view: View) -> Section:
    shown = list(reversed(events))[:EVENTS]
    rows: list[Row] = []
    day = ""
    for event in shown:
        date, moment = _moment(event.at).split(" ")
        if date != day:
            rows.append((Span(date, MUTED),))
            day = date
        place = "" if event.epoch is None else f" at epoch {event.epoch:.2f}"
        detail = shorten(" ".join(event.detail.split()), SENTENCE, view.symbols.cut)
        text = f"{event.kind}{place}" + (f": {detail}" if detail else "")
        indent = " " * (len(moment) + 2)
        first, *rest = wrapped(text, view.width - len(indent), ascii=view.ascii)
        style = "run-failed" if event.kind in ("failed", "checkpoint refused") else ""
        rows.append((Span(f"{moment}  ", MUTED), Span(first, style)))
        rows += [(Span(indent), Span(line, style)) for line in rest]
    if len(events) > len(shown):
        rows.append((Span(f"{len(events) - len(shown):,} older", MUTED),))
    return Section("Events", tuple(rows), "newest first")


# Words


def _words(text: str, view: View, style: str = "") -> list[Row]:
    told = shorten(" ".join(text.split()), SENTENCE, view.symbols.cut)
    return [(Span(line, style),) for line in wrapped(told, view.width, ascii=view.ascii)]


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
