"""A person's own keys: the table ``[keys]`` of ``config.toml``, checked against every action.

Nothing in it is fatal. What cannot be is left out and told; of two actions that want one key the
one that is named in the file has it, and of two that are both named, the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from rottui.tui.keymap import ACTIONS, DIALOGS, WITH_LISTS, Action, no_key
from rottui.tui.typed_keys import key_called


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """What a person's keys come to."""

    keymap: Mapping[str, str]
    """Action's id → its keys, as Textual takes them; only actions whose keys have changed."""
    problems: tuple[str, ...]
    """What is wrong, a sentence each."""


def own_keys(table: Mapping[str, Any]) -> OwnKeys:
    """Read a table of action ids and keys.

    Args:
        table: ``{"queue.pause": "p, f11"}``, a list of keys instead of a text, or one table a
            scope (``{"queue": {"pause": "p"}}``). An empty text takes the keys away.
    """
    known = {action.id: action for action in ACTIONS}
    problems: list[str] = []
    wanted: dict[str, list[str]] = {}
    for name, value in _flat(table):
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            problems.append(f"there is no action {name!r}{hint}")
            continue
        keys = _keys(name, value, problems)
        if keys is not None:
            wanted[name] = keys
    given: dict[str, list[Action]] = {}
    keymap: dict[str, str] = {}
    for name, keys in wanted.items():
        kept = []
        for key in keys:
            rival = _rival(known[name], given.get(key, ()))
            if rival is None:
                given.setdefault(key, []).append(known[name])
                kept.append(key)
            else:
                problems.append(f"{key} is given to {rival.id}, too; {name} goes without it")
        keymap[name] = ",".join(kept) or no_key(known[name])
    for action in ACTIONS:
        if action.id in wanted:
            continue
        keys = action.keys.split(",")
        kept = [key for key in keys if _rival(action, given.get(key, ())) is None]
        if kept != keys:
            keymap[action.id] = ",".join(kept) or no_key(action)
            problems += _losses(action, keys, kept, given)
    changed = {name: keys for name, keys in keymap.items() if keys != known[name].keys}
    return OwnKeys(changed, tuple(problems))


def _flat(table: Mapping[str, Any], scope: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{scope}{name}.")
        else:
            yield f"{scope}{name}", value


def _keys(name: str, value: Any, problems: list[str]) -> list[str] | None:
    """The keys that were written for an action; None where none of them is one."""
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        problems.append(f"{name}: keys are a text such as 'p, f11', or a list of texts")
        return None
    texts = [text.strip() for text in texts if text.strip()]
    keys: dict[str, None] = {}
    for text in texts:
        try:
            keys[key_called(text)] = None
        except ValueError as error:
            problems.append(f"{name}: {error}")
    return list(keys) if keys or not texts else None


def _rival(action: Action, others: tuple[Action, ...] | list[Action]) -> Action | None:
    """The first of the others that would hear a key of the action."""
    return next((other for other in others if other is not action and _meet(action, other)), None)


def _meet(one: Action, other: Action) -> bool:
    """Whether there is a place where the keys of both work."""
    scopes = {one.scope, other.scope}
    if len(scopes) == 1:
        return True
    if "app" in scopes:
        return not scopes & DIALOGS
    return "table" in scopes and bool(scopes & WITH_LISTS)


def _losses(
    action: Action, keys: list[str], kept: list[str], given: Mapping[str, list[Action]]
) -> Iterator[str]:
    left = f"has only {', '.join(kept)} now" if kept else "has no key now"
    for key in keys:
        taker = _rival(action, given.get(key, ()))
        if taker is not None:
            yield f"{key} is {taker.id} now; {action.id} {left}"
