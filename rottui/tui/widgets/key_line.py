"""The line at the bottom: the keys of what has the focus, as many whole ones as fit.

One widget that paints a line: the keys change with every pane that is gone to, and a widget for
each of them would be made anew every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from rottui.tui.widgets.glyphs import glyphs

if TYPE_CHECKING:
    from textual.screen import Screen

GAP = 1
"""Cells between two keys."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the line."""

    shown: str
    """The key as people know it."""
    label: str
    pressed: str
    """What Textual calls it."""
    enabled: bool
    always: bool
    """Whether it works everywhere: those stay where not all fit."""

    @property
    def width(self) -> int:
        """Cells of the key, a blank, and its label."""
        return cell_len(self.shown) + 1 + cell_len(self.label)


def fitting(keys: Sequence[Key], width: int) -> tuple[tuple[Key, ...], bool]:
    """The keys that fit whole in ``width`` cells, in order, and whether some are left out.

    Of those that work everywhere the last ones stay longest; the others go from the end, too.
    """

    def fits(some: Sequence[Key], cut: bool) -> bool:
        cells = sum(key.width + GAP for key in some) - GAP + (1 + GAP if cut else 0)
        return cells <= width

    own = [key for key in keys if not key.always]
    always = [key for key in keys if key.always]
    if fits([*own, *always], cut=False):
        return (*own, *always), False
    while own and not fits([*own, *always], cut=True):
        own.pop()
    while always and not fits(always if not own else [*own, *always], cut=True):
        always.pop(0)
    return (*own, *always), True


class KeyLine(Widget):
    """Shows what ``Screen.active_bindings`` has to show; a click presses the key."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key", "key-line--disabled"}
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom; height: 1; width: 1fr;
        color: $footer-foreground; background: $footer-background;
        .key-line--key { color: $footer-key-foreground; text-style: bold; }
        .key-line--disabled { color: $footer-key-foreground; text-style: bold dim; }
    }
    """

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__()
        self._cut = glyphs(ascii).cut
        self._keys: tuple[Key, ...] = ()
        self._places: list[tuple[range, Key]] = []

    def on_mount(self) -> None:
        """Show the keys of what has the focus, from now on."""
        self.screen.bindings_updated_signal.subscribe(self, self._read)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every key that would be shown if there were room."""
        return self._keys

    def _read(self, screen: Screen[Any]) -> None:
        """Take the keys over that work now, and paint them if they are others."""
        if not self.is_attached or screen is not self.screen:
            return
        keys: dict[str, Key] = {}
        for node, binding, enabled, _ in screen.active_bindings.values():
            if binding.show and binding.action not in keys:
                shown = self.app.get_key_display(binding)
                keys[binding.action] = Key(
                    shown, binding.description, binding.key, enabled, node is self.app
                )
        found = tuple(keys.values())
        if found != self._keys:
            self._keys = found
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The keys that fit."""
        del y
        width = self.size.width
        keys, cut = fitting(self._keys, width)
        plain = self.rich_style
        bold = self.get_component_rich_style("key-line--key")
        faint = self.get_component_rich_style("key-line--disabled")
        dim = plain + type(plain)(dim=True)
        segments: list[Segment] = []
        self._places, x = [], 0
        own = sum(not key.always for key in keys)
        for index, key in enumerate(keys):
            if cut and index == own:
                segments.append(Segment(f"{self._cut} ", plain))
                x += 1 + GAP
            segments.append(Segment(key.shown, bold if key.enabled else faint))
            segments.append(Segment(f" {key.label} ", plain if key.enabled else dim))
            self._places.append((range(x, x + key.width), key))
            x += key.width + GAP
        if cut and own == len(keys):
            segments.append(Segment(self._cut, plain))
        return Strip(segments).adjust_cell_length(width, plain)

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        event.stop()
        for place, key in self._places:
            if event.x in place:
                self.app.simulate_key(key.pressed)
