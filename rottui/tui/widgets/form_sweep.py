"""From the form's texts to what a sweep varies (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rottui.core.axes import Axis, parse_axes, parse_axis
from rottui.core.config import RunConfig
from rottui.core.halving import Plan, parse_halving
from rottui.core.sweeps import SweepConfig, parse_seeds
from rottui.errors import ConfigError

_DRAWS = re.compile(r"random\s+(\d{1,9})")


def read_sweep(
    texts: Mapping[str, str], base: RunConfig | None
) -> tuple[SweepConfig | None, dict[str, str]]:
    """The sweep that the texts of the form describe, or what is wrong with which field.

    Learning rates may stand in ``vary``, too, if their own field is empty. Without a base, only
    what a field says by itself is found wrong.
    """
    problems: dict[str, str] = {}
    known = base or RunConfig()
    rates: tuple[Axis, ...] = ()
    others: tuple[Axis, ...] = ()
    seeds: tuple[int, ...] = ()
    draws = None
    try:
        others, draws = _varied(texts["vary"])
    except ConfigError as error:
        problems["vary"] = str(error.problems[0])
    try:
        if texts["lrs"].strip() or not any(axis.field == "lr" for axis in others):
            rates = (parse_axis("lr", texts["lrs"]),)
    except ConfigError as error:
        problems["lrs"] = error.problems[0].message
    try:
        seeds = parse_seeds(texts["seeds"], known.seed)
    except ConfigError as error:
        problems["seeds"] = error.problems[0].message
    if problems or base is None:
        return None, problems
    try:
        return SweepConfig(base, (*rates, *others), seeds, draws), {}
    except ConfigError as error:
        problem = error.problems[0]
        name = {"lr": "lrs", "seeds": "seeds"}.get(problem.field, "vary")
        if problem.field == "lr" and not rates:
            name = "vary"
        own = name != "vary" or problem.field == "draws"
        return None, {name: problem.message if own else str(problem)}


def _varied(text: str) -> tuple[tuple[Axis, ...], int | None]:
    """The axes of ``batch_size=32, 64; activation=relu, tanh``, and the count of ``random 20``.

    Raises:
        ConfigError: the part that is neither.
    """
    parts = [part.strip() for part in text.split(";")]
    found = [match for part in parts if (match := _DRAWS.fullmatch(part))]
    axes = parse_axes("; ".join(part for part in parts if not _DRAWS.fullmatch(part)))
    return axes, int(found[-1][1]) if found else None


def read_plan(text: str, sweep: SweepConfig | None) -> tuple[Plan | None, dict[str, str]]:
    """The rungs of a halved sweep, or what is wrong with them."""
    words = {"eta": "eta ", "min_epochs": "first rung ", "halving": ""}
    try:
        halving = parse_halving(text)
        if halving is None or sweep is None:
            return None, {}
        return halving.plan([config for _, config in sweep.runs()]), {}
    except ConfigError as error:
        problem = error.problems[0]
        return None, {"halving": words[problem.field] + problem.message}
