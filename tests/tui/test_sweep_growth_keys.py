"""A sweep as an instrument: keys that add values and seeds, end runs and train them on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from waiting import listen, running, until

from rottui.core.axes import parse_axes
from rottui.core.config import RunConfig
from rottui.core.sweeps import SweepConfig
from rottui.store.records import NewRun, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui.app import RottuiApp
from rottui.tui.screens.questions import ConfirmScreen, NumberScreen
from rottui.tui.widgets.sweep_pane import SweepPane


def put(store: RunStore, axes: str, **more: Any) -> list[RunRow]:
    sweep = SweepConfig(RunConfig(epochs=9), parse_axes(axes), (1, 2))
    new = [NewRun(n, c.to_dict(), c.epochs, more.get("until")) for n, c in sweep.runs()]
    spec = sweep.spec() | more.get("spec", {})
    return store.add_runs(new, sweep=sweep.label, spec=spec)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as store:
        yield store


async def sweep_pane(app: RottuiApp, pilot: Pilot[None]) -> SweepPane:
    queue = app.main.queue_pane
    await until(pilot, lambda: bool(queue.table.rows))
    await pilot.press("f3", "home", "s")
    pane = app.main.query_one(SweepPane)
    await until(pilot, lambda: pane.found is not None and pane.has_focus)
    return pane


def lrs(store: RunStore) -> list[tuple[float, int]]:
    return [(run.config["lr"], run.config["seed"]) for run in store.runs()]


async def test_keys_add_rates_and_seeds_to_the_sweep(store: RunStore) -> None:
    put(store, "lr=1e-4, 1e-2")
    app = RottuiApp(store, data="garments", train=False)
    async with running(app, (100, 30)) as pilot:
        said = listen(app)
        pane = await sweep_pane(app, pilot)
        assert pane.board.cursor_key == (1e-4,)
        await pilot.press("v")
        await until(pilot, lambda: pane._snapshot.epochs.keys() == {1, 2, 3, 4})
        for key, rate in (("[", 1e-6), ("]", 1.0), ("i", 1e-3)):
            await pilot.press(key)
            await until(pilot, lambda rate=rate: (rate, 2) in lrs(store))
            assert (rate, 1) in lrs(store)
        await until(pilot, lambda: pane.found is not None and len(pane.found.places) == 5)
        assert [sweep.id for sweep in store.sweeps()] == [1]
        assert {run.sweep_id for run in store.runs()} == {1}
        assert any(one.startswith("Queued lr 1e-3 with 2 seeds.") for one in said)

        await pilot.press("+")
        await until(pilot, lambda: isinstance(app.screen, NumberScreen))
        await pilot.press("2", "enter")
        await until(pilot, lambda: lrs(store)[-2:] == [(1e-4, 3), (1e-4, 4)])
        assert store.runs()[-1].name == "mlp 256-256 lr 1e-4 seed 4"

        await pilot.press("p")
        await until(pilot, lambda: any("waits at a rung of halving" in one for one in said))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: len(store.runs(states=[State.CANCELLED])) == 4)
        assert {run.config["lr"] for run in store.runs(states=[State.CANCELLED])} == {1e-4}
        await pilot.press("x")
        await until(pilot, lambda: any("only a done run is extended" in one for one in said))


async def test_what_halving_keeps_waiting_is_promoted_and_its_sweep_keeps_its_runs(
    store: RunStore,
) -> None:
    halving = {"halving": {"eta": 3, "min_epochs": 1, "rungs": [1, 9], "sizes": [4, 1]}}
    put(store, "lr=1e-4, 1e-2", until=0, spec=halving)
    store.pause([1])  # it waits where it stands, at the rung
    assert store.run(1).at_rung
    app = RottuiApp(store, data="garments", train=False)
    async with running(app, (100, 30)) as pilot:
        said = listen(app)
        await sweep_pane(app, pilot)
        await pilot.press("i")
        await until(pilot, lambda: any("a halved sweep keeps" in one for one in said))
        await pilot.press("p")
        await until(pilot, lambda: store.run(1).state is State.QUEUED)
        assert store.run(1).until == 1
        assert len(store.runs()) == 4
