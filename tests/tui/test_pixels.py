"""Pixels to cells: the right ones, at any size, whatever the values are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rottui.tui.pixels import (
    Piece,
    extent,
    fitted,
    lost_count,
    picture,
    resample,
    scale,
    values_of,
)
from rottui.tui.ramps import Depth, Look, Ramp, ramp

GREY = ramp(Look.GREY, Depth.COLOURS_16)
INK = ramp(Look.GREY, Depth.NONE)
BLACK, DIM, PALE, WHITE = GREY.colours


def test_two_pixels_stand_in_a_cell_one_above_the_other() -> None:
    drawn = picture([[0, 1], [1, 1]], 2, 1, GREY, low=0, high=1)

    assert drawn.rows == ((Piece("▀", BLACK, WHITE), Piece("▀", WHITE, WHITE)),)


def test_equal_neighbours_are_one_piece() -> None:
    drawn = picture([[1, 1, 0], [0, 0, 0]], 3, 1, GREY, low=0, high=1)

    assert drawn.rows == ((Piece("▀▀", WHITE, BLACK), Piece("▀", BLACK, BLACK)),)


def test_an_odd_last_row_leaves_the_lower_half_alone() -> None:
    drawn = picture([[1], [1], [1]], 1, 2, GREY, low=0, high=1)

    assert drawn.rows[1] == (Piece("▀", WHITE, None),)


def test_a_28_by_28_image_takes_28_columns_and_14_rows() -> None:
    image = np.arange(784, dtype=np.uint8).reshape(28, 28)
    drawn = picture(values_of(image), 40, 14, GREY, low=0, high=255)

    assert (drawn.width, len(drawn.rows)) == (28, 14)
    assert {len(line) for line in drawn.text.split("\n")} == {28}


@pytest.mark.parametrize(
    ("width", "height", "pixels"),
    [
        (28, 14, (28, 28)),
        (19, 10, (19, 19)),
        (40, 10, (20, 20)),
        (100, 28, (56, 56)),
        (0, 5, (0, 0)),
    ],
)
def test_images_fit_their_place_and_keep_their_aspect(
    width: int, height: int, pixels: tuple[int, int]
) -> None:
    assert fitted(28, 28, width, height) == pixels


def test_smaller_is_the_mean_and_larger_the_nearest() -> None:
    assert resample([[0, 2], [4, 6]], 1, 1) == [[3.0]]
    assert resample([[0, 3, 6]], 2, 1) == [[pytest.approx(1.0), pytest.approx(5.0)]]
    assert resample([[1, 2]], 4, 2) == [[1, 1, 2, 2], [1, 1, 2, 2]]


@settings(deadline=None)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.lists(
            st.lists(st.floats(0, 1), min_size=n, max_size=n), min_size=1, max_size=12
        )
    ),
    st.integers(1, 12),
    st.integers(1, 12),
)
def test_a_smaller_image_has_the_same_mean(
    image: list[list[float]], columns: int, rows: int
) -> None:
    columns, rows = min(columns, len(image[0])), min(rows, len(image))
    small = resample(image, columns, rows)

    assert np.mean(small) == pytest.approx(np.mean(image), abs=1e-9)
    assert np.min(image) - 1e-9 <= np.min(small) <= np.max(small) <= np.max(image) + 1e-9


def test_what_is_not_a_number_is_marked_and_the_rest_is_drawn() -> None:
    drawn = picture([[math.nan, 1], [0, math.inf], [1, 1], [1, 1]], 2, 2, GREY, low=0, high=1)

    assert drawn.rows[0] == (Piece("??", lost=True),)
    assert drawn.rows[1] == (Piece("▀▀", WHITE, WHITE),)
    assert lost_count([[math.nan, 1], [0, math.inf]]) == 2
    assert extent([[math.nan, 1], [0, math.inf]]) == (0, 1)
    assert extent([[math.nan]]) is None


def test_an_error_above_zero_never_looks_like_zero() -> None:
    values = [[0.0, 1e-9], [0.0, 1e-9]]
    shown = picture(values, 2, 1, GREY, low=0, high=1, exact_zero=True)
    plain = picture(values, 2, 1, GREY, low=0, high=1)

    assert shown.rows == ((Piece("▀", BLACK, BLACK), Piece("▀", DIM, DIM)),)
    assert plain.rows == ((Piece("▀▀", BLACK, BLACK),),)


def test_without_colour_ink_stands_for_light() -> None:
    drawn = picture([[0, 0.5, 1]] * 2, 3, 1, INK, low=0, high=1)
    assert drawn.text == " =@"


def test_an_image_without_range_is_drawn_as_its_low_end() -> None:
    assert picture([[5, 5], [5, 5]], 2, 1, GREY, low=5, high=5).rows == (
        (Piece("▀▀", BLACK, BLACK),),
    )


odd = st.floats(allow_nan=True, allow_infinity=True)


@settings(deadline=None)
@given(
    st.integers(0, 6).flatmap(
        lambda n: st.lists(st.lists(odd, min_size=n, max_size=n), max_size=6)
    ),
    st.integers(-1, 20),
    st.integers(-1, 10),
    st.sampled_from([GREY, INK]),
    odd,
    odd,
)
def test_any_values_at_any_size_stay_inside(
    image: list[list[float]], width: int, height: int, colours: Ramp, low: float, high: float
) -> None:
    drawn = picture(image, width, height, colours, low=low, high=high)

    assert len(drawn.rows) <= max(0, height)
    assert drawn.width <= max(0, width)
    assert all(len(line) == drawn.width for line in drawn.text.split("\n") if drawn.rows)


def test_arrays_and_lists_give_the_same_values() -> None:
    assert values_of(np.float32([[0.5, 1]])) == values_of([[0.5, 1]]) == [[0.5, 1.0]]


@pytest.mark.parametrize("bad", [[1, 2], np.zeros((2, 2, 2)), np.zeros(3), [[1], [1, 2]]])
def test_what_is_no_image_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="image"):
        values_of(bad)


def scale_text(width: int, colours: Ramp = GREY) -> str:
    return "".join(piece.text for piece in scale(colours, "0", "0.431", width))


def test_the_scale_says_what_dark_and_light_mean() -> None:
    assert scale_text(28) == "dark 0 ▀▀▀▀▀▀▀▀▀ 0.431 light"
    assert scale_text(19) == "dark 0 light 0.431"
    assert scale_text(15) == "light is 0.431"
    assert scale_text(6) == "0.431"
    assert scale_text(3) == ""
    assert scale_text(28, INK).startswith("empty 0  ")


@settings(deadline=None)
@given(st.integers(0, 60))
def test_the_scale_fits(width: int) -> None:
    assert len(scale_text(width)) <= width


def test_the_scale_runs_from_one_end_of_the_ramp_to_the_other() -> None:
    bar = [piece for piece in scale(GREY, "0", "1", 40) if piece.upper is not None]
    assert (bar[0].upper, bar[-1].upper) == (BLACK, WHITE)
