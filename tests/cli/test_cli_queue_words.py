"""What lists and ``show`` tell of the queue: priority, group, needs, lineage, who is next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rottui.commands.queue_words import Standing
from rottui.commands.run_table import run_columns
from rottui.commands.tables import fit
from rottui.core.config import RunConfig
from rottui.engine.liveness import this_worker
from rottui.store.records import NewFork, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State


@pytest.fixture
def store(folders: Path) -> Iterator[RunStore]:
    with RunStore.open(folders / "store") as opened:
        yield opened


def add(store: RunStore, name: str | None = None, **place: Any) -> int:
    config = RunConfig(lr=1e-3, epochs=3)
    new = NewRun(name or config.default_name, config.to_dict(), 3)
    return store.add_runs([new], **place)[0].id


def ended(store: RunStore, run_id: int, state: State) -> None:
    claim = store.claim("w", threads=1, only=[run_id])
    assert claim is not None
    store.finish(claim, state)


def table(out: str) -> tuple[list[str], list[list[str]]]:
    header, *rows = (
        [c.strip() for c in line.split("  ") if c.strip()] for line in out.splitlines()
    )
    return header, rows


# --- the list -------------------------------------------------------------------------------------


def test_plain_runs_have_no_columns_for_what_none_of_them_has(rottui, store: RunStore) -> None:
    add(store)
    store.add_runs([NewRun("of a sweep", {}, 1)], sweep="s")
    titles, _ = table(rottui("runs").out)
    assert not {"prio", "after", "group", "why"} & set(titles)


def test_priority_needs_and_group_have_columns_where_a_run_has_them(
    rottui, store: RunStore
) -> None:
    first = add(store)
    add(store, priority=5, needs=[first])
    add(store, group="night")
    store.add_runs([NewRun("of a sweep", {}, 1)], sweep="s")
    titles, rows = table(rottui("runs").out)
    assert titles[-3:] == ["prio", "after", "group"]
    assert rows[1][-2:] == ["5", "1"]
    assert rows[2][-1] == "night"
    assert rows[3][-1] == "sweep 2"
    runs = json.loads(rottui("runs", "--json").out)["runs"]
    assert [(run["priority"], run["needs"], run["group"]) for run in runs] == [
        (0, [], None),
        (5, [1], None),
        (0, [], "night"),
        (0, [], "s"),
    ]


def test_what_ended_waits_for_nothing_any_more(rottui, store: RunStore) -> None:
    first = add(store)
    ended(store, first, State.DONE)
    second = add(store, priority=5, needs=[first])
    ended(store, second, State.DONE)
    titles, _ = table(rottui("runs").out)
    assert not {"prio", "after"} & set(titles)
    assert json.loads(rottui("runs", "--json").out)["runs"][1]["needs"] == [1]


def test_what_is_never_trained_says_why(rottui, store: RunStore) -> None:
    first = add(store)
    second = add(store, needs=[first])
    add(store, needs=[second])
    store.cancel([first])
    titles, rows = table(rottui("runs").out)
    assert titles[-2:] == ["after", "why"]
    assert rows[1][-2:] == ["1", "waits for run 1, which was cancelled"]
    assert rows[2][-2:] == ["2", "waits for run 2, which cannot be trained either"]


def test_names_stay_readable_on_80_columns(store: RunStore) -> None:
    first = add(store, priority=10)
    for k in range(3):
        add(store, f"cnn 16-32-48 · 128 lr 1e-4 seed {k}", priority=k, needs=[first], group="night")
    runs = store.runs()
    columns, missed = fit(
        run_columns(runs, 100.0, Standing({g.id: g for g in store.groups()}, {})), 80
    )
    shown = {column.title: column.cells for column in columns}
    assert shown["name"] == tuple(run.name for run in runs)
    assert shown["after"] == ("", "1", "1", "1")
    assert missed == ["network", "group"]


# --- one run --------------------------------------------------------------------------------------


def test_show_tells_how_a_run_hangs_together_with_others(rottui, store: RunStore) -> None:
    for _ in range(3):
        add(store)
    run = add(store, "middle", priority=2, group="night", needs=[1, 2, 3])
    add(store, "later", needs=[run])
    ended(store, 1, State.DONE)
    store.delete([2, 3])
    store.purge([3])
    lines = rottui("show", run).out.splitlines()
    assert [line for line in lines if line.partition(":")[0] in
            ("priority", "group", "after", "never trained as it stands", "needed by")] == [
        "priority: 2",
        "group: night (1)",
        "after: run 1 (done), run 2 (queued, in the trash), run 3 (purged)",
        "never trained as it stands: waits for run 2, which was deleted",
        "needed by: run 5 (queued)",
    ]  # fmt: skip
    found = json.loads(rottui("show", run, "--json").out)["run"]
    assert (found["priority"], found["group"], found["needs"]) == (2, "night", [1, 2, 3])
    assert (found["forks"], found["needed_by"]) == ([], [5])


def test_show_tells_where_a_fork_comes_from_and_what_was_forked(rottui, store: RunStore) -> None:
    parent = add(store)
    ended(store, parent, State.DONE)
    for name in ("one", "two"):
        store.fork(NewFork(parent, name, RunConfig().to_dict(), 9, 3, 3.0, "", {}))
    store.delete([3])
    told = rottui("show", parent).out.splitlines()
    assert "forks: run 2 (queued), run 3 (queued, in the trash)" in told
    assert json.loads(rottui("show", parent, "--json").out)["run"]["forks"] == [2, 3]
    assert "forked from: run 1 (done), after epoch 3" in rottui("show", 2).out.splitlines()
    store.delete([parent])
    store.purge([parent])
    assert "forked from: run 1 (purged), after epoch 3" in rottui("show", 2).out.splitlines()


# --- status ---------------------------------------------------------------------------------------


def test_status_tells_who_is_next_and_who_waits_for_others(rottui, store: RunStore) -> None:
    first = add(store)
    add(store, needs=[first], priority=1)
    add(store, needs=[2])
    add(store, priority=7, group="night")
    lines = rottui("status").out.splitlines()
    assert "next: run 4 (priority 7, group night), run 1" in lines
    assert "wait for others: run 2 (priority 1, waits for run 1), run 3 (waits for run 2)" in lines
    content = json.loads(rottui("status", "--json").out)
    assert content["next"] == [
        {"id": 4, "priority": 7, "group": "night", "needs": []},
        {"id": 1, "priority": 0, "group": None, "needs": []},
    ]
    assert [(run["id"], run["needs"], run["never"]) for run in content["waiting"]] == [
        (2, [1], False),
        (3, [2], False),
    ]
    store.cancel([first])
    lines = rottui("status").out.splitlines()
    assert "next: run 4 (priority 7, group night)" in lines
    assert "which was cancelled" in next(line for line in lines if line.startswith("wait for"))
    assert json.loads(rottui("status", "--json").out)["waiting"][1]["never"]


def test_status_names_a_few_of_many_and_what_is_in_training(rottui, store: RunStore) -> None:
    for _ in range(7):
        add(store, group="night")
    worker = this_worker("work")
    store.add_worker(worker)
    assert store.claim(worker.id, threads=1) is not None
    answer = rottui("status").out
    group = "(group night)"
    assert f"next: {', '.join(f'run {k} {group}' for k in range(2, 7))}, …\n" in answer
    assert "run 1 (0/3, group night)" in answer
    (process,) = json.loads(rottui("status", "--json").out)["processes"]
    assert process["runs"][0]["group"] == "night"
