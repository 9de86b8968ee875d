"""Text that moves no cursor: a store may hold whatever somebody has put into it."""

from __future__ import annotations

from typing import Any

_SHOWN = "\N{REPLACEMENT CHARACTER}"
_TABLE = dict.fromkeys(
    [
        *(code for code in range(0x20) if chr(code) not in "\t\n"),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),  # these turn the direction in which a line is read
        *range(0x2066, 0x206A),
    ],
    _SHOWN,
)


def plain(text: str) -> str:
    """The text with a mark for each character that would steer a terminal."""
    return text if text.isprintable() else text.translate(_TABLE)


def plain_in(value: Any) -> Any:
    """A JSON value with every string in it ``plain``."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [plain_in(each) for each in value]
    if isinstance(value, dict):
        return {plain(key): plain_in(each) for key, each in value.items()}
    return value
