"""What the line at the top says of the queue."""

from __future__ import annotations

import pytest

from rottui.store.states import State
from rottui.tui.widgets.tab_line import status_text

COUNTS = {State.DONE: 40, State.RUNNING: 2, State.QUEUED: 12, State.PAUSED: 0}


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (60, "2 running · 12 queued · 40 done"),
        (30, "2 running · 12 queued"),
        (12, "2 running"),
        (5, ""),
    ],
)
def test_only_whole_counts_are_shown(width: int, said: str) -> None:
    assert status_text(COUNTS, width) == said


def test_an_empty_store_says_nothing() -> None:
    assert status_text({}, 60) == ""
