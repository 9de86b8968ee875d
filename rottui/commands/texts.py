"""Lines that more than one command prints."""

from __future__ import annotations

import time

from rottui.store.records import EpochRow
from rottui.store.states import State
from rottui.tui.widgets.formats import format_degrees, format_loss

STATE_STYLES = {
    State.RUNNING: "cyan",
    State.DONE: "green",
    State.FAILED: "bold red",
    State.CANCELLED: "dim",
    State.PAUSED: "yellow",
}


def state_style(text: str) -> str:
    """The rich style of a state's name; plain for those that need no attention."""
    return STATE_STYLES.get(State(text), "")


def moment(at: float) -> str:
    """Local date and time of seconds since 1970."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def metrics_line(row: EpochRow) -> str:
    """The four metrics of an epoch, and the MAEs in degrees beside."""
    return (
        f"train loss {format_loss(row.train_loss)}  test loss {format_loss(row.test_loss)}  "
        f"train MAE {format_loss(row.train_mae)} ({format_degrees(row.train_mae_deg)}°)  "
        f"test MAE {format_loss(row.test_mae)} ({format_degrees(row.test_mae_deg)}°)"
    )
