"""What the system pane says (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rottui.store.records import RunRow
from rottui.store.states import State
from rottui.tui.charts.bars import sparkline
from rottui.tui.charts.cells import Row, Span, fit, shorten
from rottui.tui.system import Sample
from rottui.tui.widgets.details_rows import steps_a_second
from rottui.tui.widgets.facts import GAP, MUTED, Section, said, table, wrapped
from rottui.tui.widgets.formats import format_count, format_duration
from rottui.tui.widgets.glyphs import glyphs
from rottui.tui.widgets.queue_cells import time_left

HISTORY = 60
"""Samples that are kept."""
LABEL = 14
"""Columns of the labels."""
VALUE = 26
"""Columns that values have at least; sparklines have what is left."""
SLOW_LINE = 1024.0
"""Bytes a second that fill a bar of the terminal's sparkline, at least."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The samples so far, oldest first, and the runs."""

    samples: tuple[Sample, ...] = ()
    runs: tuple[RunRow, ...] = ()
    problem: str = ""
    """Why there is no newer sample; empty if there is one."""


def sections(seen: Seen, width: int, *, ascii: bool = False) -> list[Section]:
    """Machine, this process, terminal, and who trains what at which pace."""
    parts = []
    if seen.problem:
        rows = [(Span(line, "run-failed"),) for line in wrapped(seen.problem, width, ascii=ascii)]
        parts.append(Section("The machine cannot be read", tuple(rows)))
    if seen.samples:
        parts += [_machine(seen.samples, width, ascii), _program(seen.samples, width, ascii)]
    elif not seen.problem:
        parts.append(Section("Reading the machine" + glyphs(ascii).cut, ()))
    parts.append(_workers(seen, width, ascii))
    return parts


def rates(samples: Sequence[Sample]) -> list[float]:
    """Bytes a second that the terminal was sent between each two samples that know."""
    found = []
    for before, after in pairwise(samples):
        seconds = after.reading.at - before.reading.at
        if before.sent is not None and after.sent is not None and seconds > 0:
            found.append(max(0, after.sent - before.sent) / seconds)
    return found


def _machine(samples: Sequence[Sample], width: int, ascii: bool) -> Section:
    readings = [sample.reading for sample in samples]
    now = readings[-1]
    rows = [
        _line(
            "processor",
            [one.cpu for one in readings],
            1.0,
            f"{100 * now.cpu:.0f} % of {format_count(now.cores, 'core')}",
            width,
            ascii,
        ),
        _line(
            "memory",
            [one.used for one in readings],
            now.total,
            f"{_bytes(now.used)} of {_bytes(now.total)}",
            width,
            ascii,
        ),
    ]
    for at, gpu in enumerate(now.gpus):
        past = [one.gpus[at].busy or 0.0 for one in readings if at < len(one.gpus)]
        busy = "" if gpu.busy is None else f"{100 * gpu.busy:.0f} % · "
        text = f"{busy}{_bytes(gpu.used)} of {_bytes(gpu.total)}"
        rows.append(_line(f"GPU {at}", past, 1.0, text, width, ascii))
        rows.append(fit((Span(" " * LABEL), Span(said(gpu.name, ascii), MUTED)), width))
    if now.no_gpu:
        indent = " " * LABEL
        first, *rest = wrapped(now.no_gpu, width - LABEL, ascii=ascii)
        rows.append((Span("GPU".ljust(LABEL), MUTED), Span(first)))
        rows += [(Span(indent), Span(line)) for line in rest]
    seconds = now.at - readings[0].at
    note = f"the last {format_duration(seconds)}" if len(readings) > 1 else ""
    return Section("Machine", tuple(rows), note)


def _program(samples: Sequence[Sample], width: int, ascii: bool) -> Section:
    readings = [sample.reading for sample in samples]
    now, bytes_a_second = readings[-1], rates(samples)
    sent = _rate(bytes_a_second[-1]) if bytes_a_second else glyphs(ascii).none
    return Section(
        "This program",
        (
            _line(
                "processor",
                [one.own_cores for one in readings],
                float(now.cores),
                f"{now.own_cores:.1f} cores, {format_count(now.threads, 'thread')}",
                width,
                ascii,
            ),
            _line(
                "memory", [one.own for one in readings], now.total, _bytes(now.own), width, ascii
            ),
            _line(
                "to terminal",
                bytes_a_second,
                max([SLOW_LINE, *bytes_a_second]),
                sent,
                width,
                ascii,
            ),
        ),
    )


def _workers(seen: Seen, width: int, ascii: bool) -> Section:
    training = [run for run in seen.runs if run.state is State.RUNNING]
    known = seen.samples[-1].workers if seen.samples else ()
    idle = len(set(known) - {run.worker for run in training})
    note = f"{len(training)} training" + (f", {idle} idle" if idle else "")
    if not training:
        told = "nothing is in training" if known else "nobody trains from this store"
        return Section("Workers", ((Span(told),),), note if idle else "")
    none = glyphs(ascii).none
    lines = [
        [
            shorten(f"#{run.id} {said(run.name, ascii)}", 40, glyphs(ascii).cut),
            none if run.threads is None else str(run.threads),
            none if not run.seconds else f"{60 / run.seconds:.3g}",
            none if (pace := steps_a_second(run)) is None else f"{pace:,.0f}",
            none if (left := time_left(run)) is None else format_duration(left),
        ]
        for run in training
    ]
    header = ["run", "threads", "epochs/min", "steps/s", "left"]
    return Section("Workers", tuple(table(header, lines, width, ascii=ascii)), note)


def _line(
    label: str, past: Sequence[float], most: float, text: str, width: int, ascii: bool
) -> Row:
    """A label, the present, and the past as a sparkline where there is room for it."""
    room = max(0, min(HISTORY, width - LABEL - VALUE - GAP))
    line = sparkline(past, most, room, ascii=ascii).lstrip()
    row = (
        Span(label.ljust(LABEL), MUTED),
        Span(said(text, ascii).ljust(VALUE + GAP) if room else said(text, ascii)),
        Span(line, "primary"),
    )
    return fit(row, width, glyphs(ascii).cut)


def _bytes(count: float) -> str:
    """``412 MB``, ``7.8 GB``: of 1000s, as disks and terminals count."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _rate(bytes_a_second: float) -> str:
    if bytes_a_second < 1000:
        return f"{bytes_a_second:.0f} B/s"
    return f"{bytes_a_second / 1000:.1f} KB/s"
