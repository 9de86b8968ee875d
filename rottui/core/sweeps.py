"""Sweeps: runs of one base config that differ in named settings and in the seed."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from rottui.core.axes import MAX_RUNS, WANTED, Axis, parse_axis, tight
from rottui.core.config import RunConfig, format_lr
from rottui.core.settings import Value
from rottui.errors import ConfigError, Problem

IN_LABEL = ("network.type", "network.n_channels", "network.dense_hiddens")
"""Settings that a network's label says."""
CONVOLUTION = ("network.n_channels", "network.kernel_sizes", "network.strides")
REPEATS = 1_000
"""After so many draws in a row that repeat earlier ones, there are taken to be no others."""


@dataclass(frozen=True, slots=True)
class SweepConfig:
    """A base config, and what its runs differ in.

    Every setting is trained with each of the seeds. Runs of one seed share the initial weights that
    the seed draws and, at one batch size, the batches: they compare in pairs.
    """

    base: RunConfig
    axes: tuple[Axis, ...]
    """What the settings differ in; without one, only the seeds differ."""
    seeds: tuple[int, ...]
    draws: int | None = None
    """How many settings to draw from the axes; None for the grid of all their values."""

    def __post_init__(self) -> None:
        if not self.seeds:
            raise ConfigError((Problem("seeds", "a sweep needs at least one seed"),))
        if self.draws is not None and self.draws < 1:
            raise ConfigError((Problem("draws", f"must be at least 1, not {self.draws}"),))
        for axis in self.axes:
            self._check(axis)
        if len(self) > MAX_RUNS:
            message = f"{len(self):,} runs are more than {MAX_RUNS:,}"
            raise ConfigError((Problem(self._largest, message),))
        for setting in self.settings():
            self._config(setting)

    def __len__(self) -> int:
        count = 1
        for axis in self.axes:
            count *= len(axis.values)
        return (count if self.draws is None else self.draws) * len(self.seeds)

    def settings(self) -> list[dict[str, Value]]:
        """What each setting changes in the base, by dotted path; the last axis varies fastest.

        Draws depend on the base's seed and on the axes alone.

        Raises:
            ConfigError: fewer different settings can be drawn than are wanted.
        """
        fields = [axis.field for axis in self.axes]
        if self.draws is None:
            grid = product(*(axis.values for axis in self.axes))
            return [dict(zip(fields, values, strict=True)) for values in grid]
        source = random.Random(self.base.seed)
        drawn: dict[tuple[Value, ...], None] = {}
        repeats = 0
        while len(drawn) < self.draws and repeats < REPEATS:
            before = len(drawn)
            drawn[tuple(axis.draw(source.random()) for axis in self.axes)] = None
            repeats = 0 if len(drawn) > before else repeats + 1
        if len(drawn) < self.draws:
            message = f"there are {len(drawn):,} different settings to draw, not {self.draws:,}"
            raise ConfigError((Problem("draws", message),))
        return [dict(zip(fields, values, strict=True)) for values in drawn]

    def runs(self) -> list[tuple[str, RunConfig]]:
        """(name, config) of each run: all settings of the first seed, then of the next."""
        many = len(self.seeds) > 1
        made = []
        for seed in self.seeds:
            for setting in self.settings():
                config = self._config({**setting, "seed": seed})
                name = config.default_name + self._difference(setting, config)
                made.append((name + (f" seed {seed}" if many else ""), config))
        return made

    @property
    def lrs(self) -> tuple[float, ...]:
        """The learning rates of the grid; the base's alone where they are not varied."""
        for axis in self.axes:
            if axis.field == "lr":
                return _numbers(axis)
        return (self.base.lr,)

    @property
    def label(self) -> str:
        """Such as ``mlp 128-128 · lr 1e-2, 1e-4, 1e-8 · 3 seeds``; long lists show their ends."""
        varied = [axis.field for axis in self.axes]
        network = self.base.network
        name = network.type if any(field in varied for field in IN_LABEL) else network.label
        parts = [] if "network.type" in varied else [name]
        if "lr" not in varied:
            parts.append(f"lr {format_lr(self.base.lr)}")
        parts += [axis.label for axis in self.axes]
        if self.draws is not None:
            parts.append(f"{self.draws} random")
        if len(self.seeds) > 1:
            parts.append(f"{len(self.seeds)} seeds")
        return " · ".join(parts)

    def spec(self) -> dict[str, Any]:
        """How the sweep was made, as plain JSON."""
        return {
            "base": self.base.to_dict(),
            "axes": [axis.spec() for axis in self.axes],
            "seeds": list(self.seeds),
            "draws": self.draws,
        }

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> SweepConfig:
        """The sweep of ``spec()``.

        Raises:
            ConfigError: a setting is unknown to this version, or out of its range.
        """
        axes = tuple(Axis.from_spec(axis) for axis in spec["axes"])
        return cls(RunConfig.from_dict(spec["base"]), axes, tuple(spec["seeds"]), spec["draws"])

    def _check(self, axis: Axis) -> None:
        """Raises ConfigError for an axis that no sweep can have."""
        field = axis.setting.path  # refuses a setting that cannot be varied
        fields = [other.field for other in self.axes]
        if fields.count(field) > 1:
            raise ConfigError((Problem(field, "is varied twice"),))
        if not axis.values and (self.draws is None or axis.span is None):
            span = ".." if axis.span is None else "..".join(map(axis.setting.said, axis.span))
            message = f"the range {span} {WANTED} in a grid, such as {span} x4"
            raise ConfigError((Problem(field, message),))
        mlps = self.base.network.type == "mlp" and "network.type" not in fields
        if mlps and field in CONVOLUTION:
            raise ConfigError((Problem(field, "an mlp has no convolutions"),))

    def _config(self, setting: Mapping[str, Value]) -> RunConfig:
        """The base with these changes; an error names an axis, and the values that do not fit."""
        try:
            return self.base.replaced(setting)
        except ConfigError as error:
            problem = error.problems[0]
            said = ", ".join(axis.said(setting[axis.field]) for axis in self.axes)
            said = said.rpartition(" ")[2] if len(self.axes) == 1 else said
            field = self._blamed(problem, setting)
            about = "" if problem.field == field else f"{problem.field}: "
            raise ConfigError((Problem(field, f"{said}: {about}{problem.message}"),)) from None

    def _blamed(self, problem: Problem, setting: Mapping[str, Value]) -> str:
        """The axis that the problem is about, else the first that is at fault by itself."""
        if problem.field in setting:
            return problem.field
        for axis in self.axes:
            try:
                self.base.replaced({axis.field: setting[axis.field]})
            except ConfigError:
                return axis.field
        return self.axes[0].field if self.axes else problem.field

    @property
    def _largest(self) -> str:
        """The axis with most values, or ``draws`` or ``seeds``, whichever makes most runs."""
        counts = {axis.field: len(axis.values) for axis in self.axes}
        if self.draws is not None:
            counts = {"draws": self.draws}
        return max({**counts, "seeds": len(self.seeds)}.items(), key=lambda item: item[1])[0]

    def _difference(self, setting: Mapping[str, Value], config: RunConfig) -> str:
        """What a run's default name does not say of the setting, such as `` batch_size 64``."""
        said = {"lr", "network.type", "network.dense_hiddens"}
        said |= {"network.n_channels"} if config.network.type == "cnn" else set()
        varied = [axis for axis in self.axes if axis.field not in said]
        return "".join(f" {axis.said(setting[axis.field])}" for axis in varied)


def parse_lrs(text: str) -> tuple[float, ...]:
    """Learning rates of ``1e-2, 1e-4, 1e-8`` or ``1e-5..1e-1 x9`` or a mixture by commas.

    Raises:
        ConfigError: not numbers, out of range, or a range that goes nowhere.
    """
    return _numbers(parse_axis("lr", text))


def _numbers(axis: Axis) -> tuple[float, ...]:
    return tuple(float(value) for value in axis.values if isinstance(value, int | float))


def parse_seeds(text: str, first: int) -> tuple[int, ...]:
    """Seeds of ``7``, ``1, 2, 3``, ``1..5`` or ``x3`` (three seeds, counted up from ``first``).

    Raises:
        ConfigError: not whole numbers from 0 below 2**32.
    """
    seeds: list[int] = []
    for part in [part for part in re.split(r"[,;\s]+", tight(text)) if part]:
        count = re.fullmatch(r"[x×*](\d+)", part)
        span = re.fullmatch(r"(\d+)\.\.(\d+)", part)
        if count:
            low, high = first, first + int(count[1]) - 1
        elif span:
            low, high = int(span[1]), int(span[2])
        elif part.isdecimal():
            low = high = int(part)
        else:
            raise ConfigError(
                (Problem("seeds", f"{part!r} is no seed; try 1, 2, 3 or 1..5 or x3"),)
            )
        if not 0 <= low <= high < 2**32 or high - low >= MAX_RUNS:
            raise ConfigError((Problem("seeds", f"{part!r} is no range of seeds"),))
        seeds.extend(range(low, high + 1))
    return tuple(dict.fromkeys(seeds)) or (first,)
