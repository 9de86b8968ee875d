"""Settings by their paths: which can be varied, what their values are, and what is none."""

from __future__ import annotations

import pytest

from rottui.core.config import DataConfig, NetworkConfig, RunConfig
from rottui.core.settings import KEPT, Setting, Value, setting, settings, value_at
from rottui.errors import ConfigError


def test_every_setting_of_a_config_can_be_varied_but_the_seed_and_the_data_themselves() -> None:
    fields = {*RunConfig.model_fields} - {"data", "network"}
    fields |= {f"data.{name}" for name in DataConfig.model_fields}
    fields |= {f"network.{name}" for name in NetworkConfig.model_fields}
    assert {*settings()} == fields - KEPT


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("lr", "lr"),
        ("network.activation", "network.activation"),
        ("activation", "network.activation"),
        (" dense-hiddens ", "network.dense_hiddens"),
        ("train_size", "data.train_size"),
        ("data.seed", "data.seed"),
    ],
)
def test_a_setting_is_found_by_its_path_or_the_end_of_it(name: str, path: str) -> None:
    assert setting(name).path == path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("batchsize", "batchsize: there is no such setting; try batch_size"),
        ("network.activaton", "try network.activation"),
        ("", "there is no such setting; try lr or batch_size"),
        ("seed", "seed: give seeds apart"),
        ("data.path", "data.path: a sweep does not vary it"),
        ("network", "there is no such setting"),
    ],
)
def test_what_is_no_setting_is_refused_with_what_is_near(name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        setting(name)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("lr", "1e-3", 1e-3),
        ("lr", "1", 1.0),
        ("batch_size", "64", 64),
        ("patience", "none", None),
        ("shuffle", "on", True),
        ("optimizer", "sgd", "sgd"),
        ("schedule", "one-cycle", "one-cycle"),
        ("dense_hiddens", "128-64", (128, 64)),
        ("dense_hiddens", "128x64", (128, 64)),
        ("data.angle_min", "-30.5", -30.5),
    ],
)
def test_a_value_is_read_and_said_again(name: str, text: str, value: Value) -> None:
    found: Setting = setting(name)
    assert found.read(text) == value
    assert type(found.read(text)) is type(value)
    assert found.read(found.said(value)) == value


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("lr", "0", "lr: must be above 0, not 0"),
        ("lr", "inf", "lr: must be a finite number"),
        ("batch_size", "2.5", "batch_size: must be a whole number, not 2.5"),
        ("batch_size", "none", "batch_size: must be a whole number, not 'none'"),
        ("momentum", "1", "momentum: must be below 1, not 1"),
        ("activation", "gelu", "network.activation: must be relu, tanh or sigmoid, not 'gelu'"),
        ("shuffle", "maybe", "shuffle: must be true or false, not 'maybe'"),
        ("n_channels", "16-0", "network.n_channels: value 2: must be at least 1, not 0"),
        ("n_channels", "16-", "network.n_channels: value 2: must be a whole number, not ''"),
    ],
)
def test_a_value_that_the_setting_cannot_have_is_named(name: str, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        setting(name).read(text)
    assert str(refusal.value) == said or str(refusal.value).startswith(said)


@pytest.mark.parametrize("path", [*settings()])
def test_the_value_of_a_config_is_found_in_its_plain_form(path: str) -> None:
    wanted: object = RunConfig()
    for part in path.split("."):
        wanted = getattr(wanted, part)
    assert value_at(RunConfig().to_dict(), path) == wanted
    assert value_at({}, path) is None
