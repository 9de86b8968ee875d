"""Tables: aligned and complete on a pipe, and on a narrow terminal never with half a number."""

from __future__ import annotations

from dataclasses import fields

import pytest

from rottui.commands.run_table import run_columns
from rottui.commands.tables import GAP, Column, fit, plain, print_table
from rottui.core.config import RunConfig
from rottui.store.records import EpochRow, RunRow
from rottui.store.states import State

COLUMNS = (
    Column("id", ("1", "12"), rank=0),
    Column("name", ("mlp 128-128", "cnn"), right=False, rank=2),
    Column("test loss", ("0.1234", "1.234e-8"), rank=1),
)


def test_plain_lines_are_aligned_and_have_no_tabs() -> None:
    assert plain(COLUMNS) == [
        "id  name         test loss",
        " 1  mlp 128-128     0.1234",
        "12  cnn           1.234e-8",
    ]


def test_a_narrow_screen_drops_whole_columns_and_names_them() -> None:
    shown, left_out = fit(COLUMNS, 16)
    assert [column.title for column in shown] == ["id", "test loss"]
    assert left_out == ["name"]


def test_what_must_stay_stays_however_narrow() -> None:
    shown, left_out = fit(COLUMNS, 1)
    assert [column.title for column in shown] == ["id"]
    assert left_out == ["name", "test loss"]


def test_everything_is_shown_where_there_is_room() -> None:
    assert fit(COLUMNS, 26) == (list(COLUMNS), [])


def test_a_pipe_gets_every_column_however_long(capsys) -> None:
    wide = tuple(Column(f"column {k}", ("x" * 40,)) for k in range(10))
    print_table(wide)
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == [word for k in range(10) for word in ("column", str(k))]
    assert row == "  ".join(["x" * 40] * 10)


def run_row(
    name: str | None = None, *, trained: bool = True, old: bool = False, **settings: object
) -> RunRow:
    """A run of the experiment's CNN, with that name or the one it gets by itself.

    An ``old`` one is from before errors along the circle were measured.
    """
    config = RunConfig.from_dict({"network": {"type": "cnn"}, "epochs": 50} | settings)
    along = () if old else (11.9, 40.1, 22.5, 0.125, 30.0)
    row = EpochRow(50, 900, 0.01234, 0.01235, 0.1236, 0.1237, 12.38, 45.6, 1.5, 0.0, True, *along)
    values: dict[str, object] = {field.name: None for field in fields(RunRow)} | {
        "tags": (),
        "notes": "",
        "id": 12,
        "name": name or config.default_name,
        "config": config.to_dict(),
        "state": State.DONE if trained else State.QUEUED,
        "priority": 0,
        "needs": (),
        "epochs": 50,
        "epochs_done": 50 if trained else 0,
        "last": row if trained else None,
        "best": row if trained else None,
        "started_at": 0.0 if trained else None,
        "ended_at": 75.0 if trained else None,
    }
    return RunRow(**values)  # type: ignore[arg-type]


def shown(runs: list[RunRow], width: int) -> tuple[list[str], list[str], list[str]]:
    """Titles, names, and the titles that are missed, of the list on a screen so wide."""
    columns, missed = fit(run_columns(runs, 100.0), width)
    assert all(len(line) <= width for line in plain(columns)), plain(columns)
    whole = {column.title: column.cells for column in run_columns(runs, 100.0)}
    assert all(column.cells == whole[column.title] for column in columns if column.title != "name")
    names = next(column.cells for column in columns if column.title == "name")
    return [column.title for column in columns], list(names), missed


def test_names_that_say_network_and_lr_make_room_for_metrics_on_80_columns() -> None:
    runs = [run_row(lr=1e-4), run_row(lr=3.2e-3)]
    titles, names, missed = shown(runs, 80)
    assert names == [run.name for run in runs]
    assert titles == ["id", "state", "name", "epoch", "test loss", "MAE °", "circ °"]
    assert missed == ["train loss", "test MAE", "best loss", "time"]


def test_runs_of_an_old_store_keep_the_degrees_that_they_have() -> None:
    titles, _, missed = shown([run_row(old=True, lr=1e-4), run_row(old=True, lr=3.2e-3)], 80)
    assert titles == ["id", "state", "name", "epoch", "test loss", "test MAE", "MAE °"]
    assert "circ °" not in missed
    mixed = {c.title: c.cells for c in run_columns([run_row(old=True), run_row()], 100.0)}
    assert mixed["circ °"] == ("-", "40.1")
    assert mixed["MAE °"] == ("45.6", "45.6")


def test_where_a_name_does_not_say_the_rate_the_column_stays() -> None:
    titles, names, _ = shown([run_row(lr=1e-4), run_row("mine", lr=1e-3)], 80)
    assert "lr" in titles
    assert names[1] == "mine"


def test_a_long_name_is_cut_in_its_middle_before_telling_columns_go() -> None:
    runs = [run_row(f"the very long name of a run that somebody typed {k} lr 1e-4") for k in "ab"]
    titles, names, missed = shown(runs, 80)
    assert titles == ["id", "state", "name", "lr", "epoch", "test loss", "MAE °", "circ °"]
    assert all(name.startswith("the very") and "…" in name for name in names)
    assert all(name.endswith(f"{k} lr 1e-4") for name, k in zip(names, "ab", strict=True))
    assert missed == ["network", "train loss", "test MAE", "best loss", "time"]


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (50, ["id", "state", "name", "lr", "epoch", "circ °"]),
        (38, ["id", "state", "name", "epoch"]),
        (30, ["id", "state", "name"]),
    ],
)
def test_the_name_stays_before_all_but_id_and_state(width: int, titles: list[str]) -> None:
    runs = [run_row(seed=k, name=f"cnn 16-32-48 · 128 lr 1e-4 seed {k}") for k in range(10, 20)]
    found, names, _ = shown(runs, width)
    assert found == titles
    assert len(set(names)) == len(runs)
    assert all(len(name) >= 16 for name in names)


def test_columns_without_a_value_go_first_and_are_not_missed() -> None:
    titles, _, missed = shown([run_row(trained=False, lr=1e-4)], 80)
    assert titles[:6] == ["id", "state", "name", "network", "lr", "epoch"]
    assert missed == []


def test_a_wide_screen_has_every_column() -> None:
    columns = run_columns([run_row()], 100.0)
    assert fit(columns, sum(column.width + len(GAP) for column in columns)) == (columns, [])
