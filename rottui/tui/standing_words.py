"""What a leaderboard says of a setting, in a few words each (pure)."""

from __future__ import annotations

from collections.abc import Callable

from rottui.core.leaderboard import Spread, Standing

WORDS = 48
"""Characters of the reason why runs of a setting ended early."""


def spread_text(spread: Spread | None, show: Callable[[float], str]) -> str:
    """``43.2 ± 0.41``, ``43.2`` of a single number, a dash of none."""
    if spread is None:
        return "-"
    return show(spread.mean) if spread.std is None else f"{show(spread.mean)} ± {show(spread.std)}"


def behind_text(spread: Spread | None, show: Callable[[float], str]) -> str:
    """A difference with its sign: ``+1.20 ± 0.31``; a dash where there is none."""
    text = spread_text(spread, show)
    return text if text.startswith("-") else f"+{text}"


def seeds_text(place: Standing) -> str:
    """``3``, or ``2 of 3`` where a run has no number."""
    counted = 0 if place.final is None else place.final.n
    total = len(place.results)
    return str(total) if counted == total else f"{counted} of {total}"


def epochs_text(place: Standing) -> str:
    """``25``, ``3/25`` where not all of them were trained, ``3…9/25`` where the runs differ."""
    low, high = place.epochs
    done = str(low) if low == high else f"{low}…{high}"
    return done if low == high == place.planned else f"{done}/{place.planned}"


def why_text(place: Standing) -> str:
    """Why runs ended early, shortly, and how many have not ended; else empty."""
    total = len(place.results)
    parts = [
        (f"{count} of {total}: " if count < total else "") + why.partition(":")[0]
        for why, count in place.reasons
    ]
    if place.unfinished:
        parts.append(f"{place.unfinished} of {total} unfinished")
    text = "; ".join(" ".join(part.split()) for part in parts)
    return text if len(text) <= WORDS else f"{text[: WORDS - 1]}…"
