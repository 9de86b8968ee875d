"""The queue: every run with its state and numbers, and the wishes a person has for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from rottui.engine.forecast import Span
from rottui.store.filters import FilterError, parse
from rottui.store.records import RunRow
from rottui.tui.key_names import key_name
from rottui.tui.keymap import bindings, first_key
from rottui.tui.queue_view import Order, QueueView, turned
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets import lineage, queue_cells
from rottui.tui.widgets.filter_line import FilterLine
from rottui.tui.widgets.form_fields import SWEEP_EXAMPLE
from rottui.tui.widgets.formats import format_count
from rottui.tui.widgets.glyphs import glyphs, to_ascii
from rottui.tui.widgets.held import Held, held_back
from rottui.tui.widgets.line_table import MOVES, LineTable
from rottui.tui.widgets.queue_rules import Kind, Verdict, judge

TOO_FEW = "mark two runs or more with Space, to compare them"
_KINDS = {kind.value: kind for kind in Kind}


class RunTable(LineTable[RunRow], can_focus=False, inherit_bindings=False):
    """The table of runs; its pane has the focus and the keys."""

    BINDINGS: ClassVar[list[BindingType]] = []


class QueuePane(Vertical, can_focus=True):
    """Shows ``Snapshot.runs``; never touches the store, only posts what a person wants.

    Wishes act on the marked runs if there are any, else on the run under the cursor.
    """

    scope: ClassVar[str] = "queue"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("queue"), *MOVES]
    DEFAULT_CSS = """
    QueuePane {
        height: 1fr;
        #queue-summary {
            height: 1;
            color: $text-muted;
            padding: 0 2;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        #queue-table { height: 1fr; }
        #queue-detail { height: auto; max-height: 10; padding: 0 2; color: $text-muted; }
        #queue-detail.error { color: $text-error; }
        &:focus .line-table--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        #queue-empty { height: 1fr; padding: 1 2; color: $text-muted; display: none; }
        &.-empty {
            #queue-empty { display: block; }
            #queue-summary, #queue-table, #queue-detail { display: none; }
        }
    }
    """

    @dataclass
    class Opened(Message):
        """A person wants to see a run's curves."""

        run_id: int

    @dataclass
    class DetailsWanted(Message):
        """A person wants to see all that is known of the run under the cursor."""

        run_id: int

    @dataclass
    class SweepWanted(Message):
        """A person wants to see the sweep of the run under the cursor."""

        run_id: int

    @dataclass
    class CompareWanted(Message):
        """A person wants to see these runs side by side."""

        run_ids: tuple[int, ...]

    @dataclass
    class Marked(Message):
        """The marked runs are now these, in queue order."""

        run_ids: tuple[int, ...]

    @dataclass
    class CursorMoved(Message):
        """Another run is under the cursor; None when the queue is empty."""

        run_id: int | None

    @dataclass
    class Wished(Message):
        """A person wants something of these runs; the app asks where needed, and writes it."""

        kind: Kind
        run_ids: tuple[int, ...]
        note: str = ""
        """What is left alone although it was marked, as one sentence; empty when nothing is."""

    @dataclass
    class TagWanted(Message):
        """A person wants to put tags on these runs, or take some off."""

        runs: tuple[RunRow, ...]

    @dataclass
    class NoteWanted(Message):
        """A person wants to write on a run."""

        run: RunRow

    @dataclass
    class GroupPaused(Message):
        """A person wants a sweep or group to pause, or to go on."""

        group: int
        name: str
        paused: bool

    @dataclass
    class AllPaused(Message):
        """A person wants everything to pause, or to go on."""

        paused: bool

    class Undone(Message):
        """A person wants back what was deleted last."""

    class TrashWanted(Message):
        """A person wants to look into the trash."""

    @dataclass
    class Refused(Message):
        """A key was pressed that can do nothing now; ``reason`` is for a person."""

        reason: str

    def __init__(
        self, *, ascii: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._ascii = ascii
        self._possible: tuple[bool, ...] = ()
        self._held: dict[int, Held] = {}
        self._spans: Mapping[int, Span] = {}
        self._snapshot = Snapshot()
        self._view = QueueView()
        self._forks: Mapping[int, tuple[int, ...]] = {}
        self._all_paused = False
        self._shown: dict[str, str] = {}
        self._problem: FilterError | None = None
        """Why what is typed is no filter."""
        self._unmarked: tuple[int, ...] = ()
        """The marks that were taken away last, if nothing else was done since."""

    def compose(self) -> ComposeResult:
        """One line of numbers, the table, and one line about the run under the cursor."""
        yield Static("", id="queue-summary", markup=False)
        yield FilterLine(ascii=self._ascii, id="queue-filter")
        yield RunTable(
            queue_cells.columns(self._ascii),
            key_of=lambda run: run.id,
            cells_of=lambda run: queue_cells.cells(run, self._ascii, self._held.get(run.id)),
            same=lambda old, new: old.revision == new.revision,
            sortable=True,
            ascii=self._ascii,
            id="queue-table",
        )
        yield Static("", id="queue-detail", markup=False)
        yield Static(self._empty_text(), id="queue-empty")

    def on_mount(self) -> None:
        """Start empty."""
        self.set_class(not self.table.rows, "-empty")

    @property
    def table(self) -> RunTable:
        """The table of runs."""
        return self.query_one(RunTable)

    @property
    def _filter_line(self) -> FilterLine:
        return self.query_one(FilterLine)

    @property
    def current(self) -> RunRow | None:
        """The run under the cursor."""
        return self.table.cursor_row

    @property
    def marked(self) -> tuple[int, ...]:
        """Ids of the marked runs, in queue order."""
        return tuple(run.id for run in self._marked_runs)

    @property
    def _marked_runs(self) -> tuple[RunRow, ...]:
        """Those that a filter hides, too."""
        found = (self._snapshot.run(key) for key in self.table.marked if isinstance(key, int))
        there = (run for run in found if run is not None)
        return tuple(sorted(there, key=lambda run: (run.position, run.id)))

    @property
    def targets(self) -> tuple[RunRow, ...]:
        """The runs that a wish is about: the marked ones in queue order, else the current one."""
        if self.table.marked:
            return self._marked_runs
        return () if self.current is None else (self.current,)

    def show(self, snapshot: Snapshot) -> None:
        """Show the runs of a snapshot; only what has changed is painted again."""
        table = self.table
        self.set_class(not snapshot.runs, "-empty")
        held = held_back(snapshot)
        before, self._held = self._held, held
        table.redraw([k for k in before.keys() | held.keys() if before.get(k) != held.get(k)])
        self._snapshot = snapshot
        self._forks = lineage.forks_by_parent(snapshot.runs)
        self._all_paused = snapshot.all_paused
        self._spans = snapshot.forecast.spans
        self._lay_out()
        if len(self._marked_runs) < len(table.marked):
            self.set_marked(self.marked)
        self._refresh_detail()

    def _lay_out(self) -> None:
        """Show the runs that fit the filter, in the order that was chosen."""
        snapshot, table = self._snapshot, self.table
        table.set_rows(self._view.rows(snapshot.runs, snapshot.sweeps))
        self._refresh_summary()
        line = self._filter_line
        if line.asking and self._problem is None:
            line.tell(self._fitting)

    @property
    def _fitting(self) -> str:
        """Such as ``12 of 340 runs``."""
        return f"{len(self.table.rows):,} of {format_count(len(self._snapshot.runs), 'run')}"

    def _refresh_summary(self) -> None:
        snapshot = self._snapshot
        said = queue_cells.summary(
            snapshot.runs, self._ascii, snapshot.all_paused, snapshot.forecast
        )
        parts = []
        if self._view.filter is not None:
            typed = " ".join(self._view.filter.text.split())
            parts.append(f"/{typed}: {self._fitting}")
            hidden = sum(self.table.row(key) is None for key in self.table.marked)
            if hidden:
                parts.append(f"{hidden} marked not shown")
        text = f" {glyphs(self._ascii).dot} ".join((*parts, said))
        self._write("queue-summary", to_ascii(text) if self._ascii else text)

    def set_marked(self, run_ids: Collection[int]) -> None:
        """Mark exactly these runs."""
        self._unmarked = ()
        if frozenset(run_ids) != self.table.marked:
            self.table.set_marked(run_ids)
            self.post_message(self.Marked(self.marked))
            self._refresh_summary()
            self._refresh_possible()

    def _toggle_mark(self, run_id: int) -> None:
        self.set_marked({*self.marked} ^ {run_id})

    # What can be done now

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """None greys a key that can do nothing for the present runs; False takes it away."""
        if self.is_mounted and self._filter_line.typing:
            return action in ("move", "page")
        if action == "unfilter":
            return self.is_mounted and self._view.filter is not None
        if action in _KINDS:
            return True if self._verdict(_KINDS[action]).runs else None
        if action in ("open", "details", "mark"):
            return True if self.is_mounted and self.current is not None else None
        if action in ("sweep", "pause_group"):
            return True if self.is_mounted and self._in_sweep else None
        if action == "unmark_all":
            return True if self.is_mounted and self.table.marked else None
        if action == "compare":
            return True if self.is_mounted and len(self.table.marked) > 1 else None
        return True

    def on_key(self, event: events.Key) -> None:
        """Say why a greyed key does nothing; Textual itself would pass it on in silence."""
        active = self.screen.active_bindings.get(event.key)
        if active is None or active.node is not self or active.enabled:
            return
        event.stop()
        event.prevent_default()
        name = active.binding.action
        if name in _KINDS:
            reason = self._verdict(_KINDS[name]).reason
        elif name == "unmark_all":
            reason = "no run is marked"
        elif name == "compare":
            reason = TOO_FEW
        elif name in ("sweep", "pause_group") and self.current is not None:
            reason = f"run {self.current.id} is of no sweep"
        else:
            reason = judge(Kind.EDIT, ()).reason
        self.post_message(self.Refused(reason))

    @property
    def _in_sweep(self) -> bool:
        return self.current is not None and self.current.sweep_id is not None

    def _verdict(self, kind: Kind) -> Verdict:
        return judge(kind, self.targets if self.is_mounted else ())

    def _refresh_possible(self) -> None:
        """Repaint the footer when a key has become possible or impossible, and only then."""
        possible = tuple(bool(self._verdict(kind).runs) for kind in Kind)
        possible += (
            bool(self.table.marked),
            len(self.table.marked) > 1,
            self.current is not None,
            self._in_sweep,
        )
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    # Actions

    def action_move(self, by: int) -> None:
        """Move the cursor by so many runs."""
        self.table.action_move(by)

    def action_page(self, by: int) -> None:
        """Move the cursor by so many screens."""
        self.table.action_page(by)

    def action_edge(self, side: int) -> None:
        """Move the cursor to the first run (-1) or the last (1)."""
        self.table.action_edge(side)

    def action_columns(self, by: int) -> None:
        """Show the columns that did not fit, or go back."""
        self.table.action_columns(by)

    def action_open(self) -> None:
        """Show the run's curves."""
        if self.current is not None:
            self.post_message(self.Opened(self.current.id))

    def action_sweep(self) -> None:
        """Show the run's sweep."""
        if self.current is not None and self._in_sweep:
            self.post_message(self.SweepWanted(self.current.id))

    def action_details(self) -> None:
        """Show all that is known of the run."""
        if self.current is not None:
            self.post_message(self.DetailsWanted(self.current.id))

    def action_mark(self) -> None:
        """Mark the run or take its mark away, and go to the next."""
        if self.current is not None:
            self._toggle_mark(self.current.id)
            self.table.action_move(1)

    def action_unmark_all(self) -> None:
        """Take all marks away; ``restore`` brings them back."""
        marked = self.marked
        self.set_marked(())
        self._unmarked = marked

    def action_filter(self) -> None:
        """Type which runs are shown."""
        if self._snapshot.runs:
            self._filter_line.ask("" if self._view.filter is None else self._view.filter.text)
            self.refresh_bindings()
        else:
            self.post_message(self._nobody)

    def action_unfilter(self) -> None:
        """Show every run again."""
        self._filter_by("")

    def _filter_by(self, text: str) -> None:
        """Show the runs that fit; a text that is no filter leaves what is shown as it is."""
        from rottui.core.settings import paths

        try:
            wanted = parse(text, paths()) if text.strip() else None
        except FilterError as error:
            self._problem = error
            self._filter_line.complain(str(error), error.place)
            return
        self._problem = None
        self._view.set_filter(wanted)
        self._lay_out()
        self._refresh_detail()
        self.refresh_bindings()

    @on(FilterLine.Typed)
    def _filter_typed(self, event: FilterLine.Typed) -> None:
        event.stop()
        self._filter_by(event.text)

    @on(FilterLine.Closed)
    def _filter_closed(self, event: FilterLine.Closed) -> None:
        event.stop()
        if self._problem is not None:
            self.post_message(self.Refused(f"the filter was not taken: {self._problem}"))
            self._problem = None
        if self._filter_line.field.has_focus:
            self.focus()
        self.refresh_bindings()

    def on_focus(self) -> None:
        """Whoever leaves the line for the table is done typing."""
        self._filter_line.close(keep=True)

    def action_tag(self) -> None:
        """Put tags on the marked runs, else on that under the cursor, or take some off."""
        self.post_message(self.TagWanted(self.targets) if self.targets else self._nobody)

    def action_note(self) -> None:
        """Write on the run under the cursor."""
        self.post_message(self.NoteWanted(self.current) if self.current else self._nobody)

    @property
    def _nobody(self) -> Refused:
        return self.Refused(judge(Kind.EDIT, ()).reason)

    def action_sort(self) -> None:
        """Choose the column to sort by."""
        from rottui.tui.screens.ordering import OrderScreen

        order = self._view.order
        titles = {column.name: column.title for column in queue_cells.columns(self._ascii)}
        now, falling = ("", False) if order is None else (order.column, order.falling)
        screen = OrderScreen(titles, now, falling, ascii=self._ascii)
        self.app.push_screen(screen, self._sort_chosen)

    def _sort_chosen(self, column: str | None) -> None:
        if column is not None:
            self.sort_by(turned(self._view.order, column) if column else None)

    def sort_by(self, order: Order | None) -> None:
        """Show the runs in this order; None: that of the queue."""
        self._view.order = order
        if order is None:
            self.table.set_sorted(None)
        else:
            self.table.set_sorted(order.column, falling=order.falling)
        self._lay_out()

    @on(LineTable.HeaderClicked)
    def _sort_clicked(self, event: LineTable.HeaderClicked) -> None:
        event.stop()
        self.sort_by(turned(self._view.order, event.column))

    def action_compare(self) -> None:
        """Show the marked runs side by side."""
        if len(self.marked) > 1:
            self.post_message(self.CompareWanted(self.marked))
        else:
            self.post_message(self.Refused(TOO_FEW))

    def action_pause(self) -> None:
        """Pause at the next batch, or hold back if queued."""
        self._wish(Kind.PAUSE)

    def action_resume(self) -> None:
        """Queue paused runs again."""
        self._wish(Kind.RESUME)

    def action_cancel(self) -> None:
        """End runs for good."""
        self._wish(Kind.CANCEL)

    def action_move_up(self) -> None:
        """Train earlier."""
        self._wish(Kind.MOVE_UP)

    def action_move_down(self) -> None:
        """Train later."""
        self._wish(Kind.MOVE_DOWN)

    def action_duplicate(self) -> None:
        """Queue the same configs as new runs."""
        self._wish(Kind.DUPLICATE)

    def action_edit(self) -> None:
        """Put the run's config into the form."""
        self._wish(Kind.EDIT)

    def action_slower(self) -> None:
        """Halve the lr."""
        self._wish(Kind.SLOWER)

    def action_faster(self) -> None:
        """Double the lr."""
        self._wish(Kind.FASTER)

    def action_scale(self) -> None:
        """Multiply the lr by a factor that is typed."""
        self._wish(Kind.SCALE)

    def action_save(self) -> None:
        """Save at the batch that is trained now."""
        self._wish(Kind.SAVE)

    def action_extend(self) -> None:
        """Train done runs further."""
        self._wish(Kind.EXTEND)

    def action_fork(self) -> None:
        """Go on from a checkpoint as another run."""
        self._wish(Kind.FORK)

    def action_edit_here(self) -> None:
        """Edit a run that nobody has begun, in place."""
        self._wish(Kind.EDIT_HERE)

    def action_priority_up(self) -> None:
        """Train before runs of lower priority."""
        self._wish(Kind.PRIORITY_UP)

    def action_priority_down(self) -> None:
        """Train after runs of higher priority."""
        self._wish(Kind.PRIORITY_DOWN)

    def action_draft(self) -> None:
        """Lay aside, until a person queues it."""
        self._wish(Kind.DRAFT)

    def action_retry(self) -> None:
        """Queue what failed or was cancelled again."""
        self._wish(Kind.RETRY)

    def action_pause_group(self) -> None:
        """Pause the run's sweep or group, or let it go on."""
        run = self.current
        group = (
            None if run is None or run.sweep_id is None else self._snapshot.sweeps.get(run.sweep_id)
        )
        if group is not None:
            self.post_message(self.GroupPaused(group.id, group.name, not group.paused))

    def action_pause_all(self) -> None:
        """Pause everything, or let it go on."""
        self.post_message(self.AllPaused(not self._all_paused))

    def action_delete(self) -> None:
        """Put runs into the trash."""
        self._wish(Kind.DELETE)

    def action_restore(self) -> None:
        """Bring back the marks, if they were taken away last, else what was deleted last."""
        if self._unmarked:
            self.set_marked(self._unmarked)
        else:
            self.post_message(self.Undone())

    def action_trash(self) -> None:
        """Look into the trash."""
        self.post_message(self.TrashWanted())

    def _wish(self, kind: Kind) -> None:
        verdict = self._verdict(kind)
        if verdict.runs:
            self._unmarked = ()
            ids = tuple(run.id for run in verdict.runs)
            self.post_message(self.Wished(kind, ids, verdict.note))
        else:
            self.post_message(self.Refused(verdict.reason))

    # Messages of the table

    @on(LineTable.CursorMoved)
    def _tell_cursor(self, event: LineTable.CursorMoved) -> None:
        event.stop()
        self._refresh_detail()
        self.post_message(self.CursorMoved(event.key if isinstance(event.key, int) else None))

    @on(LineTable.Opened)
    def _tell_opened(self, event: LineTable.Opened) -> None:
        event.stop()
        self.action_open()

    @on(LineTable.MarkClicked)
    def _toggle_clicked(self, event: LineTable.MarkClicked) -> None:
        event.stop()
        if isinstance(event.key, int):
            self._toggle_mark(event.key)

    # Words around the table

    def _refresh_detail(self) -> None:
        run = self.current
        nothing = ""
        if run is None and self._snapshot.runs:
            nothing = "no run fits the filter; Esc takes it away"
        text, tone = (
            (nothing, "")
            if run is None
            else queue_cells.detail(
                run,
                self._ascii,
                self._held.get(run.id),
                self._forks,
                self._spans.get(run.id),
            )
        )
        self._write("queue-detail", text)
        self.query_one("#queue-detail").set_class(tone == "error", "error")
        self._refresh_possible()

    def _write(self, name: str, text: str) -> None:
        """Write a line of words, if it has other words than before."""
        if self._shown.get(name) != text:
            self._shown[name] = text
            self.query_one(f"#{name}", Static).update(text)

    def _empty_text(self) -> Content:
        begin, form = (
            key_name(first_key(self.app, action_id))
            for action_id in ("app.first", "app.pane('configure')")
        )
        text = (
            "No runs yet.\n\n"
            f"{begin} queues a first sweep on built-in garments: {SWEEP_EXAMPLE}, an "
            "mlp with the learning rates 1e-2, 1e-4 and 1e-8.\n\n"
            f"{form} goes to the form, where everything can be chosen."
        )
        return Content(to_ascii(text) if self._ascii else text)
