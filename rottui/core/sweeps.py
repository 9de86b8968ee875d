"""Runs that differ in named settings: learning rates as lists and ranges, seeds, and their runs."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from rottui.core.config import RunConfig, format_lr
from rottui.errors import ConfigError, Problem

MAX_RUNS = 10_000
"""More runs than this in one sweep are taken for a typing error."""

_RANGE = re.compile(r"(\S+?)\.\.([^x×*\s]+)(?:[x×*](\d+))?")


@dataclass(frozen=True, slots=True)
class SweepConfig:
    """A base config, and the learning rates and seeds that its runs take in turn."""

    base: RunConfig
    lrs: tuple[float, ...]
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.lrs:
            raise ConfigError((Problem("lr", "a sweep needs at least one learning rate"),))
        if not self.seeds:
            raise ConfigError((Problem("seeds", "a sweep needs at least one seed"),))
        if len(self) > MAX_RUNS:
            raise ConfigError((Problem("lr", f"{len(self):,} runs are more than {MAX_RUNS:,}"),))

    def __len__(self) -> int:
        return len(self.lrs) * len(self.seeds)

    def runs(self) -> list[tuple[str, RunConfig]]:
        """(name, config) of each run: all rates of the first seed, then of the next.

        Raises:
            ConfigError: a rate or a seed is out of range.
        """
        many_seeds = len(self.seeds) > 1
        made = []
        for seed in self.seeds:
            for lr in self.lrs:
                config = self.base.replaced({"lr": lr, "seed": seed})
                name = config.default_name + (f" seed {seed}" if many_seeds else "")
                made.append((name, config))
        return made

    @property
    def label(self) -> str:
        """Such as ``mlp 128-128 · lr 1e-2, 1e-4, 1e-8``, or the ends of a long list."""
        texts = [format_lr(lr) for lr in self.lrs]
        rates = ", ".join(texts) if len(texts) <= 4 else f"{texts[0]} … {texts[-1]} ×{len(texts)}"
        seeds = f" · {len(self.seeds)} seeds" if len(self.seeds) > 1 else ""
        return f"{self.base.network.label} · lr {rates}{seeds}"


def log_range(low: float, high: float, count: int) -> tuple[float, ...]:
    """``count`` rates from ``low`` to ``high``, evenly spaced in log10, ends exact.

    Made from exponents and rounded to four significant digits (more where neighbours would become
    equal), so that powers of ten come out as ``1e-3`` and never as ``0.0010000000000000002``.
    """
    start, stop = math.log10(low), math.log10(high)
    step = (stop - start) / max(1, count - 1)
    inner = [10 ** (start + step * k) for k in range(1, count - 1)]
    for digits in range(3, 17):
        rates = (low, *(float(f"{rate:.{digits}e}") for rate in inner), high)[:count]
        if len(set(rates)) == count:
            break
    return rates


def parse_lrs(text: str) -> tuple[float, ...]:
    """Learning rates of ``1e-2, 1e-4, 1e-8`` or ``1e-5..1e-1 x9`` or a mixture by commas.

    A range without a count takes one rate a decade. Doubles are dropped, order is kept.

    Raises:
        ConfigError: not numbers, not positive, or a range that goes nowhere.
    """
    rates: list[float] = []
    parts = [part for part in re.split(r"[,;\s]+", _tight(text)) if part]
    if not parts:
        raise _bad("give rates such as 1e-2, 1e-4 or a range such as 1e-5..1e-1 x9")
    for part in parts:
        match = _RANGE.fullmatch(part)
        if match:
            low, high = _rate(match[1]), _rate(match[2])
            if low == high:
                raise _bad(f"the range {part} has the same two ends")
            count = int(match[3]) if match[3] else round(abs(math.log10(high / low))) + 1
            if not 2 <= count <= MAX_RUNS:
                raise _bad(f"the range {part} must have between 2 and {MAX_RUNS:,} rates")
            rates.extend(log_range(low, high, count))
        else:
            rates.append(_rate(part))
    return tuple(dict.fromkeys(rates))


def parse_seeds(text: str, first: int) -> tuple[int, ...]:
    """Seeds of ``7``, ``1, 2, 3``, ``1..5`` or ``x3`` (three seeds, counted up from ``first``).

    Raises:
        ConfigError: not whole numbers from 0 below 2**32.
    """
    seeds: list[int] = []
    for part in [part for part in re.split(r"[,;\s]+", _tight(text)) if part]:
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


def _tight(text: str) -> str:
    """The text with no blanks inside a range or a count, so that blanks can separate values."""
    text = re.sub(r"\s*\.\.\s*", "..", text)
    return re.sub(r"(\S)\s+([x×*])\s*(\d)", r"\1\2\3", text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        raise _bad(f"{text!r} is not a number; try 1e-2, 1e-4 or 1e-5..1e-1 x9") from None
    if not (math.isfinite(rate) and rate > 0):
        raise _bad(f"a learning rate must be above 0 and finite, not {text}")
    return rate


def _bad(message: str) -> ConfigError:
    return ConfigError((Problem("lr", message),))
