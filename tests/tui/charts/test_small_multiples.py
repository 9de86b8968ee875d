"""A sweep's settings as small charts: their order, one y axis for all, and what has room."""

from __future__ import annotations

import pytest
from runs_made import epoch_row
from sweep_rows import measured, sweep_snapshot

from rottui.store.records import EpochRow
from rottui.tui.charts.cells import ASCII, UNICODE, columns, plain
from rottui.tui.charts.small_multiples import Curves, Panel, draw, panels
from rottui.tui.snapshot import Snapshot
from rottui.tui.standings import Standings, standings, sweep_fields


def found(shot: Snapshot) -> Standings:
    return standings(shot.runs, sweep_fields(shot.runs, shot.sweeps[1]))


def falling(*values: float) -> tuple[EpochRow, ...]:
    return tuple(measured(epoch, value) for epoch, value in enumerate(values))


THREE = sweep_snapshot("lr=1e-1, 1e-3, 1e-2", [90, 40, 20])
CURVES = {1: falling(90, 90, 90), 2: falling(90, 70, 40), 3: falling(90, 30, 20)}


def made(shot: Snapshot = THREE, **how: bool) -> list[Panel]:
    return panels(found(shot), CURVES, log=how.get("log", False))


def shown(width: int = 60, height: int = 9, **how: object) -> list[str]:
    rows = draw(found(THREE), made(), width, height, **how)  # type: ignore[arg-type]
    assert len(rows) == height
    assert {columns(row) for row in rows} == {width}
    return [plain(row) for row in rows]


def test_settings_stand_in_the_order_of_the_axis_and_the_best_is_named() -> None:
    assert [panel.name for panel in made()] == ["lr 1e-3", "lr 1e-2", "lr 0.1"]
    assert [panel.best for panel in made()] == [False, True, False]
    title, names = shown()[:2]
    assert title.startswith("test circular MAE, degrees, ")
    assert title.rstrip().endswith(", against the epoch")
    assert names.split() == ["lr", "1e-3", "lr", "1e-2", "best", "lr", "0.1"]
    assert shown()[-1].split() == ["40.0", "20.0", "90.0"]


def test_all_share_one_axis_so_that_heights_compare() -> None:
    rows = shown(glyphs=ASCII)
    drawn = [[row[at : at + 19].rstrip() for row in rows[2:8]] for at in (0, 20, 40)]
    ends = [max(y for y, row in enumerate(panel) if "*" in row) for panel in drawn]
    assert ends[2] < ends[0] <= ends[1], "0.1 stays high, 1e-2 comes lowest"
    assert sum("*" in row for row in drawn[2]) == 1, "a flat curve is one line"


def test_the_room_is_used_and_nothing_is_cut_that_fits() -> None:
    rows = shown(width=44, height=19)  # three of 14 and two gaps
    assert "…" not in "".join(rows[1:])
    assert "lr 1e-3" in rows[1]
    assert "20.0" in rows[12], "no higher than twelve rows"
    assert "20.0" in shown(width=44, height=10)[9]


def test_a_line_is_a_line_and_no_wall() -> None:
    rows = shown(glyphs=ASCII)
    columns_of = ["".join(row[x] for row in rows[2:8]) for x in range(19)]
    stars = [column.count("*") for column in columns_of]
    assert max(stars) == 2, "one a column, and one more where it goes down a row"


def test_a_spike_of_one_epoch_is_seen() -> None:
    spiky = {3: falling(20, 20, 90, 20, 20)}
    shot = sweep_snapshot("lr=1e-2", [20], first=3)
    rows = draw(found(shot), panels(found(shot), spiky, log=False), 20, 9, glyphs=UNICODE)
    assert sum(any("\u2800" < sign <= "\u28ff" for sign in plain(row)) for row in rows[2:-1]) > 3


def test_the_chosen_one_stands_out_and_is_among_those_that_have_room() -> None:
    names = draw(found(THREE), made(), 60, 9, chosen=(0.1,))[1]
    assert [span.text.strip() for span in names if "reverse" in span.style] == ["lr 0.1"]
    assert shown(width=20, height=7)[1].startswith("lr 1e-3")
    assert shown(width=20, height=7, chosen=(0.1,))[1].startswith("lr 0.1")


def test_what_diverged_or_has_no_curve_yet_says_so() -> None:
    shot = sweep_snapshot("lr=10, 1e-2, 1e-3", [90, 20, None], failed=[0])
    curves = {1: (*falling(90), epoch_row(1, float("nan"))), 2: falling(90, 20)}
    rows = draw(found(shot), panels(found(shot), curves, log=True), 90, 8, log=True)
    numbers = plain(rows[-1])
    assert "1 of 1 unfinished" in numbers
    assert "✗ the loss is not a number" in numbers
    assert plain(rows[0]).rstrip().endswith(", log")


def test_only_curves_that_have_gone_on_are_made_anew() -> None:
    known = Curves()
    before = panels(found(THREE), CURVES, log=False, known=known)
    longer = {**CURVES, 1: (*CURVES[1], measured(3, 80))}
    after = panels(found(THREE), longer, log=False, known=known)
    assert [new.curves[0] is old.curves[0] for new, old in zip(after, before, strict=True)] == [
        *(True, True),
        False,
    ]
    assert after[2].curves[0].last == (3, 80)
    (other, *_) = panels(found(THREE), longer, log=True, known=known)
    assert other.curves[0] is not after[0].curves[0]


def test_lines_of_the_chart_are_told_apart_by_their_letters() -> None:
    shot = sweep_snapshot("lr=1e-3, 1e-2; activation=relu, tanh", [50, 40, 40, 30])
    named = [panel.name for panel in panels(found(shot), {}, log=False)]
    assert named == ["a lr 1e-3", "a lr 1e-2", "b lr 1e-3", "b lr 1e-2"]


@pytest.mark.parametrize("size", [(1, 1), (5, 6), (13, 6), (59, 8), (200, 50)])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_row_is_whole_at_every_size(size: tuple[int, int], glyphs: object) -> None:
    rows = draw(found(THREE), made(), *size, glyphs=glyphs)  # type: ignore[arg-type]
    assert len(rows) == size[1]
    assert all(columns(row) in (0, size[0]) for row in rows)
    if glyphs is ASCII:
        assert all(plain(row).isascii() for row in rows)
