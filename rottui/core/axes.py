"""The axes of a sweep: one setting each, with the values or the range that its runs take."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rottui.core.config import number_in
from rottui.core.settings import Setting, Value, setting
from rottui.errors import ConfigError, Problem

MAX_RUNS = 10_000
"""More runs than this in one sweep are taken for a typing error."""
EVERY = 10
"""A range of whole numbers without a count takes each of them, if there are no more than this."""

WANTED = "needs a count"

_RANGE = re.compile(r"(\S+?)\.\.([^x×*\s]+)(?:[x×*](\d+))?")


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting, and the values that the runs of a sweep take in turn."""

    field: str
    """Dotted path, such as ``network.activation``."""
    values: tuple[Value, ...]
    """Without doubles; empty for a range without a count, which only random draws can take."""
    span: tuple[float, float] | None = None
    """The ends of the range that the values are of, if they are of one: draws fall between them."""

    @property
    def setting(self) -> Setting:
        """What is varied."""
        return setting(self.field)

    def said(self, value: Value) -> str:
        """One value with its name, such as ``batch_size 64``."""
        return f"{self.setting.short} {self.setting.said(value)}"

    def draw(self, share: float) -> Value:
        """The value at ``share``, from 0 to below 1, of the range or of the list of values.

        Equal shares of a range are as likely in differences, or in factors where the setting's
        ranges go by factors; numbers have two significant digits, three by differences.
        """
        if self.span is None:
            return self.values[int(share * len(self.values))]
        low, high = sorted(self.span)
        kind = self.setting
        if kind.kind == "whole":
            return int(low) + int(share * (int(high) - int(low) + 1))
        if kind.log:
            start, stop = math.log10(low), math.log10(high)
            value = float(f"{10 ** (start + share * (stop - start)):.1e}")
        else:
            value = float(f"{low + share * (high - low):.3g}")
        return min(max(value, low), high)

    @property
    def label(self) -> str:
        """Such as ``lr 1e-2, 1e-4``, or the ends of a long list: ``lr 1e-5 … 1e-1 ×9``."""
        kind = self.setting
        texts = [kind.said(value) for value in self.values]
        if not texts and self.span is not None:
            shown = " … ".join(map(kind.said, self.span))
        elif len(texts) <= 4:
            shown = ", ".join(texts)
        else:
            shown = f"{texts[0]} … {texts[-1]} ×{len(texts)}"
        return f"{kind.short} {shown}"

    def spec(self) -> dict[str, Any]:
        """The axis as plain JSON."""
        values = [list(value) if isinstance(value, tuple) else value for value in self.values]
        span = None if self.span is None else list(self.span)
        return {"field": self.field, "values": values, "span": span}

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Axis:
        """The axis of ``spec()``."""
        values = (tuple(value) if isinstance(value, list) else value for value in spec["values"])
        span = spec.get("span")
        return cls(spec["field"], tuple(values), None if span is None else (span[0], span[1]))


def parse_axes(text: str) -> tuple[Axis, ...]:
    """The axes of ``batch_size=32..256 x4; network.activation=relu, tanh``; none of an empty text.

    Raises:
        ConfigError: as ``parse_axis``; or a part has no name, or a name comes twice.
    """
    axes: list[Axis] = []
    for part in filter(None, map(str.strip, text.split(";"))):
        name, mark, values = part.partition("=")
        if not mark or not name.strip():
            words = f"{part!r} is no axis; try batch_size=32, 64 or lr=1e-5..1e-1 x9"
            raise ConfigError((Problem("", words),))
        axis = parse_axis(name, values)
        if any(axis.field == other.field for other in axes):
            raise ConfigError((Problem(axis.field, "is varied twice"),))
        axes.append(axis)
    return tuple(axes)


def parse_axis(name: str, text: str) -> Axis:
    """The axis of a setting with values such as ``1e-2, 1e-4``, ``1e-5..1e-1 x9`` or a mixture.

    Choices are words (``relu, tanh``), layers are joined by hyphens (``128-128, 256``). A range of
    learning rates or weight decay goes by factors, one value a decade if it has no count; others
    go by differences. Doubles are dropped, order is kept.

    Raises:
        ConfigError: no such setting, a value that it cannot have, or a range that goes nowhere; the
            setting is named as the field, and the value in the sentence.
    """
    kind = setting(name)
    parts = [part for part in re.split(r"[,;\s]+", tight(text)) if part]
    if not parts:
        raise _bad(kind, f"give values such as {_example(kind)}")
    values: list[Value] = []
    span = None
    for part in parts:
        match = _RANGE.fullmatch(part)
        if match is None:
            values.append(_read(kind, part))
            continue
        span = _ends(kind, part, match[1], match[2])
        found = _between(kind, part, span, None if match[3] is None else int(match[3]))
        if not found and len(parts) > 1:
            raise _bad(kind, f"the range {part} {WANTED}, such as {part} x4")
        values += found
    return Axis(kind.path, tuple(dict.fromkeys(values)), span if len(parts) == 1 else None)


def log_range(low: float, high: float, count: int) -> tuple[float, ...]:
    """``count`` rates from ``low`` to ``high``, evenly spaced in log10, ends exact.

    Made from exponents and rounded to four significant digits (more where neighbours would become
    equal), so that powers of ten come out as ``1e-3`` and never as ``0.0010000000000000002``.
    """
    start, stop = math.log10(low), math.log10(high)
    step = (stop - start) / max(1, count - 1)
    inner = [10 ** (start + step * k) for k in range(1, count - 1)]
    return _rounded(low, inner, high)[:count]


def linear_range(low: float, high: float, count: int) -> tuple[float, ...]:
    """``count`` numbers from ``low`` to ``high``, evenly spaced, ends exact.

    Rounded to four significant digits, more where neighbours would become equal.
    """
    step = (high - low) / max(1, count - 1)
    return _rounded(low, [low + step * k for k in range(1, count - 1)], high)[:count]


def _rounded(low: float, inner: Sequence[float], high: float) -> tuple[float, ...]:
    for digits in range(3, 17):
        numbers = (low, *(float(f"{number:.{digits}e}") for number in inner), high)
        if len(set(numbers)) == len(numbers):
            break
    return numbers


def tight(text: str) -> str:
    """The text with no blanks inside a range or a count, so that blanks can separate values."""
    text = re.sub(r"\s*\.\.\s*", "..", text)
    return re.sub(r"(\S)\s+([x×*])\s*(\d)", r"\1\2\3", text)


def _ends(kind: Setting, part: str, low: str, high: str) -> tuple[float, float]:
    if not kind.numeric:
        raise _bad(kind, f"{part} is a range, and this takes values such as {_example(kind)}")
    first, last = _read(kind, low), _read(kind, high)
    assert isinstance(first, int | float)
    assert isinstance(last, int | float)
    if first == last:
        raise _bad(kind, f"the range {part} has the same two ends")
    if kind.log and min(first, last) <= 0:
        raise _bad(kind, f"the range {part} goes by factors and has no end at 0; try 0, 1e-5..1e-2")
    return first, last


def _between(
    kind: Setting, part: str, span: tuple[float, float], count: int | None
) -> Sequence[Value]:
    """The values of a range; none if it has no count and there is no natural one."""
    low, high = span
    whole = kind.kind == "whole"
    if count is None and kind.log:
        count = round(abs(math.log10(high / low))) + 1
    elif count is None:
        if not whole or abs(high - low) >= EVERY:
            return ()
        count = int(abs(high - low)) + 1
    if not 2 <= count <= MAX_RUNS:
        raise _bad(kind, f"the range {part} must have between 2 and {MAX_RUNS:,} values")
    if not whole:
        return log_range(low, high, count) if kind.log else linear_range(low, high, count)
    numbers = [round(low + (high - low) * k / (count - 1)) for k in range(count)]
    if len(set(numbers)) < count:
        raise _bad(kind, f"the range {part} does not have {count} whole numbers")
    return numbers


def _read(kind: Setting, text: str) -> Value:
    word = text == "none" and kind.optional
    if kind.numeric and not word and isinstance(number_in(text), str):
        raise _bad(kind, f"{text!r} is not a number; try {_example(kind)}")
    return kind.read(text)


def _example(kind: Setting) -> str:
    if kind.log:
        return "1e-2, 1e-4 or a range such as 1e-5..1e-1 x9"
    if kind.numeric:
        return "32, 64 or a range such as 32..256 x4" if kind.kind == "whole" else "0, 0.5, 0.9"
    if kind.kind == "layers":
        return "128-128, 256"
    return ", ".join(kind.choices or ("on", "off"))


def _bad(kind: Setting, message: str) -> ConfigError:
    return ConfigError((Problem(kind.path, message),))
