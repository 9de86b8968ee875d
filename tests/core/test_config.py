"""A run's config: round trips, defaults, and what it refuses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rottui.core.config import NetworkConfig, RunConfig, format_lr
from rottui.errors import ConfigError


def refusal(values: dict[str, object]) -> str:
    with pytest.raises(ConfigError) as caught:
        RunConfig.from_dict(values)
    return str(caught.value)


def test_the_defaults_are_those_of_the_experiment() -> None:
    config = RunConfig()
    assert config.network == NetworkConfig(
        type="mlp",
        n_channels=(16, 32, 48),
        kernel_sizes=(3, 3, 3),
        strides=(1, 1, 1),
        dense_hiddens=(256, 256),
        activation="relu",
    )
    assert (config.lr, config.batch_size, config.target, config.shuffle) == (
        1e-3,
        128,
        "scalar",
        False,
    )


def test_a_config_survives_json_and_toml() -> None:
    config = RunConfig().replaced(
        {
            "lr": 3.2e-4,
            "network.type": "cnn",
            "network.strides": [1, 2, 1],
            "data.source": "rotated",
            "data.path": "/tmp/some 'folder'",
            "data.train_size": 500,
        }
    )
    assert RunConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert RunConfig.from_toml(config.to_toml()) == config


def test_a_config_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="frozen"):
        RunConfig().lr = 1.0  # type: ignore[misc]


def test_the_digest_follows_the_content() -> None:
    config = RunConfig()
    assert config.digest() == RunConfig.from_toml(config.to_toml()).digest()
    assert config.digest() != config.replaced({"seed": 1}).digest()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"lr": 0}, "lr: must be above 0, not 0"),
        ({"lr": -1e-3}, "lr: must be above 0, not -0.001"),
        ({"lr": float("nan")}, "lr: must be a finite number, not nan"),
        ({"lr": float("inf")}, "lr: must be a finite number, not inf"),
        ({"lr": "fast"}, "lr: must be a number, not 'fast'"),
        ({"batch_size": 0}, "batch_size: must be at least 1, not 0"),
        ({"epochs": 0}, "epochs: must be at least 1, not 0"),
        ({"epochs": 1.5}, "epochs: must be a whole number, not 1.5"),
        ({"seed": -1}, "seed: must be at least 0, not -1"),
        ({"target": "polar"}, "target: must be scalar or circular, not 'polar'"),
        ({"colour": "red"}, "colour: there is no such setting"),
        ({"network": {"type": "rnn"}}, "network.type: must be mlp or cnn, not 'rnn'"),
        ({"network": {"activation": "gelu"}}, "must be relu, tanh or sigmoid"),
        ({"network": {"dense_hiddens": []}}, "between 1 and 16 layers, not 0"),
        ({"network": {"dense_hiddens": [128, 0]}}, "value 2: must be at least 1, not 0"),
        (
            {"network": {"strides": [1, 1]}},
            "network.strides: 2 values for 3 convolutions (n_channels has 3)",
        ),
        ({"network": {"kernel_sizes": [3]}}, "network.kernel_sizes: 1 values for 3 convolutions"),
        (
            {"network": {"type": "cnn", "strides": [3, 3, 3]}},
            "network.strides: convolution 2 leaves a 1×1 map, too small for the 2×2 pool after it",
        ),
        (
            {"network": {"type": "cnn", "kernel_sizes": [3, 3, 7]}},
            "network.kernel_sizes: convolution 3 has a 7×7 kernel but gets a 5×5 map; at most 5",
        ),
        ({"data": {"source": "rotated"}}, "data.path: rotated images need the path"),
        ({"data": {"angle_min": 90, "angle_max": 90}}, "data.angle_max: must be above angle_min"),
        ({"data": {"angle_min": -300, "angle_max": 300}}, "at most 360° wide"),
        ({"data": {"train_size": 0}}, "data.train_size: must be at least 1, not 0"),
    ],
)
def test_what_cannot_be_trained_is_refused_when_the_config_is_made(
    values: dict[str, object], said: str
) -> None:
    message = refusal(values)
    assert said in message
    assert "\n" not in message


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        RunConfig.from_dict({"lr": 0, "epochs": 0, "network": {"activation": "x"}})
    fields = [problem.field for problem in caught.value.problems]
    assert sorted(fields) == ["epochs", "lr", "network.activation"]


def test_a_toml_text_that_is_none_is_refused_in_one_line() -> None:
    with pytest.raises(ConfigError, match="not valid TOML"):
        RunConfig.from_toml("lr = = 3")


def test_replacing_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"optim\.lr: there is no such setting"):
        RunConfig().replaced({"optim.lr": 1})


@pytest.mark.parametrize(
    ("lr", "text"),
    [(1e-2, "1e-2"), (1e-8, "1e-8"), (3.2e-4, "3.2e-4"), (0.5, "0.5"), (1.0, "1"), (0.05, "5e-2")],
)
def test_learning_rates_are_written_as_people_write_them(lr: float, text: str) -> None:
    assert format_lr(lr) == text


@given(st.floats(min_value=1e-30, max_value=100, exclude_min=True))
def test_a_written_learning_rate_reads_back_as_the_same_number(lr: float) -> None:
    assert float(format_lr(lr)) == lr
