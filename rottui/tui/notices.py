"""Telling a person that runs have ended, while they look elsewhere: toast, bell, or OSC 9."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from rottui.store.records import RunRow
from rottui.store.states import ENDED, State
from rottui.tui.widgets.formats import format_count, format_degrees

if TYPE_CHECKING:
    from textual.timer import Timer

    from rottui.tui.pane_requests import PaneRequests
    from rottui.tui.snapshot import Snapshot

SETTING = "notify"
"""The name of the choice in ``config.toml`` and among what is remembered."""
PAUSE = 3.0
"""Seconds between two notices, at least: what ends between is told together."""
LENGTH = 200
"""Characters of a notice, at most."""


class Way(StrEnum):
    """How a person wants to be told; all but ``off`` show a toast."""

    TOAST = "toast"
    BELL = "bell"
    OSC9 = "osc9"
    OFF = "off"

    @property
    def words(self) -> str:
        """What happens when a run ends."""
        return {
            Way.TOAST: "a toast",
            Way.BELL: "a toast and the terminal's bell",
            Way.OSC9: "a toast and the terminal's own notification (OSC 9)",
            Way.OFF: "nothing",
        }[self]

    @property
    def next(self) -> Way:
        """The one after it, round and round."""
        ways = list(Way)
        return ways[(ways.index(self) + 1) % len(ways)]


def way_of(set_by_file: object, remembered: str | None) -> tuple[Way, str]:
    """The way that counts, and what is wrong with what the file says; empty if nothing is.

    What was chosen in the app lately counts more than the file only where the file says nothing.
    """
    problem = ""
    for choice in (set_by_file, remembered):
        if choice is None:
            continue
        if isinstance(choice, str) and choice in list(Way):
            return Way(choice), problem
        if choice is set_by_file:
            known = ", ".join(Way)
            problem = f"{SETTING} must be one of {known}, not {choice!r}"
    return Way.TOAST, problem


class Endings:
    """Which runs have ended since the last look; those that had ended before are no news."""

    def __init__(self) -> None:
        self._states: dict[int, State] | None = None

    def among(self, runs: Sequence[RunRow]) -> list[RunRow]:
        """The runs that are done or have failed since then; who cancels one knows."""
        before, self._states = self._states, {run.id: run.state for run in runs}
        if before is None:
            return []
        return [
            run
            for run in runs
            if run.state in (State.DONE, State.FAILED)
            and run.id in before
            and before[run.id] not in ENDED
        ]


def sentence(ended: Sequence[RunRow]) -> str:
    """What has become of these runs: of one by name and number, of several in sum."""
    if len(ended) == 1:
        (run,) = ended
        name = f"run {run.id} ({' '.join(run.name.split())})"
        if run.state is State.FAILED:
            fate = "diverged" if diverged(run) else "failed"
            return _short(f"{name} {fate}: {' '.join((run.error or '').split())}".rstrip(": "))
        best = None if run.best is None else run.best.measured("test_circular_mae_deg")
        score = "" if best is None else f", test circular MAE {format_degrees(best)}°"
        return _short(f"{name} is done{score}")
    parts = []
    for word, those in (
        ("done", [run for run in ended if run.state is State.DONE]),
        ("diverged", [run for run in ended if diverged(run)]),
        ("failed", [run for run in ended if run.state is State.FAILED and not diverged(run)]),
    ):
        if those:
            parts.append(f"{len(those):,} {word}")
    return f"{format_count(len(ended), 'run')} ended: {', '.join(parts)}"


def diverged(run: RunRow) -> bool:
    """Whether a run failed because its numbers were no longer finite."""
    return run.state is State.FAILED and run.last is not None and not run.last.finite


def _short(text: str) -> str:
    return text if len(text) <= LENGTH else text[: LENGTH - 1] + "…"


def notification(text: str, environ: Mapping[str, str]) -> str:
    """What a terminal is sent so that it notifies its person (OSC 9, as iTerm2 brought it up).

    Inside tmux it is wrapped, so that tmux passes it on (``allow-passthrough on``), and inside GNU
    screen likewise.
    """
    plain = "".join(c if c.isprintable() else " " for c in text)
    command = f"\x1b]9;{plain}\a"
    if "TMUX" in environ:
        return f"\x1bPtmux;{command.replace(chr(27), chr(27) * 2)}\x1b\\"
    return f"\x1bP{command}\x1b\\" if "STY" in environ else command


class Notices:
    """Looks at every snapshot, and tells; on the event loop.

    Args:
        app: what tells.
        way: how a person wants it.
    """

    def __init__(self, app: PaneRequests, way: Way) -> None:
        self._app = app
        self.way = way
        self._endings = Endings()
        self._waiting: list[RunRow] = []
        self._timer: Timer | None = None

    def look(self, snapshot: Snapshot) -> None:
        """Tell of what has ended, at once or with what ends within a few seconds."""
        self._waiting += self._endings.among(snapshot.runs)
        if self._waiting and self._timer is None:
            self._tell()

    def _tell(self) -> None:
        ended, self._waiting, self._timer = self._waiting, [], None
        if not ended:
            return
        self._timer = self._app.set_timer(PAUSE, self._tell)
        if self.way is Way.OFF:
            return
        text = sentence(ended)
        bad = any(run.state is State.FAILED for run in ended)
        self._app.notify(text, severity="error" if bad else "information", timeout=8, markup=False)
        if self.way is Way.BELL:
            self._app.bell()
        elif self.way is Way.OSC9:
            self._app.write_to_terminal(notification(f"rottui: {text}", os.environ))
