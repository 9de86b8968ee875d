"""Threads behind the screen: nothing on the event loop waits for SQLite, files or torch."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from textual.message import Message

from rottui.errors import RottuiError

if TYPE_CHECKING:
    from textual.app import App

log = logging.getLogger(__name__)
T = TypeVar("T")


class Finished(Message):
    """Something was done behind the screen; the app calls ``tell`` on the event loop."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self.tell = tell


class Hand:
    """One daemon thread that does one thing after another and tells the app.

    A daemon, so that quitting never waits for a download or an import; what must not be lost is
    the store's and the engine's, and they are stopped in order.
    """

    def __init__(self, app: App[Any], name: str) -> None:
        self._app = app
        self._queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
        threading.Thread(target=self._run, name=f"rottui-{name}", daemon=True).start()

    def do(
        self,
        action: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[str], None],
    ) -> None:
        """Do ``action`` in the thread, then ``then(result)`` or ``failed(sentence)`` in the app."""

        def work() -> None:
            try:
                result = action()
            except RottuiError as error:
                sentence = str(error)
                self._app.post_message(Finished(lambda: failed(sentence)))
            except Exception as error:  # the thread must outlive any one action
                log.exception("behind the screen")
                sentence = f"unexpected {type(error).__name__}: {error} (see the log file)"
                self._app.post_message(Finished(lambda: failed(sentence)))
            else:
                self._app.post_message(Finished(lambda: then(result)))

        self._queue.put(work)

    def _run(self) -> None:
        while True:
            self._queue.get()()
