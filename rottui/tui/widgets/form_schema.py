"""From the texts of the form's fields to a config, and back (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rottui.core.config import DataConfig, RunConfig
from rottui.core.fields import SETTINGS
from rottui.core.halving import Plan
from rottui.core.numbers import format_lr, number_in
from rottui.core.presets import SWEEP_PRESETS, run_preset
from rottui.core.sweeps import SweepConfig
from rottui.errors import ConfigError
from rottui.tui.widgets.form_fields import (
    CONVOLUTION,
    FIELD,
    FIELDS,
    IN_CONFIG,
    KEPT,
    PRESETS,
    hidden,
    text_of,
)
from rottui.tui.widgets.form_sweep import read_plan, read_sweep


@dataclass(frozen=True, slots=True)
class Reading:
    """What the texts of a form say."""

    config: RunConfig | None
    """The run, or the base of the sweep; None if a field is at fault."""
    shape: RunConfig | None = None
    """A config with the form's network, whatever else is at fault; None if the network is."""
    sweep: SweepConfig | None = None
    plan: Plan | None = None
    """The rungs of the sweep, if it is halved."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Sentence of each field at fault, in the order of the form."""

    @property
    def ready(self) -> bool:
        """Whether this can be queued."""
        return self.config is not None and not self.problems


def texts_of(config: RunConfig, name: str = "") -> dict[str, str]:
    """The text of every field that shows ``config``; those of the form alone keep out of it."""
    texts = {path: text_of(path, _value(config, path)) for path in IN_CONFIG}
    texts["name"] = name
    texts["data"] = data_text(config.data)
    return texts


def data_text(data: DataConfig) -> str:
    """What a person would type for this data: its path, or the name of its source."""
    return data.path or data.source


def preset_texts(preset: str) -> tuple[dict[str, str], bool]:
    """The texts that a preset sets, and whether it is a sweep; data and device are left alone.

    Raises:
        ConfigError: there is no such preset.
    """
    base = RunConfig() if preset == PRESETS[0] else run_preset(preset)
    texts = texts_of(base)
    del texts["data"]
    texts = {name: text for name, text in texts.items() if not name.startswith(KEPT)}
    sweep = SWEEP_PRESETS.get(preset)
    if sweep is not None:
        texts["lrs"] = ", ".join(map(format_lr, sweep.lrs))
        texts["vary"] = ""
        texts["seeds"] = "" if len(sweep.seeds) == 1 else ", ".join(map(str, sweep.seeds))
    return texts, sweep is not None


def read(texts: Mapping[str, str], data: DataConfig | None, sweep: bool) -> Reading:
    """The config or the sweep that the texts describe, or what is wrong with which field.

    A field that is hidden now counts only if it is sound: nobody could mend what they do not see.
    """
    data = data or DataConfig()
    ignored = hidden(texts, data.source, sweep)
    config, problems = _config(texts, data, ())
    if config is None and any(name in ignored for name in problems):
        config, problems = _config(texts, data, tuple(ignored))
    shape = config
    if shape is None and not any(name.startswith("network.") for name in problems):
        shape, _ = _config(texts, data, tuple(problems))
    if not sweep:
        return Reading(config, shape, problems=_in_order(problems))
    made, more = read_sweep(texts, config)
    plan, halving = read_plan(texts["halving"], made)
    return Reading(config, shape, made, plan, _in_order(problems | more | halving))


def _config(
    texts: Mapping[str, str], data: DataConfig, without: tuple[str, ...]
) -> tuple[RunConfig | None, dict[str, str]]:
    problems: dict[str, str] = {}
    values: dict[str, Any] = {"data": data.model_dump(mode="json"), "network": {}}
    convolutions = len(_split(texts["network.n_channels"]))
    for name in IN_CONFIG:
        if name in without:
            continue
        setting, text = SETTINGS[name], texts[name].strip()
        *parents, leaf = name.split(".")
        place = values[parents[0]] if parents else values
        if setting.is_list:
            parts = _split(text)
            if not parts:
                problems[name] = "is missing"
                continue
            if name in CONVOLUTION[1:] and len(parts) == 1:
                parts *= convolutions
            place[leaf] = parts
        elif text:
            place[leaf] = text if setting.words else number_in(text)
        elif setting.default is None:
            place[leaf] = None
        else:
            problems[name] = "is missing"
            place.pop(leaf, None)
    try:
        config = RunConfig.from_dict(values)
    except ConfigError as error:
        for problem in error.problems:
            name = problem.field if problem.field in FIELD else problem.field.split(".")[0]
            problems.setdefault(name if name in FIELD else "name", problem.message)
        return None, problems
    return (None if problems else config), problems


def _in_order(problems: Mapping[str, str]) -> dict[str, str]:
    return {spec.name: problems[spec.name] for spec in FIELDS if spec.name in problems}


def _split(text: str) -> list[int | float | str]:
    """The values of ``16, 32, 45``, ``16 32 45``, ``16-32-45`` or ``(16, 32, 45)``."""
    parts = re.split(r"[\s,;()\[\]]+|(?<=\d)[-x×](?=\d)", text)
    return [number_in(part) for part in parts if part]


def _value(config: RunConfig, path: str) -> Any:
    value: Any = config
    for part in path.split("."):
        value = getattr(value, part)
    return value
