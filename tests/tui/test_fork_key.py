"""Forking by a key: a checkpoint is chosen, the form is marked, and saving it makes the fork."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_app import idle_app, queued, screen_text
from textual.pilot import Pilot
from trained import TINY, put_trained_run
from waiting import running, until

from rottui.core.config import RunConfig
from rottui.store.records import RunRow
from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp
from rottui.tui.screens.checkpoints import CheckpointScreen
from rottui.tui.widgets.configure_pane import ConfigurePane
from rottui.tui.widgets.form_purpose import Edit, Fork
from rottui.tui.widgets.queue_pane import QueuePane


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as opened:
        yield opened


def text(app: RottuiApp, name: str) -> str:
    return str(app.main.query_one(f"#configure-{name}").content)  # type: ignore[attr-defined]


async def go_to_run(pilot: Pilot[Any], run_id: int) -> None:
    main = pilot.app.main  # type: ignore[attr-defined]
    await pilot.press("f3")
    await until(pilot, lambda: main.query_one(QueuePane).table.row(run_id) is not None)
    main.query_one(QueuePane).table.move_to(run_id)
    await pilot.pause()


def children(store: RunStore, run_id: int) -> list[RunRow]:
    return [run for run in store.runs() if run.parent_id == run_id]


async def test_a_run_is_forked_from_the_checkpoint_that_is_chosen(
    store: RunStore, image_folder: Path, tmp_path: Path
) -> None:
    run_id = put_trained_run(store, tmp_path / "cache", best_at=1, **TINY)
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await go_to_run(pilot, run_id)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, CheckpointScreen))
        await pilot.pause()
        assert "best: epoch 1, step 1" in screen_text(app)
        await pilot.press("p")  # there is none
        assert isinstance(app.screen, CheckpointScreen)
        await pilot.press("b")
        await until(pilot, lambda: app.main.active == "configure")
        pane = app.main.query_one(ConfigurePane)
        assert text(app, "purpose") == f"fork of run {run_id} from epoch 1 (best)"
        pane.form.fill({"lr": "1e-4"}, sweep=False)
        await pilot.press("enter")
        await until(pilot, lambda: app.main.active == "queue")
        (child,) = children(store, run_id)
        assert (child.parent_epoch, child.epochs_done, child.epochs) == (1, 1, 3)
        assert RunConfig.from_dict(child.config).lr == 1e-4
        events = [event.detail for event in store.events(child.id) if event.kind == "forked"]
        assert events == ["from run 1, best checkpoint at epoch 1, step 1"]
        assert text(app, "purpose") == ""
        await until(pilot, lambda: f"↳{run_id} " in screen_text(app))


async def test_what_a_fork_cannot_be_is_said_and_escape_leaves_it(
    store: RunStore, image_folder: Path, tmp_path: Path
) -> None:
    run_id = put_trained_run(store, tmp_path / "cache", **TINY)
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await go_to_run(pilot, run_id)
        await pilot.press("f")  # one checkpoint only: nothing to choose
        await until(pilot, lambda: app.main.active == "configure")
        assert text(app, "purpose") == f"fork of run {run_id} from epoch 3 (last)"
        assert app.main.query_one(ConfigurePane).form.texts["epochs"] == "6"
        await pilot.press("s", "enter")
        assert "not forked: a fork is one run, not a sweep" in text(app, "trouble")
        await pilot.press("s")
        form = app.main.query_one(ConfigurePane).form
        form.fill({"network.dense_hiddens": "9"}, sweep=False)
        await pilot.press("enter")
        assert "not forked: dense layers cannot change in a fork" in text(app, "trouble")
        assert form.focused_field is not None
        assert form.focused_field.name == "network.dense_hiddens"
        await pilot.press("escape", "escape")
        assert text(app, "purpose") == ""
        await pilot.press("enter")  # the form queues new runs again
        await until(pilot, lambda: len(store.runs()) == 2)
        assert children(store, run_id) == []


async def test_a_run_without_a_checkpoint_says_so(store: RunStore, image_folder: Path) -> None:
    (run_id,) = queued(store, image_folder)
    store.claim("a-worker", threads=1)
    app = idle_app(store, image_folder)
    async with running(app) as pilot:
        await go_to_run(pilot, run_id)
        await pilot.press("f")
        said = f"run {run_id} has no checkpoint to fork from; w saves one"
        await until(pilot, lambda: any(n.message == said for n in app._notifications))


def test_the_form_of_a_fork_starts_from_its_parent() -> None:
    parent = RunConfig().replaced({"epochs": 50, "data.seed": 3})
    assert Fork(1, "best", 20, parent).start() == parent
    assert Fork(1, "last", 50, parent).start().epochs == 100


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"lr": 0.5, "seed": 4, "optimizer": "sgd", "epochs": 60}, {}),
        ({"batch_size": 7}, {"batch_size": "the steps so far were counted in these batches"}),
        ({"data.train_size": 9}, {"data.train_size": "the curve so far is of these images"}),
        ({"network.type": "cnn"}, {"network.type": "the weights are of this network"}),
        ({"epochs": 20}, {"epochs": "must be above 20"}),
    ],
)
def test_what_a_fork_cannot_change(changes: dict[str, object], problems: dict[str, str]) -> None:
    parent = RunConfig().replaced({"epochs": 50, "data.fingerprint": "ab" * 32})
    fork = Fork(1, "last", 20, parent)
    plain = parent.replaced({"data.fingerprint": None})
    found = fork.problems(plain.replaced(changes))
    assert found.keys() == problems.keys()
    for name, words in problems.items():
        assert words in found[name]


def test_an_unchanged_data_set_keeps_its_fingerprint_in_a_fork() -> None:
    parent = RunConfig().replaced({"data.fingerprint": "ab" * 32})
    fork = Fork(1, "last", 20, parent)
    assert fork.whole(parent.replaced({"data.fingerprint": None, "lr": 1.0})) == parent.replaced(
        {"lr": 1.0}
    )


def test_an_edit_allows_whatever_a_run_may_be() -> None:
    assert Edit(3).problems(RunConfig()) == {}
