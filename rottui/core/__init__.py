"""The training core: usable from a notebook, without a screen and without a store.

Names are loaded on first use, so that configs cost no import of torch.
"""

from __future__ import annotations

from importlib import import_module

_HOMES = {
    "config": ("DataConfig", "NetworkConfig", "RunConfig", "format_lr"),
    "axes": ("Axis", "log_range", "parse_axes", "parse_axis"),
    "sweeps": ("SweepConfig", "parse_lrs", "parse_seeds"),
    "halving": ("Halving",),
    "presets": ("RUN_PRESETS", "SWEEP_PRESETS", "run_preset", "sweep_preset"),
    "data": ("Dataset", "Split", "load_dataset", "pin_data"),
    "networks": ("build_network",),
    "training": ("Training",),
    "events": ("Diverged", "EpochDone", "Stopped"),
    "metrics": ("Metrics", "evaluate"),
    "predictor": ("Predictor",),
    "predictions": ("Order", "Predictions", "Readings"),
    "lr_range": ("RangeTest", "range_test"),
    "lr_suggestion": ("LossCurve", "Refusal", "Suggestion", "suggest"),
    "equivariance": ("SeedMaps", "seed_maps"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
