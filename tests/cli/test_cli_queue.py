"""The commands of the queue: many runs at once, changed all or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rottui.engine.liveness import this_worker
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
    assert rottui("show", "1").refused(1) == "run 1 is gone for good: it was purged"
    queued = rottui("train", "--queue", "--after", "1", "--data", five, *TINY)
    assert queued.refused(1) == "run 1 is gone for good: it was purged"


def test_what_is_so_already_is_said_to_be(rottui, five: Path) -> None:
    assert rottui("enqueue", "2").out == (
        "nothing was changed: run 2 is queued or in training already\n"
    )
    rottui("pause", "2", "3")
    assert rottui("pause", "1..3").out == ("1 run paused: 1; paused or about to be already: 2, 3\n")
    assert rottui("pause", "2", "3").out == (
        "nothing was changed: runs 2, 3 are paused or about to be already\n"
    )


def test_an_ended_run_is_not_resumed_and_the_way_on_is_named(rottui, five: Path) -> None:
    rottui("cancel", "1")
    said = rottui("resume", "1").refused(1)
    assert said == "run 1 is cancelled; only paused runs and drafts are resumed: retry it"


# --- what keeps queued runs from being trained ----------------------------------------------------

NOBODY = "note: no worker lives: start rottui work or rottui launch\n"


def test_who_queues_runs_is_told_that_nobody_trains(rottui, five: Path, folders: Path) -> None:
    def resumed() -> str:
        rottui("pause", "1")
        return rottui("resume", "1").err

    rottui("cancel", "2")
    rottui("delete", "3")
    for words in (
        ("retry", "2"),
        ("restore", "3"),
        ("resume", "--all"),
        ("group", "s", "--resume"),
    ):
        answer = rottui(*words)
        assert (answer.code, answer.err) == (0, NOBODY), words
    assert resumed() == NOBODY
    with RunStore.open(folders / "store") as store:
        store.add_worker(this_worker("train"))  # trains what it has added, and nothing else
        assert resumed() == NOBODY
        store.add_worker(replace(this_worker("work"), pid=2**22 + 1))  # no such process
        assert resumed() == NOBODY
        store.add_worker(this_worker("work"))
    assert resumed() == ""


def test_new_runs_are_told_of_likewise_and_drafts_are_not(rottui, images: Path) -> None:
    assert rottui("train", "--draft", "--data", images, *TINY).err == ""
    answer = rottui("train", "--queue", "--data", images, *TINY)
    assert (answer.out, answer.err) == ("2\n", NOBODY)
    answer = rottui("sweep", "--queue", "--data", images, *TINY, "--lrs", "1e-2, 1e-3")
    assert (answer.out, answer.err) == ("3\n4\n", NOBODY)
    elsewhere = ("--store", "other place")
    answer = rottui("train", "--queue", "--data", images, *TINY, *elsewhere)
    assert answer.err == (
        "note: no worker lives: start rottui work --store 'other place' "
        "or rottui launch --store 'other place'\n"
    )


def test_a_pause_and_a_need_that_never_comes_are_told(rottui, five: Path, folders: Path) -> None:
    rottui("group", "s", "--pause")
    rottui("pause", "--all")
    rottui("cancel", "3")
    with RunStore.open(folders / "store") as store:
        store.add_worker(this_worker("work"))
    rottui("pause", "1", "4")
    assert rottui("resume", "1").err.splitlines() == [
        "note: everything is paused; go on: rottui resume --all",
        "note: sweep 1 (s) is paused; go on: rottui group 1 --resume",
    ]
    rottui("resume", "--all")
    assert rottui("resume", "4").err == ""
    queued = rottui("train", "--queue", "--after", "3", "--data", five, *TINY)
    assert queued.err == "note: run 6 waits for a run that did not end well\n"


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
    assert rottui("priority", "4..5", "--to", "3").out == "2 runs of priority 3: 4, 5\n"
    assert rottui("priority", "--all", "--by", "-1").out == (
        "5 runs of a priority that is 1 lower: 1, 2, 3, 4, 5\n"
    )
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


def test_groups_are_listed(rottui, five: Path, folders: Path) -> None:
    rottui("train", "--queue", "--data", five, *TINY, "--group", "night")
    rottui("group", "night", "--parallel", "2", "--pause-gently", "--stop-on-failure")
    rottui("cancel", "2")
    header, *lines = rottui("groups").out.splitlines()
    split = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]
    assert header.split() == [
        "id", "kind", "name", "runs", "parallel", "paused", "on", "failure",
    ]  # fmt: skip
    assert split == [
        ["1", "sweep", "s", "1 queued, 1 cancelled", "all", "-", "-"],
        ["2", "group", "night", "1 queued", "2", "paused", "stops"],
    ]
    first, second = json.loads(rottui("groups", "--json").out)["groups"]
    assert (first["states"]["queued"], first["states"]["cancelled"]) == (1, 1)
    assert (first["parallel"], first["paused"], first["stop_on_failure"]) == (None, False, False)
    assert (second["name"], second["kind"]) == ("night", "group")
    assert (second["parallel"], second["paused"], second["stop_on_failure"]) == (2, True, True)
    rottui("delete", "6")
    assert len(json.loads(rottui("groups", "--json").out)["groups"]) == 1
    assert rottui("groups", "--store", "none").out.startswith("no groups yet in none")


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
        (("priority", "7", "1..3"), 2, "say the new priority, or what to add to it: "
         "rottui priority 7 1..3 --to 5, or --by 1"),
        (("priority", "1", "--to", "1", "--by", "1"), 2,
         "say the new priority, or what to add to it: rottui priority 1 --to 5, or --by 1"),
        (("priority", "7", "--to", "1..3"), 2, "--to: must be a whole number, not '1..3'; "
         "runs stand before it: rottui priority 3..9 --to 5"),
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
