"""Between Textual's frames and the terminal: only cells that differ from what it shows are sent.

Textual sends whole lines of whole widgets, each piece with all its colours. Here frames are drawn
into a grid; what the terminal shows is kept in a second one, and the difference is sent when the
terminal is ready for it. A terminal behind a slow line skips frames, but nothing of the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.color import ColorSystem
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate

from rottui.tui.output.cells import BLANK, CONTINUES, Cell, cells_of
from rottui.tui.output.pen import Pen

Frame = ChopsUpdate | LayoutUpdate
"""What Textual's compositor makes: the whole screen, or spans of its lines."""


class Stage:
    """What shall be on the screen, and what is."""

    def __init__(self, colors: ColorSystem) -> None:
        self._colors = colors
        self._wanted: list[list[Cell]] = []
        self._shown: list[list[Cell | None]] = []
        self._changed: set[int] = set()
        self._cursor: tuple[int, int] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        return (len(self._wanted[0]) if self._wanted else 0, len(self._wanted))

    def resize(self, columns: int, lines: int) -> None:
        """Be as large as the terminal is now, of which nothing is known any more."""
        self._wanted = [
            [*line[:columns], *[BLANK] * (columns - len(line))] for line in self._wanted[:lines]
        ]
        for line in self._wanted:
            _mend(line, columns - 1)
        self._wanted += [[BLANK] * columns for _ in range(lines - len(self._wanted))]
        self.forget()

    def forget(self) -> None:
        """Know nothing of what the terminal shows, so that all of it is sent again."""
        columns, lines = self.size
        self._shown = [[None] * columns for _ in range(lines)]
        self._changed = set(range(lines))
        self._cursor = None

    def take(self, frame: Frame) -> None:
        """Draw a frame of Textual's into what shall be on the screen."""
        if isinstance(frame, LayoutUpdate):
            for y, line in enumerate(frame.strips, frame.region.y):
                self._put(frame.region.x, y, (part for strip in line for part in strip))
            return
        for y, x1, x2 in frame.spans:
            for end, (x, strip) in zip(frame.chop_ends[y], frame.chops[y].items(), strict=False):
                if strip is not None and x < x2 and end > x1:
                    self._put(x, y, strip)

    def changes(self, cursor: tuple[int, int]) -> str:
        """What to send so that the terminal shows what it shall; it does from then on.

        Args:
            cursor: column and line, from 0, where the terminal's cursor shall be.
        """
        pen = Pen()
        for y in sorted(self._changed):
            pen.draw(y, self._shown[y], self._wanted[y])
            self._shown[y][:] = self._wanted[y]
        self._changed.clear()
        if pen.text or cursor != self._cursor:
            pen.go(*cursor)
            self._cursor = cursor
        return pen.text

    def _put(self, x: int, y: int, segments: Iterable[Segment]) -> None:
        if not 0 <= y < len(self._wanted) or x >= self.size[0]:
            return
        line = self._wanted[y]
        cells = cells_of(segments, self._colors)[: len(line) - x]
        line[x : x + len(cells)] = cells
        _mend(line, x - 1)
        _mend(line, x + len(cells) - 1)
        self._changed.add(y)


def _mend(line: list[Cell], x: int) -> None:
    """Blank what is left of a wide character that was cut between ``x`` and ``x + 1``."""
    if 0 <= x < len(line) and _is_half(line, x):
        line[x] = Cell(" ", line[x].look.on_blank)
    after = x + 1
    if 0 < after < len(line) and line[after].text == CONTINUES and not _leads(line, x):
        line[after] = Cell(" ", line[after].look.on_blank)


def _is_half(line: Sequence[Cell], x: int) -> bool:
    """Whether a wide character begins here and does not go on."""
    return line[x].width == 2 and (x + 1 == len(line) or line[x + 1].text != CONTINUES)


def _leads(line: Sequence[Cell], x: int) -> bool:
    return x >= 0 and line[x].width == 2
