"""The leaderboard by hand: means, spreads, pairs and order."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rottui.core.config import RunConfig
from rottui.core.leaderboard import Result, Spread, leaderboard, varied


def result(run_id: int, lr: float, seed: int, final: float | None, **other: object) -> Result:
    values: dict[str, object] = {"best": final, "epochs": 25, "planned": 25, **other}
    return Result(run_id, (lr,), seed, final, **values)  # type: ignore[arg-type]


def test_means_spreads_and_pairs_are_those_of_a_pocket_calculator() -> None:
    first, second = leaderboard(
        [
            result(1, 1e-2, 7, 50.0, best=44.0),
            result(2, 1e-4, 7, 40.0, best=39.0),
            result(3, 1e-2, 8, 56.0, best=46.0),
            result(4, 1e-4, 8, 44.0, best=43.0),
            result(5, 1e-2, 9, 59.0, best=48.0),
            result(6, 1e-4, 9, 48.0, best=41.0),
        ]
    )
    assert (first.setting, second.setting) == ((1e-4,), (1e-2,))
    assert first.final == Spread(44.0, 4.0, 3)
    assert first.best == Spread(41.0, 2.0, 3)
    assert first.behind is None
    assert second.final is not None
    assert second.final.mean == 55.0
    assert second.final.std == pytest.approx(math.sqrt((25 + 1 + 16) / 2))
    assert second.best == Spread(46.0, 2.0, 3)
    assert second.behind == Spread(11.0, 1.0, 3), "10, 12 and 11: closer than the spreads say"
    assert [run.run_id for run in second.results] == [1, 3, 5]


def test_a_single_seed_has_no_spread() -> None:
    (only,) = leaderboard([result(1, 1e-2, 7, 50.0)])
    assert only.final == Spread(50.0, None, 1)


def test_pairs_are_of_the_seeds_that_both_have() -> None:
    _, second = leaderboard(
        [result(1, 1e-4, 7, 40.0), result(2, 1e-2, 7, 45.0), result(3, 1e-2, 8, 90.0)]
    )
    assert second.behind == Spread(5.0, None, 1)


def test_a_setting_that_failed_for_some_seed_comes_after_those_that_never_did() -> None:
    lost = {"final": None, "failed": True, "why": "the loss is not a number"}
    standings = leaderboard(
        [
            result(1, 1.0, 7, **lost),
            result(2, 1.0, 8, **lost),
            result(3, 1e-1, 7, 10.0),
            result(4, 1e-1, 8, **lost),
            result(5, 1e-2, 7, 50.0),
            result(6, 1e-2, 8, 52.0),
        ]
    )
    assert [standing.setting for standing in standings] == [(1e-2,), (1e-1,), (1.0,)]
    assert [standing.failed for standing in standings] == [0, 1, 2]
    assert standings[1].final == Spread(10.0, None, 1)
    assert standings[2].final is None
    assert standings[2].reasons == (("the loss is not a number", 2),)


def test_what_has_no_number_yet_comes_last_and_is_counted_as_unfinished() -> None:
    standings = leaderboard(
        [
            result(1, 1e-2, 7, None, epochs=0, ended=False),
            result(2, 1e-3, 7, 50.0, epochs=3, ended=False),
            result(3, 1e-3, 8, 48.0, epochs=25),
            result(4, 1e-4, 7, math.nan),
        ]
    )
    assert [standing.setting for standing in standings] == [(1e-3,), (1e-2,), (1e-4,)]
    assert standings[0].final is not None
    assert standings[0].final.mean == 49.0
    assert standings[0].unfinished == 1
    assert standings[0].epochs == (3, 25)


def test_reasons_are_counted_and_equals_keep_their_order() -> None:
    standings = leaderboard(
        [
            result(2, 1e-3, 7, 50.0, epochs=3, why="rung 3"),
            result(1, 1e-2, 7, 50.0, epochs=3, why="rung 3"),
            result(4, 1e-2, 8, 50.0, epochs=1, why="rung 1"),
            result(3, 1e-2, 9, 50.0, epochs=3, why="rung 3"),
        ]
    )
    assert [standing.setting for standing in standings] == [(1e-2,), (1e-3,)]
    assert standings[0].reasons == (("rung 3", 2), ("rung 1", 1))
    assert leaderboard([]) == ()


numbers = st.floats(-1e6, 1e6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), numbers), max_size=30))
def test_every_run_has_its_place_and_the_means_rise(runs: list[tuple[int, int, float]]) -> None:
    results = [result(k, lr, seed, value) for k, (lr, seed, value) in enumerate(runs)]
    standings = leaderboard(results)
    placed = sorted(run.run_id for standing in standings for run in standing.results)
    assert placed == list(range(len(runs)))
    means = [standing.final.mean for standing in standings if standing.final]
    assert means == sorted(means)
    for standing in standings:
        values = [run.final for run in standing.results if run.final is not None]
        assert standing.final is not None
        assert standing.final.mean == pytest.approx(statistics.mean(values), abs=1e-6)


def test_what_a_sweep_varies_is_what_differs_in_its_configs() -> None:
    base = RunConfig(batch_size=64)
    configs = [
        base.replaced({"lr": lr, "network.dense_hiddens": [8], "seed": seed}).to_dict()
        for lr in (1e-2, 1e-3)
        for seed in (1, 2)
    ]
    assert varied(configs) == ("lr",)
    assert varied(configs[:1]) == ("lr",)
    configs.append(base.replaced({"network.dense_hiddens": [8, 8]}).to_dict())
    assert varied(configs) == ("network.dense_hiddens", "lr")
    assert varied(configs, ["lr", "gone"]) == ("lr", "network.dense_hiddens")
