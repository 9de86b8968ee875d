"""What the first frame of ``rottui launch`` is made of: the live form, and little else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rottui.__main__ import LAUNCH_FLAGS, launch_flags

LATER = {"torch", "numpy", "plotext", "pydantic", "typer", "rottui.tui.parts", "rottui.cli"}
"""Modules that load behind it."""
WIDGETS = 40
"""More than these, and Textual is busy with rules; the form alone once had 195."""

SCRIPT = """
import asyncio, json, sys
from pathlib import Path
import rottui.__main__, rottui.commands.launch
from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp
from rottui.tui.widgets.form import ConfigForm

async def main():
    app = RottuiApp(RunStore.open(Path(sys.argv[1])), train=False)
    app._bring_up = ConfigForm._load = lambda *_: None  # nothing comes behind the first frame
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
