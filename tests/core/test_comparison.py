"""Whether a difference is real: by hand, against theory, and what a comparison is of."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from rottui.core.comparison import Difference, SideErrors, differences, differing, sides
from rottui.core.config import RunConfig


def side(*errors: object, seeds: tuple[int, ...] = ()) -> SideErrors:
    rows = np.array(errors, float)
    return SideErrors(seeds or tuple(range(len(rows))), rows)


def difference(first: SideErrors, other: SideErrors, **more: int) -> Difference:
    return differences(first, [other], **more)[0]


def test_three_images_drawn_anew_come_out_as_the_binomial_says() -> None:
    # B is a degree worse on two images and better on one: A wins if at most one draw is the third.
    found = difference(side([0, 0, 5]), side([1, 1, 4]))
    assert found.mean == pytest.approx(1 / 3)
    assert found.images.better == pytest.approx((8 + 12) / 27, abs=0.015)
    assert (found.images.low, found.images.high) == (-1, 1)
    assert not found.images.real
    assert found.seeds is None
    assert (found.shared, found.wins) == ((0,), 1)


def test_many_images_come_out_as_the_normal_distribution_says() -> None:
    noise = np.random.default_rng(5).normal(0.2, 3, 2000)
    found = difference(side(np.zeros(2000)), side(noise))
    mean, error = noise.mean(), noise.std() / 2000**0.5
    assert found.images.low == pytest.approx(mean - 1.96 * error, abs=0.1 * error)
    assert found.images.high == pytest.approx(mean + 1.96 * error, abs=0.1 * error)
    assert found.images.better == pytest.approx(NormalDist().cdf(mean / error), abs=0.005)


def test_what_is_turned_round_says_the_contrary() -> None:
    a, b = side([1, 2, 3, 9]), side([2, 1, 5, 9])
    one, other = difference(a, b), difference(b, a)
    assert one.mean == -other.mean == 0.5
    assert one.images.better == pytest.approx(1 - other.images.better)
    assert (one.images.low, one.images.high) == (-other.images.high, -other.images.low)
    assert one == difference(a, b), "the same predictions, the same answer"


def test_pairs_of_images_show_what_their_spread_would_hide() -> None:
    hard = np.random.default_rng(0).gamma(1, 40, 500)  # some images are hard for both
    a, b = side(hard), side(hard + np.random.default_rng(1).normal(0.3, 1, 500))
    assert difference(a, b).images.real
    shuffled = side(np.random.default_rng(2).permutation(b.errors[0]))
    assert not difference(a, shuffled).images.real


def test_an_interval_leaves_out_zero_for_one_pair_of_equals_in_twenty() -> None:
    wrong = 0
    for trial in range(200):
        noise = np.random.default_rng(trial).normal(0, 1, 60)
        found = difference(side(np.zeros(60)), side(noise), resamples=400)
        wrong += found.images.real
    assert 3 <= wrong <= 20


def test_seeds_that_disagree_make_a_difference_unsure() -> None:
    flat = np.zeros(300)
    a = side(flat, flat, flat)
    agreeing = difference(a, side(flat + 1, flat + 1.1, flat + 0.9))
    assert agreeing.seeds is not None
    assert agreeing.seeds.real
    assert agreeing.wins == 3
    quarrelling = difference(a, side(flat + 5, flat - 4, flat + 2))
    assert quarrelling.images.real, "of these very networks it is so"
    assert quarrelling.seeds is not None
    assert not quarrelling.seeds.real
    assert 0.5 < quarrelling.seeds.better < 0.95
    assert quarrelling.wins == 2


def test_runs_are_paired_by_the_seeds_that_both_have_in_any_order() -> None:
    easy, hard = np.zeros(200), np.full(200, 50.0)
    a = side(easy, hard, seeds=(1, 2))
    b = side(hard + 1, easy + 1, hard + 90, seeds=(2, 1, 3))
    found = difference(a, b)
    assert found.shared == (1, 2)
    assert found.mean == 1
    assert found.seeds is not None
    assert (found.seeds.low, found.seeds.high) == pytest.approx((1, 1)), (
        "in pairs, seeds make no difference"
    )


def test_without_shared_seeds_all_runs_count() -> None:
    flat = np.zeros(100)
    found = difference(side(flat, flat + 2, seeds=(1, 2)), side(flat + 3, flat + 5, seeds=(3, 4)))
    assert (found.mean, found.shared, found.wins) == (3, (), 0)
    assert found.seeds is not None
    assert found.seeds.low == pytest.approx(1)
    assert found.seeds.high == pytest.approx(5)


def test_several_others_are_compared_at_once_as_each_alone() -> None:
    a, b, c = side([1, 2, 3]), side([2, 2, 2]), side([9, 1, 3])
    both = differences(a, [b, c])
    assert [found.images for found in both] == [
        difference(a, b).images,
        difference(a, c).images,
    ]


@pytest.mark.parametrize("other", [side([1, 2]), side([])])
def test_other_images_are_refused(other: SideErrors) -> None:
    with pytest.raises(ValueError, match="same images"):
        difference(side([1, 2, 3]) if other.errors.size else other, other)


# ---- what a comparison is of


def configs(*changes: dict[str, object]) -> list[dict[str, object]]:
    return [RunConfig().replaced(change).to_dict() for change in changes]


def test_runs_that_differ_in_the_seed_alone_are_one_side() -> None:
    made = configs({"seed": 1}, {"seed": 1, "lr": 0.1}, {"seed": 2}, {"seed": 2, "lr": 0.1})
    assert sides(made) == ((0, 2), (1, 3))


def test_each_run_is_a_side_where_there_would_be_one_only_or_a_seed_comes_twice() -> None:
    assert sides(configs({"seed": 1}, {"seed": 2})) == ((0,), (1,))
    assert sides(configs({"seed": 1}, {"seed": 1}, {"lr": 0.1})) == ((0,), (1,), (2,))


def test_only_what_differs_is_named_with_each_value() -> None:
    made = configs({}, {"lr": 0.1, "network.dense_hiddens": [8]}, {"data.train_size": 50})
    assert differing(made) == {
        "data.train_size": (None, None, 50),
        "network.dense_hiddens": ([256, 256], [8], [256, 256]),
        "lr": (1e-3, 0.1, 1e-3),
    }


def test_convolutions_that_no_network_has_play_no_part() -> None:
    same = {"network.n_channels": [4, 4, 4]}
    assert differing(configs({}, same)) == {}
    assert "network.n_channels" in differing(configs({}, same | {"network.type": "cnn"}))


def test_a_config_of_another_version_lacks_what_the_others_have() -> None:
    assert differing([{"lr": 1}, {"lr": 1, "new": 2}]) == {"new": (None, 2)}
