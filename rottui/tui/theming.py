"""Our colour tokens: what charts, images and tables name instead of colours."""

from __future__ import annotations

DEFAULT_THEME = "rottui-dark"

TOKENS: tuple[str, ...] = (
    *(f"run-{n}" for n in range(1, 9)),
    "chart-axis",
    "chart-grid",
    "chart-band",
    "run-ok",
    "run-failed",
    "run-running",
    "run-queued",
    "map-low",
    "map-mid",
    "map-high",
)
"""A theme that does not name one gets a default made from its base colours."""


def token_defaults(base: dict[str, str]) -> dict[str, str]:
    """Our tokens from a theme's own variables, for themes that do not name them."""
    runs = ("primary", "accent", "success", "error", "warning", "secondary", "foreground")
    defaults = {f"run-{n}": base[runs[(n - 1) % len(runs)]] for n in range(1, 9)}
    return {
        **defaults,
        "chart-axis": base.get("foreground-muted", base["foreground"]),
        "chart-grid": base.get("panel", base["surface"]),
        "chart-band": base["success"],
        "run-ok": base["success"],
        "run-failed": base["error"],
        "run-running": base["primary"],
        "run-queued": base["foreground"],
        "map-low": base["background"],
        "map-mid": base["accent"],
        "map-high": base["foreground"],
    }


def missing_variables(base: dict[str, str]) -> dict[str, str]:
    """What style sheets use and Textual 8.2.8 does not make for themes with ``ansi``."""
    return {
        "surface-active": base["surface"],
        "ansi-background": base["background"],
        "ansi-foreground": base["foreground"],
    }
