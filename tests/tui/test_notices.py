"""A run that ends is told once, in the way that a person has chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from runs_made import epoch_row, run_row
from waiting import until

from rottui.store.states import State
from rottui.tui.notices import (
    LENGTH,
    Endings,
    Notices,
    Way,
    notification,
    sentence,
    way_of,
)
from rottui.tui.pane_requests import PaneRequests
from rottui.tui.snapshot import Snapshot

RUNNING = run_row(1, State.RUNNING, done=3, last=epoch_row(3))
DONE = replace(RUNNING, state=State.DONE)
FAILED = run_row(2, State.FAILED, error="no such file\nanywhere")
DIVERGED = run_row(3, State.FAILED, last=epoch_row(7, float("nan")), error="the loss is nan")


def test_only_what_ends_while_somebody_looks_is_news_and_only_once() -> None:
    endings = Endings()
    assert endings.among([RUNNING, FAILED]) == []
    assert endings.among([DONE, FAILED]) == [DONE]
    assert endings.among([DONE, FAILED]) == []
    assert endings.among([RUNNING]) == []  # extended
    assert endings.among([DONE]) == [DONE]
    endings.among([RUNNING])
    assert endings.among([replace(RUNNING, state=State.CANCELLED)]) == []
    assert endings.among([run_row(9, State.DONE)]) == []  # brought back from the trash


def test_one_run_is_told_by_name_and_several_in_sum() -> None:
    assert sentence([DONE]).startswith("run 1 (mlp 256-256 lr 1e-3) is done, test circular MAE 38.")
    assert sentence([FAILED]).endswith("failed: no such file anywhere")
    assert sentence([DIVERGED]).endswith("diverged: the loss is nan")
    assert sentence([DONE, DONE, FAILED, DIVERGED]) == (
        "4 runs ended: 2 done, 1 diverged, 1 failed"
    )
    assert len(sentence([replace(FAILED, error="x" * 999)])) == LENGTH


def test_the_file_counts_more_than_what_was_chosen_and_nonsense_is_told() -> None:
    assert way_of(None, None) == (Way.TOAST, "")
    assert way_of("bell", "off") == (Way.BELL, "")
    assert way_of(None, "off") == (Way.OFF, "")
    way, problem = way_of(3, "osc9")
    assert way is Way.OSC9
    assert problem == "notify must be one of toast, bell, osc9, off, not 3"


def test_the_terminal_gets_no_command_but_ours() -> None:
    assert notification("a\x1b]0;b\a\nc", {}) == "\x1b]9;a ]0;b  c\a"
    assert notification("a", {"TMUX": "x", "STY": "y"}) == "\x1bPtmux;\x1b\x1b]9;a\a\x1b\\"
    assert notification("a", {"STY": "y"}) == "\x1bP\x1b]9;a\a\x1b\\"


class Host(PaneRequests):
    def __init__(self) -> None:
        super().__init__()
        self.bells = 0
        self.toasts: list[str] = []
        self.written: list[str] = []

    def bell(self) -> None:
        self.bells += 1

    def write_to_terminal(self, text: str) -> None:
        self.written.append(text)

    def notify(self, message: str, **how: Any) -> None:
        self.toasts.append(message)


@pytest.mark.parametrize("way", list(Way))
async def test_it_tells_in_the_way_that_was_chosen(way: Way) -> None:
    app = Host()
    async with app.run_test() as pilot:
        notices = Notices(app, way)
        notices.look(Snapshot((RUNNING, run_row(2, State.RUNNING))))
        notices.look(Snapshot((DONE, run_row(2, State.RUNNING))))
        assert len(app.toasts) == (way is not Way.OFF)
        assert app.bells == (way is Way.BELL)
        assert [text.startswith("\x1b]9;rottui: run 1") for text in app.written] == [True] * (
            way is Way.OSC9
        )
        notices.look(Snapshot((DONE, FAILED)))  # right after: it waits its turn
        assert len(app.toasts) == (way is not Way.OFF)
        if way is Way.TOAST:
            await until(pilot, lambda: len(app.toasts) == 2)


def test_the_ways_go_round() -> None:
    assert [way.next for way in Way] == [Way.BELL, Way.OSC9, Way.OFF, Way.TOAST]
