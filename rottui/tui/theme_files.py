"""Theme files: one TOML file each, ours and a person's own, checked before the app may use them.

A file has ``name`` and ``primary``, any other base colour of Textual's themes, ``dark``, ``ansi``
for the terminal's own sixteen colours, and a table ``[variables]`` with our tokens (``run-1`` …
``run-8``, ``map-low`` …) or Textual's. What is wrong is told with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.css.errors import StylesheetError
from textual.css.stylesheet import Stylesheet
from textual.css.tokenizer import TokenError
from textual.theme import BUILTIN_THEMES, Theme

from rottui.tui.theming import TOKENS

COLOURS = (
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
SWITCHES = ("dark", "ansi")


class ThemeFileError(ValueError):
    """A theme that cannot be used, and in which line of its file the reason is."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


@dataclass(frozen=True, slots=True)
class ThemeProblem:
    """A theme file that cannot be used, and why."""

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{self.path.name}, {self.message}"


def theme_folders(own: Path) -> tuple[Path, Path]:
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
            found = read_theme(path)
            if isinstance(found, Theme):
                themes.append(found)
            else:
                problems.append(found)
    return themes, problems


def read_theme(path: Path) -> Theme | ThemeProblem:
    """The theme of a file, or why it has none."""
    try:
        return parse_theme(path.read_text(encoding="utf-8"))
    except OSError as error:
        return ThemeProblem(path, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return ThemeProblem(path, f"line {line}: not UTF-8")
    except ThemeFileError as error:
        return ThemeProblem(path, str(error))


def parse_theme(text: str) -> Theme:
    """The theme of a TOML text.

    Raises:
        ThemeFileError: not TOML, an unknown key, a missing one, or a value that cannot be.
    """
    values = _toml(text)
    variables = values.pop("variables", {})
    if not isinstance(variables, dict):
        raise ThemeFileError("[variables] must be a table", line_of(text, "variables"))
    for name, value in values.items():
        if problem := _problem(name, value):
            raise ThemeFileError(problem, line_of(text, name))
    for name in ("name", "primary"):
        if name not in values:
            raise ThemeFileError(f"{name} is missing", 1)
    for name, value in variables.items():
        if problem := _variable_problem(name, value):
            raise ThemeFileError(problem, line_of(text, name, "variables"))
    return Theme(**values, variables=dict(variables))


def line_of(text: str, name: str, table: str = "") -> int:
    """The line of a TOML text, from 1, where a table gives a name its value; 1 if none is found."""
    within, begin = "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"""\s*\[\s*["']?([^]"']+?)["']?\s*]""", line):
            within = header[1]
            begin = number if within == (table or name) else begin
        elif (key := re.match(r"""\s*["']?([\w.-]+)["']?\s*=""", line)) and key[1] == name:
            if within == table:
                return number
        elif key and key[1] in (table, f"{table}.{name}"):
            begin = number  # a table within one line
    return begin


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at ")
        found = re.match(r"line (\d+)", place)
        line = int(found[1]) if found else text.count("\n") + 1
        raise ThemeFileError(message[:1].lower() + message[1:], line) from None


def _problem(name: str, value: object) -> str:
    """What is wrong with a base setting; empty if nothing is."""
    if name in SWITCHES:
        return "" if isinstance(value, bool) else f"{name} must be true or false"
    if name == "name":
        return "" if value and isinstance(value, str) else "name must be a text"
    if name not in COLOURS:
        return f"there is no such setting: {name}"
    return "" if _is_colour(value) else f"{name} is no colour: {value}"


def _variable_problem(name: str, value: object) -> str:
    if not isinstance(value, str):
        return f"{name} must be a text"
    if name in TOKENS:
        return "" if _is_colour(value) else f"{name} is no colour: {value}"
    if name not in _variables():
        return f"there is no such variable: {name}"
    rule = "text-style" if name.endswith("-style") else "color"
    sheet = Stylesheet(variables={name: value})
    sheet.add_source(f"Theme {{ {rule}: ${name}; }}")
    try:
        sheet.parse()
    except (StylesheetError, TokenError):
        kind = "text style" if rule == "text-style" else "colour"
        return f"{name} is no {kind}: {value}"
    return ""


def _is_colour(value: object) -> bool:
    try:
        Color.parse(str(value))
    except ColorParseError:
        return False
    return True


@cache
def _variables() -> frozenset[str]:
    """The variables that Textual's own style sheets use."""
    kinds = (BUILTIN_THEMES["textual-dark"], BUILTIN_THEMES["ansi-dark"])
    made = frozenset().union(*(theme.to_color_system().generate() for theme in kinds))
    return made.union(*(theme.variables for theme in BUILTIN_THEMES.values()))
