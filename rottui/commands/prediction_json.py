"""Predictions as JSON for programs; what is not a number is null."""

from __future__ import annotations

import math
from typing import Any

from rottui.core.predictions import Errors, Predictions, Readings


def summary_json(predictions: Predictions) -> dict[str, Any]:
    """Errors of all images, in parts of the histogram and of the circle, and of each class."""
    return {
        "metrics": errors_json(predictions.overall())
        | {
            "ambiguous": None
            if predictions.confidence is None
            else float(predictions.ambiguous.mean())
        },
        "histogram": [
            {"from_deg": part.low, "to_deg": part.high, "count": part.count}
            for part in predictions.histogram()
        ],
        "by_angle": [
            {"from_deg": band.low, "to_deg": band.high} | errors_json(band.errors)
            for band in predictions.by_angle()
        ],
        "by_class": [
            {"class": kind.name} | errors_json(kind.errors) for kind in predictions.by_class()
        ],
    }


def errors_json(errors: Errors) -> dict[str, Any]:
    """The numbers of a group of predictions."""
    return {
        "count": errors.count,
        "circular_mae_deg": _finite(errors.mae_deg),
        "median_deg": _finite(errors.median_deg),
        "flips": _finite(errors.flips),
        "axial_mae_deg": _finite(errors.axial_mae_deg),
    }


def image_json(predictions: Predictions, index: int) -> dict[str, Any]:
    """One image of a split; ``index`` counts from 0."""
    return {
        "index": index,
        "class": predictions.class_name(index) or None,
        "true_deg": float(predictions.true_angles[index]),
        "error_deg": float(predictions.errors[index]),
    } | reading_json(predictions, index)


def reading_json(readings: Readings, index: int) -> dict[str, Any]:
    """What was read in one image."""
    lengths = readings.confidence
    return {
        "predicted_deg": float(readings.angles[index]),
        "confidence": None if lengths is None else float(lengths[index]),
        "ambiguous": bool(readings.ambiguous[index]),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
