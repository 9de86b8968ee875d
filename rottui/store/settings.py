"""Settings of a whole store, which every process on it obeys."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from rottui.errors import StoreError
from rottui.store.connection import Connections
from rottui.store.reading import Reader
from rottui.store.writing import new_revision

CONTINUE, WAIT = "continue", "wait"
INTERRUPTED = "interrupted"
CHOICES: Mapping[str, tuple[str, ...]] = {INTERRUPTED: (CONTINUE, WAIT)}
"""Setting → the values that it may have, the default first.

``interrupted`` is what becomes of runs whose process died: they go on, or wait for a person.
"""


class Settings(Reader):
    """Reads and writes the settings that people choose."""

    _connections: Connections

    def setting(self, key: str) -> str:
        """The value of a setting; its default if nobody has chosen.

        Raises:
            StoreError: there is no such setting.
        """
        check_setting(key)
        with self._connections.reading() as db:
            return setting_of(db, key)

    def set_setting(self, key: str, value: str) -> None:
        """Choose a value; every process on the store obeys it from its next look on.

        Raises:
            StoreError: there is no such setting, or it has no such value.
        """
        check_setting(key, value)
        with self._connections.writing() as db:
            new_revision(db)
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, value))


def check_setting(key: str, value: str | None = None) -> None:
    """Refuse what no setting is called, and values that it cannot have.

    Raises:
        StoreError: what there is instead.
    """
    if key not in CHOICES:
        raise StoreError(f"there is no setting {key!r}; there is {', '.join(CHOICES)}")
    if value is not None and value not in CHOICES[key]:
        raise StoreError(f"{key} is {' or '.join(CHOICES[key])}, not {value!r}")


def setting_of(db: sqlite3.Connection, key: str) -> str:
    """A setting as the open transaction sees it; one that is damaged counts as the default."""
    row = db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return row["value"] if row is not None and row["value"] in CHOICES[key] else CHOICES[key][0]
