"""Theme files: the shipped ones can be read by everybody, and bad ones say which line is wrong."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from rottui.tui.theme_files import (
    COLOURS,
    ThemeFileError,
    line_of,
    load_themes,
    parse_theme,
    read_theme,
    theme_folders,
)
from rottui.tui.theming import TOKENS, token_defaults

GOOD = 'name = "mine"\nprimary = "#123456"\n[variables]\nrun-1 = "red"\n'
SHIPPED = load_themes(theme_folders(Path("/nowhere")))[0]
PAINTED = [theme for theme in SHIPPED if not theme.ansi]
RUNS = [f"run-{n}" for n in range(1, 9)]
STATES = ["run-ok", "run-failed", "run-running", "run-queued"]
TEXTS = ["foreground", *(f"text-{role}" for role in ("muted", "accent", "primary", "success"))]
TEXTS += ["text-warning", "text-error"]

each_painted = pytest.mark.parametrize("theme", PAINTED, ids=lambda theme: theme.name)


def variables_of(theme: Theme) -> dict[str, str]:
    made = theme.to_color_system().generate()
    return {**token_defaults(made), **made, **theme.variables}


def on(ground: Color, value: str) -> Color:
    """The colour as it is seen there; ``auto`` is black or white, whichever is read better."""
    if value.startswith("auto"):
        return ground + ground.get_contrast_text(float(value.split()[1].rstrip("%")) / 100)
    return ground + Color.parse(value)


def luminance(colour: Color) -> float:
    """WCAG 2.2, "relative luminance"."""
    shares = (part / 255 for part in colour.rgb)
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """WCAG 2.2, "contrast ratio", 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_there_is_a_theme_for_every_need() -> None:
    themes, problems = load_themes(theme_folders(Path("/nowhere")))
    assert not problems
    assert len(themes) >= 6
    assert sum(not theme.dark for theme in themes) >= 2
    assert [theme.name for theme in themes if theme.ansi] == ["rottui-ansi"]
    assert {"rottui-contrast", "rottui-colour-blind", "rottui-mono"} <= {t.name for t in themes}
    for theme in themes:
        assert set(theme.variables) >= set(TOKENS)
        assert theme.name not in BUILTIN_THEMES


def test_a_theme_s_file_has_its_name() -> None:
    shipped = theme_folders(Path("/nowhere"))[0]
    assert {path.stem for path in shipped.glob("*.toml")} == {theme.name for theme in SHIPPED}


@each_painted
def test_every_text_can_be_read(theme: Theme) -> None:
    """WCAG 2.2: 4.5 to 1 for text (AA), 7 to 1 where contrast is promised (AAA)."""
    least = 7.0 if theme.name == "rottui-contrast" else 4.5
    variables = variables_of(theme)
    grounds = {"background": [*TEXTS, *STATES, *RUNS, "chart-axis"]}
    grounds["surface"] = grounds["background"]
    grounds["panel"] = TEXTS
    pairs = [(text, ground) for ground, texts in grounds.items() for text in texts]
    pairs += [
        ("background", "primary"),  # the tab that is chosen
        ("block-cursor-foreground", "block-cursor-background"),
        ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
        ("footer-key-foreground", "footer-background"),
        ("footer-description-foreground", "footer-background"),
    ]
    for text, ground in pairs:
        below = on(Color.parse(variables["background"]), variables[ground])
        found = contrast(on(below, variables[text]), below)
        assert found >= least, f"{text} on {ground}: {found:.2f}"


@each_painted
def test_every_colour_is_one_of_the_256(theme: Theme) -> None:
    """What a terminal with 256 colours has as it is, nothing can make muddy."""
    steps = (0, 95, 135, 175, 215, 255)
    greys = {8 + 10 * n for n in range(24)}
    base = {name: getattr(theme, name) for name in COLOURS if getattr(theme, name)}
    for name, value in (base | {name: theme.variables[name] for name in TOKENS}).items():
        rgb = Color.parse(value).rgb
        grey = len(set(rgb)) == 1 and rgb[0] in greys
        assert grey or all(part in steps for part in rgb), f"{name} = {value}"


def as_seen_without(kind: str, colour: Color) -> tuple[float, float, float]:
    """What a person who lacks one kind of cones sees, in linear RGB.

    Viénot, Brettel and Mollon (1999), "Digital video colourmaps for checking the legibility of
    displays by dichromats", in the form for sRGB that is given by DaltonLens.
    """
    rows = {
        "long": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
        "middle": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
    }[kind]
    parts = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in colour.normalized]
    red, green, blue = (sum(a * b for a, b in zip(row, parts, strict=True)) for row in rows)
    return red, green, blue


def lab(linear: tuple[float, float, float]) -> tuple[float, float, float]:
    """CIE 1976 L*a*b*, white D65, from linear sRGB (IEC 61966-2-1)."""
    matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        v ** (1 / 3) if v > 216 / 24389 else (v * 24389 / 27 + 16) / 116
        for v in (
            sum(a * b for a, b in zip(row, linear, strict=True)) / w
            for row, w in zip(matrix, white, strict=True)
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("kind", ["long", "middle"])
def test_without_red_or_green_cones_states_and_runs_stay_apart(kind: str) -> None:
    """A difference of 2.3 in L*a*b* is just noticed; these are well above it."""
    (theme,) = (theme for theme in SHIPPED if theme.name == "rottui-colour-blind")
    for names, least in ((STATES, 25.0), (RUNS, 12.0)):
        for one, other in combinations(names, 2):
            seen = [
                lab(as_seen_without(kind, Color.parse(theme.variables[name])))
                for name in (one, other)
            ]
            apart = sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5
            assert apart >= least, f"{one} and {other}: {apart:.1f}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "x"', "line 1: primary is missing"),
        ('primary = "red"', "line 1: name is missing"),
        (GOOD.replace("#123456", "reddish"), "line 2: primary is no colour: reddish"),
        (GOOD.replace("red", "nothing"), "line 4: run-1 is no colour: nothing"),
        ('\ncolour = "red"\n' + GOOD, "line 2: there is no such setting: colour"),
        ('dark = "yes"\n' + GOOD, "line 1: dark must be true or false"),
        ('name = "x"\nprimary = "red"\nvariables = 3', "line 3: [variables] must be a table"),
        (GOOD + 'run-9 = "red"', "line 5: there is no such variable: run-9"),
        (GOOD + "run-2 = 3", "line 5: run-2 must be a text"),
        (GOOD + 'primary = "}"', "line 5: primary is no colour: }"),
        (GOOD + 'text = "auto 60%"\nborder = "loud"', "line 6: border is no colour: loud"),
        (GOOD + 'link-style = "blink me"', "line 5: link-style is no text style: blink me"),
        ("# mine\nname = ", "line 2: invalid value"),
        ('name = "x"\nname = "y"', "line 2: cannot overwrite a value"),
        ('name = "x', "line 1: unterminated string"),
    ],
)
def test_a_bad_theme_says_what_is_wrong_and_where(text: str, said: str) -> None:
    with pytest.raises(ThemeFileError) as caught:
        parse_theme(text)
    assert str(caught.value).startswith(said)
    assert f"line {caught.value.line}:" in said


def test_a_name_is_found_in_its_table() -> None:
    text = 'primary = "a"\n\n["variables"]\n"primary" = "b"\n'
    assert line_of(text, "primary") == 1
    assert line_of(text, "primary", "variables") == 4
    assert line_of('x = 1\nvariables = { run-1 = "?" }', "run-1", "variables") == 2
    assert line_of('x = 1\nvariables.run-1 = "?"', "run-1", "variables") == 2
    assert line_of("", "anything") == 1


def test_files_that_cannot_be_read_are_problems_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "a_good.toml").write_text(GOOD)
    (tmp_path / "b_bytes.toml").write_bytes(b'name = "x"\nprimary = "\xff"')
    (tmp_path / "c_folder.toml").mkdir()
    themes, problems = load_themes([tmp_path])
    assert [theme.name for theme in themes] == ["mine"]
    assert [str(problem) for problem in problems] == [
        "b_bytes.toml, line 2: not UTF-8",
        "c_folder.toml, cannot be read: Is a directory",
    ]
    assert "cannot be read" in str(read_theme(tmp_path / "none.toml"))


def test_every_theme_of_textual_gives_our_tokens_a_colour() -> None:
    for theme in BUILTIN_THEMES.values():
        defaults = token_defaults(theme.to_color_system().generate())
        assert set(defaults) == set(TOKENS)
        assert all(defaults.values())
