"""When a queue will be empty, with runs whose epochs all take a second."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from paces_made import MLP, measured, shape

from rottui.core.presets import SEED_CNN
from rottui.engine.forecast import Forecast, Total, forecast
from rottui.engine.paces import Basis
from rottui.store.groups import GENTLY, NOW
from rottui.store.outlook import GroupRules, HalvedSweep, Outlook, UnfinishedRun
from rottui.store.states import State, Wish

SHAPE = shape(MLP)
SECOND = tuple(measured(1.0, at_once=count) for count in (1, 2, 3, 4))
"""A second an epoch, however many train."""


def run(run_id: int, epochs: int = 10, state: State = State.QUEUED, **other: Any) -> UnfinishedRun:
    values: dict[str, Any] = {
        "id": run_id,
        "state": state,
        "wish": None,
        "shape": SHAPE,
        "left": epochs,
        "rung": None,
        "at_rung": False,
        "group": None,
        "threads": None,
    }
    return UnfinishedRun(**values | other)


def told(
    *runs: UnfinishedRun, workers: int = 2, cores: int = 4, paces: Any = SECOND, **other: Any
) -> Forecast:
    return forecast(Outlook(runs, paces, **other), workers, cores)


def spans(expected: Forecast) -> dict[int, tuple[float, float]]:
    return {
        run_id: (round(span.start, 6), round(span.end, 6))
        for run_id, span in expected.spans.items()
    }


def test_workers_take_the_runs_in_order() -> None:
    expected = told(run(1, 10), run(2, 4), run(3, 4), run(4, 5))
    assert spans(expected) == {1: (0, 10), 2: (0, 4), 3: (4, 8), 4: (8, 13)}
    assert expected.seconds == 13
    assert {count: round(total.seconds) for count, total in expected.others.items()} == {
        1: 23,
        3: 10,
        4: 10,
    }
    assert (expected.held, expected.unknown, expected.assumed) == ((), (), False)


def test_what_is_in_training_goes_on_before_all_others() -> None:
    expected = told(run(1), run(2, 3, State.RUNNING), workers=1)
    assert spans(expected) == {2: (0, 3), 1: (3, 13)}
    two = told(run(1, 5), run(2, 3, State.RUNNING), run(3, 4, State.RUNNING), workers=1)
    assert spans(two) == {2: (0, 3), 1: (3, 8), 3: (8, 12)}, "there is but one worker"


def test_a_group_trains_as_many_at_a_time_as_may_be() -> None:
    runs = [run(n, 4, group=7) for n in (1, 2, 3)] + [run(4, 6), run(5, 6)]
    expected = told(*runs, workers=3, groups={7: GroupRules(parallel=1)})
    assert spans(expected) == {1: (0, 4), 4: (0, 6), 5: (0, 6), 2: (4, 8), 3: (8, 12)}
    stuck = told(*runs, groups={7: GroupRules(parallel=0)})
    assert (stuck.held, stuck.seconds) == ((1, 2, 3), 6)


def test_runs_that_need_others_come_after_them() -> None:
    expected = told(run(1, 5), run(2, 3, needs=(1, 3)), run(3, 7), run(4, 1, needs=(2,)))
    assert spans(expected) == {1: (0, 5), 3: (0, 7), 2: (7, 10), 4: (10, 11)}


def test_runs_that_a_person_has_to_let_go_on_are_counted_apart() -> None:
    runs = [
        run(1, 5),
        run(2, 5, State.PAUSED),
        run(3, 5, needs=(99,)),
        run(4, 5, needs=(3,)),
        run(5, 5, group=7),
        run(6, 5, State.RUNNING, wish=Wish.PAUSE),
        run(7, 5, State.RUNNING, wish=Wish.CANCEL),
        run(8, 5, needs=(7,)),
    ]
    expected = told(*runs, groups={7: GroupRules(paused=GENTLY)})
    assert (expected.seconds, expected.held) == (5, (2, 3, 4, 5, 6, 8))
    assert expected.held_seconds == 30


def test_a_pause_of_everything_holds_all_but_what_may_come_to_its_end() -> None:
    runs = run(1, 5, State.RUNNING), run(2, 5)
    assert told(*runs, paused=NOW).held == (1, 2)
    assert told(*runs, paused=NOW).seconds is None
    gently = told(*runs, paused=GENTLY)
    assert (gently.seconds, gently.held) == (5, (2,))
    grouped = run(1, 5, State.RUNNING, group=7), run(2, 5)
    assert told(*grouped, groups={7: GroupRules(paused=NOW)}).held == (1,)


def test_runs_like_nothing_measured_are_unknown_with_those_that_need_them() -> None:
    other = run(2, 5, shape=shape(MLP, device="cuda"))
    expected = told(run(1, 5), other, run(3, 5, needs=(2,)))
    assert (expected.seconds, expected.unknown) == (5, (2, 3))
    nothing = told(run(1), paces=())
    assert (nothing.seconds, nothing.unknown, nothing.others) == (None, (1,), {})
    assert told(run(1, 5, State.PAUSED), paces=()).held_seconds is None


def test_an_empty_queue_has_no_time_left() -> None:
    expected = told()
    assert (expected.seconds, expected.held, expected.unknown) == (None, (), ())


def test_a_halved_sweep_trains_its_lowest_rung_first_and_is_counted_to_it() -> None:
    runs = [
        run(1, 6, group=7, rung=9),
        run(2, 3, group=7, rung=3),
        run(3, 3, group=7, rung=3),
        run(4, 0, State.PAUSED, group=7, rung=3, at_rung=True),
        run(5, 4),
    ]
    expected = told(*runs, workers=1)
    assert spans(expected) == {2: (0, 3), 3: (3, 6), 1: (6, 12), 5: (12, 16)}
    assert (expected.to_rung, expected.held, expected.unknown) == (3, (), ())


def test_of_a_halved_sweep_as_many_go_on_as_its_plan_says() -> None:
    runs = [run(n, 2, group=7, rung=2) for n in range(1, 5)]
    halved = {7: HalvedSweep({"rungs": [2, 4, 8], "sizes": [4, 2, 1]}, ((2, 4),))}
    expected = told(*runs, run(5, 3), workers=1, halved=halved)
    assert spans(expected) == {1: (0, 2), 2: (2, 4), 3: (4, 6), 4: (6, 8), 5: (16, 19)}
    assert (expected.seconds, expected.to_rung) == (8 + 2 * 2 + 4 + 3, 0)
    held = replace(runs[3], state=State.PAUSED)
    expected = told(*runs[:3], held, run(5, 3), workers=1, halved=halved)
    assert (expected.seconds, expected.to_rung) == (6 + 3, 3), "the paused one may go on or not"
    damaged = {7: HalvedSweep({"rungs": [2, 1]}, ((2, 4),))}
    assert told(*runs, halved=damaged).to_rung == 4


def test_runs_slow_each_other_down_as_long_as_they_train_together() -> None:
    paces = measured(1.0), measured(2.0, at_once=2)
    expected = told(run(1, 4), run(2, 8), paces=paces)
    assert spans(expected) == {1: (0, 8), 2: (0, 12)}
    assert expected.others[1] == Total(12, False)


def test_more_workers_than_cores_do_not_help_unless_it_was_measured() -> None:
    runs = [run(n, 12) for n in range(1, 13)]
    expected = told(*runs, cores=2, paces=[measured(1.0)])
    assert expected.seconds == 72
    assert expected.assumed
    assert expected.others[1] == Total(144, False)
    assert round(expected.others[4].seconds, 6) == 72
    assert expected.others[4].assumed


def test_more_cores_are_told_of_in_powers_of_two() -> None:
    expected = told(*[run(n) for n in range(1, 33)], workers=6, cores=20)
    assert list(expected.others) == [1, 2, 3, 4, 8, 16]


def test_each_run_tells_what_its_time_was_taken_from() -> None:
    runs = [
        run(1, pace=SECOND[0]),
        run(2),
        run(3, shape=shape(MLP, data__train_size=100)),
        run(4, shape=shape(SEED_CNN, data__train_size=100)),
    ]
    assert [span.basis for span in told(*runs, workers=4).spans.values()].count(Basis.OWN) == 1
    found = {run_id: span.basis for run_id, span in told(*runs).spans.items()}
    assert found == {1: Basis.OWN, 2: Basis.ALIKE, 3: Basis.IMAGES, 4: Basis.OPERATIONS}


def test_runs_that_need_each_other_are_held() -> None:
    expected = told(run(1, 5, needs=(2,)), run(2, 5, needs=(1,)), run(3, 5))
    assert (expected.seconds, expected.held) == (5, (1, 2))
