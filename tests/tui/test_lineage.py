"""Who was forked from whom, in the words of queue, charts and trash."""

from __future__ import annotations

from chart_rows import curve
from runs_made import run_row

from rottui.store.states import State
from rottui.tui.charts.metrics import Metric
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets import lineage, queue_cells
from rottui.tui.widgets.chart_legend import legend_rows

PARENT = run_row(3, State.DONE, done=50)
FORK = run_row(7, name="rates fork", parent_id=3, parent_epoch=12)
OTHER = run_row(9, name="other fork", parent_id=3, parent_epoch=50)
GRANDCHILD = run_row(11, parent_id=7, parent_epoch=20)


def test_a_fork_says_where_it_comes_from_and_a_parent_what_comes_from_it() -> None:
    forks = lineage.forks_by_parent((OTHER, PARENT, FORK, GRANDCHILD))
    assert forks == {3: (7, 9), 7: (11,)}
    assert lineage.lineage(PARENT, forks) == ["forks: 7, 9"]
    assert lineage.lineage(FORK, forks) == ["forked from run 3 at epoch 12", "fork: 11"]
    assert lineage.lineage(GRANDCHILD, forks) == ["forked from run 7 at epoch 20"]
    many = lineage.lineage(PARENT, {3: tuple(range(20, 40))})
    assert many == ["forks: 20, 21, 22, 23, 24, 25, 26, 27, …"]


def test_the_queue_marks_a_fork_beside_its_name_with_and_without_unicode() -> None:
    at = [column.name for column in queue_cells.columns()].index("name")
    assert queue_cells.cells(FORK)[at].text == "↳3 rates fork"
    assert queue_cells.cells(FORK, ascii=True)[at].text == "^3 rates fork"
    assert queue_cells.cells(PARENT)[at].text == PARENT.name


def test_the_line_about_a_run_tells_both() -> None:
    snapshot = Snapshot((PARENT, FORK, OTHER))
    forks = lineage.forks_by_parent(snapshot.runs)
    assert "forks: 7, 9" in queue_cells.detail(PARENT, forks=forks)[0]
    assert "forked from run 3 at epoch 12" in queue_cells.detail(FORK, forks=forks)[0]


def test_the_legend_of_the_charts_marks_a_fork() -> None:
    (_, row) = legend_rows([FORK], {7: curve(1.0, 0.5)}, [Metric.LOSS], width=80, height=2)
    assert "#7 ↳3 rates fork" in "".join(span.text for span in row)
