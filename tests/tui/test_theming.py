"""Theme files: good ones, bad ones, and what the app does with both."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App

from rottui.tui.theming import (
    TOKENS,
    load_themes,
    parse_theme,
    register_themes,
    theme_folders,
    token_defaults,
)

GOOD = 'name = "mine"\nprimary = "#123456"\n[variables]\nrun-1 = "red"\n'


def test_the_shipped_themes_load_and_name_every_token(tmp_path: Path) -> None:
    themes, problems = load_themes(theme_folders(tmp_path))
    assert not problems
    assert {theme.name for theme in themes} >= {"rottui-dark", "rottui-light"}
    assert {theme.dark for theme in themes} == {True, False}
    for theme in themes:
        assert set(theme.variables) == set(TOKENS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "x"', "primary is missing"),
        ('primary = "red"', "name is missing"),
        (GOOD.replace("#123456", "reddish"), "primary is no colour: reddish"),
        (GOOD.replace("red", "nothing"), "run-1 is no colour: nothing"),
        ('colour = "red"\n' + GOOD, "there is no such setting: colour"),
        ('dark = "yes"\n' + GOOD, "dark must be true or false"),
        ('name = "x"\nprimary = "red"\nvariables = 3', "must be a table"),
        ("name = ", "Invalid value"),
    ],
)
def test_a_bad_theme_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_theme(text)


async def test_bad_files_are_reported_and_the_good_one_is_used(tmp_path: Path) -> None:
    (tmp_path / "a_good.toml").write_text(GOOD)
    (tmp_path / "b_bad.toml").write_text("primary = 3")
    (tmp_path / "c_variable.toml").write_text(
        'name = "odd"\nprimary = "red"\n[variables]\nprimary = "}"\n'
    )
    app: App[None] = App()
    async with app.run_test():
        problems = register_themes(app, [tmp_path])
        assert "mine" in app.available_themes
        assert "odd" not in app.available_themes
        assert {problem.path.name for problem in problems} == {"b_bad.toml", "odd"}
        app.theme = "mine"


async def test_every_theme_of_textual_gives_our_tokens_a_colour() -> None:
    app: App[None] = App()
    async with app.run_test():
        for theme in app.available_themes.values():
            defaults = token_defaults(theme.to_color_system().generate())
            assert set(defaults) == set(TOKENS)
            assert all(defaults.values())
