"""What a terminal shows, as an emulator reads it: characters and looks, cell by cell."""

from __future__ import annotations

import pyte


def grid(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Every cell; of a space only what can be seen of it."""
    lines = []
    for y in range(screen.lines):
        line: list[tuple[object, ...]] = []
        for x in range(screen.columns):
            cell = screen.buffer[y][x]
            seen = (cell.bg, cell.underscore, cell.strikethrough, cell.reverse)
            if cell.data == " " and not (cell.underscore or cell.strikethrough or cell.reverse):
                line.append((" ", *seen))
            else:
                line.append((cell.data, *seen, cell.fg, cell.bold, cell.italics))
        lines.append(line)
    return lines


def differences(
    shown: list[list[tuple[object, ...]]], wanted: list[list[tuple[object, ...]]]
) -> list[tuple[int, int, tuple[object, ...], tuple[object, ...]]]:
    """Column, line, and both cells, wherever two screens differ."""
    return [
        (x, y, cell, other)
        for y, (line, others) in enumerate(zip(shown, wanted, strict=True))
        for x, (cell, other) in enumerate(zip(line, others, strict=True))
        if cell != other
    ]
