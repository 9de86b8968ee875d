"""Where the columns of a table stand, and how a value is fitted into its cell (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

Align = Literal["left", "right"]
Kind = Literal["text", "middle", "number"]


class Cell(NamedTuple):
    """One value of a row as it is shown."""

    text: str
    tone: str = ""
    """Name of a colour role such as ``ok``, ``error`` or ``muted``; empty for plain text."""
    short: str = ""
    """What to show when ``text`` does not fit; empty if there is nothing shorter."""


class Width(NamedTuple):
    """What the values seen so far need, in cells."""

    full: int
    least: int
    """Narrower than this, values become unreadable."""
    comfort: int
    """From here on, the short forms are shown uncut."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called and how much room it may take."""

    name: str
    title: str
    priority: int
    """Columns with larger numbers go first when the table is narrow."""
    minimum: int = 3
    """Narrowest useful width in cells, for text."""
    maximum: int = 40
    kind: Kind = "text"
    """``text`` is cut at its end, ``middle`` in its middle, a ``number`` is never shown in part."""
    align: Align = "left"
    pinned: bool = False
    """Whether the column stays when the others are scrolled."""
    short: str = ""
    """Title for a narrow column; the same title if empty."""
    extra: bool = False
    """Whether the column is shown only where nothing else must be cut for it."""

    @property
    def heading(self) -> Cell:
        """The title, as it is fitted above the column."""
        return Cell(self.title, short=self.short)

    @property
    def own_width(self) -> Width:
        """The room that the title asks for."""
        least = cells_wide(self.short or self.title)
        return Width(cells_wide(self.title), least, least)


class Place(NamedTuple):
    """A column's position in the line."""

    column: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that are shown, left to right."""

    places: tuple[Place, ...]
    page: int
    pages: int
    gap: int

    @property
    def before(self) -> bool:
        """Whether scrolling left shows other columns."""
        return self.page > 0

    @property
    def after(self) -> bool:
        """Whether scrolling right shows other columns."""
        return self.page < self.pages - 1


def cells_wide(text: str) -> int:
    """Width of the text in cells."""
    return len(text) if text.isascii() else cell_len(text)


def fit(cell: Cell, width: int, kind: Kind = "text", align: Align = "left", cut: str = "…") -> str:
    """The cell's text in exactly ``width`` cells, never cut without a mark.

    A number that does not fit becomes ``#`` all over; text gets ``cut`` where it was shortened.
    """
    text = cell.text
    needed = cells_wide(text)
    if needed > width and cell.short:
        text, needed = cell.short, cells_wide(cell.short)
    if needed > width:
        if width <= 0:
            return ""
        if kind == "number":
            return "#" * width
        if kind == "middle" and width >= 5:
            tail_width = (width - 1) // 2
            tail = text
            while cells_wide(tail) > tail_width:
                tail = tail[1:]
            head = set_cell_size(text, width - 1 - cells_wide(tail))
            return f"{head}{cut}{tail}"
        return set_cell_size(text, width - 1) + cut
    padding = " " * (width - needed)
    return padding + text if align == "right" else text + padding


def needed_width(column: Column, cell: Cell) -> Width:
    """The room that one value asks for, within the column's bounds."""
    full = min(cells_wide(cell.text), column.maximum)
    comfort = min(cells_wide(cell.short), full) if cell.short else full
    least = comfort if column.kind == "number" else min(comfort, column.minimum)
    return Width(full, least, comfort)


def widest(one: Width, other: Width) -> Width:
    """Room enough for both."""
    return Width(*map(max, one, other))


def lay_out(columns: Sequence[Column], widths: Sequence[Width], room: int, page: int = 0) -> Layout:
    """Choose the columns of one page for a line of ``room`` cells, and their widths.

    Page 0 shows the most important columns that fit. Each further page shows the pinned columns
    and the next of those that were left out, so that scrolling never shows half a column.
    """
    everything = range(len(columns))
    by_priority = sorted(everything, key=lambda i: columns[i].priority)
    total = sum(width.full for width in widths)
    gap = 2 if total + 2 * (len(columns) - 1) <= room else 1
    ordinary = [i for i in by_priority if not columns[i].extra]
    first = _choose([], ordinary, widths, room, gap)
    if len(first) == len(ordinary):
        comfortable = [Width(w.full, w.comfort, w.comfort) for w in widths]
        first = _choose(first, by_priority, comfortable, room, gap)
    left_out = [i for i in everything if i not in first]
    pinned = [i for i in by_priority if columns[i].pinned and i in first]
    pages = [first]
    while left_out:
        chosen = _choose(pinned, left_out, widths, room, gap)
        fresh = [i for i in chosen if i in left_out]
        if not fresh:  # nothing new has room beside the pinned columns
            fresh = chosen = left_out[:1]
        # Room that the newly shown columns leave goes to the important ones.
        filled = _choose(chosen, by_priority, widths, room, gap)
        pages.append(filled)
        left_out = [i for i in left_out if i not in fresh]
    page = max(0, min(page, len(pages) - 1))
    shown = pages[page]
    granted = _grant(shown, by_priority, widths, room, gap)
    places = []
    x = 0
    for i in sorted(shown):
        places.append(Place(i, x, granted[i]))
        x += granted[i] + gap
    return Layout(tuple(places), page, len(pages), gap)


def _choose(
    always: Sequence[int],
    candidates: Sequence[int],
    widths: Sequence[Width],
    room: int,
    gap: int,
) -> list[int]:
    """``always``, and the candidates that fit beside them with the least they need."""
    chosen = list(always)
    used = sum(widths[i].least + gap for i in chosen) - gap
    for i in candidates:
        if i not in chosen and used + gap + widths[i].least <= room:
            chosen.append(i)
            used += gap + widths[i].least
    return chosen or list(candidates[:1])


def _grant(
    shown: Sequence[int],
    by_priority: Sequence[int],
    widths: Sequence[Width],
    room: int,
    gap: int,
) -> dict[int, int]:
    """Widths: the least for all, then what is left over to the most important first."""
    granted = {i: widths[i].least for i in shown}
    spare = room - sum(granted.values()) - gap * (len(granted) - 1)
    for i in by_priority:
        if i in granted:
            more = max(0, min(spare, widths[i].full - granted[i]))
            granted[i] += more
            spare -= more
    if spare < 0:  # one column that is wider than the whole line
        granted = {i: max(1, min(width, room)) for i, width in granted.items()}
    return granted
