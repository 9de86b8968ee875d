"""Which way imports point, proven by contracts and by importing in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def loaded_by(statement: str) -> set[str]:
    """The modules in ``sys.modules`` after a statement in a fresh interpreter."""
    script = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_import_contracts_hold() -> None:
    command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import rottui.cli", {"torch", "numpy", "textual", "pydantic", "sqlite3"}),
        ("from rottui.core import RunConfig, SweepConfig", {"torch", "numpy", "textual"}),
        ("import rottui.store.runs", {"torch", "numpy", "textual", "pydantic", "PIL"}),
        ("import rottui.engine.engine", {"torch", "textual"}),
        ("import rottui.tui.app", {"torch", "torchvision", "plotext"}),
        ("from rottui.core import Training, load_dataset", {"textual", "sqlite3", "torchvision"}),
        ("import rottui.commands.bench", {"torch", "textual", "sqlite3"}),
        ("import rottui.bench.report", {"textual", "rich", "lightning", "skorch"}),
    ],
    ids=["cli", "configs", "store", "engine", "app", "core", "bench command", "bench"],
)
def test_a_part_loads_only_what_it_needs(statement: str, forbidden: set[str]) -> None:
    loaded = loaded_by(statement)
    assert not loaded & forbidden
