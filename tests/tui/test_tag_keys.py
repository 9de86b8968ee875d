"""Tags and notes by keys: what is typed is in the store, and seen in the queue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_app import idle_app, queued
from textual.widgets import Input, Static, TextArea
from waiting import listen, running, until

from rottui.errors import StoreError
from rottui.store.runs import RunStore
from rottui.tui.screens.writing import NotesScreen, TagScreen, tags_in
from rottui.tui.widgets.queue_pane import QueuePane


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "store") as opened:
        yield opened


def test_words_are_put_on_and_those_after_a_minus_are_taken_off() -> None:
    assert tags_in("paper, v1.2 -old") == (["paper", "v1.2"], ["old"])
    assert tags_in("  ") == ([], [])
    with pytest.raises(StoreError, match="'a:b' is no tag"):
        tags_in("paper a:b")


async def test_marked_runs_are_tagged_and_one_is_noted(store: RunStore, image_folder: Path) -> None:
    one, two = queued(store, image_folder, 2)
    store.tag([two], ["old"])
    app = idle_app(store, image_folder)
    said = listen(app)
    async with running(app) as pilot:
        await pilot.press("f3")
        queue = app.main.query_one(QueuePane)
        await until(pilot, lambda: len(queue.table.rows) == 2)
        await pilot.press("m", "m", "number_sign")
        await until(pilot, lambda: isinstance(app.screen, TagScreen))
        about = app.screen.query_one(".about", Static)
        assert str(about.content) == "tagged old"
        await pilot.press(*"a:b", "enter")
        await until(pilot, lambda: "'a:b' is no tag" in str(about.content))
        app.screen.query_one(Input).value = "paper -old"
        await pilot.press("enter")
        await until(pilot, lambda: len(said) > 0)
        assert said == ["2 runs: +paper -old."]
        assert [store.run(run_id).tags for run_id in (one, two)] == [("paper",)] * 2
        await until(pilot, lambda: {run.tags for run in queue.targets} == {("paper",)})
        await pilot.press("u", "g", "n")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen))
        await pilot.press("j", "enter", "q", "ctrl+s")
        await until(pilot, lambda: store.run(one).notes == "j\nq")
        await until(pilot, lambda: queue.current is not None and queue.current.notes != "")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen))
        assert app.screen.query_one(TextArea).text == "j\nq"
        await pilot.press("x", "escape")
        await until(pilot, lambda: not isinstance(app.screen, NotesScreen))
        assert store.run(one).notes == "j\nq"
