"""Keys as a person writes them, such as ``Ctrl+P``, ``?`` or ``PgDn``, as Textual names them."""

from __future__ import annotations

from textual.keys import REPLACED_KEYS, Keys, _character_to_key, key_to_character

MODIFIERS = ("alt", "ctrl", "shift")
"""In the order in which Textual joins them."""
SHORT = {
    "esc": "escape",
    "del": "delete",
    "ins": "insert",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "page_up": "pageup",
    "page_down": "pagedown",
    "spacebar": "space",
}
SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""Keys that a terminal cannot tell from others."""
QUITS = "ctrl+c"
"""Whatever else is set, this leaves the app."""
NAMES = frozenset(
    {key.value for key in Keys if "+" not in key.value and key.value[0] != "<"} | {*REPLACED_KEYS}
)


def key_called(text: str) -> str:
    """The key that a person means.

    Raises:
        ValueError: there is none of that name, or it cannot be given away; the message says so.
    """
    typed = text.strip()
    if typed == "+" or typed.endswith("++"):
        *modifiers, name = [*typed[:-1].rstrip("+").split("+"), "+"]
    else:
        *modifiers, name = typed.split("+")
    held = {modifier.strip().lower() for modifier in modifiers if modifier.strip()}
    if not held <= set(MODIFIERS) or not name.strip():
        raise ValueError(f"there is no key {text!r}")
    key = _named(name.strip(), held)
    if key is None:
        raise ValueError(f"there is no key {text!r}")
    whole = "+".join([*sorted(held), key])
    whole = SAME.get(whole, whole)
    if whole == QUITS:
        raise ValueError(f"{QUITS} always quits")
    return whole


def _named(name: str, held: set[str]) -> str | None:
    """The key without its modifiers; Shift and a letter are the capital letter."""
    if len(name) == 1:
        if name.isalpha() and held == {"shift"}:
            held.clear()
            return name.upper()
        return _character_to_key(name.lower() if held else name)
    lower = name.lower().replace(" ", "_").replace("-", "_")
    key = SHORT.get(lower, lower)
    return key if key in NAMES or key_to_character(key) is not None else None
