"""rottui store set: what becomes of runs whose process died."""

from __future__ import annotations

from pathlib import Path

import pytest

from rottui.store.runs import RunStore
from rottui.store.states import State


def test_interrupted_runs_wait_once_that_is_chosen(rottui, images: Path, folders: Path) -> None:
    rottui("train", "--queue", "--data", images, "--epochs", 1)
    assert rottui("store", "set").out == "interrupted = continue\n"
    assert rottui("store", "set", "interrupted", "wait").out == "interrupted = wait\n"
    with RunStore.open(folders / "store") as store:
        assert store.claim("w1", threads=1) is not None
        store.recover(["w1"])
        assert store.run(1).state is State.PAUSED
    assert rottui("store", "set", "interrupted").out == "interrupted = wait\n"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("interrupted", "stop"), "interrupted is continue or wait, not 'stop'"),
        (("paused", "1"), "there is no setting 'paused'; there is interrupted"),
    ],
)
def test_what_cannot_be_set_is_refused(rottui, typed: tuple[str, ...], said: str) -> None:
    assert rottui("store", "set", *typed).refused(2) == said
