"""The compare screen in the app: from marked runs to a verdict, by keys."""

from __future__ import annotations

from pathlib import Path

from trained import TINY, put_trained_run
from waiting import listen, running, until

from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp
from rottui.tui.charts.cells import plain
from rottui.tui.screens.compare import CompareScreen
from rottui.tui.widgets.lines import Lines


def seen(screen: CompareScreen) -> list[str]:
    return [plain(row).rstrip() for row in screen.query_one("#compare-rows", Lines).rows]


async def test_marked_runs_are_compared_and_another_becomes_the_reference(tmp_path: Path) -> None:
    with RunStore.open(tmp_path / "store") as store:
        put_trained_run(store, tmp_path / "cache", **TINY, lr=1e-2)
        put_trained_run(store, tmp_path / "cache", **TINY, lr=1e-7)
        app = RottuiApp(store, data="garments", train=False)
        async with running(app, (80, 24)) as pilot:
            said = listen(app)
            queue = app.main.queue_pane
            await until(pilot, lambda: len(queue.table.rows) == 2)
            await pilot.press("f3", "C")
            await until(pilot, lambda: len(said) == 1)
            assert said == ["mark two runs or more with Space, to compare them"]
            await pilot.press("home", "space", "space")
            await until(pilot, lambda: len(queue.marked) == 2)
            await pilot.press("C")
            await until(pilot, lambda: isinstance(app.screen, CompareScreen))
            screen = app.screen
            assert isinstance(screen, CompareScreen)
            await until(pilot, lambda: screen.comparison is not None and not screen.note)
            lines = seen(screen)
            assert lines[0] == "A  run 1: garments mlp  (the others are compared to it)"
            assert " better than " in lines[3]
            assert any(line.split() == ["lr", "1e-2", "1e-7"] for line in lines)

            await pilot.press("G")
            await until(pilot, lambda: seen(screen)[0] != lines[0])
            assert seen(screen)[-1].startswith("beside a number: by how much it is more than A's")
            await pilot.press("g", "b")
            await until(pilot, lambda: "compared to it" in seen(screen)[1])
            await until(pilot, lambda: not screen.note)
            assert any(line.split() == ["lr", "1e-7", "1e-2"] for line in seen(screen))
            store.delete([1])
            await pilot.press("r")
            await until(pilot, lambda: "fewer than two of the runs" in screen.note)
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is app.main)
