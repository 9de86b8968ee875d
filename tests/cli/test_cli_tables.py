"""Tables: aligned and complete on a pipe, and on a narrow terminal never with half a number."""

from __future__ import annotations

from rottui.commands.tables import Column, fit, plain, print_table

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
