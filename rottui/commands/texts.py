"""Lines that more than one command prints."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from rottui.store.records import EpochRow
from rottui.store.states import State
from rottui.tui.widgets.formats import format_degrees, format_loss, format_share

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
    """The four metrics of an epoch, the MAEs in degrees beside, and the MAE along the circle."""
    return (
        f"train loss {format_loss(row.train_loss)}  test loss {format_loss(row.test_loss)}  "
        f"train MAE {format_loss(row.train_mae)} ({format_degrees(row.train_mae_deg)}°)  "
        f"test MAE {format_loss(row.test_mae)} ({format_degrees(row.test_mae_deg)}°)  "
        f"{_words(_CIRCULAR[:1], row.measured)}"
    )


def circle_line(row: EpochRow) -> str:
    """The other errors along the circle, of the test split."""
    return _words(_CIRCULAR[1:], row.measured)


def guess_line(values: Mapping[str, float]) -> str:
    """What a guess of the baseline scores; ``values`` are finite, by their names in an epoch."""
    known = [word for word in (*_LINEAR, *_CIRCULAR) if word[0] in values]
    return _words(known, values.get)


Word = tuple[str, str, Callable[[float], str]]
"""Name in an epoch, words around the number, and how the number is written."""

_LINEAR: tuple[Word, ...] = (
    ("test_loss", "test loss {}", format_loss),
    ("test_mae", "test MAE {}", format_loss),
    ("test_mae_deg", "MAE {}°", format_degrees),
)
_CIRCULAR: tuple[Word, ...] = (
    ("test_circular_mae_deg", "circular MAE {}°", format_degrees),
    ("test_median_deg", "median {}°", format_degrees),
    ("test_flips", "flips {} %", format_share),
    ("test_axial_mae_deg", "axial MAE {}°", format_degrees),
)


def _words(words: Sequence[Word], value_of: Callable[[str], float | None]) -> str:
    """The numbers in a line; a dash where one was not taken."""
    parts = []
    for name, around, show in words:
        value = value_of(name)
        parts.append(around.split("{}")[0] + "-" if value is None else around.format(show(value)))
    return "  ".join(parts)
