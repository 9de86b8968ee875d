"""Targets and their errors in degrees, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rottui.core.targets import CircularTarget, ScalarTarget, angle_target

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
