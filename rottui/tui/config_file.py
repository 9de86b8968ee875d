"""``config.toml`` of the config folder: what a person has set, and what is wrong with it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = "config.toml"


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The file as it was read; no values where there is none, or one that cannot be read."""

    path: Path
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None
    """Why nothing of it counts."""

    @property
    def keys(self) -> Mapping[str, Any]:
        """The table ``[keys]``; empty without one."""
        table = self.values.get("keys", {})
        return table if isinstance(table, dict) else {"": table}


def read_config(folder: Path) -> ConfigFile:
    """The settings in a config folder; nothing is raised, and no file is no problem."""
    path = folder / NAME
    try:
        return ConfigFile(path, tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ConfigFile(path)
    except OSError as error:
        return ConfigFile(path, problem=f"cannot be read: {error.strerror}")
    except ValueError as error:  # not TOML, or not UTF-8; the message names the line
        return ConfigFile(path, problem=str(error))
