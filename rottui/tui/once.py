"""One frame of the screen, as it stands once everything that is behind it has come."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from textual.pilot import Pilot
from textual.strip import Strip

from rottui.store.connection import FILE
from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp
from rottui.tui.screen_cut import cut, text_of
from rottui.tui.widgets.charts_pane import ChartsPane
from rottui.tui.widgets.key_line import KeyLine

SECONDS = 60.0
"""After so long the frame is taken as it is."""
SAME = 3
"""Looks at the screen that must find the same."""


def one_frame(
    store_folder: Path, size: tuple[int, int], *, data: str | None = None, theme: str | None = None
) -> tuple[Strip, ...]:
    """The screen at the queue, or at the form where there are no runs; nothing is trained.

    Args:
        store_folder: the run store, which is only read; one that is not there counts as empty.
        size: columns and lines of the screen.
        data: images of the form, as typed.
        theme: name of the colours.

    Raises:
        StoreError: the store cannot be read.
    """
    frame: list[Strip] = []

    async def take(pilot: Pilot[Any]) -> None:
        app = cast("RottuiApp", pilot.app)
        await _until_still(app)
        if app.main.cursor_run_row is not None:
            app.main.go_to("queue")
            await _until_still(app)
        frame.extend(cut(app.main, app.main.region))
        app.exit()

    with ExitStack() as stack:
        there = (store_folder / FILE).exists()
        folder = store_folder if there else Path(stack.enter_context(TemporaryDirectory()))
        store = stack.enter_context(RunStore.open(folder, read_only=there))
        app = RottuiApp(store, data=data, theme=theme, train=False)
        app.run(headless=True, size=size, auto_pilot=take)
    return tuple(frame)


async def _until_still(app: RottuiApp) -> None:
    """Until the store has been read, the data is known, the charts are drawn, and nothing moves."""
    end = time.monotonic() + SECONDS
    seen, same = "", 0
    while same < SAME and time.monotonic() < end:
        await asyncio.sleep(0.02)
        text = text_of(cut(app.main, app.main.region)) if _is_complete(app) else ""
        same = same + 1 if text and text == seen else 0
        seen = text


def _is_complete(app: RottuiApp) -> bool:
    main = app.main
    if not (main.is_complete and app.has_read and not main.form_pane.form.waiting):
        return False
    return bool(main.query_one(KeyLine).keys) and all(
        pane.settled for pane in main.query(ChartsPane)
    )
