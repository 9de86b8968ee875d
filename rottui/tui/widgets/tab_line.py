"""The line at the top: the panes with their keys, and what the engine is doing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static

from rottui.store.states import State

if TYPE_CHECKING:
    from rottui.tui.snapshot import Snapshot

PANES: dict[str, tuple[str, str]] = {
    "configure": ("Configure", "Form"),
    "queue": ("Queue", "Queue"),
    "charts": ("Charts", "Charts"),
    "equivariance": ("Equivariance", "Equiv"),
    "data": ("Data", "Data"),
    "predictions": ("Predict", "Pred"),
    "details": ("Details", "Run"),
}
"""Title and short title of each pane by its scope, in the order of their digits."""
STATUS = 16
"""Columns that the state of the queue has at least, where titles can be whole."""

HOMES = {"sweep": "charts", "system": "queue"}
"""Panes without a tab of their own, and the pane whose tab stands for them."""


class Tab(Static):
    """One pane's digit and name; a click goes there."""

    ALLOW_SELECT = False

    def __init__(self, number: int, scope: str, title: str) -> None:
        super().__init__(f"[b]{number}[/b] {title}", classes="tab")
        self._number = number
        self.scope = scope

    def entitle(self, title: str) -> None:
        """Have another title."""
        self.update(f"[b]{self._number}[/b] {title}")

    def on_click(self) -> None:  # noqa: D102
        self.post_message(TabLine.Chosen(self.scope))


class TabLine(Horizontal):
    """``1 Configure  2 Queue …`` on the left, the state of the queue on the right."""

    DEFAULT_CSS = """
    TabLine { height: 1; background: $panel; }
    TabLine .tab { width: auto; padding: 0 1; color: $text-muted; }
    TabLine.-tight .tab { padding: 0 1 0 0; }
    TabLine .tab.-active { background: $primary; color: $background; text-style: bold; }
    TabLine .tab.-active:ansi {
        background: ansi_default; color: ansi_default; text-style: bold reverse;
    }
    TabLine .tab:hover { text-style: underline; }
    TabLine #status { width: 1fr; text-align: right; padding: 0 1; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, scope: str) -> None:
            super().__init__()
            self.scope = scope

    def __init__(self) -> None:
        super().__init__()
        self._counts: Mapping[State, int] = {}
        self._zoomed = False
        self._fit: Fit | None = None

    def compose(self) -> ComposeResult:  # noqa: D102
        self._fit = fit = fitting(self.app.size.width)
        self.set_class(fit.tight, "-tight")
        for number, (scope, title) in enumerate(zip(PANES, fit.titles, strict=True), start=1):
            yield Tab(number, scope, title)
        yield Static("", id="status", markup=False)

    def activate(self, scope: str, *, zoomed: bool = False) -> None:
        """Mark the tab of the active pane, and say whether that has the screen for itself."""
        for tab in self.query(Tab):
            tab.set_class(tab.scope == HOMES.get(scope, scope), "-active")
        if zoomed != self._zoomed:
            self._zoomed = zoomed
            self._paint()

    def on_resize(self) -> None:
        """Where there is little room, titles are short and stand closer: all are to be seen."""
        fit = fitting(self.size.width)
        if fit != self._fit:
            self._fit = fit
            self.set_class(fit.tight, "-tight")
            for tab, title in zip(self.query(Tab), fit.titles, strict=True):
                tab.entitle(title)
        self._paint()

    def show(self, snapshot: Snapshot) -> None:
        """Say what runs and what waits."""
        self._counts = Counter(run.state for run in snapshot.runs)
        self._paint()

    def _paint(self) -> None:
        status = self.query_one("#status", Static)
        text = status_text(self._counts, status.content_size.width, zoomed=self._zoomed)
        if status.content != text:
            status.update(text, layout=False)


def title_of(scope: str) -> str:
    """What a pane is called, such as ``Charts``."""
    return PANES[scope][0] if scope in PANES else scope.capitalize()


@dataclass(frozen=True, slots=True)
class Fit:
    """How the tabs are drawn in a line of some width."""

    titles: tuple[str, ...]
    tight: bool
    """Whether they stand closer."""


def fitting(width: int) -> Fit:
    """The longest titles for which every tab is whole, and the state of the queue has room."""
    long, short = (tuple(titles) for titles in zip(*PANES.values(), strict=True))
    digits = sum(len(f"{number} ") for number in range(1, len(PANES) + 1))
    for titles, gap, rest in ((long, 2, STATUS), (long, 1, 0), (short, 2, STATUS)):
        if digits + sum(len(title) + gap for title in titles) + rest <= width:
            return Fit(titles, gap == 1)
    return Fit(short, True)


def status_text(counts: Mapping[State, int], width: int, *, zoomed: bool = False) -> str:
    """``2 running · 3 queued``: as many of the states that there are as fit, never half a one."""
    order = (State.RUNNING, State.QUEUED, State.PAUSED, State.FAILED, State.DONE)
    parts = ["zoomed"] if zoomed else []
    parts += [f"{counts[state]} {state}" for state in order if counts.get(state)]
    while parts and len(" · ".join(parts)) > width:
        parts.pop()
    return " · ".join(parts)
