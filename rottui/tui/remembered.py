"""What the app remembers from one launch to the next: a few choices in one small file."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)


class Remembered:
    """Choices by name, kept in ``remembered.json`` of the config folder.

    A file that cannot be read counts as empty, one that cannot be written is logged: forgetting a
    theme is no reason to stop.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "remembered.json"
        self._choices = self._read()

    def get(self, name: str) -> str | None:
        """The choice of that name, if one was made."""
        return self._choices.get(name)

    def put(self, name: str, choice: str) -> None:
        """Keep a choice; writes the file at once, complete or not at all."""
        if self._choices.get(name) == choice:
            return
        self._choices[name] = choice
        temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(self._choices, indent=1), encoding="utf-8")
            temporary.replace(self._path)
        except OSError as error:
            log.warning("cannot remember %s: %s", name, error)

    def _read(self) -> dict[str, str]:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(values, dict):
            return {}
        return {str(name): value for name, value in values.items() if isinstance(value, str)}
