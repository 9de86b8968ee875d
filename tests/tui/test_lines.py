"""Lines: rows in the theme's colours, painted only where they changed."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widget import Widget

from rottui.tui.charts.cells import (
    Row,
    Span,
    columns,
    fit,
    flow,
    join,
    plain,
    shorten,
    shorten_middle,
)
from rottui.tui.widgets.lines import Lines


class Watched(Lines):
    """Remembers which regions are painted again."""

    def __init__(self) -> None:
        super().__init__()
        self.regions: list[Region] = []

    def refresh(self, *regions: Region, **options: bool) -> Widget:
        self.regions += regions
        return super().refresh(*regions, **options)


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Watched()


def rows(*texts: str) -> list[Row]:
    return [(Span(text),) for text in texts]


async def test_only_rows_that_differ_are_painted_again() -> None:
    async with Host().run_test(size=(20, 5)) as pilot:
        lines = pilot.app.query_one(Watched)
        lines.set_rows(rows("one", "two", "three"))
        await pilot.pause()
        lines.regions.clear()
        lines.set_rows(rows("one", "2", "three"))

        assert lines.regions == [Region(0, 1, 20, 1)]
        assert lines.render_line(1).text == "2".ljust(20)

        lines.set_rows(rows("one"))
        assert lines.regions[1:] == [Region(0, 1, 20, 1), Region(0, 2, 20, 1)]
        assert lines.render_line(2).text == " " * 20


async def test_what_is_too_wide_is_cut_at_the_edge_and_every_segment_has_a_style() -> None:
    async with Host().run_test(size=(6, 2)) as pilot:
        lines = pilot.app.query_one(Watched)
        lines.set_rows([(Span("衣服の", "run-1"), Span("angle", "bold nonsense"))])
        await pilot.pause()
        for y in range(2):
            strip = lines.render_line(y)
            assert strip.cell_length == 6
            assert all(segment.style is not None for segment in strip)


async def test_colours_come_from_the_theme_and_change_with_it() -> None:
    async with Host().run_test() as pilot:
        lines = pilot.app.query_one(Watched)
        dark = lines.style_of("foreground").color
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert lines.style_of("foreground").color != dark
        assert lines.style_of("bold").bold
        assert lines.style_of("on-error").bgcolor != lines.style_of("").bgcolor
        assert lines.style_of("no-such-token") == lines.style_of("")


def test_cells_of_one_style_are_joined() -> None:
    assert join([("a", "x"), ("b", "x"), ("c", "")]) == (Span("ab", "x"), Span("c", ""))
    assert join([]) == ()


@pytest.mark.parametrize("width", range(12))
def test_a_row_is_fitted_to_any_width(width: int) -> None:
    assert columns(fit((Span("衣服"), Span("abc", "x")), width)) == width


def test_a_cut_is_marked() -> None:
    assert plain(fit((Span("abc"), Span("def", "x")), 5)) == "abcd…"
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abc", 4) == "abc"
    assert shorten("abc", 0) == ""


@pytest.mark.parametrize("width", range(1, 26))
def test_names_are_cut_in_the_middle_because_they_differ_at_the_end(width: int) -> None:
    short = shorten_middle("mlp 128-128 lr 1e-2", width)
    assert cell_len(short) <= width
    assert cell_len(shorten_middle("衣服の回転角 lr 1e-2", width)) <= width
    if 12 <= width < 19:
        assert short.startswith("mlp")
        assert short.endswith("1e-2")
        assert "…" in short


def test_parts_flow_from_row_to_row_and_never_break() -> None:
    parts = [Span("image 1"), Span("angle 20"), Span("shift 5"), Span("weights 0")]
    found = [plain(row).rstrip() for row in flow(parts, 20, 3)]
    assert found == ["image 1   angle 20", "shift 5   weights 0"]
    assert [plain(row).rstrip() for row in flow(parts, 24, 1)] == ["image 1   angle 20   …"]
    assert flow(parts, 20, 0) == []
