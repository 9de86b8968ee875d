"""What a config or a sweep means, in one line (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rottui.core.axes import Axis
from rottui.core.config import RunConfig, format_lr
from rottui.core.halving import Plan
from rottui.core.lr_suggestion import Suggestion
from rottui.core.settings import settings
from rottui.core.sweeps import SweepConfig
from rottui.tui.widgets.formats import format_count

STEPS = 12
"""More layers than this are not all listed."""
BAND_RATES = 5
"""Rates of a sweep over a suggested band."""
RATES = 9
"""More learning rates than this are not all listed."""


def network_line(config: RunConfig) -> str:
    """``110,222 parameters · conv1 26×26×16 → pool1 13×13×16 → …``, or the widths of an mlp."""
    network = config.network
    steps = [
        f"{m.layer}×{m.channels}" if "×" in m.layer else f"{m.layer} {m.size}×{m.size}×{m.channels}"
        for m in network.feature_maps()
    ] or ["784 pixels"]
    steps += [f"dense {width}" for width in network.dense_hiddens]
    steps.append(f"{config.outputs} out")
    if len(steps) > STEPS:
        steps = [*steps[: STEPS // 2], "…", *steps[-STEPS // 2 :]]
    return f"{config.parameter_count():,} parameters · {' → '.join(steps)}"


def halving_line(plan: Plan) -> str:
    """``halving: 27 runs to epoch 1, 9 to 3, 3 to 9, 1 to 27; 81 of 729 epochs``."""
    return f"halving: {plan.label}"


def rates_text(suggestion: Suggestion, *, sweep: bool) -> str:
    """What a range test puts into the form: ``4.7e-4``, or ``3.1e-4..7.2e-4 x5`` for a sweep."""
    if not sweep or suggestion.low == suggestion.high:
        return format_lr(suggestion.centre)
    low, high = format_lr(suggestion.low), format_lr(suggestion.high)
    return f"{low}..{high} x{BAND_RATES}"


def sweep_line(sweep: SweepConfig) -> str:
    """``sweep: 9 learning rates × 3 seeds = 27 runs: 1e-5, 3.162e-5, … 0.1``."""
    texts = [format_lr(rate) for rate in sweep.lrs]
    shown = ", ".join(texts) if len(texts) <= RATES else f"{', '.join(texts[:6])}, … {texts[-1]}"
    if [axis.field for axis in sweep.axes] != ["lr"] or sweep.draws is not None:
        shown = " · ".join(axis.label for axis in sweep.axes)
    factors = [_axis_words(axis) for axis in sweep.axes]
    if sweep.draws is not None:
        factors = [format_count(sweep.draws, "random setting")]
    factors.append(format_count(len(sweep.seeds), "seed"))
    return f"sweep: {' × '.join(factors)} = {format_count(len(sweep), 'run')}: {shown}"


def _axis_words(axis: Axis) -> str:
    count = len(axis.values)
    if axis.field == "lr":
        return format_count(count, "learning rate")
    return f"{count:,} {axis.setting.short}"


@dataclass(frozen=True, slots=True)
class Departure:
    """A setting of a run's config, and what it would be by default, as people read them."""

    path: str
    value: str
    default: str
    """``-`` for a setting that this rottui does not know."""

    @property
    def short(self) -> str:
        """The path without its table where that says as much."""
        known = settings().get(self.path)
        return self.path if known is None else known.short

    @property
    def departs(self) -> bool:
        """Whether it is not as by default."""
        return self.value != self.default


DIGEST = 12
"""Digits that tell two digests apart."""
UNKNOWN = "-"


def departures(config: Mapping[str, Any]) -> tuple[Departure, ...]:
    """Every setting of a config in plain form that plays a part, in its own order.

    An ``mlp`` has no convolutions; what a damaged or foreign config says is shown all the same.
    """
    usual = dict(_leaves(RunConfig().to_dict()))
    found = dict(_leaves(config))
    if found.get("network.type") == "mlp":
        for name in ("n_channels", "kernel_sizes", "strides"):
            found.pop(f"network.{name}", None)
    return tuple(
        Departure(path, _said(path, value), _said(path, usual[path]) if path in usual else UNKNOWN)
        for path, value in found.items()
    )


def _leaves(place: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in place.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _said(path: str, value: Any) -> str:
    if path == "data.fingerprint" and isinstance(value, str):
        return value[:DIGEST]
    known = settings().get(path)
    if known is not None:
        return known.said(value)
    return "none" if value is None else " ".join(str(value).split())
