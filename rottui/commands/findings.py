"""What ``rottui doctor`` finds: a fact about the terminal or the settings, and its remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rottui.tui.clipboard import MOST, refusal
from rottui.tui.config_file import ConfigFile
from rottui.tui.terminal_answers import Answers
from rottui.tui.theme_files import ThemeProblem

LEAST = (60, 16)
"""Columns and lines below which the screen shows nothing."""
COLOURS = {"truecolor": "16 million", "256": "256", "standard": "16", "windows": "16"}


class Grade(StrEnum):
    """How a finding is meant."""

    FINE = "ok"
    LESS = "less"
    """It works, with less than there could be."""
    WRONG = "wrong"
    """It does not work before it is mended."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact."""

    about: str
    grade: Grade
    fact: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What is known of the terminal."""

    environ: Mapping[str, str]
    size: tuple[int, int] | None
    """Columns and lines; None where the output is no terminal."""
    colours: str | None
    """Rich's name of the colour system; None without colours."""
    encoding: str
    answers: Answers | None
    """None where it was not asked, or did not answer."""
    tmux_clipboard: str | None = None
    """tmux's ``set-clipboard``, within tmux."""

    @property
    def inside(self) -> str:
        """``tmux`` or ``screen``, if the terminal is one of these within another."""
        if "TMUX" in self.environ:
            return "tmux"
        return "screen" if "STY" in self.environ else ""


def terminal_findings(terminal: Terminal) -> list[Finding]:
    """Everything about the terminal."""
    return [
        _place(terminal),
        _colours(terminal),
        _unicode(terminal),
        _keys(terminal),
        _clipboard(terminal),
        _images(terminal),
        _frames(terminal),
    ]


def _place(terminal: Terminal) -> Finding:
    term = terminal.environ.get("TERM", "")
    name = terminal.answers.name if terminal.answers else None
    name = name or terminal.environ.get("TERM_PROGRAM")
    words = [f"TERM={term}" if term else "TERM is not set"]
    words += [name] if name else []
    words += [f"in {terminal.inside}"] if terminal.inside and terminal.inside != name else []
    words += ["over SSH"] if "SSH_CONNECTION" in terminal.environ else []
    if terminal.size is None:
        remedy = "in pipes: launch --once, follow, status, runs"
        return Finding("terminal", Grade.LESS, f"the output is no terminal ({words[0]})", remedy)
    columns, lines = terminal.size
    words.append(f"{columns}×{lines} cells")
    fact = ", ".join(words)
    if term in ("dumb", "unknown", ""):
        return Finding("terminal", Grade.WRONG, fact, "export TERM=xterm-256color")
    if columns < LEAST[0] or lines < LEAST[1]:
        return Finding("terminal", Grade.WRONG, fact, f"make it {LEAST[0]}×{LEAST[1]} at least")
    return Finding("terminal", Grade.FINE, fact)


def _colours(terminal: Terminal) -> Finding:
    if terminal.environ.get("NO_COLOR"):
        return Finding("colours", Grade.LESS, "none, since NO_COLOR is set", "unset NO_COLOR")
    if terminal.colours is None:
        return Finding("colours", Grade.LESS, "none", "export TERM=xterm-256color")
    fact = COLOURS.get(terminal.colours, terminal.colours)
    if terminal.colours == "truecolor":
        return Finding("colours", Grade.FINE, fact)
    remedy = "export COLORTERM=truecolor, if the terminal has them"
    if "SSH_CONNECTION" in terminal.environ:
        remedy += "; ssh does not pass it on by itself"
    if terminal.inside == "tmux":
        remedy += "; in tmux.conf: set -as terminal-features ',*:RGB'"
    return Finding("colours", Grade.LESS, fact, remedy)


def _unicode(terminal: Terminal) -> Finding:
    if "utf" in terminal.encoding.lower():
        return Finding("Unicode", Grade.FINE, terminal.encoding)
    fact = f"{terminal.encoding}: the screen is drawn in ASCII"
    return Finding("Unicode", Grade.LESS, fact, "export LC_ALL=C.UTF-8")


def _keys(terminal: Terminal) -> Finding:
    if terminal.answers is None:
        return Finding("keys", Grade.FINE, _PLAIN_KEYS)
    if terminal.answers.all_keys:
        return Finding("keys", Grade.FINE, "every key and combination")
    return Finding("keys", Grade.FINE, f"{_PLAIN_KEYS}; not Ctrl+Enter and the like")


_PLAIN_KEYS = "letters, F1 to F12, arrows and Ctrl with a letter, which is all that rottui needs"


def _clipboard(terminal: Terminal) -> Finding:
    reason = refusal(terminal.environ)
    if reason is not None:
        remedy = "y and a capital letter saves a file instead"
        return Finding("clipboard", Grade.LESS, reason, remedy)
    if terminal.inside == "tmux" and terminal.tmux_clipboard != "on":
        fact = f"tmux keeps it back (set-clipboard {terminal.tmux_clipboard or 'unknown'})"
        return Finding("clipboard", Grade.LESS, fact, "tmux set -s set-clipboard on")
    fact = f"by OSC 52, {MOST:,} bytes at most; no terminal says whether it is allowed"
    return Finding("clipboard", Grade.FINE, fact, "if nothing arrives, allow it in its settings")


def _images(terminal: Terminal) -> Finding:
    more = [] if terminal.answers is None else _protocols(terminal.answers)
    fact = "half blocks in colour" if terminal.colours and not _ascii(terminal) else "ASCII shades"
    if more:
        fact += f" (it knows {' and '.join(more)}, too, which rottui does not use)"
    return Finding("images", Grade.FINE, fact)


def _ascii(terminal: Terminal) -> bool:
    return "utf" not in terminal.encoding.lower()


def _protocols(answers: Answers) -> list[str]:
    known = {"sixel": answers.sixel, "kitty graphics": answers.kitty_graphics}
    return [name for name, has in known.items() if has]


def _frames(terminal: Terminal) -> Finding:
    if terminal.answers is None:
        why = "not asked" if terminal.size is None else "the terminal did not answer"
        return Finding("frames", Grade.FINE, f"{why}; nothing depends on it")
    whole = terminal.answers.whole_frames
    fact = "shown at once (mode 2026)" if whole else "may show in part for a moment (no mode 2026)"
    return Finding("frames", Grade.FINE, fact)


def settings_findings(
    config: ConfigFile, wrong: Sequence[str], own_keys: int, themes: Sequence[ThemeProblem]
) -> list[Finding]:
    """Everything about the config file and the themes.

    Args:
        config: the file.
        wrong: what is wrong with what it says.
        own_keys: actions that have other keys by it.
        themes: theme files that cannot be used.
    """
    about = "config.toml"
    if config.problem is not None:
        found = [Finding(about, Grade.WRONG, f"{config.path}: {config.problem}")]
    else:
        found = [Finding(about, Grade.WRONG, problem) for problem in wrong]
        if not found:
            exists = config.values or config.path.exists()
            changed = f"{own_keys} actions with other keys" if own_keys else "the usual keys"
            fact = f"{config.path}, {changed}" if exists else f"none; it would be {config.path}"
            found = [Finding(about, Grade.FINE, fact)]
    bad = [Finding("themes", Grade.WRONG, str(problem)) for problem in themes]
    return found + (bad or [Finding("themes", Grade.FINE, "every theme file is sound")])
