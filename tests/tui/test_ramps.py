"""Ramps: in order, exact in their colour depth, and dark where they say so."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem

from rottui.tui.ramps import RGB, Depth, Look, ramp

DEPTHS = (Depth.TRUE, Depth.COLOURS_256, Depth.COLOURS_16)
STOPS: tuple[RGB, RGB, RGB] = ((18, 18, 18), (175, 95, 0), (255, 255, 215))


def luminance(colour: RGB) -> float:
    """Relative luminance (WCAG 2)."""

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("look", Look)
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("stops", [None, STOPS])
def test_light_grows_or_falls_all_the_way(
    look: Look, depth: Depth, dark: bool, stops: tuple[RGB, RGB, RGB] | None
) -> None:
    if stops is not None and not dark:
        stops = (stops[2], stops[1], stops[0])
    colours = ramp(look, depth, dark=dark, stops=stops).colours
    light = [luminance(colour) for colour in colours]

    assert len(set(light)) == len(light) >= 4
    assert light == sorted(light, reverse=not dark)


@pytest.mark.parametrize("look", Look)
@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize(
    ("depth", "system"),
    [(Depth.COLOURS_256, ColorSystem.EIGHT_BIT), (Depth.COLOURS_16, ColorSystem.STANDARD)],
)
def test_a_terminal_of_that_depth_keeps_every_step_apart(
    look: Look, dark: bool, depth: Depth, system: ColorSystem
) -> None:
    colours = ramp(look, depth, dark=dark).colours
    shown = [Color.from_rgb(*colour).downgrade(system).number for colour in colours]

    assert len(set(shown)) == len(colours)


def test_true_colours_follow_the_theme() -> None:
    colours = ramp(Look.ERROR, Depth.TRUE, stops=STOPS).colours
    assert (colours[0], colours[len(colours) // 2], colours[-1]) == STOPS


def test_the_words_say_which_end_is_which() -> None:
    dark, paper = (ramp(Look.GREY, Depth.TRUE, dark=dark) for dark in (True, False))
    assert (dark.low_word, dark.colours[0]) == ("dark", (0, 0, 0))
    assert (paper.low_word, paper.colours[0]) == ("light", (255, 255, 255))


def test_without_colour_there_are_characters_of_growing_ink() -> None:
    plain = ramp(Look.ERROR, Depth.NONE)
    assert plain.colours == ()
    assert plain.characters[0] == " "
    assert plain.characters.isascii()
