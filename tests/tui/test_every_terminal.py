"""Every pane on every kind of terminal: all colour depths, sizes, and character sets."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from recorded import put_recorded_sweep
from rich.cells import cell_len
from rich.color import ColorSystem
from textual.pilot import Pilot
from textual.widget import Widget
from waiting import running, until

from rottui.store.runs import RunStore
from rottui.tui import app as app_module
from rottui.tui.app import RottuiApp
from rottui.tui.output.looks import look_of
from rottui.tui.screens.help import HelpScreen
from rottui.tui.screens.main import SCOPES
from rottui.tui.screens.themes import ThemeScreen

SIZES = [(60, 20), (80, 24), (120, 40), (200, 60)]
DEPTHS: dict[str, dict[str, str]] = {
    "no colour": {"NO_COLOR": "1", "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "16": {"TERM": "xterm-16color", "COLORTERM": ""},
    "256": {"TERM": "xterm-256color", "COLORTERM": ""},
    "truecolour": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
}
CODES = {
    "no colour": re.compile(r""),
    "16": re.compile(r"(?:[34]|9|10)[0-7]|"),
    "256": re.compile(r"[34]8;5;\d+|(?:[34]|9|10)[0-7]|"),
    "truecolour": re.compile(r"[34]8;[25];[\d;]+|(?:[34]|9|10)[0-7]|"),
}
"""What a colour may be sent as (SGR)."""
ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f]|\[/?(?:bold|dim|red|\$|@)|\[\d+(;\d+)*m")
"""Text that was meant to be obeyed and not to be read."""


def look_at(app: RottuiApp, depth: str, ascii: bool) -> None:
    """Everything on the screen is text of the right size, in colours that the terminal has."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    assert len(lines) == height
    colors = ColorSystem.STANDARD if depth == "16" else app.stage._colors
    for line in lines:
        text = "".join(segment.text for segment in line)
        assert cell_len(text) == width, text
        assert not ESCAPED.search(text), text
        if ascii:
            assert text.isascii(), text
        for segment in line:
            look = look_of(segment.style, colors)
            for code in (look.foreground, look.background):
                assert CODES[depth].fullmatch(code), (code, segment)
    screen = app.screen.region
    for widget in app.screen.query("*"):
        if widget.region.area and widget.parent is app.screen:
            assert screen.contains_region(widget.region), widget
    assert_apart(app.screen)


def assert_apart(screen: Widget) -> None:
    """No pane of the screen lies over another, and none of the fields within one."""
    for parent in [screen, *screen.query("#panes, #right, #stage")]:
        seen = [
            child
            for child in parent.children
            if child.display and child.region.area and child.styles.layer in ("", "default")
        ]
        for one, other in combinations(seen, 2):
            if "-textual-system" in one.classes | other.classes:
                continue  # toasts and tooltips are meant to lie over things
            assert not one.region.overlaps(other.region), (one, other)


async def go_everywhere(app: RottuiApp, pilot: Pilot[None], depth: str, ascii: bool) -> None:
    await until(pilot, lambda: len(app.main._snapshot.runs) == 3)
    for scope in SCOPES:
        if not app.main.query(f"#{scope}"):
            continue
        app.main.go_to(scope)
        await pilot.pause()
        look_at(app, depth, ascii)
    for action, screen in (("help", HelpScreen), ("change_theme", ThemeScreen)):
        await app.run_action(action)
        await until(pilot, lambda screen=screen: isinstance(app.screen, screen))
        await pilot.pause()
        look_at(app, depth, ascii)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


QUICK = {("no colour", "ASCII", (60, 20)), ("16", "UTF-8", (80, 24))}


@pytest.mark.parametrize(
    ("depth", "characters", "size"),
    [
        pytest.param(
            depth,
            characters,
            size,
            marks=[] if (depth, characters, size) in QUICK else pytest.mark.slow,
            id=f"{depth}-{characters}-{size[0]}x{size[1]}",
        )
        for depth in DEPTHS
        for characters in ("UTF-8", "ASCII")
        for size in SIZES
    ],
)
async def test_every_pane_can_be_read(
    depth: str,
    characters: str,
    size: tuple[int, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ascii = characters == "ASCII"
    monkeypatch.chdir(Path(__file__).parent)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in DEPTHS[depth].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(app_module, "_ascii_only", lambda: ascii)
    with RunStore.open(tmp_path / "store") as store:
        put_recorded_sweep(store)
        app = RottuiApp(store, data="wardrobe", train=False)
        async with running(app, size) as pilot:
            await go_everywhere(app, pilot, depth, ascii)
