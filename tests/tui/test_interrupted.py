"""What the screen tells of runs whose process died."""

from __future__ import annotations

from runs_made import run_row

from rottui.store.states import State
from rottui.tui.trainer import interrupted_line


def test_interrupted_runs_are_listed_and_whether_they_go_on() -> None:
    assert interrupted_line([]) == ""
    going = [run_row(3), run_row(4)]
    assert interrupted_line(going) == (
        "2 runs (3, 4) trained when a process died; going on from the last checkpoint."
    )
    assert interrupted_line([run_row(3, State.PAUSED)]) == (
        "1 run (3) trained when a process died; paused: r lets them go on."
    )
    many = [run_row(n, State.PAUSED if n == 1 else State.QUEUED) for n in range(1, 30)]
    assert interrupted_line(many).startswith("29 runs (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …) ")
    assert interrupted_line(many).endswith(", 1 paused.")
