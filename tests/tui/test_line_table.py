"""The table by lines: nothing is cut unmarked, the cursor follows its row, only changes paint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region

from rottui.tui.widgets.line_table import LineTable
from rottui.tui.widgets.row_list import RowList
from rottui.tui.widgets.table_layout import Cell, Column, Width, fit, lay_out, needed_width


@dataclass(frozen=True)
class Fruit:
    key: int
    name: str
    weight: str = "1.234"
    note: str = "fresh"


COLUMNS = (
    Column("key", "no", 0, kind="number", align="right", pinned=True),
    Column("name", "name", 1, minimum=6, kind="middle"),
    Column("weight", "weight", 2, kind="number", align="right"),
    Column("note", "note", 3, minimum=4),
)


def fruits(count: int) -> list[Fruit]:
    return [Fruit(i, f"fruit {i}") for i in range(count)]


class Host(App[None]):
    def __init__(self, rows: Sequence[Fruit], *, ascii: bool = False) -> None:
        super().__init__()
        self.start = rows
        self.said: list[object] = []
        self.formatted = 0
        self.ascii = ascii

    def cells(self, fruit: Fruit) -> tuple[Cell, ...]:
        self.formatted += 1
        return (
            Cell(str(fruit.key), "muted"),
            Cell(fruit.name),
            Cell(fruit.weight, "ok"),
            Cell(fruit.note),
        )

    def compose(self) -> ComposeResult:
        yield LineTable(COLUMNS, key_of=lambda f: f.key, cells_of=self.cells, ascii=self.ascii)

    def on_mount(self) -> None:
        self.table.set_rows(self.start)
        self.table.focus()

    @property
    def table(self) -> LineTable[Fruit]:
        return self.query_one(LineTable)

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        self.said.append(("opened", event.key))

    def on_line_table_mark_clicked(self, event: LineTable.MarkClicked) -> None:
        self.said.append(("mark", event.key))

    def on_line_table_cursor_moved(self, event: LineTable.CursorMoved) -> None:
        self.said.append(("cursor", event.key))

    @property
    def lines(self) -> list[str]:
        table = self.table
        return [table.render_line(y).text for y in range(table.size.height)]


# Fitting values


@pytest.mark.parametrize(
    ("cell", "width", "kind", "shown"),
    [
        (Cell("0.0123"), 6, "number", "0.0123"),
        (Cell("0.0123"), 5, "number", "#####"),
        (Cell("12/50 ━───", short="12/50"), 9, "number", "    12/50"),
        (Cell("running"), 6, "text", "runni…"),
        (Cell("running"), 1, "text", "…"),
        (Cell("cnn 16-32-45 lr 1e-4"), 12, "middle", "cnn 16…r 1e-4"[:6] + "… 1e-4"),
        (Cell("日本語"), 5, "text", "日本…"),
        (Cell("日本語"), 4, "text", "日 …"),
    ],
)
def test_values_that_do_not_fit_are_marked(cell: Cell, width: int, kind: str, shown: str) -> None:
    align = "right" if kind == "number" else "left"
    assert fit(cell, width, kind, align) == shown


@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Mn", "Me", "Cf"))),
    width=st.integers(1, 30),
    kind=st.sampled_from(["text", "middle", "number"]),
)
def test_a_cell_is_whole_or_marked_and_exactly_as_wide_as_its_column(
    text: str, width: int, kind: str
) -> None:
    shown = fit(Cell(text), width, kind)
    assert cell_len(shown) == width
    if cell_len(text) <= width:
        assert shown.startswith(text)
    else:
        assert "…" in shown or shown == "#" * width


# Laying out


def widths_of(*texts: str) -> list[Width]:
    return [needed_width(column, Cell(text)) for column, text in zip(COLUMNS, texts, strict=True)]


def test_with_room_all_columns_are_shown_in_full() -> None:
    layout = lay_out(COLUMNS, widths_of("1", "a long fruit name", "1.234", "fresh"), 60)
    assert [place.column for place in layout.places] == [0, 1, 2, 3]
    assert layout.places[1].width == len("a long fruit name")
    assert not layout.before
    assert not layout.after


def test_a_narrow_line_drops_the_least_important_columns_and_says_so() -> None:
    widths = widths_of("1", "a long fruit name", "1.234", "fresh")
    layout = lay_out(COLUMNS, widths, 16)
    assert [place.column for place in layout.places] == [0, 1, 2]
    assert layout.after
    scrolled = lay_out(COLUMNS, widths, 16, page=1)
    shown = [place.column for place in scrolled.places]
    assert 0 in shown, "a pinned column stays"
    assert 3 in shown
    assert scrolled.before
    assert not scrolled.after


def test_an_extra_column_is_not_shown_at_the_cost_of_others() -> None:
    columns = (COLUMNS[1], replace(COLUMNS[3], extra=True))
    widths = [
        needed_width(columns[0], Cell("a long fruit name")),
        needed_width(columns[1], Cell("fresh")),
    ]
    assert [p.column for p in lay_out(columns, widths, 17).places] == [0]
    assert [p.column for p in lay_out(columns, widths, 23).places] == [0, 1]


@given(
    texts=st.tuples(*[st.text("abc", min_size=1, max_size=20)] * 4),
    room=st.integers(1, 80),
    page=st.integers(0, 5),
)
def test_columns_never_overlap_nor_leave_the_line(
    texts: tuple[str, str, str, str], room: int, page: int
) -> None:
    layout = lay_out(COLUMNS, widths_of(*texts), room, page)
    end = -1
    for place in layout.places:
        assert place.x > end
        end = place.x + place.width
    assert end <= room
    pages = [lay_out(COLUMNS, widths_of(*texts), room, number) for number in range(layout.pages)]
    assert {p.column for each in pages for p in each.places} == {0, 1, 2, 3}, "all can be reached"


# Rows and the cursor


def test_the_cursor_follows_its_row_when_rows_are_reordered_inserted_or_removed() -> None:
    rows = RowList[Fruit](lambda fruit: fruit.key)
    rows.replace(fruits(5), 0)
    rows.go(3)
    rows.replace(list(reversed(fruits(5))), 0)
    assert (rows.cursor_key, rows.cursor) == (3, 1)
    rows.replace([Fruit(9, "new"), *reversed(fruits(5))], 0)
    assert (rows.cursor_key, rows.cursor) == (3, 2)
    rows.replace([fruit for fruit in rows.rows if fruit.key != 3], 0)
    assert rows.cursor_key == 2, "the next row takes the place of one that is gone"
    rows.replace([], 0)
    assert rows.cursor_key is None


def test_rows_inserted_above_the_view_do_not_push_away_what_is_read() -> None:
    rows = RowList[Fruit](lambda fruit: fruit.key)
    rows.replace(fruits(50), 0)
    rows.go(22)
    assert rows.replace([Fruit(99, "new"), *fruits(50)], 20) == 21
    assert rows.replace(rows.rows[:-1], 21) == 21


async def test_keys_move_the_cursor_and_keep_it_in_view() -> None:
    app = Host(fruits(100))
    async with app.run_test(size=(40, 11)) as pilot:
        table = app.table
        for key, expected in [
            ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("up", 0),
            ("pagedown", 9), ("pagedown", 18), ("pageup", 9),
            ("G", 99), ("g", 0), ("end", 99), ("home", 0),
        ]:  # fmt: skip
            await pilot.press(key)
            assert table.cursor_key == expected, key
            assert any(line.startswith("▸") for line in app.lines), key
        await pilot.press("enter")
        assert app.said[-1] == ("opened", 0)


async def test_every_line_is_as_wide_as_the_table_and_every_segment_has_a_style() -> None:
    app = Host(fruits(5))
    async with app.run_test(size=(33, 9)) as pilot:
        await pilot.pause()
        for y in range(9):
            strip = app.table.render_line(y)
            assert strip.cell_length == 33
            assert all(segment.style is not None for segment in strip)


async def test_the_mouse_selects_opens_marks_and_scrolls() -> None:
    app = Host(fruits(100))
    async with app.run_test(size=(40, 11)) as pilot:
        await pilot.click(LineTable, offset=(8, 4))
        assert app.table.cursor_key == 3
        await pilot.click(LineTable, offset=(8, 5), times=2)
        assert ("opened", 4) in app.said
        await pilot.click(LineTable, offset=(1, 2))
        assert ("mark", 1) in app.said
        app.table.scroll_to(y=20, animate=False)
        await pilot.click(LineTable, offset=(8, 1))
        assert app.table.cursor_key == 20
        await pilot.click(LineTable, offset=(8, 0))
        assert app.table.cursor_key == 20, "the header is no row"


async def test_columns_that_do_not_fit_are_hinted_at_and_reached_by_keys_and_clicks() -> None:
    app = Host(fruits(3))
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()
        assert "note" not in app.table.columns_shown
        assert app.lines[0].rstrip().endswith("›")
        await pilot.press("right")
        assert "note" in app.table.columns_shown
        assert app.lines[0].startswith("‹")
        await pilot.press("left")
        assert app.table.columns_shown == ("key", "name", "weight")
        await pilot.click(LineTable, offset=(19, 0))
        assert "note" in app.table.columns_shown
        await pilot.resize_terminal(60, 6)
        await pilot.pause()
        assert app.table.columns_shown == ("key", "name", "weight", "note")
        assert "›" not in app.lines[0]


async def test_a_number_wider_than_its_column_is_marked_and_widens_it_if_it_may() -> None:
    app = Host([Fruit(1, "apple")])
    async with app.run_test(size=(70, 6)) as pilot:
        app.table.set_rows([Fruit(1, "apple", weight="123456.7890123")])
        await pilot.pause()
        assert "123456.7890123" in app.lines[1]
        app.table.set_rows([Fruit(1, "apple", weight="9" * 60)])
        await pilot.pause()
        assert "9" not in app.lines[1]
        assert "####" in app.lines[1]


async def test_only_lines_that_changed_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Host(fruits(30))
    async with app.run_test(size=(50, 12)) as pilot:
        await pilot.pause()
        painted: list[Region] = []
        refresh = LineTable.refresh

        def spy(self: LineTable[Fruit], *regions: Region, **options: bool) -> LineTable[Fruit]:
            painted.extend(regions or (Region(0, 0, 50, 12),))
            return refresh(self, *regions, **options)

        monkeypatch.setattr(LineTable, "refresh", spy)
        rows = [replace(fruit) for fruit in fruits(30)]
        app.table.set_rows(rows)
        assert painted == [], "equal rows paint nothing"
        rows[4] = replace(rows[4], weight="9.876")
        app.table.set_rows(rows)
        assert painted == [Region(0, 5, 50, 1)]
        painted.clear()
        rows[25] = replace(rows[25], weight="9.876")
        app.table.set_rows(rows)
        assert painted == [], "nobody sees row 25"
        rows[2], rows[3] = rows[3], rows[2]
        app.table.set_rows(rows)
        assert sorted(region.y for region in painted) == [3, 4]


async def test_marks_and_cursor_show_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host(fruits(4))
    async with app.run_test(size=(40, 8)) as pilot:
        app.table.set_marked([2])
        await pilot.press("down")
        assert app.lines[2].startswith("▸ ")
        assert app.lines[3].startswith(" ●")
        assert "fruit 2" in app.export_screenshot().replace("&#160;", " ")


async def test_ascii_tables_hold_nothing_but_ascii() -> None:
    app = Host([Fruit(1, "a very long fruit name"), Fruit(2, "b")], ascii=True)
    async with app.run_test(size=(20, 6)) as pilot:
        app.table.set_marked([1])
        await pilot.pause()
        assert "".join(app.lines).isascii()
        assert app.lines[1].startswith(">*")
        assert "~" in app.lines[1]


async def test_ten_thousand_rows_are_set_and_paged_by_formatting_only_what_is_seen() -> None:
    app = Host([])
    rows = fruits(10_000)
    async with app.run_test(size=(80, 30)) as pilot:
        app.table.set_rows(rows)
        await pilot.pause()
        await pilot.press("pagedown", "pagedown", "G")
        assert app.table.cursor_key == 9_999
        assert "fruit 9999" in "".join(app.lines)
        assert app.formatted < 200, "rows out of sight are not formatted"


async def test_an_empty_table_has_no_cursor_and_takes_all_keys() -> None:
    app = Host([])
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("j", "G", "pagedown", "enter", "right")
        assert app.table.cursor_key is None
        assert app.table.cursor_row is None
        assert app.said == []
