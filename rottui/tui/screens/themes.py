"""The choice of a theme: the one under the cursor is shown at once, and kept by Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.theme import BUILTIN_THEMES, Theme
from textual.timer import Timer
from textual.widgets import Footer

from rottui.tui.keymap import bindings
from rottui.tui.screens.dialog import Dialog
from rottui.tui.widgets.line_table import MOVES, LineTable
from rottui.tui.widgets.table_layout import Cell, Column

PREVIEW_SECONDS = 0.05
"""How long the cursor rests on a theme before the screen shows it: a held key skips some."""

COLUMNS = (
    Column("name", "theme", 0, 12, pinned=True),
    Column("kind", "kind", 1, 5),
)


class ThemeTable(LineTable[Theme], inherit_bindings=False):
    """The themes, ours and a person's own before Textual's."""

    BINDINGS: ClassVar[list[BindingType]] = [*MOVES]


class ThemeScreen(Dialog[bool]):
    """Stands at the side, so that what it changes can be seen; Esc answers False.

    Args:
        themes: those to choose from.
        current: the name of the one that is shown.
        preview: shows a theme by its name.
    """

    AUTO_FOCUS = "ThemeTable"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("theme")]
    DEFAULT_CSS = """
    ThemeScreen { background: transparent; align-horizontal: right; }
    ThemeScreen > Vertical {
        width: 34; height: 1fr; background: $surface; border: round $primary;
        border-title-color: $primary;
    }
    ThemeScreen.-ascii > Vertical { border: ascii $primary; }
    ThemeScreen ThemeTable { height: 1fr; }
    """

    def __init__(
        self,
        themes: Sequence[Theme],
        current: str,
        preview: Callable[[str], None],
        *,
        ascii: bool = False,
    ) -> None:
        super().__init__(classes="-ascii" if ascii else None)
        self._themes = sorted(themes, key=lambda theme: (theme.name in BUILTIN_THEMES, theme.name))
        self._current = current
        self._preview = preview
        self._ascii = ascii
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:  # noqa: D102
        with Vertical() as box:
            box.border_title = "Theme"
            yield ThemeTable(
                COLUMNS,
                key_of=lambda theme: theme.name,
                cells_of=lambda theme: (Cell(theme.name), Cell(kind_of(theme), "muted")),
                ascii=self._ascii,
            )
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Put the cursor on the theme that is shown."""
        table = self.query_one(ThemeTable)
        table.set_rows(self._themes)
        table.move_to(self._current)

    def on_line_table_cursor_moved(self, event: LineTable.CursorMoved) -> None:
        """Show the theme under the cursor, once it rests."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PREVIEW_SECONDS, self._show)

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        """A double click keeps the theme."""
        event.stop()
        self.action_keep()

    def _show(self) -> None:
        row = self.query_one(ThemeTable).cursor_row
        if self.is_current and row is not None:
            self._preview(row.name)

    def action_keep(self) -> None:
        """Keep the theme under the cursor."""
        self._show()
        self.dismiss(True)

    def action_close(self) -> None:
        """Go back to the theme before."""
        self.dismiss(False)


def kind_of(theme: Theme) -> str:
    """``dark``, ``light``, or ``terminal`` where the terminal's own colours are used."""
    return "terminal" if theme.ansi else "dark" if theme.dark else "light"
