"""Predictions: orders, bins and groups, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rottui.core.predictions import Errors, Order, Predictions


def predictions(
    true: list[float],
    predicted: list[float],
    *,
    confidence: list[float] | None = None,
    labels: list[int] | None = None,
    class_names: tuple[str, ...] = ("Bag", "Dress", "Coat"),
) -> Predictions:
    difference = np.abs(np.array(true) - np.array(predicted)) % 360
    return Predictions(
        images=np.zeros((len(true), 28, 28), np.uint8),
        angles=np.array(predicted, float),
        confidence=None if confidence is None else np.array(confidence),
        ambiguous=np.zeros(len(true), bool),
        true_angles=np.array(true, float),
        errors=np.minimum(difference, 360 - difference),
        labels=None if labels is None else np.array(labels, np.uint8),
        class_names=class_names,
    )


FIVE = predictions(
    [0, 10, 20, 90, 180],
    [359, 50, 20, 230, 350],  # errors 1, 40, 0, 140, 170
    confidence=[0.9, 0.8, 0.7, 0.95, 0.2],
    labels=[0, 1, 0, 1, 1],
)


def test_errors_are_counted_as_the_training_counts_them() -> None:
    overall = FIVE.overall()
    assert (overall.count, overall.mae_deg, overall.median_deg) == (5, 351 / 5, 40)
    assert overall.flips == 0.4
    assert overall.axial_mae_deg == pytest.approx((1 + 40 + 0 + 40 + 10) / 5)


def test_a_group_of_none_has_no_numbers() -> None:
    nothing = Errors.of(np.zeros(0))
    assert nothing.count == 0
    assert math.isnan(nothing.mae_deg)
    assert math.isnan(nothing.flips)


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        (Order.WORST, [4, 3, 1, 0, 2]),
        (Order.BEST, [2, 0, 1, 3, 4]),
        (Order.GIVEN, [0, 1, 2, 3, 4]),
        (Order.CONFIDENT, [3, 4]),  # 40° off is the right quarter turn still
    ],
)
def test_orders(order: Order, wanted: list[int]) -> None:
    assert FIVE.ordered(order).tolist() == wanted


def test_equal_errors_stay_in_the_order_of_the_split() -> None:
    alike = predictions([0, 0, 0, 0], [5, 9, 5, 9])
    assert alike.ordered(Order.WORST).tolist() == [1, 3, 0, 2]
    assert alike.ordered(Order.BEST).tolist() == [0, 2, 1, 3]


def test_without_confidence_nothing_is_confidently_wrong() -> None:
    plain = predictions([0, 0], [100, 0])
    assert Order.CONFIDENT not in plain.orders()
    assert plain.ordered(Order.CONFIDENT).tolist() == []
    assert FIVE.orders() == tuple(Order)


def test_the_histogram_counts_every_error_once() -> None:
    bins = FIVE.histogram(18)
    assert [(part.low, part.high) for part in bins[:2]] == [(0, 10), (10, 20)]
    assert {part.low: part.count for part in bins if part.count} == {0: 2, 40: 1, 140: 1, 170: 1}


def test_an_error_on_a_boundary_counts_above_it_and_180_degrees_in_the_last_bin() -> None:
    edges = predictions([0, 0, 0, 0], [9.999, 10, 10 - 1e-12, 180])
    counts = [part.count for part in edges.histogram(18)]
    assert (counts[0], counts[1], counts[-1]) == (1, 2, 1)


def test_errors_by_true_angle_go_round_the_circle_once() -> None:
    bands = FIVE.by_angle(4)
    assert [(band.low, band.high, band.errors.count) for band in bands] == [
        (0, 90, 3),
        (90, 180, 1),
        (180, 270, 1),
        (270, 360, 0),
    ]
    assert bands[0].errors.mae_deg == pytest.approx(41 / 3)


def test_errors_by_class_begin_with_the_worst_and_leave_out_what_is_not_there() -> None:
    kinds = FIVE.by_class()
    assert [kind.name for kind in kinds] == ["Dress", "Bag"]
    assert kinds[0].errors.mae_deg == pytest.approx(350 / 3)
    assert kinds[0].errors.flips == pytest.approx(2 / 3)
    assert FIVE.class_name(1) == "Dress"


def test_data_without_classes_has_none() -> None:
    plain = predictions([0], [0])
    assert plain.by_class() == ()
    assert plain.class_name(0) == ""
