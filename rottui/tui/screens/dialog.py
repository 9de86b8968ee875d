"""What every dialog is: a screen over the panes that answers once."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType


class Dialog(ModalScreen[ScreenResultType]):
    """Keys that come while it closes are no second answer, which would take the panes away."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close with an answer, if that was not done already."""
        if not self.is_current:
            return AwaitComplete()
        return super().dismiss(result)
