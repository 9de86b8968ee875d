"""Details, system and notices in the whole app: keys lead there, and the store is read for them."""

from __future__ import annotations

from pathlib import Path

from waiting import listen, running, until

from rottui.core.config import RunConfig
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui.app import RottuiApp
from rottui.tui.widgets.details_pane import DetailsPane
from rottui.tui.widgets.system_pane import SystemPane


async def test_keys_lead_to_details_and_system_and_an_ended_run_is_told(
    tmp_path: Path, image_folder: Path
) -> None:
    with RunStore.open(tmp_path / "store") as store:
        store.add_runs([NewRun("the run", RunConfig().to_dict(), 4)])
        claim = store.claim("a-worker", threads=1)
        assert claim is not None
        app = RottuiApp(store, data=str(image_folder), train=False)
        async with running(app) as pilot:
            said = listen(app)
            details = app.main.query_one(DetailsPane)
            await until(pilot, lambda: bool(app.main.queue_pane.table.rows))
            await pilot.press("f3", "i")
            await until(pilot, lambda: details.has_focus and details.details is not None)
            assert details.details is not None
            assert "claimed" in [event.kind for event in details.details.events]
            await pilot.press("escape", "8")
            system = app.main.query_one(SystemPane)
            await until(pilot, lambda: system.has_focus and bool(system.samples))
            store.finish(claim, State.FAILED, error="out of luck")
            await until(pilot, lambda: "run 1 (the run) failed: out of luck" in said)
            await pilot.press("ctrl+n")
            await until(pilot, lambda: any("the terminal's bell" in text for text in said))
