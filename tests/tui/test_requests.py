"""Numbered requests: which answers are news, and what is said until one comes."""

from __future__ import annotations

import pytest

from rottui.tui.requests import Requests


@pytest.fixture
def requests() -> Requests:
    """Two requests that were made and not answered."""
    made = Requests()
    assert [made.ask(seen=True), made.ask(seen=True)] == [1, 2]
    return made


def test_a_hidden_pane_asks_nobody() -> None:
    requests = Requests()
    assert requests.unasked
    assert requests.ask(seen=False) is None
    assert requests.unasked
    assert not requests.pending
    assert requests.ask(seen=True) == 1
    assert not requests.unasked
    assert requests.pending


def test_answers_are_news_in_the_order_of_their_requests(requests: Requests) -> None:
    assert requests.take(1)
    assert requests.pending
    assert requests.take(2)
    assert not requests.pending
    assert not requests.take(1)
    assert not requests.take(3)


def test_an_answer_that_was_overtaken_is_none(requests: Requests) -> None:
    assert requests.take(2)
    assert not requests.fail("too late", 1)
    assert requests.problem == ""


def test_without_a_number_the_last_request_is_meant(requests: Requests) -> None:
    assert requests.fail("no such file", None)
    assert requests.problem == "no such file"
    assert not requests.pending


def test_an_answer_takes_away_what_was_said_meanwhile(requests: Requests) -> None:
    requests.waiting_for = "reading"
    assert requests.fail("no such file", 1)
    assert requests.waiting_for == ""
    assert requests.take(2)
    assert requests.problem == ""


def test_asking_again_takes_the_problem_away(requests: Requests) -> None:
    requests.fail("no such file", 2)
    requests.ask(seen=True)
    assert requests.problem == ""


def test_what_was_dropped_is_no_news_any_more(requests: Requests) -> None:
    requests.drop()
    assert not requests.pending
    assert not requests.take(1)
    assert not requests.take(2)
    assert requests.ask(seen=True) == 3
    assert not requests.take(2)
    assert requests.take(3)
