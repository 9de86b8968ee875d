"""The screen as a PNG: what blocks, dots, lines and letters come to, pixel by pixel."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rottui.tui.cell_picture import HEIGHT, WIDTH, png_of

INK, GROUND = (250, 0, 10), (0, 40, 200)
STYLE = Style.parse(f"rgb{INK} on rgb{GROUND}".replace(" ", "").replace("on", " on "))


def pixels(text: str, style: Style = STYLE) -> np.ndarray:
    """The picture of one line."""
    image = Image.open(io.BytesIO(png_of([Strip([Segment(text, style)])])))
    return np.asarray(image)


def inked(text: str) -> np.ndarray:
    """Where a line has ink, as truth a pixel."""
    return np.all(pixels(text) == INK, axis=-1)


def parts(cell: np.ndarray) -> list[bool]:
    """The quarters of a cell: upper left, upper right, lower left, lower right."""
    y, x = HEIGHT // 2, WIDTH // 2
    return [bool(part.all()) for part in (cell[:y, :x], cell[:y, x:], cell[y:, :x], cell[y:, x:])]


@pytest.mark.parametrize(
    ("character", "quarters"),
    [
        ("█", [True, True, True, True]),
        ("▀", [True, True, False, False]),
        ("▄", [False, False, True, True]),
        ("▌", [True, False, True, False]),
        ("▐", [False, True, False, True]),
        ("▚", [True, False, False, True]),
        ("▟", [False, True, True, True]),
        (" ", [False, False, False, False]),
    ],
)
def test_blocks_fill_their_part_of_the_cell_and_no_more(character: str, quarters: list) -> None:
    cell = inked(character)
    assert cell.shape == (HEIGHT, WIDTH)
    assert parts(cell) == quarters
    assert cell.mean() == sum(quarters) / 4
    assert np.all(np.all(pixels(character) == GROUND, axis=-1) | cell)


def test_every_braille_dot_has_a_place_of_its_own() -> None:
    dots = [inked(chr(0x2800 + (1 << bit))) for bit in range(8)]
    assert all(dot.any() for dot in dots)
    assert np.sum(dots, axis=0).max() == 1
    assert np.array_equal(np.any(dots, axis=0), inked("⣿"))
    assert dots[0][:5, :5].any()  # dot 1 is the upper left one
    assert dots[7][-5:, 5:].any()  # dot 8 is the lower right one


@pytest.mark.parametrize(
    ("character", "edges"), [("─", "lr"), ("│", "ud"), ("└", "ru"), ("┼", "lrud"), ("╭", "rd")]
)
def test_lines_reach_the_edges_where_they_go_on(character: str, edges: str) -> None:
    cell = inked(character)
    found = {"l": cell[:, 0], "r": cell[:, -1], "u": cell[0], "d": cell[-1]}
    assert {edge for edge, line in found.items() if line.any()} == set(edges)


def test_letters_are_drawn_in_their_cell_and_wide_ones_take_two() -> None:
    line = pixels("A  B")
    changed = np.any(line != GROUND, axis=(0, 2)).reshape(4, WIDTH).any(axis=1)
    assert changed.tolist() == [True, False, False, True]
    assert pixels("日█").shape[1] == 3 * WIDTH
    assert inked("日█")[:, 2 * WIDTH :].all()


def test_reverse_and_dim_change_the_colours_as_on_the_screen() -> None:
    assert tuple(pixels(" ", STYLE + Style(reverse=True))[0, 0]) == INK
    red, green, blue = pixels("█", STYLE + Style(dim=True))[0, 0]
    assert GROUND[0] < red < INK[0]
    assert INK[1] < green < GROUND[1]
    assert INK[2] < blue < GROUND[2]


def test_nothing_is_a_picture_too() -> None:
    assert png_of([]).startswith(b"\x89PNG")
