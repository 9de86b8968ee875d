"""The rows of a table and the cursor on them, which stays on its row by key (pure)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")


class RowList(Generic[Row]):
    """Rows in order, found by key; ``cursor`` is the index of the chosen one, 0 without rows."""

    def __init__(self, key_of: Callable[[Row], Hashable]) -> None:
        self._key_of = key_of
        self._index: dict[Hashable, int] = {}
        self.rows: list[Row] = []
        self.keys: list[Hashable] = []
        self.cursor = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def cursor_key(self) -> Hashable | None:
        """Key of the chosen row."""
        return self.keys[self.cursor] if self.keys else None

    def index(self, key: Hashable) -> int | None:
        """Where the row with that key is."""
        return self._index.get(key)

    def replace(self, rows: Sequence[Row], top: int) -> int:
        """Take other rows; the cursor follows its row, or goes to the next if that is gone.

        ``top`` is the first row in view. Returns the one that should be there now, so that rows
        which come or go above the view do not push away what a person is looking at.
        """
        old_key, old_cursor = self.cursor_key, self.cursor
        old_top = self.keys[top] if top < len(self.keys) else None
        keys = [self._key_of(row) for row in rows]
        if keys != self.keys:
            self.keys = keys
            self._index = {key: index for index, key in enumerate(keys)}
        self.rows = list(rows)
        self.cursor = self._index.get(old_key, min(old_cursor, max(0, len(keys) - 1)))
        moved = self.cursor - old_cursor
        if top > 0 and moved and self._index.get(old_top, -1) == top + moved:
            return top + moved
        return top

    def go(self, index: int) -> bool:
        """Move the cursor as far as there are rows; whether it is on another row now."""
        index = max(0, min(index, len(self.rows) - 1))
        changed = bool(self.rows) and index != self.cursor
        if changed:
            self.cursor = index
        return changed
