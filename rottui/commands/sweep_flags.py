"""From what a person typed to the runs of a sweep: its learning rates and its seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rottui.commands.config_flags import config_of, read_file, usage_error
from rottui.commands.flags import Typed
from rottui.commands.usage import UsageError
from rottui.core.axes import Axis
from rottui.core.config import RunConfig
from rottui.core.presets import SEED_LRS, sweep_preset
from rottui.core.sweeps import SweepConfig, parse_lrs, parse_seeds
from rottui.errors import ConfigError


def sweep_config(typed: Typed, lrs: str | None, seeds: str | None) -> SweepConfig:
    """The base config, learning rates and seeds of a sweep.

    Rates are those of ``--lrs``, else the one of ``--lr``; else the file's ``[sweep] lrs``, else
    its ``lr``; else the preset's; else those of the experiment, or only the config's where seeds
    were named. Seeds are those of ``--seeds``, else of the file's ``[sweep] seeds``, else the
    config's.

    Raises:
        UsageError: the flag or the file that no sweep can have, in one sentence.
    """
    if lrs is not None and "lr" in typed.values:
        raise UsageError("--lr: give --lr or --lrs, not both")
    file = read_file(typed.config)
    table = file.pop("sweep", {})
    if not isinstance(table, dict) or not set(table) <= {"lrs", "seeds"}:
        raise UsageError(f"{typed.config}: sweep: a table with lrs and seeds, and no more")
    base = config_of(typed, file)
    places = {
        "lr": "--lrs" if lrs is not None or "lrs" not in table else f"{typed.config}: sweep.lrs",
        "seeds": "--seeds" if seeds is not None else f"{typed.config}: sweep.seeds",
    }
    try:
        if lrs is None and "lr" not in typed.values and "lrs" in table:
            lrs = _listed(table["lrs"])
        if seeds is None and "seeds" in table:
            seeds = _listed(table["seeds"])
        rates = _rates(typed, base, file, lrs, seeds)
        numbers = (base.seed,) if seeds is None else parse_seeds(seeds, base.seed)
        return SweepConfig(base, (Axis("lr", rates),), numbers)
    except ConfigError as error:
        raise usage_error(error, typed, file, places) from None


def _rates(
    typed: Typed,
    base: RunConfig,
    file: Mapping[str, Any],
    lrs: str | None,
    seeds: str | None,
) -> tuple[float, ...]:
    if lrs is not None:
        return parse_lrs(lrs)
    if "lr" in typed.values or "lr" in file:
        return (base.lr,)
    if typed.preset is not None:
        return sweep_preset(typed.preset).lrs
    return SEED_LRS if seeds is None else (base.lr,)


def _listed(value: object) -> str:
    """What a file's ``[sweep]`` table names, a list of numbers or a text, as a flag's text."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
