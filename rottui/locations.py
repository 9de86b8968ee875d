"""Every path outside the program's own files, in one place."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APP = "rottui"


def data_dir() -> Path:
    """Where downloaded images and the store live, unless told otherwise."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


def default_store() -> Path:
    """The store's folder: ``ROTTUI_STORE``, or ``store`` under the data folder."""
    chosen = os.environ.get("ROTTUI_STORE")
    return Path(chosen).expanduser() if chosen else data_dir() / "store"


def downloads_dir() -> Path:
    """Where ``rottui data get`` puts what it downloads: ``ROTTUI_DATA``, or the data folder."""
    chosen = os.environ.get("ROTTUI_DATA")
    return Path(chosen).expanduser() if chosen else data_dir() / "data"


def cache_dir() -> Path:
    """Decoded splits: ``ROTTUI_CACHE``, or the platform's cache folder."""
    chosen = os.environ.get("ROTTUI_CACHE")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_cache_dir(APP, False))


def config_dir() -> Path:
    """A person's settings and themes: ``ROTTUI_CONFIG``, or the platform's config folder."""
    chosen = os.environ.get("ROTTUI_CONFIG")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_config_dir(APP, False))
