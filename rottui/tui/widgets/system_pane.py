"""The pane of the system: what the machine, this program and the workers do right now."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.timer import Timer

from rottui.tui.keymap import bindings
from rottui.tui.snapshot import Snapshot
from rottui.tui.system import Sample
from rottui.tui.widgets.facts import laid_out
from rottui.tui.widgets.lines import Lines
from rottui.tui.widgets.system_rows import HISTORY, Seen, sections

SAMPLE_SECONDS = 2.0
"""Between two samples, while somebody looks."""


class SystemPane(VerticalScroll, can_focus=True, inherit_bindings=False):
    """Shows samples of the machine; asks for one every few seconds while it is seen."""

    scope: ClassVar[str] = "system"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("system")]
    DEFAULT_CSS = """
    SystemPane {
        width: 1fr; height: 1fr; padding: 0 0 0 1;
        overflow-x: hidden; overflow-y: auto;
        scrollbar-gutter: stable; scrollbar-size-vertical: 1;
    }
    SystemPane > Lines { height: 1; }
    """

    @dataclass
    class Requested(Message):
        """A sample is wanted; the answer goes to ``take`` or ``fail``."""

    class Left(Message):
        """A person wants to go back to the queue."""

    def __init__(
        self, *, ascii: bool = False, interval: float = SAMPLE_SECONDS, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._interval = interval
        self._samples: deque[Sample] = deque(maxlen=HISTORY)
        self._snapshot = Snapshot()
        self._problem = ""
        self._waiting = False
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """One widget of as many rows as there are."""
        yield Lines(id="system-lines")

    def on_mount(self) -> None:
        """The clock stands until the pane is seen."""
        self._timer = self.set_interval(self._interval, self._ask, pause=True)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """What was read while somebody looked, oldest first."""
        return tuple(self._samples)

    @property
    def seen(self) -> bool:
        """Whether the pane has room on the screen."""
        return bool(self.size.area)

    def show(self, snapshot: Snapshot) -> None:
        """Tell of these runs' workers from now on."""
        self._snapshot = snapshot
        self._update()

    def take(self, sample: Sample) -> None:
        """Show a sample; after a time in which nobody looked, the past begins anew."""
        self._waiting, self._problem = False, ""
        last = self._samples[-1].reading.at if self._samples else sample.reading.at
        if sample.reading.at - last > 5 * self._interval:
            self._samples.clear()
        self._samples.append(sample)
        self._update()

    def fail(self, sentence: str) -> None:
        """Say why there is no sample; the next one is asked for in its turn."""
        self._waiting, self._problem = False, sentence
        self._update()

    def _ask(self) -> None:
        if not self.seen:
            if self._timer is not None:
                self._timer.pause()
        elif not self._waiting:
            self._waiting = True
            self.post_message(self.Requested())

    # Keys

    def action_scroll(self, by: int) -> None:
        """Scroll by so many rows."""
        self.scroll_relative(y=by, animate=False)

    def action_queue(self) -> None:
        """Go back to the queue."""
        self.post_message(self.Left())

    # Painting

    def on_resize(self) -> None:
        """Write anew for another width; a hidden pane gets its size, and asks, when it is seen."""
        if self.seen and self._timer is not None:
            self._timer.resume()
            self._ask()
        self._update()

    def _update(self) -> None:
        width = self.scrollable_content_region.width
        if not self.is_mounted or width <= 0 or not self.seen:
            return
        seen = Seen(self.samples, self._snapshot.runs, self._problem)
        parts = sections(seen, width, ascii=self._ascii)
        rows, _ = laid_out(parts, width, ascii=self._ascii)
        lines = self.query_one(Lines)
        if lines.styles.height is None or lines.styles.height.value != len(rows):
            lines.styles.height = len(rows)
        lines.set_rows(rows)
