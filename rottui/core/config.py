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
from typing import Annotated, Any, Literal, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rottui.core import shapes
from rottui.errors import ConfigError, Problem

NetworkType = Literal["mlp", "cnn"]
Activation = Literal["relu", "tanh", "sigmoid"]
Target = Literal["scalar", "circular"]
DataSource = Literal["garments", "fashion-mnist", "rotated"]
Device = Literal["cpu", "cuda", "mps"]
Precision = Literal["float32", "float64", "bf16"]
Loss = Literal["mse", "cosine"]
Optimizer = Literal[
    "adam",
    "adamw",
    "nadam",
    "radam",
    "adamax",
    "adagrad",
    "adadelta",
    "rmsprop",
    "sgd",
    "asgd",
    "rprop",
]
Schedule = Literal["constant", "cosine", "one-cycle"]
MOMENTUM = frozenset({"sgd", "rmsprop"})
"""The optimizers that take ``momentum``."""

SEED = 197331
"""The seed that the experiment sets for every random generator."""

Width = Annotated[int, Field(ge=1, le=4096)]
Kernel = Annotated[int, Field(ge=1, le=shapes.IMAGE_SIZE)]


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DataConfig(_Config):
    """Which images and angles a run reads."""

    source: DataSource = Field(
        "garments",
        description="garments (built in), fashion-mnist (rotated here) or rotated (a folder or zip "
        "of <id>_<angle>.png)",
    )
    path: str | None = Field(None, description="folder or zip file of the data; built in: none")
    train_size: int | None = Field(
        None, ge=1, le=60_000, description="images of the train split that are used; all if unset"
    )
    test_size: int | None = Field(
        None, ge=1, le=60_000, description="images of the test split that are used; all if unset"
    )
    angle_min: float = Field(
        0.0, ge=-360, le=360, description="smallest angle in degrees, for images rotated here"
    )
    angle_max: float = Field(
        360.0,
        ge=-360,
        le=360,
        description="angles stay below it, in degrees; for images rotated here",
    )
    seed: int = Field(0, ge=0, lt=2**32, description="draws the images and angles made here")
    fingerprint: str | None = Field(
        None, description="digest of the data that a run was queued with; set by rottui"
    )

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

    type: NetworkType = Field("mlp", description="mlp or cnn")
    n_channels: tuple[Width, ...] = Field((16, 32, 48), description="filters of each convolution")
    kernel_sizes: tuple[Kernel, ...] = Field((3, 3, 3), description="kernel of each convolution")
    strides: tuple[Kernel, ...] = Field((1, 1, 1), description="stride of each convolution")
    dense_hiddens: tuple[Width, ...] = Field(
        (256, 256), description="width of each hidden dense layer"
    )
    activation: Activation = Field("relu", description="relu, tanh or sigmoid")

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
    target: Target = Field(
        "scalar",
        description="scalar: the angle standardised with the train split's mean and std; circular: "
        "its cosine and sine",
    )
    loss: Loss = Field(
        "mse",
        description="mse: mean squared error; cosine: 1 - cos of the error (circular target)",
    )
    optimizer: Optimizer = Field("adam", description="one of PyTorch's, by name")
    lr: float = Field(1e-3, gt=0, le=100, description="learning rate")
    schedule: Schedule = Field(
        "constant",
        description="lr over the run: constant, cosine (down to 0), or one-cycle (up, then down)",
    )
    weight_decay: float = Field(0.0, ge=0, le=10, description="weight decay of the optimizer")
    momentum: float = Field(0.0, ge=0, lt=1, description="momentum of sgd and rmsprop")
    batch_size: int = Field(128, ge=1, le=60_000, description="images a step")
    epochs: int = Field(50, ge=1, le=100_000, description="passes over the train split")
    patience: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="stop early after this many epochs without a lower test loss; never if unset",
    )
    shuffle: bool = Field(False, description="a new order each epoch, drawn from seed and epoch")
    seed: int = Field(SEED, ge=0, lt=2**32, description="draws the initial weights and the order")
    device: Device = Field("cpu", description="cpu, cuda or mps")
    precision: Precision = Field(
        "float32", description="float32, float64, or bf16 (mixed: weights stay float32)"
    )

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


def number_in(text: str) -> int | float | str:
    """The number that a text is, so that a sentence about it quotes a number; else the text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def format_lr(lr: float) -> str:
    """``1e-4``, ``3.2e-4``, ``0.5``: the shortest text that reads back as the same number."""
    if 0.1 <= lr < 1000:
        return repr(lr).removesuffix(".0")
    for digits in range(17):
        mantissa, exponent = f"{lr:.{digits}e}".split("e")
        if float(f"{mantissa}e{exponent}") == lr:
            break
    return f"{mantissa}e{int(exponent)}"
