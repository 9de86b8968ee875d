"""Without colours: nothing of them is left, and what stood out by them still does."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from rottui.tui.output.looks import look_of
from rottui.tui.output.no_colour import no_colour

DARK, LIGHT = Color.parse("#121212"), Color.parse("#ffffff")


@pytest.mark.parametrize(
    ("style", "ground", "attributes"),
    [
        (None, DARK, []),
        ("#ff0000 on #121212", DARK, []),
        ("bold #ff0000 on #262626", DARK, ["bold"]),
        ("black on #5fafff", DARK, ["reverse"]),
        ("#ffffff on #005f87", LIGHT, ["reverse"]),
        ("underline black on #e4e4e4", LIGHT, ["underline"]),
        ("reverse red on blue", DARK, ["reverse"]),
        ("red on blue", DARK, ["reverse"]),
        ("red on default", DARK, []),
    ],
)
def test_attributes_are_all_that_is_left(style, ground, attributes) -> None:
    parsed = None if style is None else Style.parse(style)
    (bare,) = no_colour(ground).apply([Segment("text", parsed)], Color(1, 2, 3))
    look = look_of(bare.style, ColorSystem.TRUECOLOR)
    assert (bare.text, look.foreground, look.background) == ("text", "", "")
    assert (
        look.attributes
        == look_of(Style.parse(" ".join(attributes)), ColorSystem.TRUECOLOR).attributes
    )
