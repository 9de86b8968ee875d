"""The built-in garments: the same for a seed, each on its own, and told apart by their outline."""

from __future__ import annotations

import numpy as np
import pytest

from rottui.core.data.garments import Garments, upright_garments
from rottui.core.data.garments.fabric import DRAWS, dressed
from rottui.core.data.garments.sketch import Dice, Sketch
from rottui.core.data.garments.wardrobe import _DICE, _KINDS
from rottui.core.data.rotation import Turns

SHOES = (5, 7, 9)
CLOTHES = (0, 1, 2, 3, 4, 6)


def test_a_seed_gives_the_same_images_every_time() -> None:
    first = Garments(Turns(0, 360, 5), (70, 30)).read()
    again = Garments(Turns(0, 360, 5), (70, 30)).read()
    assert (first.train.images == again.train.images).all()
    assert (first.test.angles == again.test.angles).all()
    other = Garments(Turns(0, 360, 6), (70, 30)).read()
    assert (first.train.images != other.train.images).any((1, 2, 3)).mean() > 0.95


def test_an_image_depends_on_seed_split_and_place_alone() -> None:
    many = Garments(Turns(0, 360, 5), (1100, 3)).read()
    few = Garments(Turns(0, 360, 5), (7, 600)).read()
    assert (many.train.images[:7] == few.train.images).all()
    assert (many.test.images == few.test.images[:3]).all()
    assert many.train.labels is not None
    assert few.train.labels is not None
    assert (many.train.labels[:7] == few.train.labels).all()
    assert (many.train.angles[:7] == few.train.angles).all()
    assert (few.train.images[:3] != few.test.images[:3]).any((1, 2, 3)).all()


def test_the_angle_range_changes_the_angles_and_not_the_garments() -> None:
    upright, _ = upright_garments(5, "train", 20)
    level = Garments(Turns(0, 1, 5), (20, 1)).read().train
    assert level.angles.tolist() == [0] * 20
    assert (level.images[:, 0] == upright).all()
    quarter = Garments(Turns(90, 91, 5), (20, 1)).read().train
    assert (quarter.images[:, 0] == np.rot90(upright, axes=(1, 2))).all()


def test_all_kinds_are_equally_common_and_named() -> None:
    contents = Garments(Turns(0, 360, 0), (2000, 1)).read()
    assert contents.train.labels is not None
    assert np.bincount(contents.train.labels, minlength=10).min() > 140
    assert len(contents.class_names) == 10
    assert contents.train.images.dtype == np.uint8


def test_garments_are_bright_on_black_and_fill_the_frame() -> None:
    images, labels = upright_garments(1, "train", 1000)
    assert (images[:, [0, 0, -1, -1], [0, -1, 0, -1]] == 0).mean() > 0.97
    for kind in range(10):
        shown = (images[labels == kind] > 20).mean((1, 2))
        assert 0.08 < shown.min() < shown.max() < 0.85, kind
        extent = (images[labels == kind] > 20).any(1).sum(1)  # columns that show something
        assert extent.min() >= 8, kind


def test_garments_stand_as_in_fashion_mnist() -> None:
    images, labels = upright_garments(2, "train", 2000)
    lit = images > 20
    for kind in SHOES:  # the toe is low and on the left, the opening high and on the right
        upper_left, upper_right = lit[labels == kind][:, :12, :12], lit[labels == kind][:, :12, 16:]
        assert upper_right.mean() > 1.3 * upper_left.mean(), kind
    for kind in CLOTHES:
        shape = lit[labels == kind].mean(0)
        assert np.abs(shape - shape[:, ::-1]).mean() < 0.06, kind
    trousers = lit[labels == 1]
    assert trousers[:, 3:7, 14].mean() > trousers[:, 22:25, 14].mean() + 0.3  # a gap below
    bags = lit[labels == 8]
    assert bags[:, 17:24].mean() > 1.5 * bags[:, 2:9].mean()  # a handle above a body


def test_kinds_differ_in_outline() -> None:
    """The nearest mean outline names most garments: a person needs no more."""
    images, labels = upright_garments(3, "train", 3000)
    outlines = (images > 20).astype(float)
    means = np.stack([outlines[:2000][labels[:2000] == kind].mean(0) for kind in range(10)])
    distance = ((outlines[2000:, None] - means) ** 2).sum((2, 3))
    assert (distance.argmin(1) == labels[2000:]).mean() > 0.65


def test_garments_of_a_kind_differ() -> None:
    images, labels = upright_garments(4, "train", 600)
    for kind in range(10):
        of_kind = images[labels == kind].astype(float)
        assert np.abs(of_kind - of_kind.mean(0)).mean() > 8, kind


@pytest.mark.parametrize("value", [0.0, 0.49, 0.999999])
@pytest.mark.parametrize("kind", range(10))
def test_no_throw_of_the_dice_asks_for_more_numbers_than_there_are(kind: int, value: float) -> None:
    dice = Dice(np.full(_DICE, value))
    sketch = Sketch(dice)
    _KINDS[kind][1](sketch, dice)
    tone, cloth = sketch.layers()
    out = dressed(tone[None], cloth[None], np.full((1, DRAWS), value), np.full((1, 28, 28), value))
    assert out.shape == (1, 28, 28)
    assert out.max() > 60


def test_the_digest_follows_seed_range_and_sizes() -> None:
    made = [
        Garments(Turns(0, 360, 0), (10, 5)),
        Garments(Turns(0, 360, 1), (10, 5)),
        Garments(Turns(0, 180, 0), (10, 5)),
        Garments(Turns(0, 360, 0), (11, 5)),
        Garments(Turns(0, 360, 0), (10, 5)),
    ]
    assert len({garments.digest() for garments in made}) == 4
