"""The experiment's four maps against its own text, and what they are known to show."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms.functional import affine

from rottui.core.data.dataset import Dataset
from rottui.core.equivariance import rotated, seed_maps, shifted, untrained_convolution
from rottui.errors import ConfigError


@pytest.fixture
def image(tiny_dataset: Dataset) -> np.ndarray:
    return tiny_dataset.train.images[0, 0]


@pytest.mark.parametrize("angle", [90, 37.5, -90, 180])
@pytest.mark.parametrize("move", [(5, 5), (-3, 2), (0, 0)])
def test_the_maps_are_those_of_the_experiments_text(
    angle: float, move: tuple[int, int], image: np.ndarray
) -> None:
    conv = untrained_convolution(3)
    test_im = torch.tensor(image / 255, dtype=torch.float32)[None]
    shift = partial(affine, angle=0, translate=move, scale=1, shear=0)
    rotation = partial(affine, angle=angle, translate=(0, 0), scale=1, shear=0)
    with torch.no_grad():

        def model(x: torch.Tensor) -> torch.Tensor:
            return torch.relu(conv(torch.relu(conv(x))))

        features = model(test_im)
        shift_error = torch.abs(shift(features) - model(shift(test_im)))
        rotation_error = torch.abs(rotation(features) - model(rotation(test_im)))
    maps = seed_maps(image, shift=move, angle=angle, weights_seed=3)
    for found, wanted in (
        (maps.image, test_im),
        (maps.features, features),
        (maps.shift_error, shift_error),
        (maps.rotation_error, rotation_error),
    ):
        np.testing.assert_allclose(found, wanted[0], atol=1e-6)


def test_a_shift_commutes_but_for_a_band_at_the_top_and_the_left(image: np.ndarray) -> None:
    maps = seed_maps(image, shift=(5, 5), weights_seed=0)
    assert maps.shift_error[:5].any()
    assert maps.shift_error[:, :5].any()
    # The first row and column behind the band still see pixels that the shift brought in.
    np.testing.assert_allclose(maps.shift_error[5:, 5:], 0, atol=1e-7)


def test_a_rotation_does_not_commute(image: np.ndarray) -> None:
    maps = seed_maps(image, angle=90, weights_seed=0)
    assert maps.rotation_numbers.relative > 0.1
    assert maps.rotation_error[6:-6, 6:-6].any()  # not only where the border comes in


def test_on_a_real_image_the_numbers_say_what_the_experiment_observed(real_data: Path) -> None:
    with ZipFile(real_data / "rotated_fashion_mnist.zip") as archive:
        first = archive.read("rotated_fashion_mnist/train/0_20.png")
    maps = seed_maps(np.asarray(Image.open(io.BytesIO(first))))
    assert maps.shift_numbers.zero_share > 0.6
    np.testing.assert_allclose(maps.shift_error[5:, 5:], 0, atol=1e-7)
    assert maps.rotation_numbers.zero_share < 0.3


def test_no_transformation_leaves_no_error(image: np.ndarray) -> None:
    maps = seed_maps(image, shift=(0, 0), angle=0)
    assert not maps.shift_error.any()
    assert not maps.rotation_error.any()
    assert (maps.shift_numbers.zero_share, maps.shift_numbers.relative) == (1.0, 0.0)


def test_a_dead_stack_is_known_as_such(image: np.ndarray) -> None:
    dead = [seed for seed in range(20) if seed_maps(image, weights_seed=seed).dead]
    assert 0 < len(dead) < 20
    assert 0 not in dead


@pytest.mark.parametrize("angle", [90.0, 180.0, 270.0, 360.0, -90.0])
@pytest.mark.parametrize("size", [24, 27])
def test_quarter_turns_equal_torchvisions_clockwise_affine(angle: float, size: int) -> None:
    x = torch.rand(1, 1, size, size, generator=torch.Generator().manual_seed(0))
    assert torch.equal(rotated(x, angle), affine(x, angle, [0, 0], 1.0, [0.0]))


@pytest.mark.parametrize("move", [(5, 5), (-4, 7), (0, -27), (27, 0)])
def test_whole_pixel_shifts_equal_torchvisions_affine(move: tuple[int, int]) -> None:
    x = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    assert torch.equal(shifted(x, move), affine(x, 0, list(move), 1.0, [0.0]))


def test_a_shift_past_the_image_and_an_angle_that_is_none_are_refused(image: np.ndarray) -> None:
    with pytest.raises(ConfigError, match="leaves nothing of a 28×28 image"):
        seed_maps(image, shift=(28, 0))
    with pytest.raises(ConfigError, match="must be a number of degrees, not nan"):
        seed_maps(image, angle=float("nan"))
