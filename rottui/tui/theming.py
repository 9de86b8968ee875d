"""Themes: one TOML file each, ours and a person's own, checked before the app may use them.

A file has ``name`` and ``primary``, any other base colour of Textual's themes, ``dark``, and a
table ``[variables]`` with our tokens (``run-1`` … ``run-8``, ``map-low`` …) or Textual's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.color import Color, ColorParseError
from textual.css.errors import StylesheetError
from textual.css.tokenizer import TokenError
from textual.theme import Theme

if TYPE_CHECKING:
    from textual.app import App

DEFAULT_THEME = "rottui-dark"

TOKENS: dict[str, str] = {
    **{f"run-{n}": "" for n in range(1, 9)},
    "chart-axis": "",
    "chart-grid": "",
    "chart-band": "",
    "run-ok": "",
    "run-failed": "",
    "run-running": "",
    "run-queued": "",
    "map-low": "",
    "map-mid": "",
    "map-high": "",
}
"""Our tokens; a theme that does not name one gets a default made from its base colours."""

_COLOURS = (
    "primary",
    "secondary",
    "warning",
    "error",
    "success",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "boost",
)


@dataclass(frozen=True, slots=True)
class ThemeProblem:
    """A theme file that cannot be used, and why."""

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{self.path.name}: {self.message}"


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


def theme_folders(own: Path) -> tuple[Path, ...]:
    """Where theme files are: shipped with the program, then the person's own."""
    packaged = Path(__file__).parents[1] / "themes"
    shipped = packaged if packaged.is_dir() else Path(__file__).parents[2] / "themes"
    return shipped, own / "themes"


def load_themes(folders: Iterable[Path]) -> tuple[list[Theme], list[ThemeProblem]]:
    """Every readable theme of the folders, and the files that are none; nothing is raised."""
    themes: list[Theme] = []
    problems: list[ThemeProblem] = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                themes.append(parse_theme(path.read_text(encoding="utf-8")))
            except (OSError, ValueError) as error:
                problems.append(ThemeProblem(path, str(error)))
    return themes, problems


def parse_theme(text: str) -> Theme:
    """The theme of a TOML text.

    Raises:
        ValueError: not TOML, an unknown key, a missing one, or a colour that is none; the message
            names it.
    """
    values: dict[str, Any] = tomllib.loads(text)
    variables = values.pop("variables", {})
    if not isinstance(variables, dict):
        raise ValueError("[variables] must be a table")
    for name in ("name", "primary"):
        if not isinstance(values.get(name), str) or not values[name]:
            raise ValueError(f"{name} is missing")
    for name, value in values.items():
        if name in ("name", "dark"):
            continue
        if name not in _COLOURS:
            raise ValueError(f"there is no such setting: {name}")
        _check_colour(name, value)
    if not isinstance(values.get("dark", True), bool):
        raise ValueError("dark must be true or false")
    for name, value in variables.items():
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a text")
        if name in TOKENS:
            _check_colour(name, value)
    return Theme(**values, variables=dict(variables))


def _check_colour(name: str, value: object) -> None:
    try:
        Color.parse(str(value))
    except ColorParseError:
        raise ValueError(f"{name} is no colour: {value}") from None


def register_themes(app: App[Any], folders: Iterable[Path]) -> list[ThemeProblem]:
    """Add every usable theme to the app; a bad one is reported and left out."""
    themes, problems = load_themes(folders)
    for theme in themes:
        try:
            _try_out(app, theme)
        except (StylesheetError, TokenError, ColorParseError) as error:
            first_line = str(error).strip().splitlines()[:1]
            problems.append(ThemeProblem(Path(theme.name), "".join(first_line) or "is unusable"))
            continue
        app.register_theme(theme)
    return problems


def take_theme(app: App[Any], name: str, folders: Iterable[Path]) -> bool:
    """Give an app that is not running yet a theme, from the file of that name if it has one.

    Set while the app runs, a theme costs a second reading of every style. False if there is no such
    theme, or only one that has to be tried out first; ``register_themes`` finds those.
    """
    shipped, *_ = folders
    path = shipped / f"{name}.toml"
    if name not in app.available_themes and path.exists():
        try:
            app.register_theme(parse_theme(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return False
    if name not in app.available_themes:
        return False
    app.set_reactive(type(app).theme, name)
    dark = app.current_theme.dark
    app.set_class(True, f"-theme-{name}", update=False)
    app.set_class(dark, "-dark-mode", update=False)
    app.set_class(not dark, "-light-mode", update=False)
    app._refresh_truecolor_filter(app.ansi_theme)
    app.stylesheet.set_variables(app.get_css_variables())
    return True


def _try_out(app: App[Any], theme: Theme) -> None:
    """Apply a theme to a copy of the stylesheet: a bad variable breaks only the copy."""
    variables = {**app.get_css_variables(), **theme.to_color_system().generate()}
    variables |= {**token_defaults(variables), **theme.variables}
    sheet = app.stylesheet.copy()
    sheet.set_variables(variables)
    sheet.reparse()
