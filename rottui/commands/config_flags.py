"""From what a person typed to a run's config: flags over config file over preset over defaults.

The config checks the values; here its complaints get the name of the flag, or of the file, that
they are about.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rottui import locations
from rottui.commands.flags import RUN_FLAGS, SOURCES, Typed
from rottui.commands.usage import UsageError
from rottui.core.config import RunConfig, number_in
from rottui.core.presets import run_preset
from rottui.errors import ConfigError, Problem

_FLAG_OF = {flag.field: flag.name for flag in RUN_FLAGS} | {
    "preset": "--preset",
    "data.path": "--data",
    "data.source": "--data",
}
_KIND_OF = {flag.field: flag.kind for flag in RUN_FLAGS}


def run_config(typed: Typed) -> RunConfig:
    """The config of one run.

    Raises:
        UsageError: the flag or the file that no run can have, in one sentence.
    """
    file = read_file(typed.config)
    if "sweep" in file:
        raise UsageError(f"{typed.config}: has a [sweep] table; rottui sweep trains it")
    return config_of(typed, file)


def config_of(typed: Typed, file: Mapping[str, Any]) -> RunConfig:
    """The config of the flags over these values of a file.

    Raises:
        UsageError: the flag or the file that no run can have, in one sentence.
    """
    try:
        base = run_preset(typed.preset) if typed.preset is not None else RunConfig()
        values = _merged(base.to_dict(), file)
        _set_data(values, typed, file)
        if typed.data or any(field.startswith("data.") for field in typed.values):
            _set(values, "data.fingerprint", None)  # the file's was of other images
        for field, text in typed.values.items():
            _set(values, field, _value(field, text))
        return RunConfig.from_dict(values)
    except ConfigError as error:
        raise usage_error(error, typed, file) from None


def _set_data(values: dict[str, Any], typed: Typed, file: Mapping[str, Any]) -> None:
    """Take the source from ``--data``, else from the file, else the best that is here.

    Raises:
        UsageError: ``--data`` is neither a source nor a path.
        DataError: what is at the path cannot be used.
    """
    from rottui.core.data import default_data, source_from

    downloads = locations.downloads_dir()
    in_file = file.get("data")
    if typed.data is not None:
        if typed.data not in SOURCES and not Path(typed.data).expanduser().exists():
            known = ", ".join(SOURCES)
            raise UsageError(f"--data: {typed.data!r} is none of {known}, and no file or folder")
        chosen = source_from(typed.data, downloads)
    elif isinstance(in_file, dict) and ("source" in in_file or "path" in in_file):
        return
    else:
        chosen = default_data(downloads)
    _set(values, "data.source", chosen.source)
    _set(values, "data.path", chosen.path)


def read_file(path: str | None) -> dict[str, Any]:
    """The values of a TOML file, none of them checked yet; no file has none.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    if path is None:
        return {}
    try:
        return tomllib.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"--config: cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"--config: {path} is not valid TOML: {error}") from None


def _merged(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            value = _merged(below, value)
        result[key] = value
    return result


def _set(values: dict[str, Any], field: str, value: Any) -> None:
    *parents, leaf = field.split(".")
    place = values
    for parent in parents:
        inner = place.get(parent)
        if not isinstance(inner, dict):
            raise ConfigError((Problem(parent, f"must be a table, not {inner!r}"),))
        place = inner
    place[leaf] = value


def _value(field: str, text: str | bool) -> Any:
    """What was typed as the config's kind of value; as text where it is not of that kind."""
    if isinstance(text, bool):
        return text
    match _KIND_OF[field]:
        case "number" | "whole":
            return number_in(text)
        case "list":
            return [number_in(part) for part in text.replace(",", " ").split()]
        case _:
            return text


def usage_error(
    error: ConfigError,
    typed: Typed,
    file: Mapping[str, Any],
    places: Mapping[str, str] | None = None,
) -> UsageError:
    """The error with each field called what the person knows it by; ``places`` names some."""
    named = places or {}
    return UsageError(
        "; ".join(
            f"{named.get(problem.field) or _place(problem.field, typed, file)}: {problem.message}"
            for problem in error.problems
        )
    )


def _place(field: str, typed: Typed, file: Mapping[str, Any]) -> str:
    """The flag or the file that set the field, so that the person knows where to look."""
    if field not in typed.values and typed.config and (not field or _has(file, field)):
        return f"{typed.config}: {field}" if field else typed.config
    return _FLAG_OF.get(field, field or "config")


def flag_of(field: str) -> str:
    """The flag that sets a field."""
    return _FLAG_OF.get(field, field)


def _has(file: Mapping[str, Any], field: str) -> bool:
    place: Any = file
    for part in field.split("."):
        if not isinstance(place, Mapping) or part not in place:
            return False
        place = place[part]
    return True
