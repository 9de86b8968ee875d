"""The form's fields, made from the config, and the way from their texts to a config (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rottui.core.config import MOMENTUM, DataConfig, RunConfig, format_lr, number_in
from rottui.core.halving import Plan
from rottui.core.presets import RUN_PRESETS, SWEEP_PRESETS, run_preset
from rottui.core.sweeps import SweepConfig
from rottui.errors import ConfigError
from rottui.tui.widgets.form_sweep import SWEPT, read_plan, read_sweep

PRESETS = ("default", *RUN_PRESETS, *SWEEP_PRESETS)
"""What the first field offers; the names of sweeps turn the form into a sweep."""
SWEEP_EXAMPLE = "seed-mlp-lr"
"""The sweep that an empty queue suggests."""
FOLD = ("hidden", "shown")
CONVOLUTION = ("network.n_channels", "network.kernel_sizes", "network.strides")
ANGLES = ("data.angle_min", "data.angle_max")
KEPT = ("data.", "device")
"""Fields that a preset leaves alone: where a run trains, and on what."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One line of the form."""

    name: str
    """Dotted path in the config, or the name of a field that only the form has."""
    label: str
    help: str
    options: tuple[str, ...] = ()
    """What a chooser offers; a field without options is a text."""
    placeholder: str = ""
    more: bool = False
    """Whether the field sits under the fold."""


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


def _of_config(name: str, label: str, *, more: bool = False, placeholder: str = "") -> FieldSpec:
    info = _info(name)
    text = info.description or ""
    if _is_tuple(info) and name != "network.dense_hiddens" and name in CONVOLUTION[1:]:
        text += "; one value stands for every convolution"
    return FieldSpec(name, label, text, _options(info), placeholder, more)


def _info(name: str) -> FieldInfo:
    model: type[BaseModel] = RunConfig
    *parents, leaf = name.split(".")
    for parent in parents:
        inner = model.model_fields[parent].annotation
        assert isinstance(inner, type)
        assert issubclass(inner, BaseModel)
        model = inner
    return model.model_fields[leaf]


def _options(info: FieldInfo) -> tuple[str, ...]:
    if info.annotation is bool:
        return ("off", "on")
    if get_origin(info.annotation) is Literal:
        return tuple(map(str, get_args(info.annotation)))
    return ()


def _is_tuple(info: FieldInfo) -> bool:
    return get_origin(info.annotation) is tuple


FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec("preset", "preset", "fill the form with one of the seed's settings", PRESETS),
    FieldSpec("name", "name", "what the run is called; made from its settings if left empty"),
    FieldSpec(
        "data",
        "data",
        "garments, fashion-mnist, rotated, or the path of a folder or zip file",
    ),
    _of_config("network.type", "network"),
    _of_config("network.n_channels", "channels"),
    _of_config("network.kernel_sizes", "kernels"),
    _of_config("network.strides", "strides"),
    _of_config("network.dense_hiddens", "dense layers"),
    _of_config("network.activation", "activation"),
    _of_config("target", "target"),
    _of_config("lr", "learning rate"),
    FieldSpec(
        "lrs",
        "learning rates",
        "one run for each: a list such as 1e-2, 1e-4, 1e-8, or a range such as 1e-5..1e-1 x9",
        placeholder="such as 1e-5..1e-1 x9",
    ),
    FieldSpec(
        "seeds",
        "seeds",
        "repeat every rate: x3 (three, counted up from seed), 1..5, or 1, 2, 3; empty: seed alone",
        placeholder="such as x3",
    ),
    FieldSpec(
        "vary",
        "vary",
        "any other setting: batch_size=32..256 x4; activation=relu, tanh; add random 20 to draw 20",
        placeholder="such as batch_size=32, 64",
    ),
    FieldSpec(
        "halving",
        "halving",
        "train only the best ones on: 3 lets the best third go on from each rung, 3, 1 puts the "
        "first rung at epoch 1; empty: all train to the end",
        placeholder="off, or such as 3",
    ),
    _of_config("epochs", "epochs"),
    _of_config("batch_size", "batch size"),
    _of_config("seed", "seed"),
    FieldSpec("more", "more", "loss, optimizer, schedule, shuffle, device, precision, data", FOLD),
    _of_config("loss", "loss", more=True),
    _of_config("optimizer", "optimizer", more=True),
    _of_config("schedule", "schedule", more=True),
    _of_config("weight_decay", "weight decay", more=True),
    _of_config("momentum", "momentum", more=True),
    _of_config("patience", "patience", more=True, placeholder="never stops early"),
    _of_config("shuffle", "shuffle", more=True),
    _of_config("device", "device", more=True),
    _of_config("precision", "precision", more=True),
    _of_config("data.train_size", "train images", more=True, placeholder="all"),
    _of_config("data.test_size", "test images", more=True, placeholder="all"),
    _of_config("data.angle_min", "angles from", more=True),
    _of_config("data.angle_max", "angles below", more=True),
    _of_config("data.seed", "data seed", more=True),
)
FIELD = {spec.name: spec for spec in FIELDS}
_IN_CONFIG = tuple(
    spec.name
    for spec in FIELDS
    if "." in spec.name or (spec.name in RunConfig.model_fields and spec.name != "data")
)


def texts_of(config: RunConfig, name: str = "") -> dict[str, str]:
    """The text of every field that shows ``config``; those of the form alone keep out of it."""
    texts = {path: _text(path, _value(config, path)) for path in _IN_CONFIG}
    texts["name"] = name
    texts["data"] = data_text(config.data)
    return texts


def data_text(data: DataConfig) -> str:
    """What a person would type for this data: its path, or the name of its source."""
    return data.path or data.source


def default_texts() -> dict[str, str]:
    """The texts of a fresh form."""
    return {
        **texts_of(RunConfig()),
        "preset": PRESETS[0],
        "lrs": "",
        "seeds": "",
        "vary": "",
        "halving": "",
        "more": FOLD[0],
    }


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


def hidden(texts: Mapping[str, str], source: str, sweep: bool) -> dict[str, str]:
    """The fields that mean nothing now, each with the reason."""
    reasons: dict[str, str] = {}
    if texts["network.type"] == "mlp":
        reasons |= dict.fromkeys(CONVOLUTION, "an mlp has no convolutions")
    if source == "rotated":
        reasons |= dict.fromkeys(ANGLES, "these images have been rotated already")
        reasons["data.seed"] = "nothing is drawn here"
    if texts["target"] == "scalar":
        reasons["loss"] = "the scalar target has one loss only"
    if texts["optimizer"] not in MOMENTUM:
        reasons["momentum"] = f"{texts['optimizer']} has no momentum setting"
    if sweep:
        reasons["lr"] = "a sweep has its own rates"
    else:
        reasons |= dict.fromkeys(SWEPT, "only a sweep has them")
    return reasons


def read(texts: Mapping[str, str], data: DataConfig, sweep: bool) -> Reading:
    """The config or the sweep that the texts describe, or what is wrong with which field.

    A field that is hidden now counts only if it is sound: nobody could mend what they do not see.
    """
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
    for name in _IN_CONFIG:
        if name in without:
            continue
        info, text = _info(name), texts[name].strip()
        *parents, leaf = name.split(".")
        place = values[parents[0]] if parents else values
        if _is_tuple(info):
            parts = _split(text)
            if not parts:
                problems[name] = "is missing"
                continue
            if name in CONVOLUTION[1:] and len(parts) == 1:
                parts *= convolutions
            place[leaf] = parts
        elif text:
            place[leaf] = text if _options(info) else number_in(text)
        elif info.default is None:
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


def _text(path: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        if path in CONVOLUTION[1:] and len(set(value)) == 1:
            return str(value[0])
        return ", ".join(map(str, value))
    if path == "lr":
        return format_lr(value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)
