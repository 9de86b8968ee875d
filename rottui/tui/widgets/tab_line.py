"""The line at the top: the panes with their keys, and what the engine is doing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static

from rottui.store.states import State
from rottui.tui.snapshot import Snapshot

PANES: dict[str, str] = {
    "configure": "Configure",
    "queue": "Queue",
    "charts": "Charts",
    "equivariance": "Equivariance",
    "data": "Data",
    "predictions": "Predict",
}
"""Panes by scope, in the order of their digits."""
TIGHT = 72
"""Columns below which the tabs have no room for a margin on both sides."""

HOMES = {"sweep": "charts"}
"""Panes without a tab of their own, and the pane whose tab stands for them."""


class Tab(Static):
    """One pane's digit and name; a click goes there."""

    def __init__(self, number: int, scope: str, title: str) -> None:
        super().__init__(f"[b]{number}[/b] {title}", classes="tab")
        self.scope = scope

    def on_click(self) -> None:  # noqa: D102
        self.post_message(TabLine.Chosen(self.scope))


class TabLine(Horizontal):
    """``1 Configure  2 Queue …`` on the left, the state of the queue on the right."""

    DEFAULT_CSS = """
    TabLine { height: 1; background: $panel; }
    TabLine .tab { width: auto; padding: 0 1; color: $text-muted; }
    TabLine.-tight .tab { padding: 0 1 0 0; }
    TabLine .tab.-active { background: $primary; color: $background; text-style: bold; }
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

    def compose(self) -> ComposeResult:  # noqa: D102
        for number, (scope, title) in enumerate(PANES.items(), start=1):
            yield Tab(number, scope, title)
        yield Static("", id="status", markup=False)

    def activate(self, scope: str) -> None:
        """Mark the tab of the active pane."""
        for tab in self.query(Tab):
            tab.set_class(tab.scope == HOMES.get(scope, scope), "-active")

    def on_resize(self) -> None:
        """Where there is little room, the tabs stand closer: all of them are to be seen."""
        self.set_class(self.size.width < TIGHT, "-tight")
        self._paint()

    def show(self, snapshot: Snapshot) -> None:
        """Say what runs and what waits."""
        self._counts = Counter(run.state for run in snapshot.runs)
        self._paint()

    def _paint(self) -> None:
        status = self.query_one("#status", Static)
        text = status_text(self._counts, status.content_size.width)
        if status.content != text:
            status.update(text, layout=False)


def status_text(counts: Mapping[State, int], width: int) -> str:
    """``2 running · 3 queued``: as many of the states that there are as fit, never half a one."""
    order = (State.RUNNING, State.QUEUED, State.PAUSED, State.FAILED, State.DONE)
    parts = [f"{counts[state]} {state}" for state in order if counts.get(state)]
    while parts and len(" · ".join(parts)) > width:
        parts.pop()
    return " · ".join(parts)
