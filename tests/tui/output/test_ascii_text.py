"""ASCII in the place of everything else, column for column."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from rottui.tui.output.ascii_text import AsciiText, in_ascii


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("│ ▇ ─ ╭", "| # - +"),
        ("lr ×2 …", "lr x2 ~"),
        ("Größe é", "Gro?e e"),
        ("東京 ok", "???? ok"),
        ("e\u0301", "e"),
    ],
)
def test_every_character_keeps_its_columns(text: str, shown: str) -> None:
    assert in_ascii(text) == shown
    assert cell_len(in_ascii(text)) == cell_len(text)


def test_styles_stay() -> None:
    style = Style(bold=True)
    found = AsciiText().apply([Segment("ä", style), Segment("b")], Color(0, 0, 0))
    assert found == [Segment("a", style), Segment("b")]
