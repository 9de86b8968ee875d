"""What the first frame of ``rottui launch`` is made of: the live form, and little else."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from waiting import until

from rottui.__main__ import LAUNCH_FLAGS, launch_flags
from rottui.errors import StoreError
from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp, run_app

LATER = {
    "torch",
    "numpy",
    "plotext",
    "pydantic",
    "typer",
    "rottui.tui.parts",
    "sqlite3",
    "rottui.cli",
}
"""Modules that load behind it."""
WIDGETS = 40
"""More than these, and Textual is busy with rules; the form alone once had 195."""

SCRIPT = """
import asyncio, json, sys
from pathlib import Path
import rottui.__main__, rottui.commands.launch
from rottui.tui.app import RottuiApp
from rottui.tui.widgets.form import ConfigForm

async def main():
    app = RottuiApp(Path(sys.argv[1]), train=False)
    app._open = ConfigForm._load = lambda *_: None  # nothing comes behind the first frame
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        lines = app.screen._compositor.render_strips()
        text = "".join(part.text for line in lines for part in line)
        count = len([*app.screen.walk_children()])
        print(json.dumps([sorted(sys.modules), count, app.theme, text]))

asyncio.run(main())
"""


def test_the_first_frame_is_the_form_and_loads_nothing_that_can_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROTTUI_CONFIG", str(tmp_path))
    (tmp_path / "remembered.json").write_text('{"theme": "rottui-light"}')
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "store")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded, widgets, theme, text = json.loads(done.stdout)
    assert not LATER & {*loaded}
    assert widgets <= WIDGETS
    assert theme == "rottui-light"
    assert "learning rate" in text
    assert "256, 256" in text


@pytest.mark.parametrize(
    ("args", "typed"),
    [
        (["launch"], {}),
        (["launch", "--store", "a b", "--data=x"], {"store": "a b", "data": "x"}),
        (["launch", "--theme", "nord", "--workers", "2"], {"theme": "nord", "workers": "2"}),
    ],
)
def test_a_plain_launch_is_read_without_the_parser(args: list[str], typed: dict[str, str]) -> None:
    none = {flag.removeprefix("--"): None for flag in LAUNCH_FLAGS}
    assert launch_flags(args) == {**none, **typed}


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["runs"],
        ["launch", "--help"],
        ["launch", "--store"],
        ["launch", "--store", "--data"],
        ["launch", "--once"],
        ["launch", "--store="],
        ["--debug", "launch"],
        ["launch", "--stor", "x"],
        ["launch", "more"],
    ],
)
def test_everything_else_is_the_parsers(args: list[str]) -> None:
    assert launch_flags(args) is None


async def test_what_is_asked_before_the_store_is_open_is_done_then(
    tmp_path: Path, image_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = threading.Event()

    def opened(app: RottuiApp, path: Path = tmp_path / "store") -> RunStore:
        assert free.wait(60)
        if isinstance(app._store, Path):
            app._store = RunStore.open(path)
        return app._store

    monkeypatch.setattr(RottuiApp, "_opened", opened)
    app = RottuiApp(tmp_path / "store", data=str(image_folder), train=False)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("down", "down", *"mine", "enter")
        assert app.main.form_pane.form.texts["name"] == "mine"
        await until(pilot, lambda: len(app.held_back) == 1)
        free.set()
        await until(pilot, lambda: app.is_up)
        await until(pilot, lambda: [run.name for run in app._opened().runs()] == ["mine"])
        assert not app.held_back
    app.close_store()


async def test_a_store_that_cannot_be_opened_ends_the_app_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "runs.sqlite3").write_bytes(b"no database at all, but a text of some length" * 99)
    app = RottuiApp(tmp_path, train=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.not_opened is not None)
    assert app.return_code == 1
    assert isinstance(app.not_opened, StoreError)
    app.close_store()


def test_run_app_raises_what_keeps_the_store_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(app: RottuiApp) -> None:
        app.not_opened = StoreError("is locked")

    monkeypatch.setattr(RottuiApp, "run", run)
    with pytest.raises(StoreError, match="is locked"):
        run_app(store_folder=tmp_path)


async def test_leaving_waits_for_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    monkeypatch.setattr(RottuiApp, "_try_to_open", lambda app: free.wait(60) and None)
    app = RottuiApp(tmp_path, train=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: app._exit)
    assert app.return_code == 0
    free.set()
