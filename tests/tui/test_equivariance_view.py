"""What the equivariance pane looks at, by keys and by typing."""

from __future__ import annotations

import pytest

from rottui.tui.equivariance_view import View, ViewError, view_from


def test_it_begins_with_the_panels_of_the_experiment() -> None:
    assert View() == View("train", 0, (5, 5), 90.0, 0)


def test_shifts_add_up_until_nothing_would_be_left() -> None:
    assert View().shifted(-1, 2).shift == (4, 7)
    assert View(shift=(27, -27)).shifted(1, -1).shift == (27, -27)


def test_turns_come_back_round() -> None:
    assert View(angle=355).turned(5).angle == 0
    assert View(angle=0).turned(-5).angle == 355
    assert [View(angle=angle).exact for angle in (0, 90, 270, 95)] == [True, True, True, False]


def test_images_come_back_round_too() -> None:
    assert View(index=0).moved(-1, 20).index == 19
    assert View(index=19).moved(1, 20).index == 0
    assert View(index=0).moved(-1, None).index == 0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("image 12", View(index=11)),
        ("12", View(index=11)),
        ("Image 12", View(index=11)),
        ("shift 3 -2", View(shift=(3, -2))),
        ("shift 3,-2", View(shift=(3, -2))),
        ("s 0 0", View(shift=(0, 0))),
        ("angle 37", View(angle=37.0)),
        ("angle -90", View(angle=270.0)),
        ("turn 12.5°", View(angle=12.5)),
        ("weights 4", View(weights_seed=4)),
        ("test", View(split="test")),
        ("test 30", View("test", 29)),
        ("test 3, angle 45; shift 1 1", View("test", 2, (1, 1), 45.0)),
    ],
)
def test_what_can_be_typed(text: str, wanted: View) -> None:
    assert view_from(text, View(), 20) == wanted


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Type image 12, shift 3 -2"),
        ("image", "image needs a number"),
        ("image 0", "There is no image 0; train has 1 to 20."),
        ("image 21", "There is no image 21"),
        ("image 1.5", "An image's number is a whole number, not “1.5”."),
        ("shift 3", "A shift is two numbers"),
        ("shift 3 x", "A shift is a whole number, not “x”."),
        ("shift 28 0", "at most 27 pixels"),
        ("angle up", "An angle is a number of degrees, not “up”."),
        ("angle nan", "An angle is a number of degrees, not “nan”."),
        ("angle inf", "An angle is a number of degrees"),
        ("weights -1", "whole number from 0 on"),
        ("colour 3", "No “colour” here"),
        ("x", "No “x” here; try image 12, shift 3 -2"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ViewError) as error:
        view_from(text, View(), 20)

    assert sentence in str(error.value)


def test_another_split_begins_at_its_first_image() -> None:
    assert view_from("test", View(index=7), 20).index == 0
    assert view_from("train", View(index=7), 20).index == 7


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12", View(index=11)),
        ("3,4", View(shift=(3, 4))),
        ("3 -2", View(shift=(3, -2))),
        ("60°", View(angle=60.0)),
        ("60 deg", View(angle=60.0)),
    ],
)
def test_numbers_alone_are_an_image_a_shift_or_an_angle(text: str, meant: View) -> None:
    assert view_from(text, View()) == meant


def test_more_numbers_than_a_shift_has_mean_nothing() -> None:
    with pytest.raises(ViewError, match="Too many numbers; type image 12 or shift 3 -2"):
        view_from("1 2 3", View())


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        ((5, 5), "5 right, 5 down"),
        ((3, -2), "3 right, 2 up"),
        ((-1, 0), "1 left"),
        ((0, 0), "none"),
    ],
)
def test_a_shift_is_said_by_where_it_goes(shift: tuple[int, int], words: str) -> None:
    assert View(shift=shift).shift_words == words
