"""The form's fields as plain data: the first frame shows them before pydantic is loaded (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rottui.core.fields import MOMENTUM, SETTINGS
from rottui.core.numbers import format_lr

SWEPT = ("lrs", "seeds", "vary", "halving")
"""Fields that only a sweep has."""
PRESETS = ("default", "seed-mlp", "seed-cnn", "seed-mlp-lr", "seed-cnn-lr")
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


def _of_config(name: str, label: str, *, more: bool = False, placeholder: str = "") -> FieldSpec:
    setting = SETTINGS[name]
    text = setting.about
    if name in CONVOLUTION[1:]:
        text += "; one value stands for every convolution"
    return FieldSpec(name, label, text, setting.words, placeholder, more)


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
IN_CONFIG = tuple(spec.name for spec in FIELDS if spec.name in SETTINGS)
"""The fields that are settings of a run."""


def default_texts() -> dict[str, str]:
    """The texts of a fresh form."""
    return {
        **{name: text_of(name, SETTINGS[name].default) for name in IN_CONFIG},
        "data": str(SETTINGS["data.source"].default),
        "name": "",
        "preset": PRESETS[0],
        "lrs": "",
        "seeds": "",
        "vary": "",
        "halving": "",
        "more": FOLD[0],
    }


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


def text_of(path: str, value: Any) -> str:
    """What the field of a setting shows for its value."""
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
