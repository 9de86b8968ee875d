"""The flags that make a run's config, each once: name, config field, kind and help.

Only text is declared here, so that ``rottui --help`` imports no config and no torch; the config
itself checks what was typed (``rottui.commands.config_flags``).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Annotated, Any, Literal

import typer

Kind = Literal["word", "number", "whole", "list", "switch"]


@dataclass(frozen=True, slots=True)
class Flag:
    """One setting of a run as an option of the command line."""

    name: str
    field: str
    """Dotted path in the config, such as ``network.strides``."""
    kind: Kind
    metavar: str
    help: str


RUN_FLAGS: tuple[Flag, ...] = (
    Flag("--network", "network.type", "word", "mlp|cnn", "Type of network."),
    Flag("--dense-hiddens", "network.dense_hiddens", "list", "N,N,…", "Width of each dense layer."),
    Flag("--n-channels", "network.n_channels", "list", "N,N,…", "Filters of each convolution."),
    Flag("--kernel-sizes", "network.kernel_sizes", "list", "N,N,…", "Kernel of each convolution."),
    Flag("--strides", "network.strides", "list", "N,N,…", "Stride of each convolution."),
    Flag("--activation", "network.activation", "word", "relu|tanh|sigmoid", "Activation."),
    Flag("--target", "target", "word", "scalar|circular", "The angle, or its cosine and sine."),
    Flag("--loss", "loss", "word", "mse|cosine", "What training minimises."),
    Flag("--optimizer", "optimizer", "word", "adam|adamw|sgd|…", "One of PyTorch's, by name."),
    Flag("--lr", "lr", "number", "X", "Learning rate."),
    Flag("--schedule", "schedule", "word", "constant|cosine|one-cycle", "Its course over the run."),
    Flag("--weight-decay", "weight_decay", "number", "X", "Weight decay of the optimizer."),
    Flag("--momentum", "momentum", "number", "X", "Momentum of sgd and rmsprop."),
    Flag("--batch-size", "batch_size", "whole", "N", "Images a step."),
    Flag("--epochs", "epochs", "whole", "N", "Passes over the train split."),
    Flag("--patience", "patience", "whole", "N", "Stop after N epochs without a lower test loss."),
    Flag("--shuffle", "shuffle", "switch", "", "A new order of the images each epoch, or not."),
    Flag("--seed", "seed", "whole", "N", "Draws the initial weights and the order."),
    Flag("--device", "device", "word", "cpu|cuda|mps", "Where to train."),
    Flag("--precision", "precision", "word", "float32|float64|bf16", "Of the numbers."),
    Flag("--train-size", "data.train_size", "whole", "N", "Images of the train split; else all."),
    Flag("--test-size", "data.test_size", "whole", "N", "Images of the test split; else all."),
    Flag("--angle-min", "data.angle_min", "number", "DEG", "Smallest angle of images turned here."),
    Flag("--angle-max", "data.angle_max", "number", "DEG", "Angles of images turned here: below."),
    Flag("--data-seed", "data.seed", "whole", "N", "Draws the images and angles made here."),
)

SOURCES = ("garments", "fashion-mnist", "rotated")
"""The data sources that have a name."""
RUN_PRESETS = ("seed-mlp", "seed-cnn")
SWEEP_PRESETS = ("seed-mlp-lr", "seed-cnn-lr")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed about the config of a run."""

    preset: str | None = None
    config: str | None = None
    """Path of a TOML file."""
    data: str | None = None
    """Name of a source, or a path."""
    values: Mapping[str, str | bool] = field(default_factory=dict)
    """Config field → what was typed, for the flags that were given."""

    def __bool__(self) -> bool:
        return bool(self.preset or self.config or self.data or self.values)


def takes_run_flags(command: Callable[..., int]) -> Callable[..., int]:
    """``command(typed, ...)`` as a command whose options are the run flags and its own."""
    own = inspect.signature(command, eval_str=True)
    options = _options()

    @wraps(command)
    def wrapper(**given: Any) -> int:
        values = {
            flag.field: value
            for flag in RUN_FLAGS
            if (value := given.pop(_identifier(flag.name))) is not None
        }
        typed = Typed(given.pop("preset"), given.pop("config"), given.pop("data"), values)
        return command(typed, **given)

    kept = [p for name, p in own.parameters.items() if name != "typed"]
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*options, *kept)]
    wrapper.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": int}
    return wrapper


def _options() -> list[inspect.Parameter]:
    presets = "|".join((*RUN_PRESETS, *SWEEP_PRESETS))
    sources = "|".join((*SOURCES, "PATH"))
    return [
        _option("preset", str, typer.Option("--preset", metavar=presets, help="Named settings.")),
        _option(
            "config",
            str,
            typer.Option("--config", metavar="FILE.toml", help="Settings, over the preset's."),
        ),
        _option(
            "data",
            str,
            typer.Option(
                "--data",
                metavar=sources,
                help="Images: a source, or a folder or zip; else the best that is here.",
            ),
        ),
        *(_flag_option(flag) for flag in RUN_FLAGS),
    ]


def _flag_option(flag: Flag) -> inspect.Parameter:
    if flag.kind == "switch":
        name = flag.name.removeprefix("--")
        option = typer.Option(f"--{name}/--no-{name}", help=flag.help, show_default=False)
        return _option(_identifier(flag.name), bool, option)
    option = typer.Option(flag.name, metavar=flag.metavar, help=flag.help)
    return _option(_identifier(flag.name), str, option)


def _option(name: str, kind: type, option: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


def _identifier(name: str) -> str:
    return name.removeprefix("--").replace("-", "_")
