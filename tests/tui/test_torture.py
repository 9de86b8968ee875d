"""Random keys, clicks and resizes while two runs train: nothing breaks, and the screen obeys."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.command import CommandPalette
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size
from textual.keys import key_to_character
from textual.widgets import Input

from rottui.core.config import RunConfig
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui import app as app_module
from rottui.tui.app import RottuiApp
from rottui.tui.keymap import ACTIONS

KEYS = sorted({key for action in ACTIONS for key in action.keys.split(",")})
TYPED = ["a", "e", "minus", "full_stop", "backspace", "delete", "left", "right", "tab", "escape"]
"""Keys for a text field: no digits, since a network of 9999999 units would be trained."""
SHOWN = 25
"""Steps that a failure tells of."""


class StayingApp(RottuiApp):
    """The app without what would end the test."""

    CSS_PATH = Path(app_module.__file__).parent / "screens" / "main.tcss"

    async def action_leave(self) -> None:
        """Stay."""

    def action_suspend(self) -> None:
        """Stay."""


def two_train(store: RunStore) -> bool:
    return sum(run.state is State.RUNNING for run in store.runs()) == 2


async def holds(fact: Callable[[], bool]) -> None:
    """Wait for a fact; a pilot would wait for the training, too, which never rests."""
    for _ in range(3000):
        if fact():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("what was waited for has not come")


def send(app: RottuiApp, event: events.Event) -> None:
    """Let an event come as from the terminal."""
    driver = app._driver
    assert isinstance(driver, HeadlessDriver)
    if isinstance(event, events.Resize):
        driver._size = event.size
    driver.process_message(event)


def one_step(app: RottuiApp, chance: random.Random) -> str:
    """Send something by chance, and say what."""
    width, height = app.size
    kind = chance.choices(["key", "click", "wheel", "resize"], [80, 12, 5, 3])[0]
    if kind == "key":
        key = chance.choice(TYPED if isinstance(app.focused, Input) else KEYS)
        send(app, events.Key(key, key_to_character(key)))
        return key
    if kind == "resize":
        size = Size(chance.randint(30, 200), chance.randint(8, 60))
        send(app, events.Resize(size, size))
        return f"resize to {size}"
    x, y = chance.randrange(width), chance.randrange(height)
    click = [events.MouseDown, events.MouseUp]
    for event in click if kind == "click" else [events.MouseScrollDown]:
        send(app, event(None, x, y, 0, 0, 1, False, False, False, x, y))
    return f"{kind} at {x}, {y}"


async def goes_on(app: RottuiApp) -> None:
    """Out of everything by Esc, and from there to any pane by its key."""
    send(app, events.Resize(Size(120, 40), Size(120, 40)))
    for _ in range(20):
        send(app, events.Key("escape", None))
        await asyncio.sleep(0.05)
    await holds(lambda: app.screen is app.main)
    for key, pane in (("f3", "queue"), ("f2", "configure"), ("f6", "data")):
        send(app, events.Key(key, None))
        await holds(lambda pane=pane: app.main.active == pane)
        shown = app.main.query_one(f"#{pane}")
        await holds(lambda shown=shown: shown.has_focus_within)


@pytest.mark.parametrize(
    ("steps", "seed"), [(200, 1), pytest.param(10_000, 2, marks=pytest.mark.slow)]
)
async def test_nothing_breaks(
    steps: int,
    seed: int,
    image_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.chdir(tmp_path)
    changes = {"data.source": "rotated", "data.path": str(image_folder), "epochs": 100_000}
    config = RunConfig().replaced({**changes, "network.dense_hiddens": [4], "batch_size": 1})
    chance = random.Random(seed)
    done: list[str] = []
    with RunStore.open(tmp_path / "store") as store:
        store.add_runs([NewRun(f"run {n}", config.to_dict(), config.epochs) for n in range(9)])
        app = StayingApp(store, data=str(image_folder), workers=2)
        async with app.run_test(size=(120, 40)):
            try:
                await holds(lambda: app.main.is_complete and two_train(store))
                for _ in range(steps):
                    done.append(one_step(app, chance))
                    await asyncio.sleep(0.01)
                    assert app.is_running, done[-SHOWN:]
                    assert app._exception is None, done[-SHOWN:]
                await goes_on(app)
            except AssertionError as error:
                raise AssertionError(f"{error} after {done[-SHOWN:]}") from error
            finally:
                app.stop_engine()
    wrong = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not wrong, ([record.getMessage() for record in wrong], done[-SHOWN:])


async def test_a_double_click_beside_the_palette_closes_it_and_no_more(
    image_folder: Path, tmp_path: Path
) -> None:
    with RunStore.open(tmp_path / "store") as store:
        app = StayingApp(store, data=str(image_folder), train=False)
        async with app.run_test(size=(120, 40)) as pilot:
            await holds(lambda: app.main.is_complete)
            for below in (False, True):
                if below:
                    await app.run_action("help")
                await app.run_action("command_palette")
                await holds(lambda: isinstance(app.screen, CommandPalette))
                before = app.screen_stack[-2]
                await pilot.pause()
                for event in [events.MouseDown, events.MouseUp] * 2:
                    send(app, event(None, 1, 38, 0, 0, 1, False, False, False, 1, 38))
                await holds(lambda: not isinstance(app.screen, CommandPalette))
                await pilot.pause()
                assert app.screen is before
