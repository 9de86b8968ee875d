"""The whole app through the output stage: its screen is that of a full repaint."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest
from recorded import put_recorded_lr_sweep
from rich.console import RenderableType
from terminal_grid import differences, grid
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.pilot import Pilot
from textual.screen import Screen
from waiting import running, until

from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.tui import app as app_module
from rottui.tui.app import RottuiApp
from rottui.tui.output.painting import PaintingApp
from rottui.tui.widgets.queue_pane import QueuePane

KEYS = [
    *("f1", "f2", "f3", "f4", "f5", "f6", "escape", "escape", "tab", "enter", "up", "down"),
    *("left", "right", "pageup", "pagedown", "home", "end", "space", "l", "m", "b", "s", "t"),
    *("slash", "question_mark", "ctrl+p", "T", "g", "G", "1", "2", "3", "4", "5", "6"),
]
SIZES = [(80, 24), (120, 40), (60, 20), (100, 30), (200, 60)]


class EmulatedApp(RottuiApp):
    """Its frames go to an emulator, changes alone."""

    CSS_PATH = Path(app_module.__file__).parent / "screens" / "main.tcss"

    def __init__(self, store: RunStore, **options: Any) -> None:
        super().__init__(store, **options)
        self.terminal = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self.terminal)
        self.written = 0

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate | LayoutUpdate):
            if isinstance(renderable, LayoutUpdate) and renderable.region.size != self.stage.size:
                columns, lines = renderable.region.size
                self.terminal.resize(lines, columns)
                self.stage.resize(columns, lines)
            self.stage.take(renderable)
            text = self.stage.changes((0, 0))
            self.written += len(text)
            self._stream.feed(text)
        super()._display(screen, renderable)

    def painted_anew(self) -> pyte.Screen:
        """The screen as Textual itself would write all of it."""
        anew = pyte.Screen(self.terminal.columns, self.terminal.lines)
        frame = self.screen._compositor.render_full_update()
        pyte.Stream(anew).feed(frame.render_segments(self.console))
        return anew


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as opened:
        put_recorded_lr_sweep(opened)
        first = opened.runs()[0]
        opened.add_runs([NewRun("日本語の名前 🧵 é", first.config, first.epochs)])
        yield opened


async def settled(pilot: Pilot[None], app: EmulatedApp) -> None:
    """Wait until nothing is written any more."""
    written = -1
    while written != app.written:
        written = app.written
        await pilot.pause(0.05)


@pytest.mark.parametrize(
    ("seed", "rounds"),
    [(0, 5), *(pytest.param(seed, 30, marks=pytest.mark.slow) for seed in range(1, 9))],
)
async def test_after_any_keys_and_sizes_the_screen_is_that_of_a_full_repaint(
    store: RunStore, image_folder: Path, seed: int, rounds: int
) -> None:
    chance = random.Random(seed)
    app = EmulatedApp(store, data=str(image_folder), train=False)
    async with running(app, (120, 40)) as pilot:
        queue = app.main.query_one(QueuePane)
        await until(pilot, lambda: len(queue.table.rows) == 28)
        for _ in range(rounds):
            for key in chance.choices(KEYS, k=6):
                await pilot.press(key)
            if chance.random() < 0.5:
                await pilot.resize_terminal(*chance.choice(SIZES))
            await settled(pilot, app)
            assert differences(grid(app.terminal), grid(app.painted_anew())) == []


async def test_nothing_is_written_while_nothing_changes(
    store: RunStore, image_folder: Path
) -> None:
    app = EmulatedApp(store, data=str(image_folder), train=False)
    async with running(app, (120, 40)) as pilot:
        await until(pilot, lambda: len(app.main.query_one(QueuePane).table.rows) == 28)
        await settled(pilot, app)
        app.screen.refresh()
        written = app.written
        await pilot.pause(1.5)
        assert app.written == written


class Terminal:
    """A driver whose terminal has taken everything."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def when_ready(self, ready: Callable[[], None]) -> bool:
        return True

    def write(self, data: str) -> None:
        self.written.append(data)


def test_a_terminal_that_is_ready_before_there_is_a_screen_is_sent_nothing() -> None:
    app = PaintingApp()
    app._running = True
    app._driver = terminal = Terminal()  # type: ignore[assignment]
    app.repaint()
    assert terminal.written == []
