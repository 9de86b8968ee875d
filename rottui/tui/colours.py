"""The app's colours: the theme of the first frame, all others behind it, and what a person saves.

A person's own theme files are read again when they change; a bad one is told with its line, and
what the app had of it before stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App
from textual.css.errors import StylesheetError
from textual.css.tokenizer import TokenError
from textual.theme import Theme

from rottui.tui.theme_files import ThemeProblem, read_theme
from rottui.tui.theming import DEFAULT_THEME, token_defaults

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rottui.tui.backstage import Hand

LOOK_SECONDS = 1.0
"""Between two looks at the folder of a person's own themes."""

Found = tuple[Path, Theme | ThemeProblem]


@dataclass(frozen=True, slots=True)
class _Stamp:
    """When a file was changed, and how long it is."""

    changed: int
    size: int


class ThemeFolder:
    """A folder of theme files, which are read when they are new or have changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[Path, _Stamp] = {}

    def changed(self) -> list[Found]:
        """The files that are new or other than at the last call, read; nothing is raised."""
        stamps: dict[Path, _Stamp] = {}
        for path in sorted(self._folder.glob("*.toml")):
            try:
                facts = path.stat()
            except OSError:
                continue  # it is gone again, or a link into nowhere
            stamps[path] = _Stamp(facts.st_mtime_ns, facts.st_size)
        changed = [path for path, stamp in stamps.items() if self._known.get(path) != stamp]
        self._known = stamps
        return [(path, read_theme(path)) for path in changed]


class Colours:
    """Which themes the app has, and which one it shows.

    Args:
        app: whose they are.
        folders: of the shipped themes, then of the person's own.
        complain: tells a problem with a theme.
    """

    def __init__(
        self, app: App[None], folders: tuple[Path, Path], complain: Callable[[str], None]
    ) -> None:
        self._app = app
        self._folders = folders
        self._own = ThemeFolder(folders[1])
        self._complain = complain
        self._wanted: str | None = None
        self._remembered: str | None = None
        self._unasked: str | None = None
        """The theme that is shown without anybody having chosen it now."""
        self._before: str | None = None
        """During a preview, the theme that was shown before it."""
        self._remember: Callable[[str, str], None] | None = None

    # --- starting ----------------------------------------------------------------------------

    def begin(self, wanted: str | None, remembered: str | None) -> None:
        """Give an app that is not running yet its first theme, read from no other file.

        A theme whose file has another name than it is found by ``bring_up`` only.

        Args:
            wanted: the theme for this launch, if a person has named one.
            remembered: the theme that was kept last, if any was.
        """
        self._wanted, self._remembered = wanted, remembered
        for name in (wanted, remembered, DEFAULT_THEME):
            if name and (name in self._app.available_themes or self._read(name)):
                self._unasked = name
                _put_on(self._app, name)
                return

    def _read(self, name: str) -> bool:
        if Path(name).name != name or "\0" in name:
            return False
        for folder in reversed(self._folders):
            found = read_theme(folder / f"{name}.toml")
            if isinstance(found, Theme) and found.name == name:
                self._app.register_theme(found)
                return True
        return False

    def bring_up(self, hand: Hand, remember: Callable[[str, str], None]) -> None:
        """Read all themes behind the screen, then look for changes from time to time.

        Args:
            hand: reads the files.
            remember: keeps the choice of a theme for the next launch.
        """

        def came(found: Sequence[Found]) -> None:
            self._take(found)
            self._show_wanted()
            self._app.set_interval(LOOK_SECONDS, look)

        def look() -> None:
            hand.do(self._own.changed, self._take, self._complain)

        def chosen(theme: Theme) -> None:
            if self._app.theme == theme.name != self._unasked and not self._before:
                self._unasked = None
                remember("theme", theme.name)

        self._remember = remember
        self._app.theme_changed_signal.subscribe(self._app, chosen)
        shipped = ThemeFolder(self._folders[0])
        hand.do(lambda: [*shipped.changed(), *self._own.changed()], came, self._complain)

    def _show_wanted(self) -> None:
        """Show what was asked for, if its file had to be looked for; unless another is chosen."""
        if self._app.theme != self._unasked:
            return
        for name in (self._wanted, self._remembered):
            if name is not None and name in self._app.available_themes:
                self._unasked = name
                self._app.theme = name
                break
        if self._wanted and self._wanted not in self._app.available_themes:
            known = ", ".join(sorted(self._app.available_themes))
            self._complain(f"there is no theme {self._wanted}; there are {known}")

    def _take(self, found: Sequence[Found]) -> None:
        """Register what was read; what is shown now is shown anew if its file has changed."""
        for path, theme in found:
            own = path.parent == self._folders[1]
            if isinstance(theme, ThemeProblem):
                self._complain(str(theme))
                continue
            if own and (problem := self._try_out(theme, path)) is not None:
                self._complain(str(problem))
                continue
            same = self._app.available_themes.get(theme.name) == theme
            self._app.register_theme(theme)
            if theme.name == self._app.theme and not same:
                self._app.mutate_reactive(App.theme)

    def _try_out(self, theme: Theme, path: Path | None = None) -> ThemeProblem | None:
        """Apply a theme to a copy of the style sheet: what is bad breaks only the copy."""
        variables = {**self._app.get_css_variables(), **theme.to_color_system().generate()}
        variables |= {**token_defaults(variables), **theme.variables}
        sheet = self._app.stylesheet.copy()
        sheet.set_variables(variables)
        try:
            sheet.reparse()
        except (StylesheetError, TokenError) as error:
            first_line = "".join(str(error).strip().splitlines()[:1])
            return ThemeProblem(path or Path(theme.name), first_line or "line 1: is unusable")
        return None

    # --- choosing ----------------------------------------------------------------------------

    def preview(self, name: str) -> None:
        """Show a theme until ``end_preview``; it is not remembered."""
        self._before = self._before or self._app.theme
        if name in self._app.available_themes:
            self._app.theme = name

    def end_preview(self, *, keep: bool) -> None:
        """Stay with the theme that is shown and remember it, or show the one before again."""
        before, self._before = self._before, None
        if before is None:
            return
        if not keep:
            self._app.theme = before
        elif self._remember is not None:
            self._unasked = None
            self._remember("theme", self._app.theme)


def _put_on(app: App[None], name: str) -> None:
    """Set the theme of an app before it runs.

    Set while it runs, a theme costs a second reading of every style.
    """
    app.set_reactive(type(app).theme, name)
    dark = app.current_theme.dark
    app.set_class(True, f"-theme-{name}", update=False)
    app.set_class(dark, "-dark-mode", update=False)
    app.set_class(not dark, "-light-mode", update=False)
    app._refresh_truecolor_filter(app.ansi_theme)
    app.stylesheet.set_variables(app.get_css_variables())
