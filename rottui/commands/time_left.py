"""The time left for the whole queue, as ``rottui status`` tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rottui.engine.expectation import Expectation
from rottui.engine.forecast import Forecast
from rottui.engine.paces import Basis
from rottui.tui.widgets.formats import format_about, format_count, format_duration


def time_left_lines(expected: Expectation) -> list[str]:
    """What a person reads; empty where nothing is left to do."""
    forecast = expected.forecast
    lines = []
    if forecast.seconds is not None:
        lines.append(f"time left: {_told(expected)}")
        others = [
            f"{count}: {format_duration(total.seconds)}" for count, total in forecast.others.items()
        ]
        cores = format_count(forecast.cores, "core")
        lines.append(f"  with another number of workers: {', '.join(others)}")
        lines.append(f"  {cores} here: more workers than that train no faster")
        lines.append(f"  paces: {_bases(forecast)}")
        assumed = [count for count, total in forecast.others.items() if total.assumed]
        if forecast.assumed:
            assumed.append(forecast.workers)
        if assumed:
            numbers = _listed(assumed)
            lines.append(
                f"  assumed for {numbers}: a run a core keeps its pace, more share the cores"
            )
    elif forecast.unknown:
        lines.append("time left: unknown, since nothing like these runs was trained yet")
    if forecast.unknown and forecast.seconds is not None:
        lines.append(f"  not counted: {format_count(len(forecast.unknown), 'run')} of unknown pace")
    if forecast.to_rung:
        runs = format_count(forecast.to_rung, "run")
        lines.append(f"  counted to the next rung of its sweep: {runs}")
    if forecast.held:
        runs = format_count(len(forecast.held), "run")
        work = format_duration(forecast.held_seconds) if forecast.held_seconds else ""
        lines.append(f"held back, and not counted: {runs}{work and f', {work} of training'}")
    return lines


def time_left_json(forecast: Forecast) -> dict[str, Any]:
    """What a program reads; seconds from now."""
    return {
        "seconds": forecast.seconds,
        "workers": forecast.workers,
        "cores": forecast.cores,
        "assumed": forecast.assumed,
        "with_workers": [
            {"workers": count, "seconds": total.seconds, "assumed": total.assumed}
            for count, total in forecast.others.items()
        ],
        "runs": [
            {"id": run_id, "starts_in": span.start, "ends_in": span.end, "pace": str(span.basis)}
            for run_id, span in forecast.spans.items()
        ],
        "unknown": list(forecast.unknown),
        "held": list(forecast.held),
        "held_seconds": forecast.held_seconds,
        "to_rung": forecast.to_rung,
    }


def _told(expected: Expectation) -> str:
    forecast = expected.forecast
    assert forecast.seconds is not None
    workers = format_count(forecast.workers, "worker")
    told = f"{format_about(forecast.seconds)} with {workers}"
    return told if expected.living else f"{told}, as many as rottui work starts"


def _bases(forecast: Forecast) -> str:
    """Such as ``2 own epochs, 10 runs alike``."""
    counts = Counter(span.basis for span in forecast.spans.values())
    return ", ".join(f"{counts[basis]} from {basis}" for basis in Basis if counts[basis])


def _listed(counts: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(counts)))
