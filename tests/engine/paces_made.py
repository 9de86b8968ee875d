"""Measured paces as the store would tell them."""

from __future__ import annotations

import json
from typing import Any

from rottui.core.config import RunConfig
from rottui.core.presets import SEED_MLP
from rottui.store.outlook import SHAPE, MeasuredPace

IMAGES = 1280
MLP = SEED_MLP.replaced({"data.train_size": IMAGES, "data.test_size": 256})


def shape(config: RunConfig, **changes: Any) -> str:
    """As the store writes it down."""
    values = config.replaced({name.replace("__", "."): value for name, value in changes.items()})
    dumped = values.to_dict()
    found = []
    for name in SHAPE:
        place: Any = dumped
        for part in name.split("."):
            place = place[part]
        found.append(place)
    return json.dumps(found)


def measured(
    seconds: float,
    config: RunConfig = MLP,
    *,
    at_once: int = 1,
    threads: int = 1,
    images: int = IMAGES,
    **changes: Any,
) -> MeasuredPace:
    text = shape(config, **changes)
    steps = images / json.loads(text)[SHAPE.index("batch_size")]
    return MeasuredPace(text, seconds, steps, threads, at_once)
