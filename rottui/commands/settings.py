"""``rottui store set``: the settings of a store, which every process on it obeys."""

from __future__ import annotations

from rottui.commands.stores import opened
from rottui.commands.usage import DONE, UsageError
from rottui.errors import StoreError
from rottui.store.settings import CHOICES, check_setting


def choose(key: str | None, value: str | None, store: str | None) -> int:
    """Set a setting, or print it; without a key, print all.

    Raises:
        UsageError: there is no such setting or value.
        StoreError: there is no store, or it cannot be written.
    """
    try:
        if key is not None:
            check_setting(key, value)
    except StoreError as error:
        raise UsageError(str(error)) from None
    with opened(store, read_only=value is None) as rows:
        if key is not None and value is not None:
            rows.set_setting(key, value)
        for name in CHOICES if key is None else (key,):
            print(f"{name} = {rows.setting(name)}")
    return DONE
