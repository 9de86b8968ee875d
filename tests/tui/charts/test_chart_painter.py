"""The painter: one thread, the last request of each chart, and no exception that ends it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence

import pytest

from rottui.tui.charts.chart import Chart, Drawing, Line
from rottui.tui.charts.limits import Limits
from rottui.tui.charts.painter import Painter
from rottui.tui.charts.series import Series, clean


def chart(title: str = "loss") -> Chart:
    return Chart(title, (Series("a", clean([0, 1], [0.1, 0.9])),), Limits(0, 8), Limits(0.0, 1.0))


class Brush:
    """A rasteriser that waits until it is let go, and remembers its threads."""

    def __init__(self) -> None:
        self.started = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.threads: list[threading.Thread] = []

    def __call__(self, columns: int, rows: int, lines: Sequence[Line]) -> list[list[str]]:
        self.threads.append(threading.current_thread())
        self.started.release()
        assert self.go.acquire(timeout=10)
        return [[" " * columns] * rows for _ in lines]


def test_of_several_requests_for_one_chart_only_the_last_is_drawn() -> None:
    brush, done = Brush(), queue.Queue[str]()
    painter = Painter(rasterise=brush)

    def ask(key: str, title: str) -> None:
        painter.request(
            key, lambda: chart(title), 40, 8, lambda d: done.put(d.text.split("\n")[0].strip())
        )

    ask("a", "first")
    assert brush.started.acquire(timeout=10)
    ask("a", "skipped")
    ask("a", "last")
    ask("b", "other")
    for _ in range(3):
        brush.go.release()

    assert [done.get(timeout=10) for _ in range(3)] == ["first", "last", "other"]
    assert len({id(thread) for thread in brush.threads}) == 1
    assert brush.threads[0] is not threading.main_thread()
    painter.close()


def test_a_bug_in_drawing_becomes_one_line_and_the_next_chart_is_drawn() -> None:
    calls: list[int] = []

    def brush(columns: int, rows: int, lines: Sequence[Line]) -> list[list[str]]:
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError("oops")
        return [[" " * columns] * rows for _ in lines]

    painter, done = Painter(rasterise=brush), queue.Queue[Drawing]()
    painter.request("a", chart, 70, 8, done.put)
    broken = done.get(timeout=10)
    assert broken.text.split("\n")[0].startswith("The chart could not be drawn (ZeroDivisionError")
    assert [len(line) for line in broken.text.split("\n")] == [70] * 8

    painter.request("a", chart, 70, 8, done.put)
    assert done.get(timeout=10).error is None
    painter.close()


def test_a_closed_painter_draws_no_more_and_its_thread_ends() -> None:
    brush, done = Brush(), queue.Queue[Drawing]()
    painter = Painter(rasterise=brush)
    painter.request("a", chart, 40, 8, done.put)
    assert brush.started.acquire(timeout=10)
    painter.request("b", chart, 40, 8, done.put)
    painter.close()
    brush.go.release()
    brush.threads[0].join(timeout=10)

    assert not brush.threads[0].is_alive()
    painter.request("c", chart, 40, 8, done.put)
    assert done.qsize() == 1


@pytest.mark.parametrize("ascii_only", [False, True])
def test_plotext_is_the_rasteriser_unless_another_is_given(ascii_only: bool) -> None:
    painter, done = Painter(ascii=ascii_only), queue.Queue[Drawing]()
    painter.request("a", chart, 40, 8, done.put)
    drawing = done.get(timeout=20)
    painter.close()

    assert drawing.error is None
    assert drawing.text.isascii() is ascii_only
