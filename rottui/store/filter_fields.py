"""The fields that filters ask for, and how each is compared with what was typed."""

from __future__ import annotations

import difflib
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from rottui.errors import RottuiError
from rottui.store.reading import METRICS
from rottui.store.records import RunRow
from rottui.store.states import State

Fits = Callable[[RunRow, Mapping[int, str]], bool]
"""Whether a run is meant; the mapping has the names of sweeps and groups by their ids."""

OPERATORS = ">=|<=|!=|=|<|>"
EQUAL = (":", "=", "!=")
"""The operators that need no order."""
CLOSE = 1e-9
"""Two numbers that differ by a smaller share are the same."""
ALIASES = {"network": "network.type", "data": "data.source", "group": "sweep", "note": "notes"}
"""Short name → the field that is meant."""


class UnknownFieldError(RottuiError):
    """There is no field of that name."""


class ValueOfFieldError(RottuiError):
    """The field has no such value, or cannot be compared so."""


def _metric(name: str) -> Callable[[RunRow], float | None]:
    return lambda run: None if run.last is None else getattr(run.last, name)


NUMBERS: Mapping[str, Callable[[RunRow], float | None]] = {
    "id": lambda run: run.id,
    "epoch": lambda run: run.epochs_done,
    "priority": lambda run: run.priority,
    "threads": lambda run: run.threads,
    "attempt": lambda run: run.attempt,
    "parent": lambda run: run.parent_id,
    "time": lambda run: run.seconds,
    "best": lambda run: None if run.best is None else run.best.test_loss,
    "best_epoch": lambda run: None if run.best is None else run.best.epoch,
    **{name: _metric(name) for name in METRICS},
}
"""Field → its number, of the last epoch where it is a metric; None where there is none yet."""

IS: Mapping[str, Callable[[RunRow], bool]] = {
    "diverged": lambda run: run.last is not None and not run.last.finite,
    "early": lambda run: run.state is State.DONE and bool(run.reason),
    "fork": lambda run: run.parent_id is not None,
    "noted": lambda run: bool(run.notes),
    "tagged": lambda run: bool(run.tags),
    "waiting": lambda run: run.at_rung,
}
"""What ``is:`` asks."""

WITHIN: Mapping[str, Callable[[RunRow], str]] = {
    "name": lambda run: run.name,
    "notes": lambda run: run.notes,
    "error": lambda run: run.error or "",
    "reason": lambda run: run.reason or "",
}
"""Field → text in which the value is looked for."""
FIELDS = ("is", "state", "sweep", "tag", *WITHIN, *NUMBERS)
"""Every field but the settings."""


def text_of(text: str) -> Fits:
    """Runs that have the text in what people wrote of them; ``#3``, and ``3``, is that run, too."""
    wanted = text.casefold()
    number = text.removeprefix("#")
    own = int(number) if number.isdecimal() and len(number) < 18 else None
    if text.startswith("#") and own is not None:
        return lambda run, groups: run.id == own

    def fits(run: RunRow, groups: Mapping[int, str]) -> bool:
        if run.id == own or wanted in run.name.casefold():
            return True
        written = [*run.tags, run.notes, run.error or "", groups.get(run.sweep_id or 0, "")]
        return wanted in "\n".join(written).casefold()

    return fits


def about(name: str, operator: str, values: Sequence[str], settings: Sequence[str]) -> Fits:
    """Runs whose field compares so with a value, or is one of several.

    Raises:
        UnknownFieldError: there is no such field.
        ValueOfFieldError: it has no such value, or no order.
    """
    field = ALIASES.get(name, name)
    if field in NUMBERS:
        return _of_numbers(NUMBERS[field], name, operator, values)
    if field in FIELDS:
        return _of_words(name, operator, lambda: _word(field, values))
    path = _path(name, field, settings)
    if operator in EQUAL:
        return _of_words(name, operator, lambda: _setting(path, values))
    return _of_numbers(lambda run: _number_at(run, path), name, operator, values)


# --- numbers --------------------------------------------------------------------------------------

_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other or _close(one, other),
    ">=": lambda one, other: one >= other or _close(one, other),
}


def _of_numbers(
    number: Callable[[RunRow], float | None], name: str, operator: str, values: Sequence[str]
) -> Fits:
    if operator in EQUAL:
        spans = [_span(value) for value in values]
        return _of_words(name, operator, lambda: lambda run, _: _in_any(number(run), spans))
    if len(values) > 1:
        raise ValueOfFieldError(f"one number is compared by {operator}, not several")
    limit, compare = _number(values[0]), _COMPARED[operator]

    def fits(run: RunRow, groups: Mapping[int, str]) -> bool:
        found = number(run)
        return found is not None and compare(found, limit)

    return fits


def _in_any(found: float | None, spans: Sequence[tuple[float, float]]) -> bool:
    if found is None:
        return False
    return any(
        low <= found <= high or _close(found, low) or _close(found, high) for low, high in spans
    )


def _span(text: str) -> tuple[float, float]:
    """``3`` and ``1e-4..1e-2`` as the lowest and the highest number that is meant."""
    first, dots, last = text.partition("..")
    low = _number(first)
    return low, _number(last) if dots else low


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueOfFieldError(f"{text!r} is no number such as 1e-3") from None
    return number


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=CLOSE)


# --- words ----------------------------------------------------------------------------------------


def _of_words(name: str, operator: str, is_meant: Callable[[], Fits]) -> Fits:
    if operator not in EQUAL:
        raise ValueOfFieldError(f"{name} has no order; write {name}:…")
    fits = is_meant()
    return (lambda run, groups: not fits(run, groups)) if operator == "!=" else fits


def _word(field: str, values: Sequence[str]) -> Fits:
    if field == "state":
        states = frozenset(state for value in values for state in _states(value))
        return lambda run, _: run.state in states
    if field == "is":
        asked = [IS[_one_of(value, IS, "is")] for value in values]
        return lambda run, _: any(ask(run) for ask in asked)
    if field == "tag":
        tags = [_pattern(value) for value in values]
        return lambda run, _: any(tag(own) for own in run.tags for tag in tags)
    if field == "sweep":
        return _sweep(values)
    text_of_run, patterns = WITHIN[field], [_pattern(value, within=True) for value in values]
    return lambda run, _: any(pattern(text_of_run(run)) for pattern in patterns)


def _states(text: str) -> list[State]:
    """The states that begin so: while one is typed, it stands for all that it may become."""
    _one_of(text, list(State), "state")
    return [state for state in State if state.startswith(text.lower())]


def _one_of(text: str, known: Sequence[str] | Mapping[str, Any], field: str) -> str:
    fitting = [word for word in known if text and word.startswith(text.lower())]
    if not fitting:
        raise ValueOfFieldError(f"{field}: must be one of {', '.join(known)}")
    return fitting[0]


def _sweep(values: Sequence[str]) -> Fits:
    ids = frozenset(int(value) for value in values if value.isdecimal() and len(value) < 18)
    names = [_pattern(value, within=True) for value in values]

    def fits(run: RunRow, groups: Mapping[int, str]) -> bool:
        if run.sweep_id is None:
            return False
        name = groups.get(run.sweep_id, "")
        return run.sweep_id in ids or any(pattern(name) for pattern in names)

    return fits


def _pattern(text: str, *, within: bool = False) -> Callable[[str], bool]:
    """``*`` stands for anything; without one, the whole word is meant, or any part of the text.

    Linear in the length of a text, however many ``*`` there are.
    """
    first, *middle = text.casefold().split("*")
    if not middle:
        if within:
            return lambda found: first in found.casefold()
        return lambda found: first == found.casefold()
    *middle, last = middle

    def fits(found: str) -> bool:
        found = found.casefold()
        place, end = len(first), len(found) - len(last)
        if place > end or not (found.startswith(first) and found.endswith(last)):
            return False
        for piece in middle:
            at = found.find(piece, place, end)
            if at < 0:
                return False
            place = at + len(piece)
        return True

    return fits


# --- settings -------------------------------------------------------------------------------------


def _path(name: str, field: str, settings: Sequence[str]) -> tuple[str, ...]:
    """The place of a setting in the config, by its path or the end of it."""
    if field in settings:
        return tuple(field.split("."))
    ends = [path for path in settings if path.endswith(f".{field}")]
    if len(ends) == 1:
        return tuple(ends[0].split("."))
    if ends:
        raise UnknownFieldError(f"{name} may be {' or '.join(ends)}")
    short = {path.rpartition(".")[2] for path in settings}
    close = difflib.get_close_matches(name, sorted({*FIELDS, *ALIASES, *short}), n=2)
    hint = " or ".join(close or ("state", "tag", "lr"))
    raise UnknownFieldError(f"there is no field {name}; try {hint}, or quotes around a text")


def _at(run: RunRow, path: Sequence[str]) -> Any:
    place: Any = run.config
    for part in path:
        place = place.get(part) if isinstance(place, Mapping) else None
    return place


def _number_at(run: RunRow, path: Sequence[str]) -> float | None:
    found = _at(run, path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return found if abs(found) <= sys.float_info.max else None


def _setting(path: Sequence[str], values: Sequence[str]) -> Fits:
    """A setting as people write it: ``1e-4``, ``1e-4..1e-2``, ``128-128``, ``on``, a word."""
    spans = []
    for value in values:
        with suppress(ValueOfFieldError):
            spans.append(_span(value))
    patterns = [_pattern(value) for value in values]

    def fits(run: RunRow, groups: Mapping[int, str]) -> bool:
        if _in_any(_number_at(run, path), spans):
            return True
        said = _said(_at(run, path))
        return any(pattern(word) for word in said for pattern in patterns)

    return fits


def _said(value: Any) -> tuple[str, ...]:
    """How people write a value of a config."""
    if value is None:
        return ("none",)
    if isinstance(value, bool):
        return ("on", "true") if value else ("off", "false")
    if isinstance(value, list | tuple):
        return ("-".join(map(str, value)),)
    return (str(value),)
