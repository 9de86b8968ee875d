"""Looks and the codes between them, as an emulator understands them."""

from __future__ import annotations

import itertools

import pyte
import pytest
from rich.color import ColorSystem
from rich.style import Style

from rottui.tui.output.looks import PLAIN, Look, look_of, transition

STYLES = [
    Style(),
    Style(bold=True),
    Style(dim=True, color="red"),
    Style(bold=True, italic=True, bgcolor="blue"),
    Style(underline=True, strike=True),
    Style(reverse=True, color="#a0b0c0", bgcolor="#010203"),
    Style(color="color(200)"),
    Style(bgcolor="#405060"),
    Style(color="default", bgcolor="default"),
]


def drawn(codes: str) -> tuple[object, ...]:
    screen = pyte.Screen(4, 1)
    pyte.Stream(screen).feed(f"{codes}x")
    cell = screen.buffer[0][0]
    return (
        cell.fg,
        cell.bg,
        cell.bold,
        cell.italics,
        cell.underscore,
        cell.strikethrough,
        cell.reverse,
    )


@pytest.mark.parametrize(("before", "after"), list(itertools.product(STYLES, STYLES)))
def test_a_transition_draws_as_its_end_does_whatever_was_before(
    before: Style, after: Style
) -> None:
    first, second = (look_of(style, ColorSystem.TRUECOLOR) for style in (before, after))
    assert drawn(transition(PLAIN, first) + transition(first, second)) == drawn(
        transition(PLAIN, second)
    )
    assert len(transition(first, second)) <= len(f"\x1b[0m{transition(PLAIN, second)}")


def test_only_what_differs_is_said() -> None:
    grey = Look("38;2;1;1;1", "48;2;9;9;9")
    assert transition(grey, Look("31", "48;2;9;9;9")) == "\x1b[31m"
    assert transition(grey, grey) == ""
    assert transition(grey, PLAIN) == "\x1b[m"


def test_bold_that_stays_is_said_again_when_dim_ends() -> None:
    assert drawn(transition(Look(attributes=3), Look(attributes=1))) == drawn("\x1b[1m")
    assert transition(Look(attributes=3), Look(attributes=1)) in ("\x1b[22;1m", "\x1b[0;1m")


def test_colors_are_those_of_the_terminal() -> None:
    style = Style(color="#ff0000")
    assert look_of(style, ColorSystem.TRUECOLOR).foreground == "38;2;255;0;0"
    assert look_of(style, ColorSystem.EIGHT_BIT).foreground.startswith("38;5;")
    assert look_of(style, ColorSystem.STANDARD).foreground in {"31", "91"}


def test_a_link_is_opened_and_closed() -> None:
    link = look_of(Style(link="https://pytorch.org"), ColorSystem.TRUECOLOR)
    assert transition(PLAIN, link).startswith("\x1b]8;;https://pytorch.org\x1b\\")
    assert transition(link, PLAIN).startswith("\x1b]8;;\x1b\\")
