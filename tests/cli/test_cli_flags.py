"""The flags are the config's fields, each once, and the help tells the truth about them."""

from __future__ import annotations

from typing import get_args

import pytest

from rottui.commands.flags import RUN_FLAGS, RUN_PRESETS, SOURCES, SWEEP_PRESETS
from rottui.core import config, presets

NOT_TYPED = {"data.source", "data.path", "data.fingerprint"}
"""--data says the first two; rottui itself computes the last."""


def leaves(values: dict, prefix: str = "") -> set[str]:
    found = set()
    for name, value in values.items():
        if isinstance(value, dict):
            found |= leaves(value, f"{prefix}{name}.")
        else:
            found.add(prefix + name)
    return found


def test_every_setting_of_a_run_has_one_flag() -> None:
    fields = [flag.field for flag in RUN_FLAGS]
    assert len(fields) == len(set(fields))
    assert set(fields) == leaves(config.RunConfig().to_dict()) - NOT_TYPED


def test_names_in_the_help_are_those_of_the_config() -> None:
    assert get_args(config.DataSource) == SOURCES
    assert tuple(presets.RUN_PRESETS) == RUN_PRESETS
    assert tuple(presets.SWEEP_PRESETS) == SWEEP_PRESETS


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("--network", config.NetworkType),
        ("--activation", config.Activation),
        ("--target", config.Target),
        ("--device", config.Device),
        ("--precision", config.Precision),
        ("--loss", config.Loss),
        ("--schedule", config.Schedule),
    ],
)
def test_choices_in_the_help_are_those_of_the_config(name: str, choices: object) -> None:
    flag = next(flag for flag in RUN_FLAGS if flag.name == name)
    assert tuple(flag.metavar.split("|")) == get_args(choices)
