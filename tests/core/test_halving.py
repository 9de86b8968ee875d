"""Successive halving: rungs, their sizes, and who goes on, against a simulation of whole sweeps."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rottui.core.config import RunConfig
from rottui.core.halving import (
    Contender,
    Halving,
    Plan,
    Standing,
    check_comparable,
    decide,
    ordinal,
    parse_halving,
    rung_sizes,
)
from rottui.errors import ConfigError

# --- rungs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("halving", "epochs", "runs", "rungs"),
    [
        (Halving(), 27, 27, (1, 3, 9, 27)),
        (Halving(), 27, 80, (1, 3, 9, 27)),
        (Halving(), 27, 81, (1, 3, 9, 27)),
        (Halving(), 27, 9, (3, 9, 27)),
        (Halving(), 50, 3, (16, 50)),
        (Halving(), 50, 27, (1, 5, 16, 50)),
        (Halving(), 50, 2, (16, 50)),
        (Halving(), 2, 27, (1, 2)),
        (Halving(eta=2), 10, 4, (2, 5, 10)),
        (Halving(n_rungs=3), 50, 3, (5, 16, 50)),
        (Halving(n_rungs=2), 27, 27, (9, 27)),
        (Halving(min_epochs=1), 27, 27, (1, 3, 9, 27)),
        (Halving(min_epochs=1), 27, 9, (1, 3, 27)),
        (Halving(min_epochs=2, eta=2), 10, 8, (2, 4, 8, 10)),
        (Halving(min_epochs=3, eta=4), 12, 99, (3, 12)),
        (Halving(min_epochs=1, n_rungs=3), 50, 99, (1, 3, 50)),
        (Halving(min_epochs=1, n_rungs=4), 27, 3, (1, 3, 9, 27)),
    ],
    ids=str,
)
def test_rungs_lie_apart_by_eta_until_one_run_is_left_or_as_they_fit(
    halving: Halving, epochs: int, runs: int, rungs: tuple[int, ...]
) -> None:
    assert halving.rungs(epochs, runs) == rungs


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        ({"eta": 1}, "eta: must be at least 2, not 1"),
        ({"eta": -3}, "eta: must be at least 2, not -3"),
        ({"eta": math.nan}, "eta: must be a whole number, not nan"),
        ({"eta": 2.5}, "eta: must be a whole number, not 2.5"),
        ({"eta": "three"}, "eta: must be a whole number, not 'three'"),
        ({"eta": True}, "eta: must be a whole number, not True"),
        ({"min_epochs": 0}, "min_epochs: must be at least 1, not 0"),
        ({"min_epochs": math.inf}, "min_epochs: must be a whole number, not inf"),
        ({"n_rungs": 1}, "n_rungs: must be at least 2, not 1"),
        ({"eta": 1, "min_epochs": 0},
         "eta: must be at least 2, not 1; min_epochs: must be at least 1, not 0"),
    ],
    ids=str,
)  # fmt: skip
def test_numbers_that_no_halving_has_are_refused(given_: dict, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Halving(**given_)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("halving", "epochs", "sentence"),
    [
        (Halving(), 1, "halving: 1 epoch has no room for a rung; halving needs two or more"),
        (Halving(min_epochs=30), 27,
         "min_epochs: must lie before the last epoch, 27, not at 30"),
        (Halving(n_rungs=5), 27,
         "n_rungs: 5 rungs by 3 do not fit into 27 epochs; at most 4 do"),
        (Halving(min_epochs=2, n_rungs=5), 27,
         "n_rungs: 5 rungs by 3 from epoch 2 do not fit into 27 epochs; at most 4 do"),
        (Halving(n_rungs=10**9), 27,
         "n_rungs: 1000000000 rungs by 3 do not fit into 27 epochs; at most 4 do"),
        (Halving(min_epochs=1, n_rungs=10**9), 27,
         "n_rungs: 1000000000 rungs by 3 from epoch 1 do not fit into 27 epochs; at most 4 do"),
    ],
)  # fmt: skip
def test_more_rungs_than_epochs_are_refused(halving: Halving, epochs: int, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        halving.rungs(epochs, 27)
    assert str(refused.value) == sentence


@given(
    st.integers(2, 5),
    st.none() | st.integers(1, 50),
    st.none() | st.integers(2, 8),
    st.integers(2, 2000),
    st.integers(2, 500),
)
def test_rungs_rise_to_the_last_epoch_or_are_refused(
    eta: int, first: int | None, count: int | None, epochs: int, runs: int
) -> None:
    if first is None:
        too_many = count is not None and eta ** (count - 1) > epochs
    else:
        too_many = first * eta ** ((count or 2) - 2) >= epochs
    if too_many:
        with pytest.raises(ConfigError):
            Halving(eta, first, count).rungs(epochs, runs)
        return
    rungs = Halving(eta, first, count).rungs(epochs, runs)
    assert list(rungs) == sorted(set(rungs))
    assert (rungs[0] >= 1, rungs[-1]) == (True, epochs)
    assert first in (None, rungs[0])
    assert len(rungs) == count or (count is None and len(rungs) >= 2)
    plan = Plan(rungs, rung_sizes(eta, runs, len(rungs)))
    assert plan.epochs < runs * epochs


def test_27_runs_cost_81_epochs_instead_of_729() -> None:
    plan = Halving().plan([RunConfig(epochs=27, seed=seed) for seed in range(27)])
    assert plan.rungs == (1, 3, 9, 27)
    assert plan.sizes == (27, 9, 3, 1)
    assert plan.epochs == 27 + 18 + 18 + 18 == 81
    assert plan.label == "27 runs to epoch 1, 9 to 3, 3 to 9, 1 to 27; 81 of 729 epochs"


def test_one_run_goes_on_to_the_end_however_few_they_are() -> None:
    plan = Halving().plan([RunConfig(epochs=9, seed=seed) for seed in range(3)])
    assert (plan.rungs, plan.sizes) == ((3, 9), (3, 1))
    assert plan.epochs == 3 * 3 + 6
    assert rung_sizes(3, 2, 3) == (2, 1, 1)


@pytest.mark.parametrize(
    ("text", "halving"),
    [("", None), (" ", None), ("off", None), ("On ", Halving()), ("3", Halving()),
     ("2, 5", Halving(2, 5)), ("4 1", Halving(4, 1))],
)  # fmt: skip
def test_a_halving_is_read_from_a_text(text: str, halving: Halving | None) -> None:
    assert parse_halving(text) == halving


@pytest.mark.parametrize(
    ("text", "said"),
    [("yes", "halving: give 3 for the best third"), ("3, 1, 2", "halving: give 3"),
     ("1", "eta: must be at least 2, not 1"), ("3, 0", "min_epochs: must be at least 1, not 0"),
     ("nan", "eta: must be a whole number, not nan")],
)  # fmt: skip
def test_a_text_that_is_no_halving_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_halving(text)


def test_a_plan_round_trips_through_json() -> None:
    plan = Plan((1, 3, 9), (9, 3, 1))
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


@pytest.mark.parametrize(
    "damaged",
    [None, [1], {}, {"rungs": [1, 3]}, {"rungs": [1, 3], "sizes": [3]},
     {"rungs": [3, 1], "sizes": [3, 1]},
     {"rungs": ["1", 3], "sizes": [3, 1]}, {"rungs": [], "sizes": []}, {"rungs": 1, "sizes": 1},
     {"rungs": [1, 3], "sizes": [3, 0]}],
    ids=str,
)  # fmt: skip
def test_a_damaged_plan_is_refused(damaged: object) -> None:
    with pytest.raises(ConfigError, match="the plan of the sweep is damaged"):
        Plan.from_dict(damaged)


# --- which sweeps can be halved -------------------------------------------------------------------

BASE = RunConfig()


def test_runs_that_differ_in_what_is_learnt_only_are_compared() -> None:
    changes = [{"lr": 0.1}, {"seed": 3}, {"network.type": "cnn"}, {"data.train_size": 100},
               {"schedule": "cosine"}, {"batch_size": 7}]  # fmt: skip
    check_comparable([BASE, *(BASE.replaced(change) for change in changes)])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"target": "circular"}, "target"),
        ({"target": "circular", "loss": "cosine"}, "target and loss"),
        ({"epochs": 7}, "epochs"),
        ({"data.test_size": 7}, "data.test_size"),
        ({"data.seed": 7, "lr": 1}, "data.seed"),
    ],
    ids=str,
)
def test_runs_whose_losses_cannot_be_compared_are_not_halved(changes: dict, named: str) -> None:
    with pytest.raises(ConfigError, match=f"^halving: the runs differ in {named}, and halving"):
        check_comparable([BASE, BASE.replaced({"lr": 1}), BASE.replaced(changes)])


def test_a_single_run_is_not_halved() -> None:
    with pytest.raises(ConfigError, match="halving: one run has nothing to be compared with"):
        check_comparable([BASE])


# --- who goes on, by hand -------------------------------------------------------------------------

THREE_OF_NINE = (9, 3, 1)


def waits(run: int, *losses: float) -> Contender:
    return Contender(run, Standing.WAITS, losses, len(losses) - 1)


def trains(run: int, *losses: float) -> Contender:
    return Contender(run, Standing.TRAINS, losses, len(losses))


def out(run: int, *losses: float) -> Contender:
    return Contender(run, Standing.OUT, losses, len(losses))


def promoted(*contenders: Contender, rungs: tuple[int, ...] = THREE_OF_NINE) -> list[int]:
    return list(decide(contenders, rungs).promoted)


def test_the_best_third_goes_on_once_all_have_come() -> None:
    nine = [waits(run, loss / 10) for run, loss in enumerate([5, 1, 9, 2, 8, 3, 7, 4, 6])]
    decision = decide(nine, THREE_OF_NINE)
    assert list(decision.promoted) == [1, 3, 5]
    assert decision.promoted[3].sentence == "test loss 0.2 was 2nd of 9"
    assert decision.stopped == {}


def test_a_run_goes_on_as_soon_as_those_to_come_cannot_take_its_place() -> None:
    come = [waits(run, run / 10) for run in range(7)]
    assert promoted(*come, trains(7), trains(8)) == [0]
    assert promoted(*come[:6], trains(6), trains(7), trains(8)) == []
    assert promoted(*come, waits(7, 9.0), trains(8)) == [0, 1]


def test_equal_losses_are_ordered_by_id() -> None:
    assert promoted(*(waits(run, 0.5) for run in (8, 3, 5, 1, 2, 9, 7, 6, 4))) == [1, 2, 3]


def test_a_loss_that_is_no_number_never_goes_on() -> None:
    runs = [waits(run, math.nan) for run in range(8)]
    decision = decide([*runs, waits(8, 3.0)], THREE_OF_NINE)
    assert list(decision.promoted) == [8]
    assert promoted(*runs, trains(8)) == []


def test_a_run_that_dropped_out_before_its_first_rung_takes_no_place() -> None:
    assert promoted(*(waits(run, 1.0) for run in range(7)), out(7), trains(8)) == [0, 1]


def test_the_next_best_replaces_one_that_diverged_after_it_had_gone_on() -> None:
    rest = [waits(run, run / 10) for run in range(3, 9)]
    gone_on = [trains(0, 0.0), trains(1, 0.1), trains(2, 0.2)]
    assert promoted(*gone_on, *rest) == []
    assert promoted(*gone_on[:2], out(2, 0.2), *rest) == [3]


def test_one_that_came_to_the_next_rung_and_then_dropped_out_is_not_replaced_below() -> None:
    rest = [waits(run, run / 10) for run in range(3, 9)]
    arrived = [waits(0, 0.0, 0.3), waits(1, 0.1, 0.2), out(2, 0.2, 0.1)]
    decision = decide([*arrived, *rest], THREE_OF_NINE)
    assert list(decision.promoted) == [1]
    assert decision.promoted[1].rung == 1


def test_one_that_may_still_come_from_below_is_awaited() -> None:
    rest = [waits(run, run / 10) for run in range(3, 9)]
    arrived = [waits(0, 0.0, 0.3), waits(1, 0.1, 0.2)]
    assert promoted(*arrived, trains(2, 0.2), *rest) == []
    # run 2 has not gone on yet: it does so now, and may beat both
    assert promoted(*arrived, waits(2, 0.2), *rest) == [2]
    assert promoted(*arrived, out(2, 0.2), *rest[1:], waits(3, 0.3, 0.5)) == [1]


def test_of_a_rung_that_is_not_full_yet_only_those_to_come_are_awaited() -> None:
    rest = [waits(run, run / 10) for run in range(3, 7)]
    arrived = [waits(run, run / 10, run / 10) for run in range(3)]
    assert promoted(*arrived, *rest, trains(7), rungs=(8, 4, 2)) == [0]
    assert promoted(*arrived, *rest, waits(7, 0.9), rungs=(8, 4, 2)) == [3, 0]
    assert promoted(*arrived, *(out(run) for run in range(3, 8)), rungs=(8, 4, 2)) == [0, 1]


def test_one_let_go_on_by_hand_takes_no_place_of_the_best() -> None:
    best = [waits(run, run / 10) for run in range(8)]
    assert promoted(*best, trains(8, 0.8)) == [0, 1, 2]


def test_an_early_stopped_run_keeps_its_place_and_its_loss() -> None:
    stopped = Contender(0, Standing.ENDED, (0.05, 0.04), 1)
    others = [waits(run, run / 10) for run in range(1, 9)]
    assert promoted(stopped, *others) == [1, 2]
    arrived = [waits(1, 0.1, 0.03), waits(2, 0.2, 0.05)]
    decision = decide([stopped, *arrived, *others[2:]], THREE_OF_NINE)
    assert list(decision.promoted) == [1]
    arrived[0] = waits(1, 0.1, 0.045)
    decision = decide([stopped, *arrived, *others[2:]], THREE_OF_NINE)
    assert decision.promoted == {}
    assert {1, 2} <= set(decision.stopped)


def test_the_rest_end_where_they_wait_once_nothing_can_change_any_more() -> None:
    rest = [waits(run, run / 10) for run in range(3, 9)]
    arrived = [waits(1, 0.1, 0.2), waits(2, 0.2, 0.1)]
    last = trains(0, 0.0, 0.05)
    assert decide([last, *arrived, *rest], THREE_OF_NINE).stopped == {}
    last = Contender(0, Standing.ENDED, (0.0, 0.05, 0.01), 2)
    stopped = decide([last, *arrived, *rest], THREE_OF_NINE).stopped
    assert set(stopped) == {1, 2, 3, 4, 5, 6, 7, 8}
    place = stopped[1]
    assert place is not None
    assert place.sentence == "test loss 0.2 was 3rd of 3"
    assert (place.rung, place.go_on) == (1, 1)
    place = stopped[8]
    assert place is not None
    assert (place.sentence, place.go_on) == ("test loss 0.8 was 9th of 9", 3)


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (102, "102nd"), (111, "111th")],
)  # fmt: skip
def test_places_are_read_as_words(number: int, text: str) -> None:
    assert ordinal(number) == text


# --- whole sweeps, in any order -------------------------------------------------------------------


@dataclass
class Sweep:
    """What would happen to each run if it were trained on and on."""

    sizes: tuple[int, ...]
    losses: dict[int, tuple[float, ...]]
    """Run → test loss at every rung."""
    diverges: dict[int, int]
    """Run → the rung that it never comes to."""


@dataclass
class Course:
    """What did happen."""

    set_out: list[set[int]]
    """Of each rung, the runs that trained towards it."""
    arrived: list[int]
    """Of each rung, how many came to it."""


def played(sweep: Sweep, order: random.Random, workers: int, cancels: float = 0.0) -> Course:
    """Play the sweep with runs that finish in a random order, and some that are cancelled."""
    queue = [trains(run) for run in sweep.losses]
    training: list[Contender] = []
    rest: list[Contender] = []
    course = Course([set(), *(set() for _ in sweep.sizes[1:])], [0] * len(sweep.sizes))
    course.set_out[0] |= set(sweep.losses)
    while True:
        order.shuffle(queue)
        while queue and len(training) < workers:
            training.append(queue.pop())
        if training:
            run = training.pop(order.randrange(len(training)))
            if order.random() < cancels or sweep.diverges.get(run.id, 99) <= run.rung:
                run = replace(run, standing=Standing.OUT)
            else:
                course.arrived[run.rung] += 1
                run = come(run, sweep)
            rest.append(run)
        if rest and order.random() < cancels:
            run = rest.pop(order.randrange(len(rest)))
            waiting = run.standing is Standing.WAITS
            rest.append(replace(run, standing=Standing.OUT) if waiting else run)
        if training and order.random() < 0.3:  # nobody looks for a while
            continue
        decision = decide([*queue, *training, *rest], sweep.sizes)
        for run_id in decision.promoted:
            run = next(run for run in rest if run.id == run_id)
            rest.remove(run)
            queue.append(replace(run, standing=Standing.TRAINS, rung=run.rung + 1))
            course.set_out[run.rung + 1].add(run_id)
        if not queue and not training:
            waiting = {run.id for run in rest if run.standing is Standing.WAITS}
            assert set(decision.stopped) == waiting
            return course
        assert decision.stopped == {}


def come(run: Contender, sweep: Sweep) -> Contender:
    """The run at its rung."""
    end = run.rung == len(sweep.sizes) - 1
    losses = sweep.losses[run.id][: run.rung + 1]
    return Contender(run.id, Standing.ENDED if end else Standing.WAITS, losses, run.rung)


def in_step(sweep: Sweep) -> list[set]:
    """The same where all wait for all (synchronous halving): from each rung the best go on, and
    while one of them diverges, the next."""
    set_out = [set(sweep.losses)]
    for rung, go_on in enumerate(sweep.sizes[1:]):
        came = [run for run in set_out[rung] if sweep.diverges.get(run, 99) > rung]
        came.sort(key=lambda run: (sweep.losses[run][rung], run))
        chosen: list[int] = []
        survivors = 0
        for run in came:
            if survivors == go_on:
                break
            chosen.append(run)
            survivors += sweep.diverges.get(run, 99) > rung + 1
        set_out.append(set(chosen))
    return set_out


@st.composite
def sweeps(draw: st.DrawFn, diverging: bool) -> Sweep:
    eta, runs, rungs = draw(st.integers(2, 4)), draw(st.integers(2, 30)), draw(st.integers(2, 4))
    loss = st.integers(0, 9).map(lambda tenth: tenth / 10)  # few values: many are equal
    losses = {run: tuple(draw(loss) for _ in range(rungs)) for run in range(1, runs + 1)}
    share = draw(st.integers(0, 4)) if diverging else 0  # how many quarters diverge somewhere
    goes = {
        run: draw(st.integers(0, rungs - 1)) for run in losses if draw(st.integers(1, 4)) <= share
    }
    return Sweep(rung_sizes(eta, runs, rungs), losses, goes)


@settings(max_examples=150, deadline=None)
@given(sweeps(diverging=True), st.randoms(use_true_random=False), st.integers(1, 8))
def test_any_order_and_any_workers_let_the_same_runs_go_on(
    sweep: Sweep, order: random.Random, workers: int
) -> None:
    assert played(sweep, order, workers).set_out == in_step(sweep)


@settings(max_examples=100, deadline=None)
@given(sweeps(diverging=False), st.randoms(use_true_random=False), st.integers(1, 8))
def test_exactly_as_many_train_as_were_planned(
    sweep: Sweep, order: random.Random, workers: int
) -> None:
    assert tuple(map(len, played(sweep, order, workers).set_out)) == sweep.sizes


@settings(max_examples=100, deadline=None)
@given(
    sweeps(diverging=True),
    st.randoms(use_true_random=False),
    st.integers(1, 8),
    st.floats(0, 0.5),
)
def test_no_more_come_to_a_rung_than_it_has_room_for_whoever_drops_out(
    sweep: Sweep, order: random.Random, workers: int, cancels: float
) -> None:
    course = played(sweep, order, workers, cancels)
    for arrived, room in zip(course.arrived, sweep.sizes, strict=True):
        assert arrived <= room
