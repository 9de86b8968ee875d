"""``rottui tag``, ``rottui note`` and ``rottui runs --filter``."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rottui.store.records import NewRun
from rottui.store.runs import RunStore


@pytest.fixture
def store(folders: Path) -> Iterator[RunStore]:
    with RunStore.open(folders / "store") as opened:
        opened.add_runs([NewRun(f"mlp lr {lr:g}", {"lr": lr}, 4) for lr in (1e-2, 1e-3)])
        opened.add_runs([NewRun("cnn lr 1e-4", {"lr": 1e-4}, 4)], sweep="nightly")
        yield opened


def listed(rottui, *flags: str) -> list[int]:
    return [run["id"] for run in json.loads(rottui("runs", "--json", *flags).out)["runs"]]


def test_tags_are_put_on_runs_listed_and_taken_off(rottui, store: RunStore) -> None:
    assert rottui("tag").out.startswith("no run has a tag")
    said = rottui("tag", "1..2", "--add", "old", "--add", "paper").out
    assert said == "2 runs tagged +old, +paper\n"
    assert rottui("tag", "--filter", "sweep:night | lr>1e-3", "--add", "old").out == (
        "1 run tagged +old\n"
    )
    assert rottui("tag", "--all", "--add", "old").out.startswith("nothing was changed: 3 runs")
    assert rottui("tag").out == "old  3 runs\npaper  2 runs\n"
    assert rottui("tag", "1", "--remove", "paper").out == "1 run tagged -paper\n"
    assert listed(rottui, "--filter", "tag:paper") == [2]
    assert "old paper" in rottui("runs").out
    assert "tags: old, paper" in rottui("show", "2").out
    run = json.loads(rottui("show", "2", "--json").out)["run"]
    assert (run["tags"], run["notes"], run["versions"]) == (["old", "paper"], "", None)


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("tag", "1"), 2, "say which tag"),
        (("tag", "--add", "old"), 2, "say which runs"),
        (("tag", "1", "--add", "a", "--remove", "a"), 2, "put on and taken off at once"),
        (("tag", "1", "--add", "two words"), 1, "'two words' is no tag"),
        (("tag", "9", "--add", "old"), 1, "there is no run 9"),
        (("note", "9", "text"), 1, "there is no run 9"),
        (("runs", "--filter", "lr>"), 2, "a value is missing after lr>, at character 4 of 'lr>'"),
        (("runs", "--filter", "stat:done"), 2, "there is no field stat; try state"),
    ],
)
def test_what_cannot_be_done_is_refused(
    rottui, store: RunStore, command: tuple[str, ...], code: int, words: str
) -> None:
    assert words in rottui(*command).refused(code)
    assert store.tags() == {}


def test_notes_are_written_added_to_and_printed(
    rottui, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rottui("note", "1").out == "no notes\n"
    assert rottui("note", "1", "jumps at 12").out == "run 1: noted\n"
    monkeypatch.setattr("sys.stdin", io.StringIO("from a pipe\x1b[2J\n"))
    assert rottui("note", "1", "-", "--append").code == 0
    assert rottui("note", "1").out == "jumps at 12\nfrom a pipe\ufffd[2J\n"
    assert "note: jumps at 12\nnote: from a pipe" in rottui("show", "1").out
    assert listed(rottui, "--filter", '"at 12"') == [1]
    assert rottui("note", "1", "").out == "run 1: its notes are gone\n"
    assert store.run(1).notes == ""


def test_runs_are_filtered_and_sorted(rottui, store: RunStore) -> None:
    assert listed(rottui, "--filter", "mlp", "--sort", "lr") == [2, 1]
    assert listed(rottui, "--filter", "lr<=1e-3 -mlp | id:1") == [1, 3]
    assert listed(rottui, "--filter", "lr<=1e-3", "--sweep", "nightly") == [3]
    assert rottui("runs", "--filter", "lr>1").out.startswith("no such runs")
