"""An app whose frames go to the terminal through the output stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from rich.color import ColorSystem
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App

from rottui.tui.output.no_colour import no_colour
from rottui.tui.output.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import RenderableType
    from textual import events
    from textual.filter import LineFilter
    from textual.screen import Screen

TORN = 512
"""Characters from which on a terminal might show half a frame unless it is told to wait."""


@runtime_checkable
class ReadyDriver(Protocol):
    """A driver that knows when the terminal has taken all that was written."""

    def when_ready(self, ready: Callable[[], None]) -> bool:
        """Whether it has; if not, ``ready`` is called once, in any thread, when it has."""

    def write(self, data: str) -> None:
        """Write without waiting."""


class PaintingApp(App[None]):
    """Sends what changed on the screen, when the terminal has taken what was sent before."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.stage = Stage(self.console._color_system or ColorSystem.TRUECOLOR)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters; where no colour is wanted, the one of ours that leaves none."""
        if not self.no_color:
            return super().get_line_filters()
        return [no_colour(self.screen.background_colors[1])] if self.screen_stack else []

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        frame = isinstance(renderable, ChopsUpdate | LayoutUpdate)
        if not (frame and isinstance(self._driver, ReadyDriver) and not self.is_headless):
            super()._display(screen, renderable)
            return
        assert isinstance(renderable, ChopsUpdate | LayoutUpdate)
        if not self._batch_count and self._running and not self._closed:
            if isinstance(renderable, LayoutUpdate) and renderable.region.size != self.stage.size:
                self.stage.resize(*renderable.region.size)
            self.stage.take(renderable)
            self._send_changes()
        self.post_display_hook()

    def on_resize(self, event: events.Resize) -> None:
        """A terminal that changed its size and took it back may have lost cells on the way."""
        self.stage.forget()
        if tuple(event.size) == self.stage.size:  # else Textual makes a new frame
            self._send_changes()

    def repaint(self) -> None:
        """Send the whole screen again, to a terminal that something else has drawn on."""
        self.stage.forget()
        self._send_changes()

    def _send_changes(self) -> None:
        driver = self._driver
        if not self._running or self._closed or not isinstance(driver, ReadyDriver):
            return
        if not self.screen_stack:  # the terminal was ready before the first screen was
            return
        if not driver.when_ready(self._send_changes_soon):
            return
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        if text := self.stage.changes(cursor):
            if self._sync_available and len(text) > TORN:
                text = f"{SYNC_START}{text}{SYNC_END}"
            driver.write(text)

    def _send_changes_soon(self) -> None:
        """The terminal has taken the last frame; in the writer's thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._send_changes)
