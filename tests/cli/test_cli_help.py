"""Help, version and wrong commands: at once, and without what the other commands import."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from rottui import __version__

HEAVY = (
    "torch",
    "torchvision",
    "numpy",
    "PIL",
    "pydantic",
    "textual",
    "plotext",
    "rich",
    "sqlite3",
)
COMMANDS = (
    "launch",
    "train",
    "sweep",
    "lr-range",
    "runs",
    "show",
    "follow",
    "compare",
    "steer",
    "checkpoint",
    "extend",
    "fork",
    "priority",
    "tag",
    "note",
    "groups",
    "doctor",
    "bench",
    "data",
    "data ls",
    "data get",
)


@pytest.mark.parametrize(
    ("args", "allowed"),
    [(["--help"], ()), (["--version"], ("pydantic",)), (["train", "--help"], ("pydantic",))],
)
def test_help_imports_nothing_heavy(args: list[str], allowed: tuple[str, ...]) -> None:
    # typer itself reads the value of an option with pydantic
    code = (
        "import sys; from rottui.cli import main; code = main(sys.argv[1:]); "
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *args], check=True, capture_output=True, text=True
    )
    assert set(ast.literal_eval(result.stderr)) <= set(allowed)


def test_help_names_every_command(rottui) -> None:
    answer = rottui("--help")
    assert answer.code == 0
    for command in COMMANDS:
        assert command.split()[0] in answer.out


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(rottui, command: str) -> None:
    answer = rottui(*command.split(), "--help")
    assert answer.code == 0
    assert f"Usage: rottui {command}" in answer.out


def test_version(rottui) -> None:
    assert rottui("--version").out == f"rottui {__version__}\n"


def test_no_command_is_wrong_usage_and_shows_the_help(rottui) -> None:
    answer = rottui()
    assert answer.code == 2
    assert "Commands:" in answer.out


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["lanch"], "no such command 'lanch'"),
        (["train", "--lrr", "1"], "no such option: --lrr"),
        (["train", "--lr"], "--lr"),
        (["train", "surplus"], "surplus"),
        (["show"], "missing argument 'RUN'"),
        (["data"], "missing command"),
        (["data", "get"], "missing argument"),
    ],
)
def test_wrong_usage_is_one_line_that_says_where_to_look(rottui, args, words) -> None:
    line = rottui(*args).refused(2)
    assert words in line
    assert "--help" in line


def test_debug_raises_instead_wherever_it_stands(rottui) -> None:
    from rottui.commands.usage import UsageError

    for args in (["--debug", "train", "--lr", "0"], ["train", "--lr", "0", "--debug"]):
        with pytest.raises(UsageError, match="--lr"):
            rottui(*args)
