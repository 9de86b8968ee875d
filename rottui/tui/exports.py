"""Files that a person asks for from the screen: in the folder where the app was started."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from rottui.errors import RottuiError


class ExportError(RottuiError):
    """A file cannot be written."""


def save(content: str | bytes, name: str, folder: Path | None = None) -> Path:
    """Write a file that is not there yet, and return its path.

    Args:
        content: what is in it.
        name: such as ``rottui-charts.svg``; a number is added where that is there already.
        folder: where; the current one if None.

    Raises:
        ExportError: it cannot be written.
    """
    wanted = (folder or Path.cwd()) / name
    data = content.encode() if isinstance(content, str) else content
    for number in count(1):
        path = wanted if number == 1 else wanted.with_stem(f"{wanted.stem}-{number}")
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            continue
        except OSError as error:
            raise ExportError(f"cannot save {path}: {error.strerror}") from None
        return path
    raise AssertionError("unreachable")
