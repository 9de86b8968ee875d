"""The command palette: every action of the table, by name, with its key beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from rottui.tui.key_names import key_names
from rottui.tui.keymap import ACTIONS, DIALOGS, SCOPES, Action, keys_now

if TYPE_CHECKING:
    from rottui.tui.app import RottuiApp


class ActionCommands(Provider):
    """Finds any action by its scope, label or help."""

    def _commands(self) -> list[tuple[str, str, Callable[[], object]]]:
        app: RottuiApp = self.app  # type: ignore[assignment]
        return [
            (_title(app, action), action.help, partial(app.perform, action))
            for action in ACTIONS
            if action.name != "command_palette" and action.scope not in DIALOGS | {"table"}
        ]

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for title, help_text, run in self._commands():
            yield DiscoveryHit(title, run, help=help_text)

    async def search(self, query: str) -> Hits:
        """Those that match what was typed."""
        matcher = self.matcher(query)
        for title, help_text, run in self._commands():
            score = matcher.match(f"{title} {help_text}")
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, help=help_text)


def _title(app: RottuiApp, action: Action) -> str:
    label = action.label or action.help.rstrip(".")
    return f"{SCOPES[action.scope]}: {label}  ({key_names(action, keys_now(app, action))})"
