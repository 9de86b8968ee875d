"""A part of the screen as it stands there: as text, or as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip


def cut(screen: Screen[Any], region: Region) -> tuple[Strip, ...]:
    """The lines of a region of a screen, whatever lies on top of that screen."""
    seen = region.intersection(screen.size.region)
    lines = screen._compositor.render_strips(screen.size)[seen.y : seen.bottom]
    return tuple(line.crop(seen.x, seen.right).discard_meta() for line in lines)


def text_of(lines: Sequence[Strip]) -> str:
    """The characters alone, without blanks at the ends of lines and empty lines below."""
    return "\n".join(line.text.rstrip() for line in lines).rstrip("\n") + "\n"


def svg_of(lines: Sequence[Strip], title: str) -> str:
    """The lines in their colours, in a frame with a title."""
    from rich.console import Console
    from rich.segment import Segment, Segments

    console = Console(
        width=max((line.cell_length for line in lines), default=1),
        height=max(1, len(lines)),
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
    )
    segments = [segment for line in lines for segment in (*line, Segment.line())]
    console.print(Segments(segments), end="")
    return console.export_svg(title=title)
