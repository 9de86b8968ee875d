"""The README keeps its word: commands, keys, pictures and examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rottui.tui.key_names import key_names
from rottui.tui.keymap import SCOPES, actions

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LAUNCH = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/rottui launch"
TEST = "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest"


def keys_table() -> str:
    """The table of keys as it stands between the two marks of the README."""
    lines = ["| where | key | what it does |", "|---|---|---|"]
    for scope, title in SCOPES.items():
        for action in actions(scope):
            keys = " ".join(f"`{key}`" for key in key_names(action).split())
            lines.append(f"| {title} | {keys} | {action.help} |")
    return "\n".join(lines)


def test_the_two_commands_stand_there_and_ci_runs_the_second() -> None:
    assert LAUNCH in README
    assert TEST in README
    assert TEST in (ROOT / ".ci" / "run").read_text()


def test_the_table_of_keys_is_the_table_of_actions(request: pytest.FixtureRequest) -> None:
    found = README.partition("<!-- keys -->\n")[2].partition("\n<!-- /keys -->")[0]
    assert found == keys_table(), "put this between the marks:\n" + keys_table()


def test_every_picture_is_one_that_the_tests_keep() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) >= 4
    for picture in pictures:
        assert (ROOT / picture).is_file(), picture
        assert picture.startswith("tests/tui/pictures/")


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert example
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(example[1].replace("epochs=25", "epochs=1"), names)
    assert "loss" in str(names["event"])
