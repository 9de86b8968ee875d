"""The versions that a run is trained with: what its numbers may depend on."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from rottui import __version__

LIBRARIES = ("torch", "numpy", "numba")


@cache
def versions() -> Mapping[str, str]:
    """Program or library → its version here; one that is not installed is left out."""
    found = {"rottui": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
