"""The experiment's own settings, by name."""

from __future__ import annotations

from rottui.core.axes import Axis
from rottui.core.config import NetworkConfig, RunConfig
from rottui.core.sweeps import SweepConfig
from rottui.errors import ConfigError, Problem

SEED_LRS = (1e-2, 1e-4, 1e-8)
"""The learning rates that the experiment compares."""

SEED_MLP = RunConfig(network=NetworkConfig(type="mlp", dense_hiddens=(128, 128)))
SEED_CNN = RunConfig(
    network=NetworkConfig(type="cnn", n_channels=(16, 32, 45), dense_hiddens=(128,))
)


def _lr_sweep(base: RunConfig) -> SweepConfig:
    return SweepConfig(base, (Axis("lr", SEED_LRS),), (base.seed,))


RUN_PRESETS: dict[str, RunConfig] = {"seed-mlp": SEED_MLP, "seed-cnn": SEED_CNN}
SWEEP_PRESETS: dict[str, SweepConfig] = {
    "seed-mlp-lr": _lr_sweep(SEED_MLP),
    "seed-cnn-lr": _lr_sweep(SEED_CNN),
}


def run_preset(name: str) -> RunConfig:
    """The config of a run's preset, or the base of a sweep's.

    Raises:
        ConfigError: no preset has that name.
    """
    if name in SWEEP_PRESETS:
        return SWEEP_PRESETS[name].base
    if name not in RUN_PRESETS:
        raise _unknown(name)
    return RUN_PRESETS[name]


def sweep_preset(name: str) -> SweepConfig:
    """The sweep of a preset; a run's preset gives the experiment's three learning rates.

    Raises:
        ConfigError: no preset has that name.
    """
    if name in RUN_PRESETS:
        return _lr_sweep(RUN_PRESETS[name])
    if name not in SWEEP_PRESETS:
        raise _unknown(name)
    return SWEEP_PRESETS[name]


def _unknown(name: str) -> ConfigError:
    known = ", ".join([*RUN_PRESETS, *SWEEP_PRESETS])
    return ConfigError((Problem("preset", f"there is no preset {name!r}; there are {known}"),))
