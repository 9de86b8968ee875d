"""From what a person typed to a sweep: what its runs differ in, and its seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rottui.commands.config_flags import config_of, flag_of, read_file, usage_error
from rottui.commands.flags import Typed
from rottui.commands.usage import UsageError, positive
from rottui.core.axes import Axis, parse_axes, parse_axis
from rottui.core.presets import SEED_LRS, SWEEP_PRESETS, sweep_preset
from rottui.core.sweeps import SweepConfig, parse_seeds
from rottui.errors import ConfigError

TABLE = ("lrs", "vary", "random", "seeds")
"""What a file's ``[sweep]`` table may name."""


@dataclass(frozen=True, slots=True)
class TypedSweep:
    """What a person typed about a sweep, beside the config of its runs."""

    lrs: str | None = None
    vary: Sequence[str] = ()
    """Texts such as ``batch_size=32, 64``."""
    random: str | None = None
    seeds: str | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    """An axis, and where the person wrote it."""

    axis: Axis
    place: str


def sweep_config(typed: Typed, sweep: TypedSweep) -> SweepConfig:
    """The base config, axes and seeds of a sweep.

    A setting is varied by ``--vary`` (or ``--lrs``), else by the file's ``[sweep]`` table unless a
    flag sets it. If nobody speaks of the learning rate, it takes the rates of the sweep's preset,
    or those of the experiment where nothing else is varied and no seeds are named. Seeds are those
    of ``--seeds``, else of the file, else the config's.

    Raises:
        UsageError: the flag or the file that no sweep can have, in one sentence.
    """
    file = read_file(typed.config)
    table = _table(typed, file.pop("sweep", {}))
    base = config_of(typed, file)
    asked = {one.axis.field: one for one in _of_flags(typed, sweep)}
    fixed = {*asked, *typed.values}
    for one in _of_file(typed, table):
        if one.axis.field not in fixed:
            asked[one.axis.field] = one
    axes = tuple(one.axis for one in asked.values())
    if "lr" not in fixed | asked.keys() | file.keys():
        seeded = sweep.seeds is not None or "seeds" in table
        axes = (*_usual_rates(typed, seeded=seeded, varied=bool(axes)), *axes)
    seeds, seeds_place = _chosen(typed, sweep.seeds, "--seeds", table, "seeds")
    draws, draws_place = _chosen(typed, sweep.random, "--random", table, "random")
    places = {field: one.place for field, one in asked.items()}
    places |= {"seeds": seeds_place, "draws": draws_place}
    try:
        numbers = (base.seed,) if seeds is None else parse_seeds(seeds, base.seed)
        return SweepConfig(base, axes, numbers, positive(draws_place, draws))
    except ConfigError as error:
        raise usage_error(error, typed, file, places) from None


def _of_flags(typed: Typed, sweep: TypedSweep) -> Iterator[_Placed]:
    given: set[str] = set()
    for axis, flag in _typed_axes(sweep):
        field = axis.field
        what = flag if flag == "--lrs" else f"{flag} {field}"
        if field in typed.values:
            own = flag_of(field)
            raise UsageError(f"{own}: give {own} or {what}, not both")
        if field in given:
            raise UsageError(f"{flag}: {field}: is varied twice")
        given.add(field)
        yield _Placed(axis, flag if flag == "--lrs" else f"{flag}: {field}")


def _typed_axes(sweep: TypedSweep) -> Iterator[tuple[Axis, str]]:
    """The axes of the flags, each with its flag."""
    try:
        if sweep.lrs is not None:
            yield parse_axis("lr", sweep.lrs), "--lrs"
    except ConfigError as error:
        raise UsageError(f"--lrs: {error.problems[0].message}") from None
    try:
        for text in sweep.vary:
            for axis in parse_axes(text):
                yield axis, "--vary"
    except ConfigError as error:
        raise UsageError(f"--vary: {error}") from None


def _of_file(typed: Typed, table: Mapping[str, Any]) -> Iterator[_Placed]:
    place = f"{typed.config}: sweep"
    pairs = [("lr", f"{place}.lrs", table["lrs"])] if "lrs" in table else []
    vary = table.get("vary", {})
    if not isinstance(vary, dict):
        raise UsageError(f"{place}.vary: a table such as {{ batch_size = [32, 64] }}")
    pairs += [(name, f"{place}.vary.{name}", value) for name, value in _flat(vary)]
    given: set[str] = set()
    for name, where, value in pairs:
        try:
            axis = parse_axis(name, _text(value))
        except ConfigError as error:
            raise UsageError(f"{where}: {error.problems[0].message}") from None
        if axis.field in given:
            raise UsageError(f"{where}: is varied twice")
        given.add(axis.field)
        yield _Placed(axis, where)


def _usual_rates(typed: Typed, *, seeded: bool, varied: bool) -> tuple[Axis, ...]:
    """The learning rates of a sweep that nobody has spoken of."""
    if typed.preset is not None and (typed.preset in SWEEP_PRESETS or not varied):
        return sweep_preset(typed.preset).axes
    return () if seeded or varied else (Axis("lr", SEED_LRS),)


def _table(typed: Typed, table: object) -> Mapping[str, Any]:
    if not isinstance(table, dict) or not {*table} <= {*TABLE}:
        raise UsageError(f"{typed.config}: sweep: a table with {', '.join(TABLE)}, and no more")
    return table


def _chosen(
    typed: Typed, flag_text: str | None, flag: str, table: Mapping[str, Any], name: str
) -> tuple[str | None, str]:
    """The text of a flag, else of the file, and where it stands."""
    if flag_text is None and name in table:
        return _text(table[name]), f"{typed.config}: sweep.{name}"
    return flag_text, flag


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names of what a table's tables hold: TOML takes ``network.activation`` apart."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _text(value: object) -> str:
    """What a file names, a list, a number or a text, as a person would type it."""
    if isinstance(value, list):
        return ", ".join(
            "-".join(map(str, one)) if isinstance(one, list) else _text(one) for one in value
        )
    return str(value).lower() if isinstance(value, bool) else str(value)
