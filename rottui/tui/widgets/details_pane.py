"""The pane of details: all that is known of the run under the queue's cursor."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message

from rottui.store.records import RunRow
from rottui.tui.details import RunDetails
from rottui.tui.keymap import bindings
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.details_rows import Subject, View, explanation, sections
from rottui.tui.widgets.facts import laid_out
from rottui.tui.widgets.held import told
from rottui.tui.widgets.lines import Lines


class DetailsPane(VerticalScroll, can_focus=True, inherit_bindings=False):
    """Shows one run, to be scrolled through; asks the app for what is not in its row."""

    scope: ClassVar[str] = "details"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("details")]
    DEFAULT_CSS = """
    DetailsPane {
        width: 1fr; height: 1fr; padding: 0 0 0 1;
        overflow-x: hidden; overflow-y: auto;
        scrollbar-gutter: stable; scrollbar-size-vertical: 1;
    }
    DetailsPane > Lines { height: 1; }
    """

    @dataclass
    class Requested(Message):
        """Events and files of a run are wanted; the answer goes to ``take`` or ``fail``."""

        run_id: int

    @dataclass
    class Stepped(Message):
        """The run before (-1) or after (1) is wanted."""

        by: int

    @dataclass
    class Opened(Message):
        """A person wants to see the curves of this run."""

        run_id: int

    class Left(Message):
        """A person wants to go back to the queue."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._snapshot = Snapshot()
        self._run: RunRow | None = None
        self._details: RunDetails | None = None
        self._asked: tuple[int, int] | None = None
        """Run and its revision that the app was asked for last."""
        self._waiting = False
        self._problem = ""
        self._every_setting = False
        self._begins: list[int] = []
        self._painted: tuple[Subject | None, View] | None = None

    def compose(self) -> ComposeResult:
        """One widget of as many rows as there are."""
        yield Lines(id="details-lines")

    @property
    def run(self) -> RunRow | None:
        """The run that is shown."""
        return self._run

    @property
    def details(self) -> RunDetails | None:
        """What was read of it."""
        return self._details

    # Between the app and the pane

    def show(self, snapshot: Snapshot, run: RunRow | None) -> None:
        """Show this run from now on."""
        before, self._run, self._snapshot = self._run, run, snapshot
        if run is None or before is None or run.id != before.id:
            self._details = self._asked = None
            self._waiting, self._problem = False, ""
            self.scroll_home(animate=False)
        self._update()

    def take(self, details: RunDetails) -> None:
        """Show what was read; of another run, it comes too late."""
        if self._run is None or details.run_id != self._run.id:
            return
        self._waiting, self._problem = False, ""
        self._details = details
        self._update()

    def fail(self, run_id: int, sentence: str) -> None:
        """Say why nothing could be read; the next change of the run is another chance."""
        if self._run is not None and run_id == self._run.id:
            self._waiting, self._problem = False, sentence
            self._update()

    def _ask(self) -> None:
        if self._run is None or self._waiting:
            return
        wanted = (self._run.id, self._run.revision)
        if wanted != self._asked:
            self._asked, self._waiting = wanted, True
            self.post_message(self.Requested(self._run.id))

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """None greys a key that can do nothing without a run."""
        if action in ("open", "every_setting", "section"):
            return True if self._run is not None else None
        return True

    def action_scroll(self, by: int) -> None:
        """Scroll by so many rows."""
        self.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll by so many screens, less a row."""
        rows = max(1, self.scrollable_content_region.height - 1)
        self.scroll_relative(y=by * rows, animate=False)

    def action_edge(self, side: int) -> None:
        """Scroll to the begin (-1) or the end (1)."""
        if side < 0:
            self.scroll_home(animate=False)
        else:
            self.scroll_end(animate=False)

    def action_section(self, by: int) -> None:
        """Scroll to the next part, or to the one before."""
        here = round(self.scroll_y)
        at = bisect_right(self._begins, here) if by > 0 else bisect_left(self._begins, here) - 1
        if 0 <= at < len(self._begins):
            self.scroll_to(y=self._begins[at], animate=False)

    def action_every_setting(self) -> None:
        """List the settings that are as by default, too, or not."""
        self._every_setting = not self._every_setting
        self._update()

    def action_run(self, by: int) -> None:
        """Ask for the run before, or after."""
        self.post_message(self.Stepped(by))

    def action_open(self) -> None:
        """Show the run's curves."""
        if self._run is not None:
            self.post_message(self.Opened(self._run.id))

    def action_queue(self) -> None:
        """Go back to the queue."""
        self.post_message(self.Left())

    # Painting

    def on_resize(self) -> None:
        """Write anew for another width; a hidden pane gets its size, and asks, when it is seen."""
        self._update()

    def _update(self) -> None:
        width = self.scrollable_content_region.width
        if not self.is_mounted or width <= 0 or not self.size.height:
            return  # hidden; on_resize catches up
        self._ask()
        subject = self._subject()
        view = View(width, self._ascii, self._every_setting)
        if (subject, view) == self._painted:
            return
        self._painted = (subject, view)
        parts = explanation(view) if subject is None else sections(subject, view)
        rows, self._begins = laid_out(parts, width, ascii=self._ascii)
        lines = self.query_one(Lines)
        if lines.styles.height is None or lines.styles.height.value != len(rows):
            lines.styles.height = len(rows)
        lines.set_rows(rows)

    def _subject(self) -> Subject | None:
        run, snapshot = self._run, self._snapshot
        if run is None:
            return None
        held = snapshot.held.get(run.id)
        return Subject(
            run,
            self._details,
            None if run.sweep_id is None else snapshot.sweeps.get(run.sweep_id),
            tuple(sorted(other.id for other in snapshot.runs if other.parent_id == run.id)),
            None if held is None else told(run, held, snapshot.sweeps),
            self._problem,
        )
