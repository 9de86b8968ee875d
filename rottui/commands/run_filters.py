"""Filters as they are typed after ``--filter``, and the runs that they choose."""

from __future__ import annotations

from collections.abc import Iterable

from rottui.commands.usage import UsageError
from rottui.core.settings import paths
from rottui.store.filters import Filter, FilterError, parse
from rottui.store.records import RunRow, SweepRow


def typed_filter(text: str) -> Filter:
    """The filter that was typed.

    Raises:
        UsageError: it is none; the message says what is wrong and where.
    """
    try:
        return parse(text, paths())
    except FilterError as error:
        raise UsageError(f"--filter: {error}, at character {error.place + 1} of {text!r}") from None


def filtered(runs: Iterable[RunRow], wanted: Filter, groups: Iterable[SweepRow]) -> list[RunRow]:
    """Those of the runs that fit."""
    names = {group.id: group.name for group in groups}
    return [run for run in runs if wanted.matches(run, names)]
