"""A screen where a person's own keys work wherever they can be heard."""

from __future__ import annotations

from textual.binding import BindingsMap
from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.screen import Screen


class OwnKeysScreen(Screen[None]):
    """Puts the keymap in before it leaves out what a text field takes for itself.

    Textual 8.2.8 does it the other way round: an action whose usual keys are all letters would be
    gone while a text field has the focus, whatever function key a person has given it.
    """

    @property
    def _binding_chain(self) -> list[tuple[DOMNode, BindingsMap]]:
        keymap = self.app._keymap
        if not keymap:
            return super()._binding_chain
        focused = self.focused
        nodes = [self, self.app] if focused is None else focused.ancestors_with_self
        chain = [(node, node._bindings.copy()) for node in nodes]
        for at, (_, bindings) in enumerate(chain):
            bindings.apply_keymap(keymap)
            for key in list(bindings.key_to_bindings):
                character = key_to_character(key)
                if any(node.check_consume_key(key, character) for node, _ in chain[:at]):
                    del bindings.key_to_bindings[key]
        return chain
