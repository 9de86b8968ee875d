"""Waiting for facts, and running the whole app in a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from rottui.tui.app import RottuiApp
from rottui.tui.widgets.configure_pane import ConfigurePane


async def until(pilot: Pilot[Any], fact: Callable[[], bool], seconds: float = 60) -> None:
    """Let the app go on until a fact holds."""
    for _ in range(int(seconds / 0.02)):
        if fact():
            return
        await asyncio.sleep(0.02)
        await pilot.pause()
    raise AssertionError(f"not in {seconds} s: {fact}")


def listen(app: RottuiApp) -> list[str]:
    """Every sentence that the app says beside its panes from now on, however short it stays."""
    said: list[str] = []
    notify = app.notify

    def heard(message: str, **how: Any) -> None:
        said.append(message)
        notify(message, **how)

    app.notify = heard  # type: ignore[method-assign,assignment]
    return said


@asynccontextmanager
async def running(app: RottuiApp, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    """The app once its data is known; its engine is stopped at the end."""
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.main.query_one(ConfigurePane).config is not None)
        await until(pilot, lambda: app.main.is_complete)
        try:
            yield pilot
        finally:
            app.stop_engine()
