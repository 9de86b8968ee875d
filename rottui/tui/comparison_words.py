"""What a comparison says in words: sides, what differs, metrics side by side, verdicts (pure)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rottui.core.comparison import FEW_SEEDS, LEVEL, Difference, Evidence, differing
from rottui.core.config import RunConfig
from rottui.core.leaderboard import Spread
from rottui.core.settings import format_number, settings
from rottui.engine.comparing import Comparison, Side
from rottui.errors import ConfigError
from rottui.store.records import EpochRow, RunRow
from rottui.tui.standing_words import spread_text
from rottui.tui.standings import CIRCULAR, LONG_WAY, MEASURES
from rottui.tui.widgets.formats import format_count, format_degrees, format_pace

AT_BEST = (
    CIRCULAR,
    "test_median_deg",
    "test_flips",
    "test_axial_mae_deg",
    LONG_WAY,
    "test_mae",
    "test_loss",
    "train_circular_mae_deg",
    "train_loss",
)
AT_LAST = (CIRCULAR, "test_mae", "test_loss", "train_loss")
OWN_UNITS = frozenset({"test_mae", "test_loss", "train_mae", "train_loss"})
"""Metrics in units of the target and the loss: where these differ, there is no difference."""
FINGERPRINT = "data.fingerprint"
HASH = 12
"""Digits that tell two digests apart."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a side has in a line, and by how much that is more than what the reference has."""

    text: str
    delta: str = ""
    short: str = ""
    """The text without its spread, for a narrow screen; the same one if empty."""
    tone: str = ""
    """Of the delta: ``ok`` where the side is better, ``error`` where it is worse."""


@dataclass(frozen=True, slots=True)
class Line:
    """A setting or a metric, and a cell for each side."""

    label: str
    cells: tuple[Cell, ...]
    words: bool = False
    """Whether the cells are words, which may be shortened, and no numbers."""
    short: str = ""
    """A shorter label for a narrow screen; the same one if empty."""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a side is better than the reference."""

    headline: str
    """Such as ``A better than B, 97 %``."""
    details: tuple[str, ...]
    tone: str = ""
    """``ok`` where the difference is real, ``muted`` where it may be chance."""


def parts(comparison: Comparison) -> list[Part]:
    """What differs, then the metrics; lines that no side has a value for are left out."""
    made = [
        Part("what differs", tuple(_config_lines(comparison.sides))),
        Part("at the lowest test loss", tuple(_metric_lines(comparison, AT_BEST, _best))),
        Part("last epoch", tuple(_metric_lines(comparison, AT_LAST, _last))),
        Part("cost", tuple(_cost_lines(comparison))),
    ]
    return [part for part in made if part.lines]


def verdicts(comparison: Comparison) -> list[Verdict]:
    """One for each side but the reference."""
    first = comparison.sides[comparison.reference]
    return [_verdict(first, side) for side in comparison.sides if side is not first]


def side_words(side: Side) -> str:
    """``run 3: mlp 128-128 lr 1e-4``, or ``runs 3, 5, 7: … (3 seeds)``."""
    ids = ", ".join(str(run.id) for run in side.runs)
    if len(side.runs) == 1:
        return f"run {ids}: {side.runs[0].name}"
    return f"runs {ids}: {side.runs[0].name.partition(' seed ')[0]} ({len(side.runs)} seeds)"


def percent(share: float) -> str:
    """A share of 0 to 1 that is never said to be all or nothing: ``97 %``, ``> 99.9 %``."""
    if share > 0.999:
        return "> 99.9 %"
    return f"{100 * share:.1f} %" if share >= 0.99 else f"{int(100 * share)} %"


def signed(value: float, show: Callable[[float], str]) -> str:
    """A difference with its sign: ``+1.20``, ``-0.31``, ``0``."""
    text = show(abs(value))
    if not any(digit in text for digit in "123456789"):
        return "0" if value == 0 else text
    return f"{'-' if value < 0 else '+'}{text}"


# What differs


def _config_lines(sides: Sequence[Side]) -> list[Line]:
    found = differing([side.runs[0].config for side in sides])
    lines = []
    for path, values in found.items():
        if path == "seed" and any(len(side.runs) > 1 for side in sides):
            continue
        if path == FINGERPRINT and any(one.startswith("data.") for one in found if one != path):
            continue  # the other settings of the data say as much, in words
        cells = tuple(Cell(setting_text(path, value)) for value in values)
        lines.append(Line(_short(path), cells, words=not _numeric(values)))
    return lines


def setting_text(path: str, value: Any) -> str:
    """The value of a setting as people read it."""
    if path == FINGERPRINT and isinstance(value, str):
        return value[:HASH]
    if value is None:
        return "none"
    known = settings().get(path)
    if known is not None:
        return known.said(value)
    return format_number(value) if isinstance(value, float) else str(value)


def _short(path: str) -> str:
    known = settings().get(path)
    return path if known is None else known.short


def _numeric(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


# Metrics


def _metric_lines(
    comparison: Comparison, names: Sequence[str], of: Callable[[RunRow], EpochRow | None]
) -> list[Line]:
    lines = [_line(comparison, "epoch", lambda run: _epoch(of(run)), _whole, smaller_is=None)]
    for name in names:
        measure = MEASURES[name]

        def value(run: RunRow, name: str = name) -> float | None:
            row = of(run)
            return None if row is None else row.measured(name)

        alike = name not in OWN_UNITS or _same_units(comparison.sides)
        line = _line(comparison, measure.title, value, measure.show, alike=alike)
        lines.append(replace(line, short=measure.short))
    return [line for line in lines if any(cell.text != "-" for cell in line.cells)]


def _cost_lines(comparison: Comparison) -> list[Line]:
    lines = [
        _line(comparison, "parameters", _parameters, _whole, smaller_is=None),
        replace(
            _line(comparison, "seconds an epoch", lambda run: run.seconds, format_pace),
            short="s an epoch",
        ),
    ]
    return [line for line in lines if any(cell.text != "-" for cell in line.cells)]


def _line(
    comparison: Comparison,
    label: str,
    value: Callable[[RunRow], float | None],
    show: Callable[[float], str],
    *,
    alike: bool = True,
    smaller_is: str | None = "ok",
) -> Line:
    """Means over a side's runs, and differences of these to the reference's.

    What does not spread, such as the number of parameters, is shown without a spread.
    """
    spreads = [Spread.of(value(run) for run in side.runs) for side in comparison.sides]
    first = spreads[comparison.reference]
    cells = []
    for at, spread in enumerate(spreads):
        delta = tone = ""
        if at != comparison.reference and spread is not None and first is not None and alike:
            by = spread.mean - first.mean
            delta = signed(by, show)
            if smaller_is is not None and by:
                tone = smaller_is if by < 0 else "error"
        if spread is not None and spread.std == 0:
            spread = Spread(spread.mean, None, spread.n)
        mean = "" if spread is None else show(spread.mean)
        cells.append(Cell(spread_text(spread, show), delta, mean, tone))
    return Line(label, tuple(cells))


def _best(run: RunRow) -> EpochRow | None:
    return run.best


def _last(run: RunRow) -> EpochRow | None:
    return run.last


def _epoch(row: EpochRow | None) -> float | None:
    return None if row is None else float(row.epoch)


def _whole(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _parameters(run: RunRow) -> float | None:
    try:
        return float(RunConfig.from_dict(run.config).parameter_count())
    except ConfigError:
        return None


def _same_units(sides: Sequence[Side]) -> bool:
    units = {
        (str(run.config.get("target")), str(run.config.get("loss")))
        for side in sides
        for run in side.runs
    }
    return len(units) == 1


# Verdicts


def _verdict(first: Side, side: Side) -> Verdict:
    difference = side.difference
    if difference is None:
        headline = f"{first.letter} and {side.letter}: no telling; {side.no_difference}"
        return Verdict(headline, _problems(first, side), "error")
    evidence = difference.evidence
    if difference.images.low == difference.images.high == 0:
        return Verdict(f"{first.letter} and {side.letter} err alike on every image", (), "muted")
    better, worse = (first, side) if evidence.better >= 0.5 else (side, first)
    share = max(evidence.better, 1 - evidence.better)
    said = "may be chance"
    if evidence.real:
        said = "real" if difference.seeds is not None else "real, for these networks"
    headline = f"{better.letter} better than {worse.letter}, {percent(share)}: {said}"
    details = (*_details(first, side, difference), *_problems(first, side))
    return Verdict(headline, details, "ok" if evidence.real else "muted")


def _details(first: Side, side: Side, difference: Difference) -> list[str]:
    one, other = first.letter, side.letter
    count = len(side.tested[0].errors)
    images = format_count(count, "test image")
    by = f"mean error of {other} less that of {one}: {signed(difference.mean, format_degrees)}°"
    if difference.seeds is None:
        seeds = "one seed each: other seeds may come out otherwise"
        return [f"{by}, {_interval(difference.images)}, over {images}", seeds]
    several = (
        f"{len(difference.shared)} shared seeds"
        if difference.shared
        else f"seeds that are not shared ({len(first.tested)} and {len(side.tested)})"
    )
    told = [f"{by}, {_interval(difference.seeds)}, over {several} and {images}"]
    if difference.shared:
        told.append(_wins(one, other, difference))
    fewest = len(difference.shared) or min(len(first.tested), len(side.tested))
    if fewest < FEW_SEEDS:
        told.append(f"rough, with fewer than {FEW_SEEDS} seeds")
    alone = difference.images
    ahead = one if alone.better >= 0.5 else other
    sure = percent(max(alone.better, 1 - alone.better))
    told.append(f"these networks alone: {ahead} better, {sure}, {_interval(alone)}")
    return told


def _wins(one: str, other: str, difference: Difference) -> str:
    """With how many seeds the side that is better on the whole is better."""
    count = len(difference.shared)
    better, wins = (
        (one, difference.wins) if difference.mean > 0 else (other, count - difference.wins)
    )
    return f"{better} is better with {wins} of {count} seeds"


def _interval(evidence: Evidence) -> str:
    low, high = (signed(end, format_degrees) for end in (evidence.low, evidence.high))
    return f"{LEVEL:.0%} from {low} to {high}".replace("%", " %")


def _problems(first: Side, side: Side) -> tuple[str, ...]:
    """What was not tested, and what was tested by another checkpoint than the best."""
    told = [one.problem for one in (first, side) if one.problem]
    for one in (first, side):
        told += [
            f"run {run.run_id} is tested by its {run.kind} checkpoint, of epoch {run.epoch}"
            for run in one.tested
            if run.kind != "best"
        ]
    return tuple(told)
