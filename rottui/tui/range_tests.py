"""Range tests behind the screen: one at a time, on a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from rottui.core.lr_range import RampProgress, RangeEvent, RangeTest, range_test
from rottui.core.pytorch import explained_imports
from rottui.engine.threads import available_cores
from rottui.tui.backstage import Finished, Hand

if TYPE_CHECKING:
    from textual.app import App

    from rottui.core.config import RunConfig
    from rottui.tui.screens.lr_range import RangeScreen

EVERY = 0.25
"""Seconds between two reports of progress, at least: a small network takes ten steps in 10 ms."""


class RangeTests:
    """Runs what a ``RangeScreen`` asks for and tells it; stopping or another test ends the last."""

    def __init__(self, app: App[Any], cache_dir: Path) -> None:
        self._app = app
        self._cache_dir = cache_dir
        self._hand: Hand | None = None
        self._stopping = threading.Event()
        """Of the newest test."""
        self._training = threading.Lock()

    def start(self, screen: RangeScreen) -> None:
        """Run the screen's test; what the screen is told, it is told on the event loop."""
        self.stop()
        stopping = self._stopping = threading.Event()
        if self._hand is None:
            self._hand = Hand(self._app, "lr-range")

        def tell(how: Callable[[], None]) -> None:
            def unless_stopped() -> None:
                if not stopping.is_set():
                    how()

            self._app.post_message(Finished(unless_stopped))

        def failed(sentence: str) -> None:
            if not stopping.is_set():
                screen.show_trouble(sentence)

        config, test = screen.config, screen.test

        def run() -> None:
            with self._training:
                for event in self._events(config, test, stopping):
                    tell(lambda event=event: screen.show(event))  # type: ignore[misc]

        self._hand.do(run, lambda _: None, failed)

    def stop(self, timeout: float | None = None) -> None:
        """End the test before its next step; waits so many seconds for that, if any are given."""
        self._stopping.set()
        if timeout is not None and self._training.acquire(timeout=timeout):
            self._training.release()

    def _events(
        self, config: RunConfig, test: RangeTest, stopping: threading.Event
    ) -> Iterator[RangeEvent]:
        """The test's events, of those of progress a few a second."""
        if stopping.is_set():
            return
        with explained_imports():
            import torch

            from rottui.core.training import warm_up

            warm_up()
        from rottui.core.data import load_dataset

        torch.set_num_threads(available_cores())
        dataset = load_dataset(config.data, self._cache_dir)
        told = 0.0
        for event in range_test(config, dataset, test, stopping.is_set):
            if isinstance(event, RampProgress) and monotonic() - told < EVERY:
                continue
            told = monotonic()
            yield event
