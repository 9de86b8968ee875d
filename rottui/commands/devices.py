"""Whether the device that a run names is there, asked before anything is queued."""

from __future__ import annotations

import warnings

from rottui.commands.flags import Typed
from rottui.commands.usage import UsageError
from rottui.core.pytorch import explained_imports
from rottui.errors import TrainingError


def missing_device(device: object) -> str | None:
    """Why nothing can train on the device here, or None; ``cpu`` needs no PyTorch to be asked.

    Raises:
        TrainingError: PyTorch is missing or broken, and how to mend it.
    """
    if device not in ("cuda", "mps"):
        return None
    with explained_imports():
        import torch
    with warnings.catch_warnings():  # an old driver is warned of on many lines; one says it here
        warnings.simplefilter("ignore")
        if device == "cuda" and not torch.cuda.is_available():
            return "PyTorch finds no CUDA device here"
        if device == "mps" and not torch.backends.mps.is_available():
            return "PyTorch finds no Apple GPU here"
    return None


def check_device(device: object, typed: Typed) -> None:
    """Refuse a device that is not there, naming the flag or the file that set it.

    Raises:
        UsageError: the flag named it.
        TrainingError: the file or the preset named it, or PyTorch is missing or broken.
    """
    trouble = missing_device(device)
    if trouble is None:
        return
    if "device" in typed.values:
        raise UsageError(f"--device: {trouble}; use cpu")
    raise TrainingError(
        f"{typed.config or typed.preset}: device: {trouble}; --device cpu trains without"
    )
