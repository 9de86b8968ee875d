"""What of the screen is copied or saved, by a letter each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from rottui.tui.screens.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be copied, or saved as a file."""

    letter: str
    """Lower case copies, upper case saves."""
    what: str
    """Such as ``config of run 12``."""
    form: str
    """Such as ``TOML``."""
    file: str
    """Name of the file, such as ``rottui-run-12.toml``."""
    make: Callable[[], str | bytes]
    """Called behind the screen; bytes can be saved only."""
    copied: bool = True
    """Whether a clipboard takes it."""


class CopyScreen(Dialog[tuple[Offer, bool]]):
    """Answers an offer and whether it is to be saved; Esc answers None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,y", "dismiss", "Close")]
    DEFAULT_CSS = """
    CopyScreen { align: center middle; }
    CopyScreen > Vertical {
        width: 60; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $primary; padding: 0 2;
        border-title-color: $primary; border-subtitle-color: $foreground;
    }
    CopyScreen.-ascii > Vertical { border: ascii $primary; }
    """

    def __init__(self, offers: Sequence[Offer], *, ascii: bool = False) -> None:
        super().__init__(classes="-ascii" if ascii else None)
        self._offers = {offer.letter: offer for offer in offers}

    def compose(self) -> ComposeResult:  # noqa: D102
        with Vertical() as box:
            box.border_title = "Copy, or with a capital letter save as a file"
            box.border_subtitle = "Esc closes"
            yield Static("\n".join(map(_line, self._offers.values())))

    def on_key(self, event: events.Key) -> None:
        """Take a letter of an offer."""
        letter = event.character or ""
        if letter.isalpha() and letter.lower() in self._offers:
            event.stop()
            self.action_take(letter.lower(), letter.isupper())

    def action_take(self, letter: str, saved: bool) -> None:
        """Close with an offer; what no clipboard takes is saved by either letter."""
        offer = self._offers[letter]
        self.dismiss((offer, saved or not offer.copied))


def _line(offer: Offer) -> str:
    """The two letters, which can be clicked, and what they do."""
    lower, upper = offer.letter, offer.letter.upper()
    copy = f"[@click=screen.take('{lower}',False)]{lower} copy[/]" if offer.copied else "      "
    save = f"[@click=screen.take('{lower}',True)]{upper} save[/]"
    return f"{copy}  {save}   {offer.what} as {offer.form}"
