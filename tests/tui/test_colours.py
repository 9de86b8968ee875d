"""The app's colours: what is read when, what a saved file changes, and the preview of a theme."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.app import App
from textual.theme import Theme
from waiting import until

from rottui.tui import colours as module
from rottui.tui.backstage import Finished, Hand
from rottui.tui.colours import Colours, ThemeFolder
from rottui.tui.screens.themes import ThemeScreen, ThemeTable
from rottui.tui.theme_files import theme_folders
from rottui.tui.theming import missing_variables, token_defaults

MINE = 'name = "{name}"\nprimary = "{primary}"\nbackground = "#101010"\n'


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "themes"
    folder.mkdir()
    return folder


def save(path: Path, *, name: str = "mine", primary: str = "#123456") -> None:
    path.write_text(MINE.format(name=name, primary=primary))


class Host(App[None]):
    """As much of the app as its colours need."""

    def __init__(self, own: Path, *, wanted: str | None = None, remembered: str | None = None):
        super().__init__()
        self.said: list[str] = []
        self.remembered: list[str] = []
        self.colours = Colours(self, theme_folders(own.parent), self.said.append)
        self.colours.begin(wanted, remembered)
        self.first = self.theme
        self.read_first = set(self.available_themes)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        base = self.current_theme.to_color_system().generate()
        return token_defaults(base) | missing_variables(base)

    def on_mount(self) -> None:
        self.colours.bring_up(Hand(self, "themes"), lambda _, name: self.remembered.append(name))

    def on_finished(self, event: Finished) -> None:
        event.tell()

    def choose(self) -> None:
        def closed(kept: bool | None) -> None:
            self.colours.end_preview(keep=bool(kept))

        themes = tuple(self.available_themes.values())
        self.push_screen(ThemeScreen(themes, self.theme, self.colours.preview), closed)


def test_a_folder_gives_what_is_new_or_was_saved(own: Path) -> None:
    folder = ThemeFolder(own)
    assert folder.changed() == []
    save(own / "a.toml")
    save(own / "b.toml", name="other")
    (own / "notes.txt").write_text("no theme")
    assert [path.name for path, _ in folder.changed()] == ["a.toml", "b.toml"]
    assert folder.changed() == []
    save(own / "a.toml", primary="#654321")
    os.utime(own / "a.toml", ns=(1, 1))  # as long as before, at another time
    (own / "b.toml").unlink()
    ((path, theme),) = folder.changed()
    assert path.name == "a.toml"
    assert isinstance(theme, Theme)
    assert theme.primary == "#654321"
    assert ThemeFolder(own / "none").changed() == []


async def test_the_first_frame_waits_for_its_own_theme_alone(own: Path) -> None:
    save(own / "mine.toml")
    app = Host(own, remembered="mine")
    async with app.run_test() as pilot:
        assert app.first == "mine"
        assert not any(name.startswith("rottui-") for name in app.read_first)
        await until(pilot, lambda: "rottui-mono" in app.available_themes)
        assert app.theme == "mine"
        assert app.said == []


async def test_a_theme_in_a_file_of_another_name_is_found_behind_the_first_frame(
    own: Path,
) -> None:
    save(own / "file.toml", name="odd name")
    app = Host(own, wanted="odd name")
    async with app.run_test() as pilot:
        assert app.first == "rottui-dark"
        await until(pilot, lambda: app.theme == "odd name")
        assert app.said == []
        assert app.remembered == []  # it was for this time


@pytest.mark.parametrize("name", ["none", "../themes/mine", "", "a\0b"])
async def test_a_theme_that_is_none_leaves_the_usual_one_and_says_so(own: Path, name: str) -> None:
    app = Host(own, wanted=name or None, remembered=name)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "rottui-mono" in app.available_themes)
        assert app.theme == "rottui-dark"
        assert [said.partition(";")[0] for said in app.said] == (
            [f"there is no theme {name}"] if name else []
        )


async def test_a_saved_file_is_shown_at_once_and_a_bad_one_stops_nothing(own: Path) -> None:
    path = own / "mine.toml"
    save(path)
    app = Host(own, wanted="mine")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "rottui-mono" in app.available_themes)
        save(path, primary="#abcdef")
        await until(pilot, lambda: app.theme_variables["primary"] == "#ABCDEF")
        path.write_text('name = "mine"\n\nprimary = "loud"\n')
        await until(pilot, lambda: bool(app.said))
        assert app.said == ["mine.toml, line 3: primary is no colour: loud"]
        assert app.theme_variables["primary"] == "#ABCDEF"
        save(path, primary="#ffffff")
        await until(pilot, lambda: app.theme_variables["primary"] == "#FFFFFF")
        save(own / "new.toml", name="new")
        await until(pilot, lambda: "new" in app.available_themes)
        assert len(app.said) == 1


async def test_the_theme_under_the_cursor_is_shown_and_enter_keeps_it(own: Path) -> None:
    app = Host(own)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "rottui-mono" in app.available_themes)
        app.choose()
        await until(pilot, lambda: isinstance(app.focused, ThemeTable))
        table = app.screen.query_one(ThemeTable)
        assert table.cursor_key == "rottui-dark"
        await pilot.press("j")
        await until(pilot, lambda: app.theme == "rottui-light")
        await pilot.press("k")
        await until(pilot, lambda: app.theme == "rottui-dark")
        await pilot.press("end", "home", "enter")  # faster than the preview
        await until(pilot, lambda: not isinstance(app.screen, ThemeScreen))
        assert app.theme == "rottui-ansi"
        assert app.remembered == ["rottui-ansi"]


async def test_esc_brings_the_theme_before_back(own: Path) -> None:
    app = Host(own, remembered="rottui-light")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "rottui-mono" in app.available_themes)
        app.choose()
        await until(pilot, lambda: isinstance(app.focused, ThemeTable))
        await pilot.press("end")
        await until(pilot, lambda: app.theme != "rottui-light")
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == "rottui-light")
        await pilot.pause()
        assert app.remembered == []


async def test_a_theme_chosen_otherwise_is_remembered(own: Path) -> None:
    app = Host(own)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "rottui-mono" in app.available_themes)
        app.theme = "rottui-light"
        await until(pilot, lambda: app.remembered == ["rottui-light"])
        app.theme = "rottui-dark"
        await until(pilot, lambda: app.remembered == ["rottui-light", "rottui-dark"])
