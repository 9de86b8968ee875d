"""What the queue shows of a run, as text."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs_made import epoch_row, run_row

from rottui.core.config import DataConfig, NetworkConfig, RunConfig
from rottui.core.presets import SEED_CNN, SEED_MLP
from rottui.engine.forecast import Forecast, Span, Total
from rottui.engine.paces import Basis
from rottui.store.states import State, Wish
from rottui.tui.widgets import queue_cells
from rottui.tui.widgets.formats import (
    format_count,
    format_degrees,
    format_duration,
    format_loss,
    format_pace,
)
from rottui.tui.widgets.held import Held
from rottui.tui.widgets.queue_rules import Kind, judge, refusal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0123, "0.0123"),
        (0.01234567, "0.01235"),
        (1.23e-8, "1.23e-8"),
        (1.234567e-8, "1.235e-8"),
        (0.001, "0.001"),
        (0.00099, "9.9e-4"),
        (12.3456, "12.35"),
        (9999.4, "9999"),
        (123456.0, "1.235e5"),
        (99999.6, "1e5"),
        (0.0, "0"),
        (math.nan, "nan"),
        (math.inf, "inf"),
    ],
)
def test_losses_have_four_significant_digits(value: float, text: str) -> None:
    assert format_loss(value) == text


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_a_loss_reads_back_to_four_digits_in_few_characters(value: float) -> None:
    text = format_loss(value)
    assert float(text) == pytest.approx(value, rel=5.1e-4)
    assert len(text) <= 10


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.3, "<1s"),
        (45, "45s"),
        (59.6, "1m 00s"),
        (80, "1m 20s"),
        (3599.7, "1h 00m"),
        (11_100, "3h 05m"),
        (187_200, "2d 04h"),
    ],
)
def test_times_are_in_their_two_largest_units(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_degrees_paces_and_counts() -> None:
    assert [format_degrees(v) for v in (4.556, 9.996, 87.44, math.nan)] == [
        "4.56",
        "10.0",
        "87.4",
        "nan",
    ]
    assert [format_pace(v) for v in (0.4242, 12.34, 125.4)] == ["0.42", "12.3", "125"]
    assert [format_count(n, "run") for n in (1, 27, 1200)] == ["1 run", "27 runs", "1,200 runs"]


def cell_texts(*args: object, **kwargs: object) -> dict[str, str]:
    run = run_row(*args, **kwargs)  # type: ignore[arg-type]
    names = [column.name for column in queue_cells.columns()]
    cells = queue_cells.cells(run)
    assert len(cells) == len(names)
    return {name: cell.text for name, cell in zip(names, cells, strict=True)}


def test_the_cells_of_a_running_run() -> None:
    shown = cell_texts(
        7,
        State.RUNNING,
        config=SEED_CNN.replaced({"lr": 1e-4}),
        done=12,
        last=epoch_row(12, 0.25, mae=20.0),
        seconds=2.5,
    )
    assert shown == {
        "id": "7",
        "state": "▶ running",
        "name": "cnn 16-32-45 · 128 lr 1e-4",
        "network": "cnn 16-32-45 · 128",
        "lr": "1e-4",
        "epoch": "12/50 ━───",
        "train": "0.25",
        "test": "0.275",
        "circular": "18.0",
        "mae": "22.0",
        "train_mae": "20.0",
        "pace": "2.50",
        "left": "1m 35s",
        "data": "garments",
    }


def test_a_run_that_has_not_started_shows_no_numbers() -> None:
    shown = cell_texts(1)
    assert shown["epoch"] == " 0/50 ────"
    assert [shown[name] for name in ("train", "test", "circular", "mae", "left")] == [""] * 5


@pytest.mark.parametrize(
    ("state", "wish", "text"),
    [
        (State.DRAFT, None, "✎ draft"),
        (State.QUEUED, None, "· queued"),
        (State.RUNNING, None, "▶ running"),
        (State.RUNNING, Wish.PAUSE, "⏸ pausing…"),
        (State.RUNNING, Wish.CANCEL, "⊘ cancelling…"),
        (State.PAUSED, None, "⏸ paused"),
        (State.DONE, None, "✓ done"),
        (State.FAILED, None, "✗ failed"),
        (State.CANCELLED, None, "⊘ cancelled"),
    ],
)
def test_every_state_has_a_glyph_and_a_word(state: State, wish: Wish | None, text: str) -> None:
    run = run_row(1, state, wish=wish)
    assert queue_cells.cells(run)[1].text == text
    ascii_text = queue_cells.cells(run, ascii=True)[1].text
    assert ascii_text.isascii()
    assert ascii_text.split()[1][:4] == text.split()[1][:4]


def test_a_run_that_waits_at_its_rung_waits_for_no_person() -> None:
    waiting = run_row(4, State.PAUSED, done=3, until=3, seconds=2.0)
    cells = cell_texts(4, State.PAUSED, done=3, until=3, seconds=2.0)
    assert (cells["state"], cells["left"]) == ("⏸ waiting", "")
    text, tone = queue_cells.detail(waiting)
    assert text.startswith(
        "run 4: mlp 256-256 lr 1e-3 · waits at epoch 3 for the other runs of its sweep · "
    )
    assert tone == "muted"
    held = cell_texts(4, State.PAUSED, done=3, until=3, wish=Wish.PAUSE)
    assert held["state"] == "⏸ paused"
    runs = [waiting, run_row(5, State.PAUSED), run_row(6, State.DONE)]
    assert queue_cells.summary(runs) == "1 paused · 1 waiting · 1 done"


def test_the_time_left_is_that_to_the_next_rung() -> None:
    run = run_row(4, State.QUEUED, done=1, until=3, seconds=2.0)
    assert queue_cells.time_left(run) == 4


def test_the_detail_of_a_run_that_ended_early_says_why() -> None:
    reason = "stopped by halving at rung 1 (epoch 3): test loss 0.91 was 5th of 9"
    text, tone = queue_cells.detail(run_row(4, State.DONE, done=3, reason=reason))
    assert text.startswith(f"run 4: mlp 256-256 lr 1e-3 · {reason} · ")
    assert tone == "muted"


def test_a_diverged_run_shows_nan_as_an_error() -> None:
    run = run_row(1, State.FAILED, done=3, last=epoch_row(3, math.nan))
    test_loss = queue_cells.cells(run)[7]
    assert (test_loss.text, test_loss.tone) == ("nan", "error")


def test_what_an_old_store_has_not_measured_is_a_dash_and_what_diverged_is_nan() -> None:
    old = run_row(1, State.DONE, done=3, last=epoch_row(3, old=True))
    column = [column.name for column in queue_cells.columns()].index("circular")
    assert queue_cells.cells(old)[column] == ("–", "muted", "")
    assert queue_cells.cells(old, ascii=True)[column].text == "-"
    diverged = run_row(1, State.FAILED, done=3, last=epoch_row(3, math.nan))
    assert queue_cells.cells(diverged)[column][:2] == ("nan", "error")


REASON = "stopped early after epoch 12: no test loss below that of epoch 9 (0.3) for 3 epochs"


def test_a_run_that_stopped_early_says_so_in_its_state_and_why_in_its_detail() -> None:
    run = run_row(3, State.DONE, done=12, last=epoch_row(9), reason=REASON)
    assert queue_cells.cells(run)[1] == ("✓ done early", "ok", "✓ done")
    assert queue_cells.cells(run, ascii=True)[1].text == "+ done early"
    text, tone = queue_cells.detail(run)
    assert REASON in text
    assert tone == "muted"


def test_the_detail_says_what_the_mean_would_score() -> None:
    baseline = {"mean": {"test_loss": 0.99312}, "chance": {"test_flips": 0.25}}
    text, _ = queue_cells.detail(run_row(3, State.DONE, last=epoch_row(9), baseline=baseline))
    assert text.endswith("best test 0.55 at epoch 9 (mean 0.9931)")


def test_ascii_cells_are_ascii_throughout() -> None:
    run = run_row(1, State.RUNNING, config=SEED_CNN, done=25, name="Größe 1 · 2")
    assert all(
        cell.text.isascii() and cell.short.isascii() for cell in queue_cells.cells(run, ascii=True)
    )
    assert all(column.title.isascii() for column in queue_cells.columns(ascii=True))
    assert queue_cells.detail(run, ascii=True)[0].isascii()
    assert queue_cells.summary([run], ascii=True).isascii()


def test_labels_agree_with_the_configs_own() -> None:
    data = DataConfig(source="rotated", path="/some/where/angles.zip", train_size=200)
    for network in (SEED_MLP.network, SEED_CNN.network, NetworkConfig(dense_hiddens=(7,))):
        config = RunConfig(network=network, data=data)
        assert queue_cells.network_label(config.to_dict()) == config.network.label
        assert queue_cells.data_label(config.to_dict()) == config.data.label


def test_a_config_of_another_version_shows_what_it_can() -> None:
    odd = replace(run_row(1, name="odd"), config={"network": 3, "lr": "fast"})
    cells = queue_cells.cells(odd)
    assert [cell.text for cell in cells[2:5]] == ["odd", "", ""]


def test_the_summary_counts_states_and_tells_the_time_left() -> None:
    runs = [
        run_row(1, State.DONE, done=50, seconds=2.0),
        run_row(2, State.RUNNING, done=40, seconds=2.0),
        run_row(3),
        run_row(4),
        run_row(5, State.PAUSED, done=10),
    ]
    expected = "1 running · 2 queued · 1 paused · 1 done"
    assert queue_cells.summary(runs) == expected
    told = queue_cells.summary(runs, forecast=Forecast(1, 2, seconds=220.0))
    assert told == f"{expected} · about 3m 40s left"
    soon = queue_cells.summary(runs, forecast=Forecast(1, 2, seconds=0.2))
    assert soon == f"{expected} · less than 1s left"
    unknown = queue_cells.summary(runs, forecast=Forecast(1, 2, unknown=(3,)))
    assert unknown == f"{expected} · time left unknown"
    assert queue_cells.summary([], forecast=Forecast(1, 2)) == ""


@pytest.mark.parametrize(
    ("workers", "seconds", "words"),
    [
        (2, 600, "(4 workers: 5m 00s)"),  # as quick as eight, nearly
        (4, 300, "(1 worker: 20m 00s)"),
        (1, 290, ""),
        (2, 59, ""),
    ],
)
def test_the_summary_says_what_another_number_of_workers_would_do(
    workers: int, seconds: float, words: str
) -> None:
    others = {1: 1200.0, 2: 600.0, 4: 300.0, 8: 290.0}
    others.pop(workers)
    totals = {count: Total(time, False) for count, time in others.items()}
    if workers == 1:
        totals = {2: Total(290.0, True)}
    told = queue_cells.summary([run_row(1)], forecast=Forecast(workers, 8, seconds, others=totals))
    assert told == f"1 queued · about {format_duration(seconds)} left {words}".rstrip()


def test_the_detail_of_a_queued_run_says_when_it_will_train() -> None:
    def told(state: State, start: float) -> str:
        return queue_cells.detail(run_row(3, state), span=Span(start, 7500.0, Basis.ALIKE))[0]

    assert "begins in about 3m 00s, ends in about 2h 05m" in told(State.QUEUED, 180.0)
    assert "is next, ends in about 2h 05m" in told(State.QUEUED, 0.0)
    assert "ends" not in told(State.RUNNING, 0.0), "that has a column"


def test_the_detail_of_a_failed_run_is_its_error() -> None:
    text, tone = queue_cells.detail(run_row(3, State.FAILED, error="the loss became nan"))
    assert (text, tone) == ("✗ run 3: the loss became nan", "error")
    long = queue_cells.detail(run_row(3, State.FAILED, error="x" * 2000))[0]
    assert len(long) < 700
    assert long.endswith("…")
    best, tone = queue_cells.detail(run_row(3, State.DONE, last=epoch_row(9, 0.5)))
    assert "best test 0.55 at epoch 9" in best
    assert tone == "muted"


# What may be done


@pytest.mark.parametrize(
    ("kind", "fits"),
    [
        (Kind.PAUSE, {State.QUEUED, State.RUNNING}),
        (Kind.RESUME, {State.PAUSED, State.DRAFT}),
        (Kind.CANCEL, {State.DRAFT, State.QUEUED, State.RUNNING, State.PAUSED}),
        (Kind.MOVE_UP, {State.QUEUED, State.PAUSED, State.DRAFT}),
        (Kind.DUPLICATE, set(State)),
        (Kind.DRAFT, {State.QUEUED}),
        (Kind.RETRY, {State.FAILED, State.CANCELLED}),
        (Kind.PRIORITY_UP, {State.DRAFT, State.QUEUED, State.RUNNING, State.PAUSED}),
        (Kind.DELETE, set(State) - {State.RUNNING}),
    ],
)
def test_wishes_fit_states(kind: Kind, fits: set[State]) -> None:
    for state in State:
        reason = refusal(kind, run_row(5, state))
        assert (reason == "") == (state in fits), (state, reason)
        assert not reason or reason.startswith("run 5 is ")


def test_only_a_run_that_nobody_has_begun_is_edited_in_place() -> None:
    assert refusal(Kind.EDIT_HERE, run_row(1, attempt=0)) == ""
    assert "has been begun" in refusal(Kind.EDIT_HERE, run_row(1, attempt=1))


def test_the_state_of_a_queued_run_says_its_priority_and_what_holds_it_back() -> None:
    first = run_row(1, priority=5)
    assert queue_cells.cells(first)[1].text == "· queued +5"
    held = Held("needs 3", "waits for run 3, which failed", for_good=True)
    assert queue_cells.cells(first, held=held)[1] == ("✗ needs 3", "error", "")
    text, _ = queue_cells.detail(first, held=held)
    assert "waits for run 3, which failed · priority 5" in text
    late = Held("", "s trains 2 at a time")
    assert queue_cells.cells(run_row(1), held=late)[1].text == "· queued"


def test_a_wish_that_is_pending_is_not_wished_again() -> None:
    pausing = run_row(1, State.RUNNING, wish=Wish.PAUSE)
    assert "already" in refusal(Kind.PAUSE, pausing)
    assert refusal(Kind.RESUME, pausing) == "", "the wish to pause is taken back"
    assert refusal(Kind.CANCEL, pausing) == "", "a run that is pausing can still be cancelled"
    assert "already" in refusal(Kind.CANCEL, run_row(1, State.RUNNING, wish=Wish.CANCEL))


def test_a_run_that_waits_at_its_rung_is_held_back_once() -> None:
    waiting = run_row(4, State.PAUSED, done=3, until=3)
    assert refusal(Kind.PAUSE, waiting) == ""
    assert refusal(Kind.RESUME, waiting) == ""
    held = replace(waiting, wish=Wish.PAUSE)
    assert refusal(Kind.PAUSE, held) == "run 4 is held back already"
    assert refusal(Kind.RESUME, held) == ""


def test_of_several_runs_those_are_taken_that_fit_and_the_rest_is_named() -> None:
    runs = [run_row(1, State.DONE), run_row(2), run_row(3, State.RUNNING)]
    verdict = judge(Kind.PAUSE, runs)
    assert [run.id for run in verdict.runs] == [2, 3]
    assert verdict.note.startswith("1 of 3 marked runs left alone: run 1 is done")
    refused = judge(Kind.RESUME, runs)
    assert refused.runs == ()
    assert refused.reason.endswith("(and 2 more)")
    assert "form holds one run" in judge(Kind.EDIT, runs).reason
    assert judge(Kind.EDIT, runs[:1]).runs == (runs[0],)
    assert judge(Kind.PAUSE, ()).reason == "there is no run here yet"


def test_tags_and_notes_are_shown() -> None:
    run = run_row(7, name="short", tags=("old", "paper"), notes="jumps at 12\nsee the plot")
    name = queue_cells.cells(run)[2]
    assert (name.text, name.short) == ("short #old #paper", "short")
    assert "tagged old paper · noted: jumps at 12 ·" in queue_cells.detail(run)[0]
