"""Keys as people know them: in the footer, the help, the palette and the README."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.keys import format_key

from rottui.tui.keymap import NO_KEY, Action, keys_of

if TYPE_CHECKING:
    from textual.app import App

QUEUE, FORM = "app.pane('queue')", "app.pane('configure')"
"""Actions that empty panes tell of."""
NONE = "no key"
"""Stands where an action has no key any more."""


def key_names(action: Action, keys: str | None = None) -> str:
    """The keys of an action as people know them, such as ``F3 2`` or ``Ctrl+P :``.

    ``keys`` are a person's own, if they have chosen any.
    """
    return " ".join(key_name(key) for key in (keys or action.keys).split(","))


def key_of(app: App[Any], action_id: str, liked: str = "") -> str:
    """The key to name where a screen tells people of an action, as they know it.

    The one that is liked, such as ``enter``, as long as it is one of the action's; else the first.
    """
    keys = keys_of(app, action_id)
    return key_name(liked if liked in keys else keys[0])


_NAMES = {
    "question_mark": "?",
    "colon": ":",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "delete": "Del",
    "home": "Home",
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
}


def key_name(key: str) -> str:
    """A key as people know it; words where there is none."""
    if key.startswith(NO_KEY):
        return NONE
    if key in _NAMES:
        return _NAMES[key]
    if key.startswith("ctrl+"):
        rest = key.removeprefix("ctrl+")
        return "Ctrl+" + (rest.upper() if len(rest) == 1 else key_name(rest))
    if key.startswith("shift+"):
        return "Shift+" + key_name(key.removeprefix("shift+"))
    if len(key) > 1 and key[0] == "f" and key[1:].isdecimal():
        return key.upper()
    return format_key(key)
