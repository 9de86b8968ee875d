"""Names at the ends of lines: what tells a run from the others, where there is room for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chart_rows import curve, run
from test_chart_drawing import dots

from rottui.core.config import RunConfig
from rottui.tui.charts.curves import Plot
from rottui.tui.charts.drawing import draw
from rottui.tui.charts.line_names import MANY, line_names
from rottui.tui.charts.metrics import Metric, Splits

BASE = RunConfig()


def configs(*changes: dict[str, object]) -> dict[int, dict[str, object]]:
    return {n: BASE.replaced(change).to_dict() for n, change in enumerate(changes, 1)}


def test_a_name_is_what_differs_the_lr_first_and_the_seed_last() -> None:
    found = line_names(configs({"lr": 1e-3, "seed": 1}, {"lr": 1e-2, "seed": 2}))
    assert found == {1: "lr 1e-3 seed 1", 2: "lr 1e-2 seed 2"}

    found = line_names(configs({"seed": 1, "batch_size": 64}, {"seed": 2}), seeds=False)
    assert found == {1: "batch_size 64", 2: "batch_size 128"}


def test_runs_that_do_not_differ_and_runs_without_a_config_have_no_names() -> None:
    assert line_names(configs({}, {})) == {1: "", 2: ""}
    assert line_names(configs({})) == {}
    assert line_names({1: {}, 2: {"lr": 1.0}}) == {}
    assert line_names(configs(*({"seed": n} for n in range(MANY + 1)))) == {}


@pytest.mark.parametrize(("width", "named"), [(100, True), (60, False)])
def test_names_stand_beside_the_ends_where_the_curves_keep_enough_room(
    width: int, named: bool
) -> None:
    curves = {1: curve(1.0, 0.5), 2: curve(1.0, 0.2)}
    given = configs({"lr": 1e-3}, {"lr": 1e-2})
    runs = [replace(run(n, rows), config=given[n]) for n, rows in curves.items()]
    chart = Plot.of(Metric.LOSS, runs, curves, Splits.TRAIN, False).chart()
    text = draw(chart, width, 20, dots).text

    assert ("#1 lr 1e-3" in text and "#2 lr 1e-2" in text) == named
    assert "#1" in text
