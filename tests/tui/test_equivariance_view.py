"""What the equivariance pane looks at, by keys and by typing."""

from __future__ import annotations

import pytest

from rottui.tui.equivariance_view import PROMPT, View, ViewError, view_from


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
        ("", "try image 12, shift 3 -2, angle 37"),
        ("image", "image needs a number, such as image 12"),
        ("image 0", "no image 0: there are 1 to 20,000"),
        ("image -3", "no image -3: there are 1 to 20,000"),
        ("image 999999", "no image 999999: there are 1 to 20,000"),
        ("999999999999999", "no image 99999999999…: there are 1 to 20,000"),
        ("1" * 5000, 'an image is a whole number, not "11111111111…"'),
        ("image 1.5", 'an image is a whole number, not "1.5"'),
        ("image 60°", 'no "°"; try image 12, shift 3 -2, angle 37'),
        ("image 3 4", 'no "4"; try image 12, shift 3 -2, angle 37'),
        ("test 3 4", 'no "4"; try image 12, shift 3 -2, angle 37'),
        ("3 angle 4", 'no "3"; try image 12, shift 3 -2, angle 37'),
        ("1 2 3", "too many numbers; try image 12 or shift 3 -2"),
        ("60° 3", 'no "60"; try image 12, shift 3 -2, angle 37'),
        ("20,000", 'a shift is two whole numbers, not "000"'),
        ("100,100", "a shift is at most 27 pixels: shift 3 -2"),
        ("shift 3", "a shift is two numbers: shift 3 -2"),
        ("shift 3 angle 4", "a shift is two numbers: shift 3 -2"),
        ("shift 3 x", 'a shift is two whole numbers, not "x"'),
        ("shift 3 sideways-forever", 'a shift is two whole numbers, not "sideways"'),
        ("shift 28 0", "a shift is at most 27 pixels: shift 3 -2"),
        ("shift 123456789012345 0", "a shift is at most 27 pixels: shift 3 -2"),
        ("angle up", 'an angle is in degrees, not "up"'),
        ("angle nan", 'an angle is in degrees, not "nan"'),
        ("angle counterclockwise", 'an angle is in degrees, not "countercloc…"'),
        ("angle weights", "angle needs a number, such as angle 12"),
        ("weights", "weights needs a number, such as weights 12"),
        ("weights -1", "weights go from 0 to 4294967295"),
        ("weights 12x", 'no "x"; try image 12, shift 3 -2, angle 37'),
        ("colour 3", 'no "colour"; try image 12, shift 3 -2, angle 37'),
        ("incomprehensible", 'no "incomprehen…"; try image 12, shift 3 -2, angle 37'),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_short_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ViewError) as error:
        view_from(text, View(), 20_000)

    assert str(error.value) == sentence
    assert len("✗ " + sentence) <= 58


def test_the_hint_is_as_short() -> None:
    assert len(PROMPT) <= 58


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
        ("60deg", View(angle=60.0)),
        ("60 degrees", View(angle=60.0)),
        ("-12.5°", View(angle=347.5)),
        ("angle 60°, weights 4", View(angle=60.0, weights_seed=4)),
        ("image 20,000", View(index=19_999)),
        ("test 1,234", View("test", 1_233)),
    ],
)
def test_numbers_alone_are_an_image_a_shift_or_an_angle(text: str, meant: View) -> None:
    assert view_from(text, View()) == meant


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        ((5, 5), "shift 5 right, 5 down"),
        ((3, -2), "shift 3 right, 2 up"),
        ((-1, 0), "shift 1 left"),
        ((0, 0), "no shift"),
    ],
)
def test_a_shift_is_said_by_where_it_goes(shift: tuple[int, int], words: str) -> None:
    assert View(shift=shift).shift_words == words
