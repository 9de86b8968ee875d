"""The border between two places of the screen: a line that the mouse can move."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

LINES = {(True, False): "│", (True, True): "|", (False, False): "─", (False, True): "-"}
"""What draws it, by whether it is upright and whether only ASCII can be shown."""


class Divider(Widget):
    """A line of one cell; dragged, it tells where it should be."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Divider { width: 1fr; height: 1; color: $panel-lighten-2; background: $background; }
    Divider.-upright { width: 1; height: 1fr; }
    Divider:hover, Divider.-dragged { color: $primary; }
    """

    @dataclass
    class Dragged(Message):
        """The line should be at this column or row of the screen."""

        divider: Divider
        at: int
        done: bool
        """Whether the mouse has let go."""

        @property
        def control(self) -> Divider:
            """The divider."""
            return self.divider

    def __init__(self, *, upright: bool, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id, classes="-upright" if upright else None)
        self._upright = upright
        self._line = LINES[upright, ascii]

    def render_line(self, y: int) -> Strip:
        """The line across the whole row, or its one cell."""
        del y
        return Strip([Segment(self._line * self.size.width, self.rich_style)], self.size.width)

    def on_mouse_down(self, event: events.MouseDown) -> None:  # noqa: D102
        event.stop()
        self.capture_mouse()
        self.add_class("-dragged")

    def on_mouse_move(self, event: events.MouseMove) -> None:  # noqa: D102
        if self.has_class("-dragged"):
            event.stop()
            self._tell(event, done=False)

    def on_mouse_up(self, event: events.MouseUp) -> None:  # noqa: D102
        if self.has_class("-dragged"):
            event.stop()
            self.release_mouse()
            self.remove_class("-dragged")
            self._tell(event, done=True)

    def _tell(self, event: events.MouseEvent, *, done: bool) -> None:
        at = event.screen_x if self._upright else event.screen_y
        self.post_message(self.Dragged(self, int(at), done))
