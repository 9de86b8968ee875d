"""The config of a stored run as TOML, as ``--config`` and a person's eyes take it."""

from __future__ import annotations

from typing import Any


def toml_of(config: Any) -> str:
    """The text; settings without a value are left out, since TOML has none for them."""
    import tomli_w

    return tomli_w.dumps(_without_none(config))


def _without_none(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return list(value)
    if hasattr(value, "items"):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return value
