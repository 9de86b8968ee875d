"""The errors that rottui raises on purpose: each carries one sentence for a person."""

from __future__ import annotations

from dataclasses import dataclass


class RottuiError(Exception):
    """Something a person can mend; ``str(error)`` is the one line they read."""


class DataError(RottuiError):
    """Images or angles are missing, unreadable or not what the config says."""


class TrainingError(RottuiError):
    """A run cannot be trained or continued."""


class CheckpointError(RottuiError):
    """A checkpoint is damaged, or belongs to another network."""


class StoreError(RottuiError):
    """The run store cannot be opened, read or written, or a wish does not fit a run's state."""


class NoRoomError(StoreError):
    """The disk of the run store is full; what was tried works once there is room."""


class TerminalError(RottuiError):
    """The terminal cannot show what was asked for."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a config."""

    field: str
    """Dotted path of the field, such as ``network.strides``; empty for the whole."""
    message: str
    """What is wrong and what would fit."""

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class ConfigError(RottuiError):
    """A config that no run can have; ``problems`` names each field at fault."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems
