"""Sweeps: how rates and seeds are read, and the runs that they make."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rottui.core.axes import parse_axes
from rottui.core.config import NetworkConfig, RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.order import epoch_order
from rottui.core.presets import run_preset, sweep_preset
from rottui.core.sweeps import SweepConfig, parse_lrs, parse_seeds
from rottui.errors import ConfigError


def sweep(*axes: str, seeds: tuple[int, ...] = (1,), draws: int | None = None) -> SweepConfig:
    """A sweep of the default config over axes such as ``lr=1e-2, 1e-4``."""
    return SweepConfig(RunConfig(), parse_axes("; ".join(axes)), seeds, draws)


def test_learning_rates_alone_are_read_as_an_axis_is() -> None:
    assert parse_lrs("1e-5..1e-1 x3, 0.5") == (1e-5, 1e-3, 1e-1, 0.5)
    with pytest.raises(ConfigError, match="lr: 'quick' is not a number"):
        parse_lrs("quick")


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("", (7,)), ("x3", (7, 8, 9)), ("1..3", (1, 2, 3)), ("4, 2 4", (4, 2))],
)
def test_seeds_are_read(text: str, seeds: tuple[int, ...]) -> None:
    assert parse_seeds(text, first=7) == seeds


@pytest.mark.parametrize("text", ["one", "-1", "3..1", "x0", "4294967296", "1.5"])
def test_seeds_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="seed"):
        parse_seeds(text, first=0)


def test_the_runs_of_a_sweep_differ_in_rate_and_seed_only() -> None:
    runs = sweep("lr=1e-2, 1e-4", seeds=(1, 2)).runs()
    assert [name for name, _ in runs] == [
        "mlp 256-256 lr 1e-2 seed 1",
        "mlp 256-256 lr 1e-4 seed 1",
        "mlp 256-256 lr 1e-2 seed 2",
        "mlp 256-256 lr 1e-4 seed 2",
    ]
    alike = {config.replaced({"lr": 1, "seed": 0}).digest() for _, config in runs}
    assert len(alike) == 1


def test_a_grid_takes_every_combination_and_names_say_what_differs() -> None:
    runs = sweep("batch_size=32, 64", "activation=relu, tanh", "dense_hiddens=8, 8-8").runs()
    assert len(runs) == 8
    assert [name for name, _ in runs][:5] == [
        "mlp 8 lr 1e-3 batch_size 32 activation relu",
        "mlp 8-8 lr 1e-3 batch_size 32 activation relu",
        "mlp 8 lr 1e-3 batch_size 32 activation tanh",
        "mlp 8-8 lr 1e-3 batch_size 32 activation tanh",
        "mlp 8 lr 1e-3 batch_size 64 activation relu",
    ]
    config = runs[3][1]
    assert (config.batch_size, config.network.activation) == (32, "tanh")
    assert config.network.dense_hiddens == (8, 8)


def test_channels_are_named_where_the_network_does_not_say_them() -> None:
    runs = sweep("network.type=mlp, cnn", "n_channels=8-8-8, 4-4-4").runs()
    assert [name for name, _ in runs] == [
        "mlp 256-256 lr 1e-3 n_channels 8-8-8",
        "mlp 256-256 lr 1e-3 n_channels 4-4-4",
        "cnn 8-8-8 · 256-256 lr 1e-3",
        "cnn 4-4-4 · 256-256 lr 1e-3",
    ]


SETTINGS = {
    "lr": ["1e-2", "1e-3", "1e-4"],
    "batch_size": ["16", "32", "64"],
    "activation": ["relu", "tanh", "sigmoid"],
    "optimizer": ["adam", "sgd", "rmsprop"],
    "target": ["scalar", "circular"],
    "data.seed": ["1", "2"],
    "patience": ["none", "3"],
    "dense_hiddens": ["8", "8-8", "16-8"],
}


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(SETTINGS)), min_size=1, max_size=4, unique=True), st.data())
def test_every_run_of_a_grid_has_a_name_and_a_config_of_its_own(
    names: list[str], data: st.DataObject
) -> None:
    axes = []
    for name in names:
        values = data.draw(st.lists(st.sampled_from(SETTINGS[name]), min_size=1, unique=True))
        axes.append(f"{name}={','.join(values)}")
    made = sweep(*axes, seeds=(1, 2))
    runs = made.runs()
    assert len(runs) == len(made) == len({name for name, _ in runs})
    assert len({config.digest() for _, config in runs}) == len(runs)
    assert SweepConfig.from_spec(json.loads(json.dumps(made.spec()))) == made


def test_runs_of_one_seed_share_weights_and_batches_whatever_else_they_differ_in(
    tiny_dataset: Dataset,
) -> None:
    from rottui.core.training import Training

    base = RunConfig(network=NetworkConfig(dense_hiddens=(8,)), batch_size=16, shuffle=True)
    made = SweepConfig(base, parse_axes("lr=1e-2, 1e-4; weight_decay=0, 0.1"), (1, 2))
    firsts: dict[int, list[object]] = {1: [], 2: []}
    for _, config in made.runs():
        network = Training(config, tiny_dataset).learner.network
        weights = [part.flatten().tolist() for part in network.state_dict().values()]
        order = epoch_order(config.seed, 1, len(tiny_dataset.train))
        firsts[config.seed].append([weights, order.tolist()])
    assert all(first == firsts[1][0] for first in firsts[1])
    assert all(first == firsts[2][0] for first in firsts[2])
    assert firsts[1][0] != firsts[2][0]


def test_random_settings_are_drawn_anew_by_the_seed_alone() -> None:
    drawn = sweep("lr=1e-5..1e-1", "batch_size=16..64", "activation=relu, tanh", draws=20)
    settings = drawn.settings()
    assert settings == drawn.settings()
    assert len({tuple(setting.values()) for setting in settings}) == 20
    assert len(drawn) == len(drawn.runs()) == 20
    assert {setting["network.activation"] for setting in settings} == {"relu", "tanh"}
    other = SweepConfig(RunConfig(seed=7), drawn.axes, (1,), 20)
    assert other.settings() != settings
    more = SweepConfig(drawn.base, drawn.axes, (1, 2, 3), 25)
    assert more.settings()[:20] == settings, "more draws go on where fewer ended"


def test_the_first_draws_are_those_of_any_machine() -> None:
    assert sweep("lr=1e-5..1e-1", draws=3).settings() == [
        {"lr": 2.4e-5},
        {"lr": 7e-4},
        {"lr": 9.3e-4},
    ]


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        (["lr=1e-2", "lr=1e-3"], "lr: is varied twice"),
        (["batch_size=32..256"], "batch_size: the range 32..256 needs a count in a grid"),
        (["n_channels=8-8-8, 4-4-4"], "network.n_channels: an mlp has no convolutions"),
        (["momentum=0, 0.9"], "momentum: 0.9: adam has no momentum setting"),
        (
            ["momentum=0.9", "optimizer=sgd, adam"],
            "momentum: momentum 0.9, optimizer adam: adam has no momentum setting",
        ),
        (["loss=mse, cosine"], "loss: cosine: the cosine loss needs the circular target"),
        (
            ["network.type=mlp, cnn", "strides=1-1-1, 9-9-9"],
            "network.type: type cnn, strides 9-9-9: network.kernel_sizes: convolution 2",
        ),
        (["dense_hiddens=" + "-".join(["8"] * 17)], "between 1 and 16 layers, not 17"),
    ],
)
def test_settings_that_no_run_can_have_name_the_axis_and_the_values(
    axes: list[str], said: str
) -> None:
    with pytest.raises(ConfigError) as refusal:
        sweep(*axes)
    assert said in str(refusal.value)


def test_the_other_axis_is_blamed_where_the_field_at_fault_is_not_varied() -> None:
    base = RunConfig(optimizer="sgd", momentum=0.9)
    with pytest.raises(ConfigError, match="optimizer: lr 1e-2, optimizer adam: momentum: adam"):
        SweepConfig(base, parse_axes("lr=1e-2; optimizer=sgd, adam"), (1,))


@pytest.mark.parametrize(
    ("axes", "draws", "said"),
    [
        (["activation=relu, tanh"], 3, "draws: there are 2 different settings to draw, not 3"),
        (["batch_size=1..4"], 9, "draws: there are 4 different settings to draw, not 9"),
        (["lr=1e-3..1e-1"], 0, "draws: must be at least 1, not 0"),
        (["lr=1e-3..1e-1"], 20_000, "draws: 20,000 runs are more than 10,000"),
    ],
)
def test_more_draws_than_there_are_settings_are_refused(
    axes: list[str], draws: int, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        sweep(*axes, draws=draws)


def test_a_sweep_too_large_to_be_meant_is_refused() -> None:
    with pytest.raises(ConfigError, match="seeds: 10,001 runs are more than 10,000"):
        SweepConfig(RunConfig(), (), tuple(range(10_001)))
    with pytest.raises(ConfigError, match="batch_size: 10,020 runs are more than 10,000"):
        sweep("batch_size=1..5010 x5010", "shuffle=on,off")


@pytest.mark.parametrize(
    ("made", "label"),
    [
        (sweep("lr=1e-2, 1e-4"), "mlp 256-256 · lr 1e-2, 1e-4"),
        (sweep(seeds=(1, 2)), "mlp 256-256 · lr 1e-3 · 2 seeds"),
        (sweep("batch_size=32, 64"), "mlp 256-256 · lr 1e-3 · batch_size 32, 64"),
        (sweep("dense_hiddens=8, 8-8"), "mlp · lr 1e-3 · dense_hiddens 8, 8-8"),
        (sweep("network.type=mlp, cnn"), "lr 1e-3 · type mlp, cnn"),
        (sweep("lr=1e-5..1e-1", draws=9), "mlp 256-256 · lr 1e-5 … 0.1 ×5 · 9 random"),
    ],
)
def test_a_sweep_in_words(made: SweepConfig, label: str) -> None:
    assert made.label == label


def test_the_presets_are_the_experiments_seven_trainings() -> None:
    mlp, cnn = run_preset("seed-mlp"), run_preset("seed-cnn")
    assert mlp.network.label == "mlp 128-128"
    assert cnn.network.label == "cnn 16-32-45 · 128"
    assert (cnn.lr, cnn.epochs, mlp.epochs) == (1e-3, 50, 50)
    for name, base in (("seed-mlp-lr", mlp), ("seed-cnn-lr", cnn)):
        sweep = sweep_preset(name)
        assert sweep.base == base
        assert sweep.lrs == (1e-2, 1e-4, 1e-8)


def test_an_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="there are seed-mlp, seed-cnn, seed-mlp-lr, seed-cnn-lr"):
        run_preset("mlp")
