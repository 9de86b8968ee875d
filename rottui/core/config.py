"""What a run is: one immutable, validated value that names every choice (no torch).

The defaults are those of the experiment's own ``Trainer``. A config round-trips through JSON and
TOML; what cannot be trained is refused when the config is made, field by field.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rottui.core import shapes
from rottui.core.fields import (
    MOMENTUM,
    SEED,
    SETTINGS,
    Activation,
    DataSource,
    Device,
    Loss,
    NetworkType,
    Optimizer,
    Precision,
    Schedule,
    Target,
)
from rottui.core.numbers import format_lr, number_in
from rottui.errors import ConfigError, Problem

__all__ = [
    "MOMENTUM",
    "SEED",
    "Activation",
    "DataConfig",
    "DataSource",
    "Device",
    "Loss",
    "NetworkConfig",
    "NetworkType",
    "Optimizer",
    "Precision",
    "RunConfig",
    "Schedule",
    "Target",
    "format_lr",
    "number_in",
    "problems_of",
]

Width = Annotated[int, Field(ge=1, le=4096)]
Kernel = Annotated[int, Field(ge=1, le=shapes.IMAGE_SIZE)]


def _of(name: str, **bounds: Any) -> Any:
    """The field of a setting, within bounds."""
    setting = SETTINGS[name]
    return Field(setting.default, description=setting.about, **bounds)


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DataConfig(_Config):
    """Which images and angles a run reads."""

    source: DataSource = _of("data.source")
    path: str | None = _of("data.path")
    train_size: int | None = _of("data.train_size", ge=1, le=60_000)
    test_size: int | None = _of("data.test_size", ge=1, le=60_000)
    angle_min: float = _of("data.angle_min", ge=-360, le=360)
    angle_max: float = _of("data.angle_max", ge=-360, le=360)
    seed: int = _of("data.seed", ge=0, lt=2**32)
    fingerprint: str | None = _of("data.fingerprint")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.source == "rotated" and not self.path:
            raise _problem("path", "rotated images need the path of a folder or a zip file")
        if self.source == "garments" and self.path:
            raise _problem("path", "the built-in garments have no path")
        if self.angle_max <= self.angle_min:
            raise _problem("angle_max", f"must be above angle_min ({self.angle_min:g}°)")
        if self.angle_max - self.angle_min > 360:
            raise _problem("angle_max", "the range of angles is at most 360° wide")
        return self

    @property
    def label(self) -> str:
        """A few words for the screen: the source, and the file name where there is one."""
        name = f"{self.source} ({Path(self.path).name})" if self.path else self.source
        if self.train_size or self.test_size:
            name += f" {self.train_size or 'all'}+{self.test_size or 'all'}"
        return name


class NetworkConfig(_Config):
    """The layers of a network; ``mlp`` reads ``dense_hiddens`` and ``activation`` only."""

    type: NetworkType = _of("network.type")
    n_channels: tuple[Width, ...] = _of("network.n_channels")
    kernel_sizes: tuple[Kernel, ...] = _of("network.kernel_sizes")
    strides: tuple[Kernel, ...] = _of("network.strides")
    dense_hiddens: tuple[Width, ...] = _of("network.dense_hiddens")
    activation: Activation = _of("network.activation")

    @field_validator("n_channels", "kernel_sizes", "strides", "dense_hiddens")
    @classmethod
    def _some_layers(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not 1 <= len(value) <= 16:
            raise ValueError(f"between 1 and 16 layers, not {len(value)}")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        layers = len(self.n_channels)
        for name in ("kernel_sizes", "strides"):
            count = len(getattr(self, name))
            if count != layers:
                raise _problem(
                    name, f"{count} values for {layers} convolutions (n_channels has {layers})"
                )
        if self.type == "cnn":
            maps = shapes.feature_maps(self.n_channels, self.kernel_sizes, self.strides)
            if isinstance(maps, shapes.Misfit):
                raise _problem(maps.field, maps.message)
        return self

    def feature_maps(self) -> list[shapes.FeatureMap]:
        """The spatial maps from first to last layer; empty for an ``mlp``."""
        if self.type == "mlp":
            return []
        maps = shapes.feature_maps(self.n_channels, self.kernel_sizes, self.strides)
        assert not isinstance(maps, shapes.Misfit)  # the validator has refused those
        return maps

    @property
    def label(self) -> str:
        """A few words for the screen, such as ``cnn 16-32-45 · 128``."""
        dense = "-".join(map(str, self.dense_hiddens))
        if self.type == "mlp":
            return f"mlp {dense}"
        return f"cnn {'-'.join(map(str, self.n_channels))} · {dense}"


class RunConfig(_Config):
    """Everything that decides a run's curve."""

    data: DataConfig = Field(DataConfig(), description="images and angles")
    network: NetworkConfig = Field(NetworkConfig(), description="layers")
    target: Target = _of("target")
    loss: Loss = _of("loss")
    optimizer: Optimizer = _of("optimizer")
    lr: float = _of("lr", gt=0, le=100)
    schedule: Schedule = _of("schedule")
    weight_decay: float = _of("weight_decay", ge=0, le=10)
    momentum: float = _of("momentum", ge=0, lt=1)
    batch_size: int = _of("batch_size", ge=1, le=60_000)
    epochs: int = _of("epochs", ge=1, le=100_000)
    patience: int | None = _of("patience", ge=1, le=100_000)
    shuffle: bool = _of("shuffle")
    seed: int = _of("seed", ge=0, lt=2**32)
    device: Device = _of("device")
    precision: Precision = _of("precision")

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.loss == "cosine" and self.target != "circular":
            raise _problem("loss", "the cosine loss needs the circular target")
        if self.momentum and self.optimizer not in MOMENTUM:
            raise _problem("momentum", f"{self.optimizer} has no momentum setting")
        if self.weight_decay and self.optimizer == "rprop":
            raise _problem("weight_decay", "rprop has no weight decay")
        return self

    @property
    def outputs(self) -> int:
        """Output units: one for the scalar target, two for (cos, sin)."""
        return 2 if self.target == "circular" else 1

    def parameter_count(self) -> int:
        """Number of weights and biases."""
        net = self.network
        return shapes.parameter_count(
            net.type, net.n_channels, net.kernel_sizes, net.dense_hiddens, self.outputs
        )

    @property
    def default_name(self) -> str:
        """The name that a run has when its maker gives none, such as ``mlp 128-128 lr 1e-4``."""
        return f"{self.network.label} lr {format_lr(self.lr)}"

    def digest(self) -> str:
        """First 16 hex digits of the SHA-256 of the config's canonical JSON."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, every field named."""
        return self.model_dump(mode="json")

    def to_toml(self) -> str:
        """The same as TOML; unset optional fields are left out."""
        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RunConfig:
        """The config that ``values`` describe.

        Raises:
            ConfigError: a field is unknown or out of range; all of them are named.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ConfigError(problems_of(error)) from None

    @classmethod
    def from_toml(cls, text: str) -> RunConfig:
        """The config of a TOML text.

        Raises:
            ConfigError: not TOML, or a field is unknown or out of range.
        """
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError((Problem("", f"not valid TOML: {error}"),)) from None
        return cls.from_dict(values)

    def replaced(self, changes: Mapping[str, Any]) -> RunConfig:
        """A copy with ``{"lr": 1e-4, "network.type": "cnn"}`` changed, validated anew.

        Raises:
            ConfigError: a field is unknown or the result is refused.
        """
        values = self.to_dict()
        for path, value in changes.items():
            *parents, leaf = path.split(".")
            place = values
            for parent in parents:
                inner = place.get(parent)
                if not isinstance(inner, dict):
                    raise ConfigError((Problem(path, "there is no such setting"),))
                place = inner
            place[leaf] = value
        return self.from_dict(values)


class _FieldError(ValueError):
    """A ValueError that says which sibling field it is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _problem(field: str, message: str) -> _FieldError:
    return _FieldError(field, message)


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """One sentence a field, in people's words, from what pydantic found."""
    problems: list[Problem] = []
    for item in error.errors(include_url=False):
        path = [str(part) for part in item["loc"] if not isinstance(part, int)]
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, _FieldError):
            path.append(cause.field)
        positions = [part for part in item["loc"] if isinstance(part, int)]
        place = f"value {positions[0] + 1}: " if positions else ""
        problems.append(Problem(".".join(path), place + _sentence(item, cause)))
    return tuple(problems)


def _sentence(item: Any, cause: object) -> str:
    kind, ctx, given = item["type"], item.get("ctx", {}), item.get("input")
    if isinstance(cause, ValueError):
        return str(cause)
    shown = repr(given) if isinstance(given, str) else f"{given}"
    match kind:
        case "extra_forbidden":
            return "there is no such setting"
        case "greater_than":
            return f"must be above {ctx['gt']:g}, not {shown}"
        case "greater_than_equal":
            return f"must be at least {ctx['ge']:g}, not {shown}"
        case "less_than":
            return f"must be below {ctx['lt']:g}, not {shown}"
        case "less_than_equal":
            return f"must be at most {ctx['le']:g}, not {shown}"
        case "literal_error":
            return f"must be {ctx['expected'].replace(chr(39), '')}, not {shown}"
        case "finite_number":
            return f"must be a finite number, not {shown}"
        case "int_from_float" | "int_parsing" | "int_type":
            return f"must be a whole number, not {shown}"
        case "float_parsing" | "float_type":
            return f"must be a number, not {shown}"
        case "tuple_type":
            return f"must be a list of whole numbers, not {shown}"
        case "bool_parsing" | "bool_type":
            return f"must be true or false, not {shown}"
        case "missing":
            return "is missing"
        case _:
            message = str(item["msg"])
            return message[0].lower() + message[1:]
