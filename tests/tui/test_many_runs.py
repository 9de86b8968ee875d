"""Keys on several marked runs: one transaction and one sentence, all of them or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_app import idle_app, queued
from textual.pilot import Pilot
from waiting import listen, running, until

from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui.app import RottuiApp
from rottui.tui.widgets.queue_pane import QueuePane

NOBODY = "Not trained yet: no worker lives; rottui work starts one, and so does rottui launch."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as opened:
        yield opened


async def mark(app: RottuiApp, pilot: Pilot[Any], ids: list[int]) -> QueuePane:
    await pilot.press("f3")
    queue = app.main.query_one(QueuePane)
    await until(pilot, lambda: all(queue.table.row(run_id) is not None for run_id in ids))
    queue.set_marked(ids)
    return queue


def states(store: RunStore) -> list[State]:
    return [run.state for run in store.runs()]


async def test_each_wish_for_several_runs_is_told_once(store: RunStore, image_folder: Path) -> None:
    ids = queued(store, image_folder, 3)
    app = idle_app(store, image_folder)
    said = listen(app)
    async with running(app) as pilot:
        queue = await mark(app, pilot, ids)
        for keys, sentence, state in (
            ("p", "Pausing: 3 runs.", State.PAUSED),
            ("r", f"Going on: 3 runs. {NOBODY}", State.QUEUED),
            ("cy", "Cancelling: 3 runs.", State.CANCELLED),
            ("t", f"Queued again: 3 runs. {NOBODY}", State.QUEUED),
        ):
            revision = store.revision()
            await pilot.press(*keys)
            await until(pilot, lambda: len(said) > 0)
            assert said == [sentence]
            said.clear()
            assert store.revision() == revision + 1, "one transaction"
            await until(pilot, lambda state=state: {run.state for run in queue.targets} == {state})
        revision = store.revision()
        await pilot.press("K")
        await until(pilot, lambda: len(said) > 0)
        assert said == ["Earlier: 3 runs."]
        assert store.revision() == revision, "they are the first ones already"
        said.clear()
        await pilot.press("D")
        await until(pilot, lambda: len(said) > 0)
        assert said == ["3 runs in the trash; U brings back."]


async def test_what_is_left_alone_is_told_in_the_same_sentence(
    store: RunStore, image_folder: Path
) -> None:
    ids = queued(store, image_folder, 3)
    store.cancel(ids[:1])
    app = idle_app(store, image_folder)
    said = listen(app)
    async with running(app) as pilot:
        await mark(app, pilot, ids)
        await pilot.press("p")
        await until(pilot, lambda: len(said) > 0)
        assert said == [
            "Pausing: 2 runs. 1 of 3 marked runs left alone: run 1 is cancelled; "
            "only a queued or running run can be paused."
        ]
        assert states(store) == [State.CANCELLED, State.PAUSED, State.PAUSED]


async def test_where_one_run_cannot_none_is_changed(store: RunStore, image_folder: Path) -> None:
    ids = queued(store, image_folder, 3)
    app = idle_app(store, image_folder)
    said = listen(app)
    async with running(app) as pilot:
        await mark(app, pilot, ids)
        await pilot.press("c")
        store.cancel(ids[2:])  # another window was quicker
        await pilot.press("y")
        await until(pilot, lambda: len(said) > 0)
        assert said == [
            "run 3 is cancelled; only unfinished runs are cancelled; none of the 3 runs was changed"
        ]
        assert states(store) == [State.QUEUED, State.QUEUED, State.CANCELLED]
