"""What no rottui would have put into the store, on the command line: text, and nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rottui.core.config import RunConfig
from rottui.store.connection import FILE
from rottui.store.records import NewRun
from rottui.store.runs import RunStore

NAMES = ("[bold red]x[/]", "[/]", "a\x1b[2J\x07b", "../../etc/x", "x" * 10_000)


@pytest.fixture
def folder(folders: Path) -> Path:
    with RunStore.open(folders / "store") as store:
        store.add_runs([NewRun(name, RunConfig().to_dict(), 4) for name in NAMES], sweep="[/]\x1b")
    with closing(sqlite3.connect(folders / "store" / FILE)) as db, db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        db.execute("UPDATE runs SET error = '\x1b[31m' WHERE id = 1")
        db.execute("UPDATE runs SET config = ? WHERE id = 2", ('{"lr": "\\u001b[2J", "a": [1]}',))
        db.execute("UPDATE runs SET state = 'exploded' WHERE id = 3")
        db.execute(f"UPDATE runs SET epochs = {2**62}, created_at = 1e300 WHERE id = 4")
        db.execute("UPDATE sweeps SET spec = '[1, 2]'")
    return folders / "store"


@pytest.mark.parametrize(
    "command",
    [["runs"], ["runs", "--json"], ["sweeps"], ["sweeps", "--json"], ["leaderboard", "1"],
     ["store", "check"], *(["show", str(run)] for run in range(1, 6)),
     *(["predict", str(run)] for run in range(1, 6))],
    ids=" ".join,
)  # fmt: skip
def test_every_list_answers_in_plain_text(
    command: list[str], folder: Path, rottui: Callable[..., Any]
) -> None:
    answer = rottui(*command)
    text = answer.out + answer.err
    assert answer.code in (0, 1, 2)
    assert "unexpected" not in answer.err
    assert "\x1b" not in text
    assert "\x07" not in text
    if "--json" in command:
        json.loads(answer.out)
    if command == ["runs"]:
        assert "[bold red]x[/]" in text
        assert "exploded" not in text
