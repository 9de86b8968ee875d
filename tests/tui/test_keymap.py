"""The table of actions: no clash, nothing undocumented."""

from __future__ import annotations

from collections import Counter

import pytest

from rottui.tui.key_names import key_names
from rottui.tui.keymap import ACTIONS, SCOPES, actions, bindings


@pytest.mark.parametrize("scope", SCOPES)
def test_no_key_does_two_things_in_one_pane(scope: str) -> None:
    keys = Counter(key for action in actions(scope) for key in action.keys.split(","))
    if scope != "app":
        keys.update(key for action in actions("app") for key in action.keys.split(","))
    assert [key for key, uses in keys.items() if uses > 1] == []


def test_every_action_has_a_scope_a_sentence_and_an_id_of_its_own() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.scope in SCOPES
        assert action.help.endswith(".")
        assert action.label or not action.show


def test_keys_are_named_as_on_the_keyboard() -> None:
    named = {action.id: key_names(action) for action in ACTIONS}
    assert named["app.help"] == "F1 ?"
    assert named["app.command_palette"] == "Ctrl+P :"
    assert named["queue.move_up"] == "K Ctrl+↑"
    assert named["charts.pan_x(0.25)"] == "L Shift+→"


def test_bindings_carry_the_tables_words() -> None:
    pause = next(binding for binding in bindings("queue") if binding.action == "pause")
    assert (pause.description, pause.id) == ("Pause", "queue.pause")
