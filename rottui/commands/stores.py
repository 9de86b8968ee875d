"""Which store a command works on."""

from __future__ import annotations

import shlex
from pathlib import Path

from rottui import locations
from rottui.errors import StoreError
from rottui.store.connection import FILE
from rottui.store.runs import RunStore


def store_folder(typed: str | None) -> Path:
    """The folder of ``--store``, else the default one."""
    return locations.default_store() if typed is None else Path(typed).expanduser()


def exists(folder: Path) -> bool:
    """Whether there is something that can be opened, or that opening can complain about."""
    return (folder / FILE).exists() or (folder.exists() and not folder.is_dir())


def check_exists(folder: Path) -> None:
    """Refuse a store that opening for writing would make.

    Raises:
        StoreError: there is none.
    """
    if not exists(folder):
        raise StoreError(f"there is no run store in {folder}; rottui train makes one")


def opened(typed: str | None, *, read_only: bool = False) -> RunStore:
    """The store of ``--store``, else the default one; a context manager.

    Raises:
        StoreError: there is none, or it cannot be used.
    """
    folder = store_folder(typed)
    check_exists(folder)
    return RunStore.open(folder, read_only=read_only)


def command_for(folder: Path, words: str) -> str:
    """A command that works as it stands, also with the store of that folder."""
    if folder == locations.default_store():
        return f"rottui {words}"
    return f"rottui {words} --store {shlex.quote(str(folder))}"
