"""Whether somebody will train what was just queued, as the app tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_app import idle_app
from waiting import listen, running, until

from rottui.engine.liveness import this_worker
from rottui.store.groups import NOW
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.tui.standstill import standstill


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as opened:
        yield opened


def add(store: RunStore, **how: object) -> int:
    (run,) = store.add_runs([NewRun("run", {}, 4)], **how)  # type: ignore[arg-type]
    return run.id


def test_nothing_is_said_where_a_worker_will_come(store: RunStore) -> None:
    run_id = add(store)
    assert standstill(store, [run_id], trains_here=True) == ""
    assert "no worker lives" in standstill(store, [run_id], trains_here=False)
    store.add_worker(replace(this_worker("train"), id="of-its-own-runs"))
    assert "no worker lives" in standstill(store, [run_id], trains_here=False)
    store.add_worker(this_worker("work"))
    assert standstill(store, [run_id], trains_here=False) == ""


def test_a_dead_worker_is_none(store: RunStore) -> None:
    run_id = add(store)
    store.add_worker(replace(this_worker("work"), pid_started=1.0))
    assert "no worker lives" in standstill(store, [run_id], trains_here=False)


def test_a_pause_is_told_with_the_key_that_ends_it(store: RunStore) -> None:
    run_id = add(store, sweep="rates")
    store.set_group(store.sweeps()[0].id, paused=NOW)
    assert standstill(store, [run_id], trains_here=True) == (
        "Not trained yet: rates is paused: S goes on."
    )
    store.pause_all(NOW)
    assert standstill(store, [run_id], trains_here=True) == (
        "Not trained yet: everything is paused: P goes on."
    )


def test_what_is_but_a_matter_of_time_is_no_standstill(store: RunStore) -> None:
    first = add(store)
    second = add(store, needs=[first])
    assert standstill(store, [second], trains_here=True) == ""
    store.cancel([first])
    assert standstill(store, [second], trains_here=True) == (
        f"Not trained yet: it waits for run {first}, which was cancelled."
    )
    assert standstill(store, [first], trains_here=True) == "", "it is not queued at all"


async def test_a_form_queued_while_everything_is_paused_says_so(
    store: RunStore, image_folder: Path
) -> None:
    store.pause_all(NOW)
    app = idle_app(store, image_folder)
    said = listen(app)
    async with running(app) as pilot:
        await pilot.press("f9")
        paused = "Not trained yet: everything is paused: P goes on."
        await until(pilot, lambda: any(text.endswith(paused) for text in said))
