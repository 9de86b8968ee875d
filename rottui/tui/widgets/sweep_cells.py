"""What the leaderboard on the screen shows of a setting, column by column (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rottui.core.leaderboard import Standing
from rottui.core.settings import Value
from rottui.engine.forecast import Forecast
from rottui.store.records import RunRow
from rottui.store.states import ENDED
from rottui.tui.charts.cells import ASCII, Row, Span, columns, fit, flow, shorten_middle
from rottui.tui.charts.cells import Glyphs as ChartGlyphs
from rottui.tui.charts.sweep_plot import Group, groups
from rottui.tui.standing_words import (
    behind_text,
    epochs_text,
    seeds_text,
    spread_text,
    why_text,
)
from rottui.tui.standings import Measure, Standings
from rottui.tui.widgets.formats import format_about, format_count, format_duration
from rottui.tui.widgets.glyphs import to_ascii
from rottui.tui.widgets.table_layout import Cell, Column


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the leaderboard."""

    place: int
    letter: str
    """Of its dots on the chart; empty where all have the same."""
    words: str
    """Such as ``lr 1e-3 · batch_size 64``."""
    values: str
    """The same without the names: ``1e-3 · 64``."""
    standing: Standing
    measure: Measure

    @property
    def key(self) -> tuple[Value, ...]:
        """The setting."""
        return self.standing.setting


def entries(found: Standings) -> list[Entry]:
    """The rows of the leaderboard, best first."""
    letters = {one.setting: group.letter for group in groups(found) for one in group.standings}
    return [
        Entry(
            place,
            letters[standing.setting],
            " · ".join(map(" ".join, zip(found.titles, found.words(standing), strict=True))),
            " · ".join(found.words(standing)),
            standing,
            found.measure,
        )
        for place, standing in enumerate(found.places, start=1)
    ]


def columns_of_board(ascii: bool = False) -> tuple[Column, ...]:
    """The columns of the leaderboard, in the order of ``cells``."""
    spread = to_ascii("mean ± std") if ascii else "mean ± std"

    def number(name: str, title: str, priority: int, *, extra: bool = False) -> Column:
        return Column(name, title, priority, 0, 24, "number", "right", extra=extra)

    return (
        Column("place", "#", 0, kind="number", align="right", pinned=True),
        Column("letter", "", 1, minimum=1, pinned=True),
        Column("setting", "setting", 0, minimum=12, maximum=60, kind="middle", pinned=True),
        number("mean", spread, 0),
        number("behind", "behind", 5, extra=True),
        number("seeds", "seeds", 3),
        number("epochs", "epochs", 4),
        number("best", "at lowest loss", 6, extra=True),
        Column("why", "why", 2, minimum=8, maximum=60),
    )


def cells(entry: Entry, ascii: bool = False) -> tuple[Cell, ...]:
    """One cell a column; means in the measure's own unit."""
    standing, show = entry.standing, entry.measure.show
    tone = "error" if standing.failed else ""
    made = (
        Cell(str(entry.place), "muted"),
        Cell(entry.letter, "accent"),
        Cell(entry.words, "", entry.values),
        Cell(spread_text(standing.final, show), tone),
        Cell(behind_text(standing.behind, show), "muted"),
        Cell(seeds_text(standing)),
        Cell(epochs_text(standing)),
        Cell(spread_text(standing.best, show), "muted"),
        Cell(why_text(standing), tone),
    )
    if not ascii:
        return made
    return tuple(Cell(to_ascii(text), tone, to_ascii(short)) for text, tone, short in made)


def head_row(
    name: str, sweep_id: int, runs: Sequence[RunRow], width: int, glyphs: ChartGlyphs
) -> Row:
    """``sweep 3: mlp 128-128 · lr …`` and how many of its runs have ended."""
    ended = sum(run.state in ENDED for run in runs)
    right = Span(f"  {ended} of {len(runs)} runs ended", "chart-axis")
    tag = Span(f"sweep {sweep_id}: ", "bold")
    room = max(0, width - columns((tag, right)))
    left = Span(shorten_middle(plain_text(name, glyphs), room, glyphs.more))
    gap = Span(" " * max(0, width - columns((tag, left, right))))
    return fit((tag, left, gap, right), width, glyphs.more)


def cost_row(runs: Sequence[RunRow], expected: Forecast, width: int, glyphs: ChartGlyphs) -> Row:
    """What the sweep's training has cost so far, and what it will to the end, as far as is known.

    Costs are times of single runs, added up: with several workers less time passes.
    """
    done = sum(run.epochs_done for run in runs)
    seconds = sum(run.epochs_done * run.seconds for run in runs if run.seconds is not None)
    planned = sum(run.epochs_done if run.state in ENDED else run.epochs for run in runs)
    waiting = [run for run in runs if run.state not in ENDED]
    said = f"{done:,} epochs" if not waiting else f"{done:,} of {planned:,} epochs"
    parts = [f"trained {said}" + (f", {format_duration(seconds)}" if seconds else "")]
    spans = [expected.spans[run.id] for run in waiting if run.id in expected.spans]
    if spans:
        cost = sum(span.end - span.start for span in spans)
        parts.append(f"{format_duration(cost)} more to the end")
        parts.append(f"done in {format_about(max(span.end for span in spans))}")
    if untold := len(waiting) - len(spans):
        parts.append(f"{format_count(untold, 'run')} not foreseen")
    shown = [Span(plain_text(part, glyphs), "chart-axis") for part in parts]
    (row,) = flow(shown, width, 1, between="   ", more=glyphs.more)
    return row


def key_row(
    lines: Sequence[Group], best: bool, width: int, glyphs: ChartGlyphs, *, curves: bool = False
) -> Row:
    """What the strokes mean, and which letter is which; of ``curves``, there is one a run."""
    parts: list[Span] = []
    for line in lines:
        if line.letter:
            words = plain_text(line.words, glyphs)
            parts += [Span(line.letter, f"{line.style} bold"), Span(f" {words}  ")]
    if curves:
        parts.append(Span("a curve for each seed"))
        return fit(tuple(parts), width, glyphs.more)
    parts.append(Span(f"{glyphs.solid} last epoch  "))
    if best:
        parts.append(Span(f"{glyphs.dotted} at lowest test loss  "))
    parts.append(Span(f"{glyphs.bar} std over seeds"))
    return fit(tuple(parts), width, glyphs.more)


def plain_text(text: str, glyphs: ChartGlyphs) -> str:
    """The text as these characters can show it."""
    return to_ascii(text) if glyphs is ASCII else text
