"""What the queue shows of a run, column by column (pure)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rottui.core.config import format_lr
from rottui.engine.forecast import Forecast, Span
from rottui.store.records import EpochRow, RunRow
from rottui.store.states import State, Wish
from rottui.tui.widgets import lineage
from rottui.tui.widgets.formats import (
    format_about,
    format_count,
    format_degrees,
    format_duration,
    format_loss,
    format_pace,
)
from rottui.tui.widgets.glyphs import Glyphs, glyphs, to_ascii
from rottui.tui.widgets.held import Held
from rottui.tui.widgets.table_layout import Cell, Column

BAR = 4
"""Cells of the little progress bar."""
_LINE = "\n"
SENTENCE = 600
"""Characters of an error that are shown at most."""

TONES: dict[State, str] = {
    State.DRAFT: "muted",
    State.QUEUED: "",
    State.RUNNING: "accent",
    State.PAUSED: "warn",
    State.DONE: "ok",
    State.FAILED: "error",
    State.CANCELLED: "muted",
}


def columns(ascii: bool = False) -> tuple[Column, ...]:
    """The columns of the queue, in the order of ``cells``."""
    degree = glyphs(ascii).degree

    def number(
        name: str, title: str, priority: int, short: str = "", extra: bool = False
    ) -> Column:
        return Column(name, title, priority, 0, 18, "number", "right", short=short, extra=extra)

    return (
        Column("id", "id", 0, kind="number", align="right", pinned=True),
        Column("state", "state", 0, minimum=10, pinned=True),
        Column("name", "name", 1, minimum=12, maximum=44, kind="middle", pinned=True),
        Column("network", "network", 10, minimum=18, kind="middle", extra=True),
        number("lr", "lr", 2),
        number("epoch", "epoch", 3),
        number("train", "train loss", 5, "train"),
        number("test", "test loss", 4, "test"),
        number("circular", f"circ MAE {degree}", 6, f"circ {degree}"),
        number("mae", f"test MAE {degree}", 8, f"MAE {degree}", extra=True),
        number("train_mae", f"train MAE {degree}", 12, f"train {degree}", extra=True),
        number("pace", "s/epoch", 9, extra=True),
        number("left", "left", 7),
        Column("data", "data", 11, minimum=8, kind="middle", extra=True),
    )


def cells(run: RunRow, ascii: bool = False, held: Held | None = None) -> tuple[Cell, ...]:
    """One cell a column. Losses are in the target's own units, MAE in degrees, times in seconds.

    The test MAE is the experiment's, which counts the scalar target's errors the long way round;
    the one along the circle compares targets. ``held`` says why a queued run is not begun.
    """
    symbols = glyphs(ascii)
    last = run.last
    lr = run.config.get("lr")
    rate = format_lr(lr) if isinstance(lr, int | float) else ""
    left = time_left(run)
    origin = lineage.mark(run, ascii)
    made = (
        Cell(str(run.id), "muted"),
        state_cell(run, symbols, held),
        Cell(origin + run.name + tags_of(run), "", origin + short_name(run.name, rate)),
        Cell(network_label(run.config)),
        Cell(rate),
        epoch_cell(run, symbols),
        _number(None if last is None else last.train_loss, format_loss),
        _number(None if last is None else last.test_loss, format_loss),
        _measured(last, "test_circular_mae_deg", symbols),
        _number(None if last is None else last.test_mae_deg, format_degrees),
        _number(None if last is None else last.train_mae_deg, format_degrees),
        Cell("" if run.seconds is None else format_pace(run.seconds)),
        Cell("" if left is None else format_duration(left)),
        Cell(data_label(run.config), "muted"),
    )
    if not ascii:
        return made
    return tuple(Cell(to_ascii(text), tone, to_ascii(short)) for text, tone, short in made)


def tags_of(run: RunRow) -> str:
    """Such as `` #old #paper``, behind the name where there is room."""
    return "".join(f" #{tag}" for tag in run.tags)


def short_name(name: str, rate: str) -> str:
    """The name without the learning rate, which has a column of its own beside it."""
    return name.replace(f" lr {rate}", "", 1) or name


def state_cell(run: RunRow, symbols: Glyphs, held: Held | None = None) -> Cell:
    """Symbol and word of the state, or of what a person has asked for: ``⏸ pausing…``.

    A run that ended before its last epoch, in order, is ``✓ done early``. A queued one that is held
    back says by what, any other one its priority: ``· needs 3``, ``· queued +5``.
    """
    if run.state is State.RUNNING and run.wish is Wish.PAUSE:
        return Cell(f"{symbols.paused} pausing{symbols.cut}", "warn")
    if run.state is State.RUNNING and run.wish is Wish.CANCEL:
        word = f"{symbols.cancelled} cancelling{symbols.cut}"
        return Cell(word, "warn", f"{symbols.cancelled} cancel{symbols.cut}")
    if run.at_rung and run.wish is None:
        return Cell(f"{symbols.paused} waiting", TONES[State.QUEUED])
    if run.state is State.QUEUED and held is not None and held.word:
        symbol = symbols.failed if held.for_good else symbols.of(run.state)
        return Cell(f"{symbol} {held.word}", "error" if held.for_good else "warn")
    word = f"{symbols.of(run.state)} {run.state.value}"
    if run.state is State.QUEUED and run.priority:
        return Cell(f"{word} {run.priority:+d}", TONES[run.state])
    if run.state is State.DONE and run.reason:
        return Cell(f"{word} early", TONES[run.state], word)
    return Cell(word, TONES[run.state])


def epoch_cell(run: RunRow, symbols: Glyphs) -> Cell:
    """``12/50 ━───``, or ``12/50`` where there is less room."""
    planned = max(1, run.epochs)
    full = max(run.epochs_done > 0, min(BAR, run.epochs_done * BAR // planned))
    total = str(run.epochs)
    short = f"{run.epochs_done:>{len(total)}}/{total}"
    bar = symbols.bar_full * full + symbols.bar_empty * (BAR - full)
    return Cell(f"{short} {bar}", "", short)


def time_left(run: RunRow) -> float | None:
    """Seconds of training that a run still needs; None when it has ended or nobody can know.

    To the next rung where it has one: whether it goes on from there is not known yet.
    """
    if run.state not in (State.QUEUED, State.RUNNING, State.PAUSED) or run.seconds is None:
        return None
    if run.at_rung:
        return None
    return max(0, (run.epochs if run.until is None else run.until) - run.epochs_done) * run.seconds


def network_label(config: Mapping[str, Any]) -> str:
    """Such as ``mlp 128-128`` or ``cnn 16-32-45 · 128``; empty for a config of another version."""
    network = config.get("network")
    if not isinstance(network, Mapping):
        return ""
    dense = "-".join(map(str, network.get("dense_hiddens", ())))
    kind = str(network.get("type", ""))
    if kind == "mlp":
        return f"mlp {dense}".strip()
    channels = "-".join(map(str, network.get("n_channels", ())))
    return f"{kind} {channels} · {dense}"


def data_label(config: Mapping[str, Any]) -> str:
    """Such as ``garments`` or ``rotated (rotated_fashion_mnist.zip) 2000+500``."""
    data = config.get("data")
    if not isinstance(data, Mapping):
        return ""
    label = str(data.get("source", ""))
    path = data.get("path")
    if path:
        label += f" ({str(path).rstrip('/').rpartition('/')[2]})"
    sizes = data.get("train_size"), data.get("test_size")
    if any(sizes):
        label += f" {sizes[0] or 'all'}+{sizes[1] or 'all'}"
    return label


def summary(
    runs: Sequence[RunRow],
    ascii: bool = False,
    all_paused: bool = False,
    forecast: Forecast | None = None,
) -> str:
    """``3 running · 12 queued · 40 done · about 3h 05m left``; empty without runs.

    ``all_paused`` is said first, since then nothing is begun. What a long queue would take with
    another number of workers stands in brackets.
    """
    counts = Counter("waiting" if run.at_rung else str(run.state) for run in runs)
    parts = [f"{counts[word]:,} {word}" for word in _ORDER if counts[word]]
    if all_paused:
        parts.insert(0, "everything is paused")
    if forecast is not None and forecast.seconds is not None:
        left = f"{format_about(forecast.seconds)} left"
        parts.append(" ".join(part for part in (left, _with_other_workers(forecast)) if part))
    elif forecast is not None and forecast.unknown:
        parts.append("time left unknown")
    return f" {glyphs(ascii).dot} ".join(parts)


LONG = 60.0
"""Seconds; of a shorter queue nobody asks what more workers would do."""
SAME_TIME = 1.1
"""Times that differ by a smaller factor count as the same."""


def _with_other_workers(forecast: Forecast) -> str:
    """Such as ``(4 workers: 1h 30m)``: the fewest that are quickest, else what one would take."""
    now = forecast.seconds or 0.0
    if now < LONG or not forecast.others:
        return ""
    quickest = min(total.seconds for total in forecast.others.values())
    count = next(n for n, t in forecast.others.items() if t.seconds < quickest * SAME_TIME)
    if quickest * SAME_TIME > now:
        count = 1
    total = forecast.others.get(count)
    if total is None or max(now, total.seconds) < min(now, total.seconds) * SAME_TIME:
        return ""
    return f"({format_count(count, 'worker')}: {format_duration(total.seconds)})"


_ORDER = (
    State.RUNNING,
    State.QUEUED,
    State.PAUSED,
    "waiting",
    State.DONE,
    State.FAILED,
    State.CANCELLED,
    State.DRAFT,
)


def detail(
    run: RunRow,
    ascii: bool = False,
    held: Held | None = None,
    forks: Mapping[int, Sequence[int]] = MappingProxyType({}),
    span: Span | None = None,
) -> tuple[str, str]:
    """A sentence about a run, and its tone: the error of a failed one, else what has no column.

    Where it waits, or why it ended before its last epoch, comes first; then, for a queued one,
    when it will train (``span``). ``forks`` are the runs that were forked from each run.
    """
    symbols = glyphs(ascii)
    if run.error:
        error = " ".join(run.error.split())
        if len(error) > SENTENCE:
            error = error[: SENTENCE - 1] + symbols.cut
        text = f"{symbols.problem} run {run.id}: {error}"
        return (to_ascii(text) if ascii else text), "error"
    parts = [f"run {run.id}: {run.name}"]
    if run.at_rung:
        parts.append(f"waits at epoch {run.until} for the other runs of its sweep")
    if held is not None:
        parts.append(held.why)
    if span is not None and run.state is State.QUEUED:
        begins = f"begins in {format_about(span.start)}" if span.start >= 1 else "is next"
        parts.append(f"{begins}, ends in {format_about(span.end)}")
    if run.priority:
        parts.append(f"priority {run.priority}")
    if run.tags:
        parts.append(f"tagged {' '.join(run.tags)}")
    if run.notes:
        parts.append(f"noted: {run.notes.partition(_LINE)[0]}")
    parts += lineage.lineage(run, forks)
    if (network := network_label(run.config)) not in run.name:
        parts.append(network)
    if run.reason:
        parts.append(" ".join(run.reason.split()))
    target = run.config.get("target")
    if target:
        parts.append(f"{target} target")
    parts.append(data_label(run.config))
    if run.best is not None:
        best = f"best test {format_loss(run.best.test_loss)} at epoch {run.best.epoch}"
        guesses = [f"{g} {format_loss(loss)}" for g, loss in run.guesses("test_loss").items()]
        parts.append(f"{best} ({', '.join(guesses)})" if guesses else best)
    joined = " · ".join(part for part in parts if part)
    return (to_ascii(joined) if ascii else joined), "muted"


def _measured(row: EpochRow | None, name: str, symbols: Glyphs) -> Cell:
    """A metric in degrees; a dash where an old store has none."""
    value = None if row is None else row.measured(name)
    if row is not None and value is None:
        return Cell(symbols.none, "muted")
    return _number(value, format_degrees)


def _number(value: float | None, show: Callable[[float], str]) -> Cell:
    if value is None:
        return Cell("")
    return Cell(show(value), "" if math.isfinite(value) else "error")
