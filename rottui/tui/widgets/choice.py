"""A chooser of one line: ``‹ mlp ›``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from rottui.tui.widgets.glyphs import glyphs
from rottui.tui.widgets.table_layout import cells_wide


class Choice(Widget, can_focus=True):
    """One of a few options: left and right, space, the first letter, or a click on an arrow.

    Enter, up and down are not taken, so that a form can use them.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "turn(-1)", "Before", id="choice.previous", show=False),
        Binding("right,l,space", "turn(1)", "Next", id="choice.next", show=False),
    ]
    DEFAULT_CSS = """
    Choice {
        height: 1;
        width: auto;
        color: $foreground;
        background: $surface;
        &:focus {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: bold;
        }
        &:disabled { color: $text-disabled; }
    }
    """

    value: reactive[str] = reactive("", init=False)
    """The chosen option."""

    @dataclass
    class Changed(Message):
        """Another option is chosen."""

        choice: Choice
        value: str

        @property
        def control(self) -> Choice:
            """The chooser."""
            return self.choice

    def __init__(
        self,
        options: Sequence[str],
        value: str | None = None,
        *,
        ascii: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        if not options:
            raise ValueError("a choice needs options")
        super().__init__(id=id, classes=classes)
        self.options = tuple(options)
        self._glyphs = glyphs(ascii)
        self.set_reactive(Choice.value, self.options[0] if value is None else value)

    def validate_value(self, value: str) -> str:
        """Keep the present option if there is none of that name."""
        return value if value in self.options else self.value

    def watch_value(self, value: str) -> None:
        """Tell the form."""
        self.post_message(self.Changed(self, value))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Wide enough for every option, so that choosing moves nothing."""
        return max(cells_wide(option) for option in self.options) + 4

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line."""
        return 1

    def render(self) -> Content:
        """The option between two arrows."""
        return Content(f"{self._glyphs.previous} {self.value} {self._glyphs.next}")

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """First letters of options are the chooser's own, before any key of the pane."""
        return self._starting_with(character) != ()

    def on_key(self, event: events.Key) -> None:
        """Pick the next option that begins with the letter."""
        matches = self._starting_with(event.character)
        if not matches:
            return
        event.stop()
        event.prevent_default()
        after = [option for option in matches if self._at(option) > self._at(self.value)]
        self.value = (after or matches)[0]

    def on_click(self, event: events.Click) -> None:
        """The left arrow goes back, everything else on."""
        offset = event.get_content_offset(self)
        self.action_turn(-1 if offset is not None and offset.x < 2 else 1)

    def action_turn(self, by: int) -> None:
        """Choose the option before or after, round and round."""
        self.value = self.options[(self._at(self.value) + by) % len(self.options)]

    def _at(self, option: str) -> int:
        return self.options.index(option)

    def _starting_with(self, character: str | None) -> tuple[str, ...]:
        if not character or not character.isalnum():
            return ()
        letter = character.lower()
        return tuple(option for option in self.options if option.lower().startswith(letter))
