"""``rottui doctor``: what the terminal can do, what is wrong with the settings, how to mend it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import defaultdict

from rottui import locations
from rottui.commands.findings import (
    Finding,
    Grade,
    Terminal,
    settings_findings,
    terminal_findings,
)
from rottui.commands.json_rows import document
from rottui.commands.tables import Column, print_table
from rottui.commands.usage import DONE, FAILED
from rottui.errors import TerminalError
from rottui.tui.config_file import read_config
from rottui.tui.key_names import key_names
from rottui.tui.keymap import ACTIONS
from rottui.tui.notices import SETTING, way_of
from rottui.tui.own_keys import own_keys
from rottui.tui.terminal_answers import ask
from rottui.tui.theme_files import load_themes, theme_folders

STYLES = {Grade.FINE: "green", Grade.LESS: "yellow", Grade.WRONG: "bold red"}


def doctor(*, keys: bool, press: bool, as_json: bool) -> int:
    """Print the findings; 1 if something is wrong.

    Args:
        keys: print every action and its keys instead.
        press: print the name of each key that is pressed instead.
        as_json: for programs.

    Raises:
        TerminalError: no key can be pressed, since this is no terminal.
    """
    if press:
        _name_pressed_keys()
        return DONE
    if keys:
        _print_keys(as_json)
        return DONE
    findings = [*terminal_findings(look()), *_settings()]
    if as_json:
        rows = [
            {"about": f.about, "grade": f.grade, "fact": f.fact, "remedy": f.remedy or None}
            for f in findings
        ]
        print(document({"findings": rows}))
    else:
        for finding in findings:
            _print_finding(finding)
    return FAILED if any(finding.grade is Grade.WRONG for finding in findings) else DONE


def look() -> Terminal:
    """What is known of the terminal of standard output; asks it, where it is one."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    size = shutil.get_terminal_size() if terminal else None
    answers = None
    if terminal and sys.stdin.isatty() and os.environ.get("TERM") not in ("dumb", "unknown", None):
        graphics = os.environ.get("TERM") != "linux" and "STY" not in os.environ
        answers = ask(sys.stdin.fileno(), graphics=graphics)
    return Terminal(
        environ=dict(os.environ),
        size=None if size is None else (size.columns, size.lines),
        colours=Console(force_terminal=True).color_system,
        encoding=sys.stdout.encoding or "ascii",
        answers=answers,
        tmux_clipboard=_tmux_clipboard() if "TMUX" in os.environ else None,
    )


def _tmux_clipboard() -> str | None:
    command = ["tmux", "show-options", "-sv", "set-clipboard"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def _settings() -> list[Finding]:
    folder = locations.config_dir()
    config = read_config(folder)
    own = own_keys(config.keys)
    _, problems = load_themes(theme_folders(folder))
    _, odd_way = way_of(config.values.get(SETTING), None)
    wrong = [*own.problems, *([odd_way] if odd_way else [])]
    return settings_findings(config, wrong, len(own.keymap), problems)


def _print_finding(finding: Finding) -> None:
    line = f"{finding.about:<12} {finding.grade:<6} {finding.fact}"
    if finding.remedy:
        line += f"\n{'':<19} → {finding.remedy}"
    if not sys.stdout.isatty():
        print(line)
        return
    from rich.console import Console
    from rich.text import Text

    text = Text(line)
    text.stylize(STYLES[finding.grade], 13, 13 + len(finding.grade))
    Console(highlight=False, soft_wrap=True).print(text)


def _name_pressed_keys() -> None:
    """A line for each key: its name for ``config.toml``, and what it does by now."""
    if not sys.stdin.isatty():
        raise TerminalError("keys can be pressed in a terminal only")
    from rottui.tui.pressed_keys import pressed_keys

    keymap = own_keys(read_config(locations.config_dir()).keys).keymap
    done_by: dict[str, list[str]] = defaultdict(list)
    for action in ACTIONS:
        for key in keymap.get(action.id, action.keys).split(","):
            done_by[key].append(action.id)
    print("Press keys to see their names for config.toml; Ctrl+C ends it.", flush=True)
    for key in pressed_keys(sys.stdin.fileno()):
        print(f"{key:<20} {', '.join(done_by[key]) or 'free'}", flush=True)


def _print_keys(as_json: bool) -> None:
    keymap = own_keys(read_config(locations.config_dir()).keys).keymap
    named = [(a, key_names(a, keymap.get(a.id))) for a in ACTIONS]
    if as_json:
        rows = [{"action": a.id, "keys": keys, "help": a.help} for a, keys in named]
        print(document({"actions": rows}))
        return
    print_table(
        [
            Column("action", tuple(a.id for a in ACTIONS), right=False),
            Column("keys", tuple(keys for _, keys in named), right=False),
            Column("what it does", tuple(a.help for a in ACTIONS), right=False, rank=1),
        ]
    )
