"""Progress: plain lines on a pipe, bars on a terminal, the same numbers on both."""

from __future__ import annotations

import io
from dataclasses import fields, replace

import pytest
from rich.console import Console

from rottui.commands import progress
from rottui.commands.bars import Bars
from rottui.store.records import EpochRow, RunRow
from rottui.store.states import State


def epoch_row(epoch: int, loss: float = 0.25) -> EpochRow:
    return EpochRow(
        epoch, epoch * 3, loss, loss, 0.4, 0.5, 40.0, 50.25, 0.5, 0.0, loss == loss,
        35.0, 43.21, 22.5, 0.125, 30.0,
    )  # fmt: skip


def old_epoch_row(epoch: int) -> EpochRow:
    """As a store has it from before errors along the circle were measured."""
    return EpochRow(epoch, epoch * 3, 0.25, 0.25, 0.4, 0.5, 40.0, 50.25, 0.5, 0.0)


def run_row(run_id: int = 3, state: State = State.RUNNING, **changes: object) -> RunRow:
    values: dict[str, object] = {field.name: None for field in fields(RunRow)} | {
        "id": run_id,
        "name": "mlp 4 lr 1e-3",
        "state": state,
        "epochs": 20,
    }
    return RunRow(**(values | changes))  # type: ignore[arg-type]


def test_a_pipe_gets_lines_and_a_terminal_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    assert isinstance(progress.new_progress(), progress.Lines)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert isinstance(progress.new_progress(), Bars)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(progress.new_progress(), progress.Lines)


def test_a_plain_line_has_every_metric_with_degrees_beside(capsys) -> None:
    progress.Lines(many=False).epoch(run_row(), epoch_row(7))
    assert capsys.readouterr().out == (
        "epoch  7/20  train loss 0.25  test loss 0.25  "
        "train MAE 0.4 (40.0°)  test MAE 0.5 (50.2°)  circular MAE 43.2°  0.50 s\n"
    )


def test_what_was_not_measured_is_a_dash_and_what_diverged_is_nan(capsys) -> None:
    lines = progress.Lines(many=False)
    lines.epoch(run_row(), old_epoch_row(1))
    lines.epoch(run_row(), EpochRow(2, 6, *[float("nan")] * 6, 0.5, 0.0, False))
    old, diverged = capsys.readouterr().out.splitlines()
    assert old.endswith("(50.2°)  circular MAE -  0.50 s")
    assert diverged.endswith("circular MAE nan°  0.50 s")


def test_many_runs_are_told_apart(capsys) -> None:
    lines = progress.Lines(many=True)
    lines.epoch(run_row(8), epoch_row(1))
    lines.ended(run_row(8, State.FAILED, error="the loss became NaN"))
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("run 8  epoch  1/20")
    assert second == "run 8 failed: mlp 4 lr 1e-3: the loss became NaN"


def test_a_metric_that_is_not_finite_says_so(capsys) -> None:
    progress.Lines(many=False).epoch(run_row(), epoch_row(1, float("nan")))
    assert "test loss nan" in capsys.readouterr().out


def test_work_with_a_known_end_is_a_line_each_tenth(capsys) -> None:
    lines = progress.Lines(many=False)
    for done in range(0, 1001):
        lines.part("train images", done, 1000)
    assert capsys.readouterr().out.splitlines() == [
        f"train images: {percent} %" for percent in range(0, 101, 10)
    ]


def test_work_of_unknown_length_is_one_line(capsys) -> None:
    lines = progress.Lines(many=False)
    for done in range(100):
        lines.part("rotated", done, 0)
    assert capsys.readouterr().out == "rotated …\n"


def test_the_end_of_a_run_is_told_with_its_best_epoch() -> None:
    run = run_row(state=State.DONE, last=epoch_row(20), best=epoch_row(12, 0.125))
    assert progress.ended_line(run) == (
        "run 3 done: mlp 4 lr 1e-3, test MAE 0.5 (50.2°), circular MAE 43.2°, "
        "best test loss 0.125 in epoch 12"
    )
    old = run_row(state=State.DONE, last=old_epoch_row(20))
    assert progress.ended_line(old) == "run 3 done: mlp 4 lr 1e-3, test MAE 0.5 (50.2°)"


def test_the_end_of_a_run_that_stopped_early_says_why() -> None:
    reason = "stopped early after epoch 12: no test loss below that of epoch 9 (0.125) for 3 epochs"
    run = run_row(state=State.DONE, last=epoch_row(12), best=epoch_row(9, 0.125), reason=reason)
    assert progress.ended_line(run).endswith(f"in epoch 9; {reason}")


def bars_on(width: int, *, many: bool) -> tuple[Bars, io.StringIO]:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=width, color_system=None)
    return Bars(many=many, console=console), screen


def test_a_bar_shows_epochs_and_test_mae_within_80_columns() -> None:
    bars, screen = bars_on(80, many=False)
    with bars:
        bars.epoch(run_row(123, epochs=1000), replace(epoch_row(125), test_mae=0.6543))
    assert "125/1000 test MAE 0.6543, circular 43.2°" in screen.getvalue()
    assert "…" not in screen.getvalue()


def test_a_bar_of_an_old_epoch_shows_what_was_measured() -> None:
    bars, screen = bars_on(80, many=False)
    with bars:
        bars.epoch(run_row(), old_epoch_row(7))
    assert "7/20 test MAE 0.5 (50.2°)" in screen.getvalue()
    assert "nan" not in screen.getvalue()


def test_where_runs_are_many_a_line_takes_the_place_of_the_bar() -> None:
    bars, screen = bars_on(80, many=True)
    with bars:
        bars.epoch(run_row(8), epoch_row(20))
        bars.ended(run_row(8, State.DONE, last=epoch_row(20), best=epoch_row(20)))
    last_frame = screen.getvalue().rsplit("run 8 done", 1)[1]
    assert "run 8" not in last_frame


def test_a_bar_of_work_that_is_done_goes() -> None:
    bars, screen = bars_on(80, many=False)
    with bars:
        bars.part("train images", 500, 1000)
        bars.part("train images", 1000, 1000)
        bars.say("the next")
    assert "train images" in screen.getvalue()
    assert "train images" not in screen.getvalue().rsplit("the next", 1)[1]
