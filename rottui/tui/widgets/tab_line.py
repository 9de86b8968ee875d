"""The line at the top: the panes with their keys, and what the engine is doing."""

from __future__ import annotations

from collections import Counter

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
}
"""Panes by scope, in the order of their digits."""


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
    TabLine .tab.-active { background: $primary; color: $background; text-style: bold; }
    TabLine .tab:hover { text-style: underline; }
    TabLine #status { width: 1fr; text-align: right; padding: 0 1; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, scope: str) -> None:
            super().__init__()
            self.scope = scope

    def compose(self) -> ComposeResult:  # noqa: D102
        for number, (scope, title) in enumerate(PANES.items(), start=1):
            yield Tab(number, scope, title)
        yield Static("", id="status", markup=False)

    def activate(self, scope: str) -> None:
        """Mark the tab of the active pane."""
        for tab in self.query(Tab):
            tab.set_class(tab.scope == scope, "-active")

    def show(self, snapshot: Snapshot) -> None:
        """Say what runs and what waits."""
        self.say(status_text(snapshot))

    def say(self, text: str) -> None:
        """Replace the words on the right."""
        status = self.query_one("#status", Static)
        if status.content != text:
            status.update(text, layout=False)


def status_text(snapshot: Snapshot) -> str:
    """``2 running · 3 queued``, naming only what there is; empty for an empty store."""
    counts = Counter(run.state for run in snapshot.runs)
    order = (State.RUNNING, State.QUEUED, State.PAUSED, State.FAILED, State.DONE)
    return " · ".join(f"{counts[state]} {state}" for state in order if counts[state])
