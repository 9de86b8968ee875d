"""Jump mode: a letter on every pane; the one that is pressed is gone to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset
from textual.widgets import Static

from rottui.tui.screens.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Target:
    """A place to jump to."""

    scope: str
    title: str
    at: Offset
    """Where its letter stands on the screen."""
    seen: bool
    """Whether the pane itself is on the screen; else its letter stands on its tab."""


def letters(targets: Iterable[Target]) -> Mapping[str, Target]:
    """A letter for each target: the first one of its title that no target before it has."""
    found: dict[str, Target] = {}
    for target in targets:
        own = [letter for letter in target.title.lower() if "a" <= letter <= "z"]
        for letter in (*own, *"abcdefghijklmnopqrstuvwxyz"):
            if letter not in found:
                found[letter] = target
                break
    return found


class Sign(Static):
    """A letter where the pane that it leads to begins; a click goes there, too."""

    ALLOW_SELECT = False

    def __init__(self, letter: str, target: Target) -> None:
        text = f" {letter}  {target.title} " if target.seen else letter
        super().__init__(text, markup=False)
        self._target = target
        self.styles.offset = target.at

    def on_click(self, event: events.Click) -> None:  # noqa: D102
        event.stop()
        if self.screen.is_current:
            self.screen.dismiss(self._target.scope)


class JumpScreen(Dialog[str]):
    """Answers the scope of the pane that was chosen; any other key answers None."""

    DEFAULT_CSS = """
    JumpScreen { background: transparent; }
    JumpScreen > Sign {
        position: absolute; width: auto; height: 1;
        color: $background; background: $warning; text-style: bold;
    }
    """

    def __init__(self, targets: Iterable[Target]) -> None:
        super().__init__()
        self._letters = letters(targets)

    def compose(self) -> ComposeResult:  # noqa: D102
        for letter, target in self._letters.items():
            yield Sign(letter, target)

    def on_key(self, event: events.Key) -> None:
        """Go where the letter says; nothing else is done with the key."""
        event.stop()
        event.prevent_default()
        if not self.is_current:  # it came before the screen below could take it
            self.app.post_message(events.Key(event.key, event.character))
            return
        target = self._letters.get(event.key)
        self.dismiss(None if target is None else target.scope)

    def on_click(self) -> None:
        """A click beside the letters leads nowhere."""
        if self.is_current:
            self.dismiss(None)
