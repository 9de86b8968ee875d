"""Targets and their errors in degrees, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rottui.core.targets import (
    AMBIGUOUS,
    CircularTarget,
    ScalarTarget,
    angle_target,
    on_circle_deg,
    wrap_deg,
)

ANGLES = torch.tensor([0.0, 90.0, 180.0, 270.0])


def test_the_scalar_target_is_standardised_with_the_sample_deviation() -> None:
    target = angle_target("scalar", ANGLES)
    encoded = target.encode(ANGLES)
    assert encoded.shape == (4, 1)
    wanted = (ANGLES.numpy() - 135) / np.std(ANGLES.numpy(), ddof=1)
    np.testing.assert_allclose(encoded[:, 0], wanted, rtol=1e-6)
    assert encoded.std().item() == pytest.approx(1)


def test_the_circular_target_is_the_unit_vector() -> None:
    encoded = CircularTarget().encode(ANGLES)
    wanted = torch.tensor([[1.0, 0], [0, 1], [-1, 0], [0, -1]])
    torch.testing.assert_close(encoded, wanted, atol=1e-6, rtol=0)


@given(st.floats(0, 360), st.floats(0, 360), st.floats(0.01, 50))
def test_circular_errors_are_the_short_way_round_whatever_the_length(
    predicted: float, wanted: float, length: float
) -> None:
    target = CircularTarget()
    vectors = target.encode(torch.tensor([predicted, wanted], dtype=torch.float64))
    error = target.errors_deg(vectors[:1] * length, vectors[1:]).item()
    apart = abs(predicted - wanted) % 360
    assert error == pytest.approx(min(apart, 360 - apart), abs=1e-6)


def test_the_scalar_error_goes_the_long_way_across_the_seam() -> None:
    target = ScalarTarget(mean=180.0, std=100.0)
    encoded = target.encode(torch.tensor([359.0, 0.0]))
    assert target.errors_deg(encoded[:1], encoded[1:]).item() == pytest.approx(359.0)


def test_the_circular_error_of_the_scalar_target_goes_the_short_way() -> None:
    target = ScalarTarget(mean=180.0, std=100.0)
    predicted = target.encode(torch.tensor([359.0, 10.0, 350.0, 200.0]))
    wanted = target.encode(torch.tensor([0.0, 350.0, 10.0, 20.0]))
    errors = target.circular_errors_deg(predicted, wanted)
    torch.testing.assert_close(errors, torch.tensor([1.0, 20.0, 20.0, 180.0]), atol=1e-3, rtol=0)
    # A network may put out any number: 1000° stands for 280°.
    far = target.encode(torch.tensor([1000.0]))
    error = target.circular_errors_deg(far, target.encode(torch.tensor([270.0])))
    assert error.item() == pytest.approx(10.0, abs=1e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_angles_come_back_from_both_targets(dtype: torch.dtype) -> None:
    angles = torch.tensor([0.0, 1.0, 89.0, 180.0, 270.0, 359.0], dtype=dtype)
    for target in (ScalarTarget(180.0, 104.0), CircularTarget()):
        torch.testing.assert_close(
            wrap_deg(target.decode(target.encode(angles)) - angles),
            torch.zeros_like(angles),
            atol=1e-4,
            rtol=0,
        )


def test_outputs_beyond_the_circle_are_decoded_onto_it() -> None:
    outputs = ScalarTarget(180.0, 100.0).encode(torch.tensor([-10.0, 370.0, 360.0]))
    decoded = ScalarTarget(180.0, 100.0).decode(outputs)
    torch.testing.assert_close(decoded, torch.tensor([350.0, 10.0, 0.0]), atol=1e-3, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("hair", [1e-3, 1e-6, 1e-9, 1e-15, 1e-30])
def test_a_hair_below_zero_is_on_the_circle_too(hair: float, dtype: torch.dtype) -> None:
    angle = torch.tensor([-hair], dtype=dtype)
    assert 0 <= on_circle_deg(angle).item() < 360
    assert -180 <= wrap_deg(angle - 180).item() < 180
    vector = torch.tensor([[1.0, -math.radians(hair)]], dtype=dtype)
    assert 0 <= CircularTarget().decode(vector).item() < 360


def test_angles_that_are_no_numbers_stay_so() -> None:
    assert on_circle_deg(torch.tensor([math.nan])).isnan().all()
    errors = CircularTarget().errors_deg(torch.tensor([[math.nan, 0.0]]), torch.eye(2)[:1])
    assert errors.isnan().all()


def test_the_length_of_the_vector_is_its_confidence_and_a_number_has_none() -> None:
    vectors = torch.tensor([[3.0, 4.0], [0.0, -0.2], [0.0, 0.0]])
    confidence = CircularTarget().confidence(vectors)
    torch.testing.assert_close(confidence, torch.tensor([5.0, 0.2, 0.0]))
    assert (confidence < AMBIGUOUS).tolist() == [False, True, True]
    assert ScalarTarget(180.0, 100.0).confidence(vectors[:, :1]) is None


def test_the_mean_of_opposite_directions_has_no_length_and_of_like_ones_nearly_all() -> None:
    target = CircularTarget()
    unsure = target.encode(torch.tensor([30.0, 210.0])).mean(0, keepdim=True)
    sure = target.encode(torch.tensor([29.0, 31.0])).mean(0, keepdim=True)
    assert target.confidence(unsure).item() == pytest.approx(0, abs=1e-6)
    assert target.confidence(sure).item() == pytest.approx(math.cos(math.radians(1)), abs=1e-6)


def test_a_vector_without_a_direction_is_as_wrong_as_a_guess_and_not_right() -> None:
    target = CircularTarget()
    nowhere = torch.zeros(3, 2)
    wanted = target.encode(torch.tensor([0.0, 120.0, 270.0]))
    assert target.errors_deg(nowhere, wanted).tolist() == [90.0, 90.0, 90.0]
