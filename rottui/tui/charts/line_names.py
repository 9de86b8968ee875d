"""What stands at the end of a line where there is room: what tells its run from the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rottui.core.settings import settings, value_at

MOST = 2
"""Settings in a name."""
MANY = 24
"""More runs than this have no room for names, and are not compared with each other."""
SEED = "seed"


def line_names(configs: Mapping[int, Mapping[str, Any]], *, seeds: bool = True) -> dict[int, str]:
    """Run id → such as ``lr 1e-3``: the first settings in which the runs differ.

    Without ``seeds``, the seed is none of them. Without a name: runs that do not differ,
    and those of which there are very many.
    """
    if not 2 <= len(configs) <= MANY or not all(configs.values()):
        return {}
    known = [*sorted(settings(), key=lambda path: path != "lr"), *([SEED] if seeds else [])]
    differing = [
        path for path in known if len({_said(config, path) for config in configs.values()}) > 1
    ]
    return {
        run_id: " ".join(_said(config, path) for path in differing[:MOST])
        for run_id, config in configs.items()
    }


def _said(config: Mapping[str, Any], path: str) -> str:
    value = value_at(config, path)
    if path == SEED:
        return f"{SEED} {value}"
    one = settings()[path]
    return f"{one.short} {one.said(value)}"
