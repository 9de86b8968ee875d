"""What the running app tells of its engine: interrupted runs, and a store without room."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_app import queued
from waiting import listen, running, until

from rottui.engine import worker
from rottui.engine.liveness import this_worker
from rottui.store.runs import RunStore
from rottui.store.settings import CONTINUE, INTERRUPTED, WAIT
from rottui.store.states import State
from rottui.tui import app as app_module
from rottui.tui.app import RottuiApp
from rottui.tui.widgets.queue_pane import QueuePane


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    try:
        mount = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if mount.returncode:
        pytest.skip(f"nothing may be mounted here: {mount.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        (CONTINUE, "1 run (1) trained when a process died; going on from the last checkpoint."),
        (WAIT, "1 run (1) trained when a process died; paused: r lets them go on."),
    ],
)
async def test_interrupted_runs_are_told_and_treated_as_the_store_is_set(
    policy: str, sentence: str, tmp_path: Path, image_folder: Path
) -> None:
    with RunStore.open(tmp_path / "store") as store:
        store.set_setting(INTERRUPTED, policy)
        (run_id,) = queued(store, image_folder)
        store.add_worker(replace(this_worker("launch"), id="gone", pid_started=1.0))
        assert store.claim("gone", threads=1) is not None
        app = RottuiApp(store, data=str(image_folder), workers=1)
        said = listen(app)
        async with running(app) as pilot:
            await until(pilot, lambda: sentence in said)
            if policy == WAIT:
                assert store.run(run_id).state is State.PAUSED
                await pilot.press("f3")
                queue = app.main.query_one(QueuePane)
                await until(
                    pilot, lambda: queue.current is not None and queue.current.state is State.PAUSED
                )
                await pilot.press("r")
            await until(pilot, lambda: store.run(run_id).state is State.DONE)
        assert [text for text in said if "process died" in text] == [sentence]


async def test_a_full_disk_is_told_and_so_is_that_training_goes_on(
    small_disk: Path, image_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(worker, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(app_module, "TROUBLE_SECONDS", 0.05)
    filler = small_disk / "filler"
    with RunStore.open(small_disk / "store") as store:
        (run_id,) = queued(store, image_folder, epochs=100_000, batch_size=1)
        app = RottuiApp(store, data=str(image_folder), workers=1)
        said = listen(app)
        async with running(app) as pilot:
            await until(pilot, lambda: store.run(run_id).epochs_done >= 1)
            fill(filler)
            await until(pilot, lambda: any("training goes on by itself then" in s for s in said))
            trouble = next(s for s in said if "training goes on by itself then" in s)
            assert "No space left on device" in trouble or "is full; make room" in trouble
            assert store.run(run_id).state is State.RUNNING
            epochs = store.run(run_id).epochs_done
            filler.unlink()
            again = "The store can be written again; training goes on."
            await until(pilot, lambda: again in said)
            await until(pilot, lambda: store.run(run_id).epochs_done > epochs)


def fill(path: Path) -> None:
    """Take all the room that there is."""
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
