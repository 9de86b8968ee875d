"""How long an epoch will take: the nearest of what was measured, and how it is scaled."""

from __future__ import annotations

from typing import Any

import pytest
from paces_made import IMAGES, MLP, measured, shape

from rottui.core.config import RunConfig
from rottui.core.flops import image_flops
from rottui.core.presets import SEED_CNN
from rottui.engine.paces import Basis, Pace, Paces
from rottui.store.outlook import MeasuredPace, UnfinishedRun
from rottui.store.states import State


def pace(
    *paces: MeasuredPace,
    config: RunConfig = MLP,
    own: MeasuredPace | None = None,
    at_once: int = 1,
    threads: int = 1,
    cores: int = 4,
    **changes: Any,
) -> Pace | None:
    text = shape(config, **changes)
    run = UnfinishedRun(1, State.QUEUED, None, text, 10, None, False, None, None, own)
    return Paces(paces, cores).of(run, at_once, threads)


def test_the_runs_own_epochs_count_first() -> None:
    assert pace(measured(9.0), own=measured(2.0)) == (2.0, Basis.OWN, False)


def test_then_the_middle_one_of_runs_alike() -> None:
    paces = [measured(1.0), measured(3.0), measured(50.0), measured(7.0, batch_size=64)]
    assert pace(*paces) == (3.0, Basis.ALIKE, False)
    assert pace(*paces, measured(4.0, optimizer="sgd"), optimizer="sgd") == (4.0, "like runs", 0)


def test_then_the_same_network_by_the_number_of_images() -> None:
    double = {"data__train_size": 2 * IMAGES}
    assert pace(measured(1.5), **double) == (3.0, Basis.IMAGES, False)
    paces = [measured(1.5, batch_size=32), measured(2.0)]
    assert pace(*paces, **double) == (4.0, Basis.IMAGES, False), "the same batch size is nearer"
    assert pace(paces[0]) == (1.5, Basis.IMAGES, False)


def test_the_size_of_data_that_is_used_whole_is_known_from_runs_on_it() -> None:
    whole = {"data__source": "rotated", "data__path": "/x.zip", "data__train_size": None}
    assert pace(measured(1.0), **whole) is None
    other = measured(8.0, SEED_CNN, images=5 * IMAGES, **whole)
    assert pace(measured(1.0), other, **whole) == (5.0, Basis.IMAGES, False)
    assert pace(measured(1.0), data__train_size=None) == (10_000 / IMAGES, Basis.IMAGES, False)


def test_then_other_networks_by_their_operations() -> None:
    def operations(config: RunConfig) -> int:
        flops = image_flops(config.network)
        return flops.step + flops.forward

    wider = MLP.replaced({"network.dense_hiddens": (256, 256)})
    found = pace(measured(1.0, SEED_CNN, data__train_size=IMAGES), measured(2.0), config=wider)
    assert found is not None
    assert found.basis is Basis.OPERATIONS
    assert found.seconds == pytest.approx(2.0 * operations(wider) / operations(MLP))
    found = pace(measured(2.0), config=SEED_CNN, data__train_size=IMAGES)
    assert found is not None
    assert found.seconds == pytest.approx(2.0 * operations(SEED_CNN) / operations(MLP))


def test_another_device_or_precision_tells_nothing() -> None:
    assert pace(measured(1.0), device="cuda") is None
    assert pace(measured(1.0), precision="float64") is None
    assert pace() is None


def test_what_was_measured_beside_as_many_runs_counts_first() -> None:
    paces = [measured(1.0), measured(1.2, at_once=2), measured(2.0, at_once=4)]
    other = measured(1.0, SEED_CNN), measured(9.0, SEED_CNN, at_once=2)
    assert pace(*paces, *other, at_once=2) == (1.2, Basis.ALIKE, False)
    assert pace(*paces, at_once=4) == (2.0, Basis.ALIKE, False)


def test_else_runs_of_another_shape_show_how_much_they_slow_each_other_down() -> None:
    shown = [measured(10.0, SEED_CNN), measured(15.0, SEED_CNN, at_once=3)]
    assert pace(measured(1.0), *shown, at_once=3) == (1.5, Basis.ALIKE, False)
    assert pace(*shown, own=measured(4.0), at_once=3) == (6.0, Basis.OWN, False)


def test_else_a_core_each_is_assumed_and_shared_beyond() -> None:
    assert pace(measured(1.0), at_once=4, cores=4) == (1.0, Basis.ALIKE, True)
    assert pace(measured(1.0), at_once=8, cores=4) == (2.0, Basis.ALIKE, True)
    assert pace(measured(3.0, at_once=6), at_once=2, cores=4) == (2.0, Basis.ALIKE, True)


def test_runs_with_as_many_threads_count_first() -> None:
    paces = [measured(1.0, threads=4), measured(3.0, threads=1)]
    assert pace(*paces, threads=4) == (1.0, Basis.ALIKE, False)
    assert pace(*paces, threads=1) == (3.0, Basis.ALIKE, False)


@pytest.mark.parametrize("text", ["", "[1]", '["cpu", "float32", 3, "", "", 1, "", "", 1, 1]'])
def test_a_damaged_shape_is_like_nothing(text: str) -> None:
    paces = Paces([MeasuredPace(text, 1.0, 10.0, 1, 1), measured(1.0)], 2)
    run = UnfinishedRun(1, State.QUEUED, None, text, 10, None, False, None, None)
    assert paces.of(run, 1, 1) is None
