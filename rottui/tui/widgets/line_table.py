"""A table drawn line by line: quick with many rows, and it never cuts a value unmarked."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, NamedTuple

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from rottui.tui.keymap import bindings
from rottui.tui.widgets.glyphs import glyphs
from rottui.tui.widgets.row_list import Row, RowList
from rottui.tui.widgets.table_layout import Cell, Column, Layout, lay_out, needed_width, widest
from rottui.tui.widgets.table_strips import GUTTER, HINT, header_strip, row_strip, strip_of

MEASURED = 200
"""Up to so many rows are measured as a whole; of longer tables only what comes into view."""
REMEMBERED = 1024
"""Rows whose cells and lines are kept."""

MOVES: list[BindingType] = [*bindings("table")]
"""Keys that move the cursor; a subclass that opens rows by other keys takes these alone."""


class _Drawn(NamedTuple):
    """A line as it was drawn, and what it was drawn from."""

    row: object
    cursor: bool
    marked: bool
    strip: Strip


class LineTable(ScrollView, Generic[Row], can_focus=True, inherit_bindings=False):
    """Rows by key, of which only the visible ones are ever formatted and drawn.

    ``cells_of`` turns a row into one ``Cell`` a column; it must depend on the row alone, or
    ``redraw`` must be told.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("enter", "open", "Open", id="table.open"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-table--header",
        "line-table--hint",
        "line-table--cursor",
        "line-table--mark",
        "line-table--muted",
        "line-table--ok",
        "line-table--warn",
        "line-table--error",
        "line-table--accent",
    }
    DEFAULT_CSS = """
    LineTable {
        background: $background;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        .line-table--header { color: $text-muted; background: $panel; text-style: bold; }
        .line-table--hint { color: $text-accent; background: $panel; text-style: bold; }
        .line-table--cursor {
            color: $block-cursor-blurred-foreground;
            background: $block-cursor-blurred-background;
            text-style: $block-cursor-blurred-text-style;
        }
        .line-table--mark { color: $text-accent; text-style: bold; }
        .line-table--muted { color: $text-muted; }
        .line-table--ok { color: $text-success; }
        .line-table--warn { color: $text-warning; }
        .line-table--error { color: $text-error; }
        .line-table--accent { color: $text-primary; text-style: bold; }
        &:focus .line-table--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
    }
    """

    @dataclass
    class CursorMoved(Message):
        """Another row is under the cursor; ``key`` is None when there are no rows."""

        table: LineTable[Any]
        key: Hashable | None

    @dataclass
    class Opened(Message):
        """A row was double-clicked, or Enter was pressed on it."""

        table: LineTable[Any]
        key: Hashable

    @dataclass
    class MarkClicked(Message):
        """The mark of a row was clicked; the owner decides about marks."""

        table: LineTable[Any]
        key: Hashable

    @dataclass
    class HeaderClicked(Message):
        """The title of a column was clicked; the owner decides about the order."""

        table: LineTable[Any]
        column: str

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        key_of: Callable[[Row], Hashable],
        cells_of: Callable[[Row], Sequence[Cell]],
        same: Callable[[Row, Row], bool] = operator.eq,
        sortable: bool = False,
        ascii: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """With ``sortable``, a click on a title says ``HeaderClicked``."""
        super().__init__(id=id, classes=classes)
        self._sortable = sortable
        self._untouched = self._columns = tuple(columns)
        self._key_of = key_of
        self._cells_of = cells_of
        self._same = same
        self._glyphs = glyphs(ascii)
        self._list = RowList(key_of)
        self._marked: frozenset[Hashable] = frozenset()
        self._page = 0
        self._widths = [column.own_width for column in self._columns]
        self._layout = Layout((), 0, 1, 1)
        self._cells: LRUCache[Hashable, tuple[Row, Sequence[Cell]]] = LRUCache(REMEMBERED)
        self._drawn: LRUCache[Hashable, _Drawn] = LRUCache(REMEMBERED)
        self._header: Strip | None = None
        self._styles_of: dict[str, Style] = {}

    # What is in the table

    @property
    def rows(self) -> Sequence[Row]:
        """The rows, first to last."""
        return self._list.rows

    @property
    def cursor_key(self) -> Hashable | None:
        """The key of the row under the cursor."""
        return self._list.cursor_key

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor."""
        return self._list.rows[self._list.cursor] if self._list else None

    @property
    def marked(self) -> frozenset[Hashable]:
        """Keys of the marked rows."""
        return self._marked

    @property
    def columns_shown(self) -> tuple[str, ...]:
        """Names of the columns on the screen, left to right."""
        return tuple(self._columns[place.column].name for place in self._layout.places)

    def row(self, key: Hashable) -> Row | None:
        """The row with that key, or None."""
        index = self._list.index(key)
        return None if index is None else self._list.rows[index]

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; lines that look the same as before are not painted again.

        The cursor stays on its row, wherever that is now; if the row is gone, on the next one.
        """
        before, old_scroll = self._window(), self.scroll_offset.y
        old_cursor, old_key = self._list.cursor, self.cursor_key
        top = self._list.replace(rows, old_scroll)
        if not rows:
            self._widths = [column.own_width for column in self._columns]
        self.virtual_size = Size(self.size.width, len(rows) + 1)
        if top != old_scroll:
            self.scroll_to(y=top, animate=False)
        self._measure()
        self._keep_cursor_in_view()
        self._refresh_changes(before, old_scroll, old_cursor)
        if self.cursor_key != old_key:
            self.post_message(self.CursorMoved(self, self.cursor_key))

    def redraw(self, keys: Collection[Hashable]) -> None:
        """Draw these rows anew: what they are drawn from has changed apart from the rows."""
        for key in keys:
            self._cells.discard(key)
            self._drawn.discard(key)
            index = self._list.index(key)
            if index is not None:
                self._refresh_row(index)

    def set_sorted(self, column: str | None, *, falling: bool = False) -> None:
        """Mark the title of the column that the rows are sorted by; None: of none."""
        arrow = self._glyphs.falling if falling else self._glyphs.rising
        self._columns = tuple(
            replace(
                spec,
                title=f"{spec.title} {arrow}",
                short=f"{spec.short} {arrow}" if spec.short else "",
            )
            if spec.name == column
            else spec
            for spec in self._untouched
        )
        self._widths = [
            widest(width, spec.own_width)
            for width, spec in zip(self._widths, self._columns, strict=True)
        ]
        self._arrange()

    def set_marked(self, keys: Collection[Hashable]) -> None:
        """Mark exactly these rows."""
        changed = self._marked ^ frozenset(keys)
        self._marked = frozenset(keys)
        for key in changed:
            index = self._list.index(key)
            if index is not None:
                self._refresh_row(index)

    def move_to(self, key: Hashable) -> None:
        """Put the cursor on the row with that key, if there is one."""
        index = self._list.index(key)
        if index is not None:
            self._go(index)

    # Keys and mouse

    def action_move(self, by: int) -> None:
        """Move the cursor by so many rows."""
        self._go(self._list.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by so many screens, and the view with it."""
        rows = max(1, self._viewport - 1) * by
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False)
        self._go(self._list.cursor + rows)

    def action_edge(self, side: int) -> None:
        """Move the cursor to the first row (-1) or the last (1)."""
        self._go(0 if side < 0 else len(self._list.rows) - 1)

    def action_columns(self, by: int) -> None:
        """Show the columns that did not fit, or go back."""
        self._page = max(0, min(self._page + by, self._layout.pages - 1))
        self._arrange()

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.cursor_key is not None:
            self.post_message(self.Opened(self, self.cursor_key))

    def on_click(self, event: events.Click) -> None:
        """Select, open (double click), mark (in the gutter); in the header, sort or turn over."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            layout = self._layout
            titled = self._title_at(offset.x) if self._sortable else None
            if titled is not None:
                self.post_message(self.HeaderClicked(self, titled))
            elif layout.after and offset.x >= self._line_width // 2:
                self.action_columns(1)
            elif layout.before:
                self.action_columns(-1)
            return
        index = self.scroll_offset.y + offset.y - 1
        if index >= len(self._list.rows):
            return
        self._go(index)
        if offset.x < GUTTER:
            self.post_message(self.MarkClicked(self, self._list.keys[index]))
        elif event.chain == 2:
            self.action_open()

    def _title_at(self, x: int) -> str | None:
        """Name of the column whose title is in that cell of the header."""
        for place in self._layout.places:
            if place.x <= x - GUTTER < place.x + place.width:
                return self._columns[place.column].name
        return None

    def on_mouse_scroll_right(self) -> None:
        """Show the columns that did not fit."""
        self.action_columns(1)

    def on_mouse_scroll_left(self) -> None:
        """Show the columns before."""
        self.action_columns(-1)

    # Size, scrolling, colours

    @property
    def _viewport(self) -> int:
        """Rows that the view has room for."""
        return max(0, self.size.height - 1)

    @property
    def _line_width(self) -> int:
        return self.scrollable_content_region.width

    def on_resize(self) -> None:
        """Give the columns the new room."""
        self.virtual_size = Size(self.size.width, len(self._list.rows) + 1)
        self._measure()
        self._arrange()
        self._keep_cursor_in_view()

    def watch_show_vertical_scrollbar(self) -> None:
        """The scrollbar takes a cell from the lines."""
        self._arrange()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure what comes into view."""
        super().watch_scroll_y(old_value, new_value)
        self._measure()

    def notify_style_update(self) -> None:
        """Forget what was drawn in other colours."""
        super().notify_style_update()
        self._forget_lines()

    def _forget_lines(self) -> None:
        self._drawn.clear()
        self._header = None
        self._styles_of = {}

    def _measure(self) -> None:
        """Widen columns for values not seen so far; they never become narrower again."""
        if len(self._list.rows) <= MEASURED:
            rows: Sequence[Row] = self._list.rows
        else:
            top = self.scroll_offset.y
            rows = self._list.rows[top : top + self._viewport]
        widths = self._widths[:]
        for row in rows:
            for i, cell in enumerate(self._cells_for(row)):
                widths[i] = widest(widths[i], needed_width(self._columns[i], cell))
        if widths != self._widths:
            self._widths = widths
            self._arrange()

    def _arrange(self) -> None:
        """Lay the columns out anew, and paint everything if that moved anything."""
        room = max(1, self._line_width - GUTTER - HINT)
        layout = lay_out(self._columns, self._widths, room, self._page)
        if layout != self._layout:
            self._layout = layout
            self._page = layout.page
        self._forget_lines()
        self.refresh()

    # Cursor and view

    def _go(self, index: int) -> None:
        old = self._list.cursor
        if self._list.go(index):
            self._refresh_row(old)
            self._refresh_row(self._list.cursor)
            self._keep_cursor_in_view()
            self.post_message(self.CursorMoved(self, self.cursor_key))

    def _keep_cursor_in_view(self) -> None:
        top, room = self.scroll_offset.y, self._viewport
        if room <= 0:
            return
        if self._list.cursor < top:
            self.scroll_to(y=self._list.cursor, animate=False)
        elif self._list.cursor >= top + room:
            self.scroll_to(y=self._list.cursor - room + 1, animate=False)

    def _window(self) -> list[Row]:
        """The rows in view."""
        top = self.scroll_offset.y
        return self._list.rows[top : top + self._viewport]

    def _refresh_row(self, index: int) -> None:
        y = index - self.scroll_offset.y + 1
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _refresh_changes(self, before: list[Row], old_scroll: int, old_cursor: int) -> None:
        """Paint the lines whose row is another one than in ``before``."""
        if self.scroll_offset.y != old_scroll:
            return  # scrolling has asked for all lines
        after = self._window()
        for y in range(max(len(before), len(after))):
            changed = y >= len(before) or y >= len(after)
            if not changed:
                old, new = before[y], after[y]
                same = old is new or (
                    self._key_of(old) == self._key_of(new) and self._same(old, new)
                )
                changed = not same
            if changed:
                self._refresh_row(old_scroll + y)
        if old_cursor != self._list.cursor:
            self._refresh_row(old_cursor)
            self._refresh_row(self._list.cursor)

    # Drawing

    def _cells_for(self, row: Row) -> Sequence[Cell]:
        key = self._key_of(row)
        known = self._cells.get(key)
        if known is not None and (known[0] is row or self._same(known[0], row)):
            return known[1]
        cells = self._cells_of(row)
        self._cells[key] = (row, cells)
        return cells

    def render_line(self, y: int) -> Strip:
        """The header, a row, or an empty line below the last row."""
        room = self._line_width
        if y == 0:
            if self._header is None:
                self._header = header_strip(
                    self._columns,
                    self._layout,
                    room=room,
                    symbols=self._glyphs,
                    style_of=self._style,
                )
            return self._header
        index = self.scroll_offset.y + y - 1
        if index >= len(self._list):
            return strip_of((), "", room, self._style)
        row, key = self._list.rows[index], self._list.keys[index]
        cursor, marked = index == self._list.cursor, key in self._marked
        drawn = self._drawn.get(key)
        if (
            drawn is None
            or (drawn.cursor, drawn.marked) != (cursor, marked)
            or not (drawn.row is row or self._same(drawn.row, row))  # type: ignore[arg-type]
        ):
            strip = row_strip(
                self._columns,
                self._widths,
                self._layout,
                self._cells_for(row),
                cursor=cursor,
                marked=marked,
                room=room,
                symbols=self._glyphs,
                style_of=self._style,
            )
            drawn = _Drawn(row, cursor, marked, strip)
            self._drawn[key] = drawn
        return drawn.strip

    def _style(self, tone: str) -> Style:
        style = self._styles_of.get(tone)
        if style is None:
            name = f"line-table--{tone}"
            known = name in self.COMPONENT_CLASSES
            style = self.get_component_rich_style(name) if known else self.rich_style
            self._styles_of[tone] = style
        return style
