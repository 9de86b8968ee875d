"""The settings of a run by their dotted paths: what may be varied, how values are read and said."""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from rottui.core.config import RunConfig, format_lr, number_in, problems_of
from rottui.errors import ConfigError, Problem

Kind = Literal["number", "whole", "choice", "switch", "layers"]
Value = bool | int | float | str | tuple[int, ...] | None
"""What a setting may be; numbers of layers are tuples, None is a setting that is not set."""

LOGARITHMIC = frozenset({"lr", "weight_decay"})
"""Settings whose ranges go by factors; the ranges of the others go by differences."""
KEPT = frozenset({"seed", "data.source", "data.path", "data.fingerprint"})
"""Settings that no axis of a sweep has: seeds are given apart, and the data stay what they are."""
EXAMPLES = ["lr", "batch_size", "network.activation"]
SWITCH = {"on": True, "true": True, "off": False, "false": False}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that the runs of a sweep may differ in."""

    path: str
    """Dotted path in the config, such as ``network.activation``."""
    kind: Kind
    choices: tuple[str, ...] = ()
    optional: bool = False
    """Whether it may be ``none``."""

    @property
    def log(self) -> bool:
        """Whether a range of it goes by factors."""
        return self.path in LOGARITHMIC

    @property
    def numeric(self) -> bool:
        """Whether its values have an order and distances, so that they have a place on an axis."""
        return self.kind in ("number", "whole")

    @property
    def short(self) -> str:
        """The path without its table where that says as much: ``activation``; but ``data.seed``."""
        leaf = self.path.rpartition(".")[2]
        return self.path if leaf in RunConfig.model_fields else leaf

    def read(self, text: str) -> Value:
        """The value that a text is.

        Raises:
            ConfigError: it is none, or the setting cannot have it; the text is named.
        """
        if self.optional and text == "none":
            return None
        value: object = number_in(text)
        if self.kind == "layers":
            value = tuple(number_in(part) for part in text.replace("x", "-").split("-"))
        elif self.kind == "switch":
            value = SWITCH.get(text, text)
        elif self.kind == "choice":
            value = text
        return self.checked(value)

    def checked(self, value: object) -> Value:
        """The value in the setting's own type; limits that hang on other settings are not known.

        Raises:
            ConfigError: the setting cannot have it.
        """
        try:
            found: Value = _adapter(self.path).validate_python(value)
        except ValidationError as error:
            message = problems_of(error)[0].message
            raise ConfigError((Problem(self.path, message),)) from None
        return found

    def said(self, value: object) -> str:
        """The value as people read and type it: ``1e-4``, ``128-128``, ``on``, ``none``."""
        if value is None:
            return "none"
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, tuple | list):
            return "-".join(map(str, value))
        return format_number(value) if isinstance(value, float) else str(value)


def format_number(value: float) -> str:
    """``0``, ``1e-4``, ``0.5``, ``-30.5``: the shortest text that reads back as the same number."""
    if value == 0:
        return "0"
    return format_lr(value) if value > 0 else f"-{format_lr(-value)}"


def setting(name: str) -> Setting:
    """The setting with this path, or whose path ends so: ``activation``, ``dense-hiddens``.

    Raises:
        ConfigError: there is none, or a sweep cannot vary it.
    """
    path = name.strip().replace("-", "_")
    if path in KEPT:
        message = "give seeds apart" if path == "seed" else "a sweep does not vary it"
        raise ConfigError((Problem(path, message),))
    known = settings()
    if path not in known:
        ends = [one for one in known if one.endswith(f".{path}")]
        if len(ends) != 1:
            raise ConfigError((Problem(path, _unknown(path, known)),))
        path = ends[0]
    return known[path]


@cache
def settings() -> Mapping[str, Setting]:
    """Every setting that a sweep can vary, by its path, in the order of the config."""
    found = (_setting(path, info) for path, info in _fields(RunConfig, "") if path not in KEPT)
    return types.MappingProxyType({one.path: one for one in found})


@cache
def paths() -> tuple[str, ...]:
    """The dotted path of everything that a config says, such as ``network.type``."""
    return tuple(path for path, _ in _fields(RunConfig, ""))


def value_at(config: Mapping[str, Any], path: str) -> Value:
    """The value of a setting in a config's plain form; None where the config has no such place."""
    place: Any = config
    for part in path.split("."):
        place = place.get(part) if isinstance(place, Mapping) else None
    return tuple(place) if isinstance(place, list) else place


def _fields(model: type[BaseModel], prefix: str) -> list[tuple[str, FieldInfo]]:
    found: list[tuple[str, FieldInfo]] = []
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += _fields(kind, f"{prefix}{name}.")
        else:
            found.append((prefix + name, info))
    return found


def _setting(path: str, info: FieldInfo) -> Setting:
    union = get_origin(info.annotation) in (Union, types.UnionType)
    options = get_args(info.annotation) if union else (info.annotation,)
    optional = types.NoneType in options
    kind = next(one for one in options if one is not types.NoneType)
    if get_origin(kind) is Literal:
        return Setting(path, "choice", tuple(map(str, get_args(kind))), optional)
    if get_origin(kind) is tuple:
        return Setting(path, "layers", (), optional)
    plain: dict[object, Kind] = {bool: "switch", int: "whole", float: "number"}
    return Setting(path, plain[kind], (), optional)


@cache
def _adapter(path: str) -> TypeAdapter[Any]:
    info = dict(_fields(RunConfig, ""))[path]
    kind: Any = Annotated.__class_getitem__((info.annotation, *info.metadata, None))  # type: ignore[attr-defined]
    return TypeAdapter(kind, config=ConfigDict(allow_inf_nan=False))


def _unknown(path: str, known: Mapping[str, Setting]) -> str:
    names = {one.short for one in known.values()} | known.keys()
    close = difflib.get_close_matches(path, sorted(names), n=2) or EXAMPLES
    return f"there is no such setting; try {' or '.join(close)}"
