"""How Numba compiles our kernels, and where it keeps what it compiled."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import config as _config
from numba import njit
from platformdirs import user_cache_path

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "fastmath": {"contract"},
    "error_model": "numpy",
}
settings: Any = _config
_lock = threading.Lock()


def compiled(function: F) -> F:
    """``function`` as machine code for this processor, made at its first call.

    It runs without the interpreter's lock. A product and a sum may share one rounding, and nothing
    else is relaxed: every sum has one order, so that the same numbers always give the same bits.
    """
    folder = kept_in()
    if folder is None:
        made: F = njit(**_OPTIONS)(function)
        return made
    with _lock:  # the decorator reads the setting, which is that of other people's code, too
        before = settings.CACHE_DIR
        settings.CACHE_DIR = str(folder)
        try:
            made = njit(cache=True, **_OPTIONS)(function)
        finally:
            settings.CACHE_DIR = before
    return made


@cache
def kept_in() -> Path | None:
    """The folder for compiled code of exactly these sources; None where none can be written.

    Numba looks for changes only in the file of the function itself, and not in those that it calls.
    """
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    name = f"kernels-{digest.hexdigest()[:12]}"
    for place in (Path(__file__).parent / "__pycache__", user_cache_path("rottui")):
        folder = place / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None
