"""The settings of a run as plain data: what each is, what it starts as, the words it may be.

``rottui.core.config`` makes its checked fields from these; a form or a table can be shown from them
before pydantic is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

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

Value = bool | int | float | str | tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a run."""

    default: Value
    about: str
    words: tuple[str, ...] = ()
    """What it may be, where that is one of a few words."""

    @property
    def is_list(self) -> bool:
        """Whether it holds one number a layer."""
        return isinstance(self.default, tuple)


SETTINGS: dict[str, Setting] = {
    "data.source": Setting(
        "garments",
        "garments (built in), fashion-mnist (rotated here) or rotated (a folder or zip of "
        "<id>_<angle>.png)",
        get_args(DataSource),
    ),
    "data.path": Setting(None, "folder or zip file of the data; built in: none"),
    "data.train_size": Setting(None, "images of the train split that are used; all if unset"),
    "data.test_size": Setting(None, "images of the test split that are used; all if unset"),
    "data.angle_min": Setting(0.0, "smallest angle in degrees, for images rotated here"),
    "data.angle_max": Setting(360.0, "angles stay below it, in degrees; for images rotated here"),
    "data.seed": Setting(0, "draws the images and angles made here"),
    "data.fingerprint": Setting(
        None, "digest of the data that a run was queued with; set by rottui"
    ),
    "network.type": Setting("mlp", "mlp or cnn", get_args(NetworkType)),
    "network.n_channels": Setting((16, 32, 48), "filters of each convolution"),
    "network.kernel_sizes": Setting((3, 3, 3), "kernel of each convolution"),
    "network.strides": Setting((1, 1, 1), "stride of each convolution"),
    "network.dense_hiddens": Setting((256, 256), "width of each hidden dense layer"),
    "network.activation": Setting("relu", "relu, tanh or sigmoid", get_args(Activation)),
    "target": Setting(
        "scalar",
        "scalar: the angle standardised with the train split's mean and std; circular: its cosine "
        "and sine",
        get_args(Target),
    ),
    "loss": Setting(
        "mse",
        "mse: mean squared error; cosine: 1 - cos of the error (circular target)",
        get_args(Loss),
    ),
    "optimizer": Setting("adam", "one of PyTorch's, by name", get_args(Optimizer)),
    "lr": Setting(1e-3, "learning rate"),
    "schedule": Setting(
        "constant",
        "lr over the run: constant, cosine (down to 0), or one-cycle (up, then down)",
        get_args(Schedule),
    ),
    "weight_decay": Setting(0.0, "weight decay of the optimizer"),
    "momentum": Setting(0.0, "momentum of sgd and rmsprop"),
    "batch_size": Setting(128, "images a step"),
    "epochs": Setting(50, "passes over the train split"),
    "patience": Setting(
        None, "stop early after this many epochs without a lower test loss; never if unset"
    ),
    "shuffle": Setting(False, "a new order each epoch, drawn from seed and epoch", ("off", "on")),
    "seed": Setting(SEED, "draws the initial weights and the order"),
    "device": Setting("cpu", "cpu, cuda or mps", get_args(Device)),
    "precision": Setting(
        "float32",
        "float32, float64, or bf16 (mixed: weights stay float32)",
        get_args(Precision),
    ),
}
"""Dotted path in a run's config → what it is."""
