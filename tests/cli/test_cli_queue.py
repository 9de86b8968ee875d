"""The commands of the queue: many runs at once, changed all or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rottui.store.runs import RunStore

TINY = ("--dense-hiddens", "4", "--epochs", "1", "--batch-size", "8", "--threads", "1")


@pytest.fixture
def five(rottui, images: Path) -> Path:
    """Five queued runs, 1 and 2 of them a sweep."""
    rottui("sweep", "--queue", "--data", images, *TINY, "--lrs", "1e-2, 1e-3", "--name", "s")
    for seed in (3, 4, 5):
        rottui("train", "--queue", "--data", images, *TINY, "--seed", seed)
    return images


def states(rottui, *flags: str) -> dict[int, str]:
    runs: list[dict[str, Any]] = json.loads(rottui("runs", "--json", *flags).out)["runs"]
    return {run["id"]: run["state"] for run in runs}


def test_ids_and_ranges_are_changed_together(rottui, five: Path) -> None:
    answer = rottui("pause", "2..4", "1")
    assert (answer.code, answer.out) == (0, "4 runs paused: 2, 3, 4, 1\n")
    assert states(rottui) == dict.fromkeys((1, 2, 3, 4), "paused") | {5: "queued"}
    assert rottui("resume", "3").out == "1 run resumed: 3\n"
    assert rottui("cancel", "--state", "paused").out == "3 runs cancelled: 1, 2, 4\n"
    assert rottui("retry", "--sweep", "s").out == "2 runs queued again: 1, 2\n"
    assert states(rottui) == dict.fromkeys((1, 2, 3, 5), "queued") | {4: "cancelled"}


def test_one_that_cannot_be_asked_leaves_all_as_they_were(rottui, five: Path) -> None:
    rottui("cancel", "5")
    said = rottui("pause", "1..5").refused(1)
    assert said == "run 5 is cancelled; only queued and running runs pause"
    assert states(rottui) == dict.fromkeys((1, 2, 3, 4), "queued") | {5: "cancelled"}
    assert rottui("pause", "--state", "cancelled").out == "no such runs; nothing was changed\n"


def test_the_trash_is_listed_taken_back_and_purged(rottui, five: Path) -> None:
    assert rottui("delete", "1", "4").out == "2 runs in the trash: 1, 4\n"
    assert set(states(rottui)) == {2, 3, 5}
    assert set(states(rottui, "--trash")) == {1, 4}
    assert rottui("show", "4").refused(1) == "run 4 is in the trash: rottui restore 4"
    assert rottui("restore", "4").out == "1 run restored: 4\n"
    assert rottui("purge", "--all").out == "1 run gone for good: 1\n"
    assert rottui("runs", "--trash").out == "the trash is empty\n"
    assert set(states(rottui)) == {2, 3, 4, 5}
    assert rottui("purge", "5").refused(1) == "run 5 is not in the trash"


def test_drafts_needs_and_priorities_are_trained_in_order(
    rottui, images: Path, folders: Path
) -> None:
    rottui("train", "--draft", "--data", images, *TINY)
    rottui("train", "--queue", "--after", "1", "--data", images, *TINY, "--priority", "9")
    rottui("train", "--queue", "--data", images, *TINY)
    rottui("train", "--queue", "--data", images, *TINY, "--priority", "2", "--group", "night")
    assert states(rottui) == {1: "draft", 2: "queued", 3: "queued", 4: "queued"}
    assert rottui("work", "--until-empty", "--workers", 1).code == 0
    assert states(rottui) == {1: "draft", 2: "queued", 3: "done", 4: "done"}
    assert rottui("enqueue", "--all").out == "1 run queued: 1\n"
    assert rottui("work", "--until-empty", "--workers", 1).code == 0
    with RunStore.open(folders / "store") as store:
        started = {run.id: run.started_at for run in store.runs()}
        assert sorted(started, key=lambda run: started[run]) == [4, 3, 1, 2]


def test_priorities_of_queued_runs_change(rottui, five: Path, folders: Path) -> None:
    assert rottui("priority", "3", "4..5").out == "2 runs of priority 3: 4, 5\n"
    with RunStore.open(folders / "store") as store:
        claim = store.claim("w", threads=1)
        assert claim is not None
        assert claim.run.id == 4


def test_a_group_is_told_and_changed(rottui, five: Path, folders: Path) -> None:
    assert rottui("group", "s").out == "sweep 1: s, 2 runs; any number at a time\n"
    changed = rottui("group", "1", "--parallel", "1", "--pause", "--stop-on-failure").out
    assert changed == "sweep 1: s, 2 runs; 1 at a time; paused; stops when a run fails\n"
    assert rottui("work", "--until-empty").code == 0
    assert states(rottui) == {1: "queued", 2: "queued", 3: "done", 4: "done", 5: "done"}
    rottui("group", "s", "--resume", "--parallel", "all", "--no-stop-on-failure")
    assert rottui("group", "s").out == "sweep 1: s, 2 runs; any number at a time\n"


def test_everything_is_paused_and_goes_on(rottui, five: Path) -> None:
    assert rottui("pause", "--all").out.startswith("everything is paused: ")
    assert rottui("work", "--until-empty").code == 0
    assert set(states(rottui).values()) == {"queued"}
    assert rottui("resume", "--all").out == "the queue goes on\n"
    assert rottui("work", "--until-empty").code == 0
    assert set(states(rottui).values()) == {"done"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("pause",), 2, "say which runs: RUN…, --sweep, --state or --all"),
        (("pause", "9"), 1, "there is no run 9; the store has runs 1 to 5"),
        (("pause", "7..9"), 1, "there are no runs 7..9"),
        (("priority", "high", "1"), 2, "PRIORITY: must be a whole number, not 'high'"),
        (("group", "s", "--parallel", "0"), 2,
         "--parallel: must be a whole number above 0, or all, not '0'"),
        (("group", "s", "--pause", "--resume"), 2, "--resume and --pause cannot both be"),
        (("train", "--after", "1"), 2,
         "--after: a run that waits for others is queued: add --queue"),
        (("train", "--queue", "--after", "8"), 1,
         "there is no run 8; the store has runs 1 to 5"),
        (("retry", "1"), 1, "run 1 is queued; only failed and cancelled runs are tried again"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_what_cannot_be_is_refused(
    rottui, five: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    flags = ("--data", five) if words[0] == "train" else ()
    assert rottui(*words, *flags).refused(code) == said
