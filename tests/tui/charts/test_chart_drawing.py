"""Charts as text: what stands where, whoever draws the curves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest
from rich.cells import cell_len

from rottui.tui.charts.cells import ASCII
from rottui.tui.charts.chart import Band, Chart, DrawingError, Line, Mark, Reference
from rottui.tui.charts.drawing import draw
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.series import Series, Stroke, clean

FLAT = clean(range(9), [0.5] * 9)


def dots(columns: int, rows: int, lines: Sequence[Line]) -> list[list[str]]:
    """A rasteriser of a few lines: one letter where a point is, ``S`` solid and ``d`` dotted."""
    layers = []
    for line in lines:
        cells = [[" "] * columns for _ in range(rows)]
        for part in line.parts:
            for x, y in part:
                row = rows - 1 - min(rows - 1, int(y))
                cells[row][min(columns - 1, int(x))] = "S" if line.stroke is Stroke.SOLID else "d"
        layers.append(["".join(row) for row in cells])
    return layers


def chart(
    *series: Series,
    marks: tuple[Mark, ...] = (),
    log: bool = False,
    references: tuple[Reference, ...] = (),
) -> Chart:
    y = Limits(0.01, 1.0, log=True) if log else Limits(0.0, 1.0)
    return Chart("loss", series, Limits(0, 8), y, marks=marks, references=references)


def falling(stroke: Stroke = Stroke.SOLID, tag: str = "") -> Series:
    curve = clean(range(9), [1 - x / 8 for x in range(9)])
    return Series("a", curve, "run-1", stroke, tag)


def test_a_small_chart() -> None:
    drawing = draw(chart(falling(tag="#1")), 40, 9, dots)

    assert drawing.text.splitlines() == [
        "loss                                    ",
        "   1.0┤S  S   ·   ·   ·   ·   ·   ·     ",
        "      │       S                         ",
        "   0.5┤   ·   ·   S   S   ·   ·   ·     ",
        "      │                  S              ",
        "      │                      S          ",
        "   0.0┤   ·   ·   ·   ·   ·   ·  S· S #1",
        "      └┬──────┬───────┬──────┬──────┬   ",
        " epoch 0      2       4      6      8   ",
    ]


@pytest.mark.parametrize("width", [1, 2, 3, 5, 10, 24, 40, 81])
@pytest.mark.parametrize("height", [1, 2, 3, 4, 6, 12, 25])
def test_every_size_gives_rows_of_that_size(width: int, height: int) -> None:
    drawing = draw(chart(falling(tag="#12")), width, height, dots)

    assert [cell_len(line) for line in drawing.text.split("\n")] == [width] * height


def test_no_room_at_all_gives_no_text() -> None:
    assert draw(chart(falling()), 0, 0, dots).text == ""
    assert draw(chart(falling()), 30, 0, dots).rows == ()


def test_a_solid_curve_is_seen_before_a_dotted_one_beneath_it() -> None:
    drawing = draw(chart(falling(), falling(Stroke.DOTTED)), 60, 14, dots)

    body = "\n".join(line[7:] for line in drawing.text.splitlines()[1:-2])
    assert body.count("S") > 0
    assert body.count("S") + body.count("d") == 9


def test_curves_on_top_of_each_other_take_turns() -> None:
    flat = [Series(name, FLAT, style) for name, style in (("a", "run-1"), ("b", "run-2"))]

    def full(columns: int, rows: int, lines: Sequence[Line]) -> list[list[str]]:
        return [["S" * columns] * rows for _ in lines]

    styles = {span.style for row in draw(chart(*flat), 40, 8, full).rows for span in row}
    assert {"run-1", "run-2"} <= styles


def test_names_stand_beside_the_ends_and_never_on_each_other() -> None:
    same = [Series(str(i), FLAT, f"run-{i}", tag=f"#{i}") for i in (1, 2, 3)]
    lines = draw(chart(*same), 40, 12, dots).text.splitlines()

    found = {line[-2:]: y for y, line in enumerate(lines) if "#" in line}
    assert set(found) == {"#1", "#2", "#3"}
    assert max(found.values()) - min(found.values()) == 2


def test_where_a_run_diverged_is_written_out() -> None:
    ys = [0.5, 0.7, math.nan]
    text = draw(
        chart(Series("a", clean(range(3), ys)), marks=(Mark(2, "#1 epoch 2 NaN", "run-1"),)),
        50,
        10,
        dots,
    ).text

    assert "✗ #1 epoch 2 NaN" in text.splitlines()[1]


def test_a_mark_near_the_right_edge_stays_whole() -> None:
    lonely = chart(falling(), marks=(Mark(8, "#1 epoch 8 NaN", "run-1"),))
    assert "✗ #1 epoch 8 NaN" in draw(lonely, 40, 10, dots).text


def test_what_a_logarithmic_axis_leaves_out_is_counted() -> None:
    ys = [1.0, 0.1, 0.0, 0.0]
    text = draw(chart(Series("a", clean(range(4), ys, log=True)), log=True), 60, 12, dots).text

    assert text.splitlines()[0].rstrip() == "loss  log, 2 at 0 or below not shown"
    assert "1e-1" in text


def test_points_above_the_axis_are_counted() -> None:
    ys = [0.5, 30.0, 0.5]
    assert "▲ 1 above" in draw(chart(Series("a", clean(range(3), ys))), 60, 12, dots).text


def test_thinning_is_reported() -> None:
    long = Series("a", clean(range(10_001), [0.5 + 0.4 * math.sin(x) for x in range(10_001)]))
    drawing = draw(Chart("loss", (long,), Limits(0, 10_000), Limits(0, 1)), 60, 12, dots)

    assert drawing.points == 10_001
    assert drawing.drawn < 300


def broken(columns: int, rows: int, lines: Sequence[Line]) -> list[list[str]]:
    raise DrawingError("plotext could not draw: RuntimeError: no")


def lopsided(columns: int, rows: int, lines: Sequence[Line]) -> list[list[str]]:
    return [["x" * (columns + 1)] * rows for _ in lines]


@pytest.mark.parametrize(
    ("rasterise", "sentence"), [(broken, "plotext could not draw"), (lopsided, "another size")]
)
def test_a_rasteriser_that_fails_leaves_one_line(rasterise: object, sentence: str) -> None:
    drawing = draw(chart(falling()), 70, 12, rasterise)  # type: ignore[arg-type]

    assert sentence in drawing.text.splitlines()[1]
    assert drawing.error is not None
    assert "0.5┤" in drawing.text
    assert {cell_len(line) for line in drawing.text.splitlines()} == {70}


def test_without_unicode_the_frame_is_ascii() -> None:
    drawing = draw(chart(falling(), marks=(Mark(2, "epoch 2 NaN", "run-1"),)), 50, 10, dots, ASCII)
    assert drawing.text.isascii()
    assert "x epoch 2 NaN" in drawing.text


def rates(band: Band | None = None) -> Chart:
    lrs = [10.0**e for e in range(-6, 1)]
    curve = clean(lrs, [1, 1, 1, 0.5, 0.25, 0.5, 1])
    x, y = Limits(1e-6, 1.0, log=True), Limits(0.0, 1.0)
    return Chart("loss", (Series("a", curve),), x, y, x_label="lr", band=band)


def test_a_logarithmic_x_axis_gives_each_decade_as_much_room() -> None:
    assert draw(rates(), 44, 8, dots).text.splitlines() == [
        "loss                                        ",
        "   1.0┤S  ·  S·   ·S  ·   ·   ·   ·   ·   ·S",
        "      │                                     ",
        "   0.5┤   ·   ·   ·   ·  S·   ·   ·  S·   · ",
        "      │                        S            ",
        "   0.0┤   ·   ·   ·   ·   ·   ·   ·   ·   · ",
        "      └┬───────────┬───────────┬───────────┬",
        "    lr 1e-6       1e-4        1e-2       1e0",
    ]


def test_a_band_is_marked_on_the_axis_and_up_the_chart_behind_the_curve() -> None:
    drawing = draw(rates(Band(2e-4, 5e-4, 2e-3)), 44, 8, dots)
    assert drawing.text.splitlines()[1:7] == [
        "   1.0┤S  ·  S·   ·S ┊·┊  ·┊  ·   ·   ·   ·S",
        "      │              ┊ ┊   ┊                ",
        "   0.5┤   ·   ·   ·  ┊·┊ S·┊  ·   ·  S·   · ",
        "      │              ┊ ┊   ┊   S            ",
        "   0.0┤   ·   ·   ·  ┊·┊  ·┊  ·   ·   ·   · ",
        "      └┬───────────┬─┝━┿━━━┥───┬───────────┬",
    ]
    marked = [span.text for span in drawing.rows[6] if span.style == "chart-band"]
    assert marked == ["┝━┿━━━┥"]
    assert "+-[=|===]-" in draw(rates(Band(2e-4, 5e-4, 2e-3)), 44, 8, dots, ASCII).text


@pytest.mark.parametrize("rate", [1e-9, 1e-6, 3e-4, 1.0, 50.0])
def test_a_band_of_one_rate_even_outside_keeps_the_chart_whole(rate: float) -> None:
    drawing = draw(rates(Band(rate, rate, rate)), 44, 8, dots)
    assert {cell_len("".join(span.text for span in row)) for row in drawing.rows} == {44}
    assert "┿" in drawing.text


def test_a_reference_is_a_thin_line_with_its_name_at_the_right() -> None:
    drawing = draw(chart(falling(), references=(Reference(0.7, "mean 0.7"),)), 40, 9, dots)

    assert drawing.text.splitlines() == [
        "loss                                    ",
        "   1.0┤S  ·S  ·   ·   ·   ·   ·   ·   · ",
        "      │╌╌╌╌╌╌╌╌S╌╌╌╌╌╌╌╌╌╌╌╌╌╌ mean 0.7 ",
        "   0.5┤   ·   ·   ·S  ·S  ·   ·   ·   · ",
        "      │                    S            ",
        "      │                        S        ",
        "   0.0┤   ·   ·   ·   ·   ·   ·   ·S  ·S",
        "      └┬───────┬───────┬───────┬───────┬",
        " epoch 0       2       4       6       8",
    ]


def wall(rows: set[int], until: int) -> Callable[[int, int, Sequence[Line]], list[list[str]]]:
    """A rasteriser whose one curve fills some rows up to a column."""

    def rasterise(columns: int, height: int, lines: Sequence[Line]) -> list[list[str]]:
        full = "S" * until + " " * (columns - until)
        return [[full if y in rows else " " * columns for y in range(height)] for _ in lines]

    return rasterise


@pytest.mark.parametrize(
    ("rows", "until", "place"),
    [
        (set(), 0, 3),  # in its own line
        ({3}, 33, 2),  # above it
        ({2, 3}, 33, 4),  # below it
        ({3}, 20, 3),  # in its own line, right of the curve
    ],
)
def test_the_name_of_a_reference_covers_no_curve(rows: set[int], until: int, place: int) -> None:
    one = chart(falling(), references=(Reference(0.45, "chance"),))
    body = draw(one, 40, 9, wall(rows, until)).text.splitlines()[1:-2]

    assert [y for y, line in enumerate(body) if "chance" in line] == [place]
    assert sum(line.count("S") for line in body) == until * len(rows)


def test_where_curves_are_everywhere_the_name_is_still_there() -> None:
    one = chart(falling(), references=(Reference(0.45, "chance"),))
    body = draw(one, 40, 9, wall(set(range(6)), 33)).text.splitlines()[1:-2]
    assert body[3].endswith(" chance ")


def test_references_in_one_row_share_their_line() -> None:
    both = (Reference(0.451, "mean 90.1°"), Reference(0.45, "chance 90°"))
    text = draw(chart(falling(), references=both), 60, 9, dots).text
    assert "╌ mean 90.1°, chance 90° " in text
    assert text.count("╌ ") == 1
    apart = (Reference(0.9, "mean 90.1°"), Reference(0.2, "chance 90°"))
    lines = draw(chart(falling(), references=apart), 60, 9, dots).text.splitlines()
    assert ["mean" in line for line in lines].index(True) == 1
    assert ["chance" in line for line in lines].index(True) == 5


def test_a_reference_without_unicode() -> None:
    one = chart(falling(), references=(Reference(0.7, "chance 90°"),))
    text = draw(one, 40, 9, dots, ASCII).text
    assert text.isascii()
    assert "---- chance 90 deg " in text


@pytest.mark.parametrize("width", [1, 10, 12, 24, 81])
@pytest.mark.parametrize("height", [1, 5, 6, 25])
def test_a_reference_keeps_every_size(width: int, height: int) -> None:
    one = chart(falling(tag="#12"), references=(Reference(1.0, "mean 90.1°"), Reference(0.0, "x")))
    drawing = draw(one, width, height, dots)
    assert [cell_len(line) for line in drawing.text.split("\n")] == [width] * height
