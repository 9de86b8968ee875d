"""The app on a store in which somebody has put what no rottui would; and it listens to nobody."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from waiting import running, until

from rottui.core.config import RunConfig
from rottui.store.connection import FILE
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp

NAMES = (
    "[bold red]x[/]",
    "[/]",
    "\x1b[2J\x07",
    "../../etc/x",
    "x" * 10_000,
    "[@click=app.quit]q[/]",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    config = RunConfig().to_dict()
    with RunStore.open(tmp_path / "store") as store:
        store.add_runs([NewRun(name, config, 4) for name in NAMES], sweep=NAMES[0])
        store.cancel([1])
    with closing(sqlite3.connect(tmp_path / "store" / FILE)) as db, db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        db.execute("UPDATE runs SET error = '[red]\x1b[31m[/nothing]', reason = '[/]' WHERE id = 1")
        db.execute("UPDATE runs SET config = ? WHERE id = 2", ('{"lr": "[b]", "data": [1]}',))
        db.execute("UPDATE runs SET state = 'exploded' WHERE id = 3")
        db.execute(f"UPDATE runs SET epochs = {2**62}, position = 'first' WHERE id = 4")
        db.execute("UPDATE events SET detail = '[/]\x1b[2J'")
        db.execute("UPDATE sweeps SET spec = '[1, 2]'")
    return tmp_path / "store"


def shown(app: RottuiApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def test_the_app_shows_it_as_text_and_listens_to_nobody(
    folder: Path, image_folder: Path
) -> None:
    with RunStore.open(folder, read_only=True) as store:
        app = RottuiApp(store, data=str(image_folder), train=False)
        async with running(app) as pilot:
            await pilot.press("f3")
            await until(pilot, lambda: "../../etc/x" in shown(app))
            assert "[bold" in shown(app)
            assert "row in the store is damaged" in shown(app)
            for _ in NAMES:
                await pilot.press("j", "f4", "f3")
                assert "\x1b" not in shown(app)
            await pilot.press("f12", "f6", "f3")
            await pilot.pause()
            assert app.is_running
            connections = psutil.Process().net_connections("inet")
            assert [each for each in connections if each.status == psutil.CONN_LISTEN] == []
