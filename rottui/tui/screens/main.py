"""The main screen: where the panes are at each size, and which of them has the floor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from rottui.tui.layout import SIDE, WIDE, Layout, Seen
from rottui.tui.own_bindings import OwnKeysScreen
from rottui.tui.widgets.configure_pane import ConfigurePane
from rottui.tui.widgets.key_line import KeyLine
from rottui.tui.widgets.tab_line import HOMES, PANES, Tab, TabLine, title_of

if TYPE_CHECKING:
    from rottui.store.records import RunRow
    from rottui.tui.screens.jump import Target
    from rottui.tui.snapshot import Snapshot
    from rottui.tui.widgets.charts_pane import ChartsPane
    from rottui.tui.widgets.details_pane import DetailsPane
    from rottui.tui.widgets.divider import Divider
    from rottui.tui.widgets.predictions_pane import PredictionsPane
    from rottui.tui.widgets.queue_pane import QueuePane
    from rottui.tui.widgets.sweep_pane import SweepPane
    from rottui.tui.widgets.system_pane import SystemPane

MIN_WIDTH, MIN_HEIGHT = 60, 16
BARS = 2
"""Rows of the screen that no pane has: the tabs and the keys."""
SCOPES = (*PANES, *HOMES)
"""Every pane."""


class MainScreen(OwnKeysScreen):
    """All panes: one at a time when narrow, a side, the queue and one more when wide."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "settle", show=False)]

    class Arranged(Message):
        """A person has arranged the panes otherwise; what lasts of it is to be remembered."""

        def __init__(self, layout: Layout) -> None:
            super().__init__()
            self.layout = layout

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__()
        self._ascii = ascii
        """Whether the terminal shows ASCII only."""
        self._laid = Layout()
        self._panes: dict[str, Widget] = {}
        """Every pane by its scope, from when it is mounted."""
        self.is_complete = False
        """Whether every pane is mounted."""
        self._snapshot: Snapshot | None = None
        """What the store held when it was last read."""
        self._marked: tuple[int, ...] = ()
        self.pinned: int | None = None
        """The run that stays on the charts, whatever else is there."""
        self._cursor: int | None = None

    def compose(self) -> ComposeResult:  # noqa: D102
        yield TabLine()
        yield Static("", id="too-small")
        with Horizontal(id="panes"):
            yield self._known(ConfigurePane(ascii=self._ascii, id="configure"))
            with Vertical(id="right"):
                yield Container(id="stage")
        yield KeyLine(ascii=self._ascii)

    def on_mount(self) -> None:  # noqa: D102
        self.go_to("configure")

    def mount_rest(self, layout: Layout | None = None) -> None:
        """Every pane but the form, which is the first frame; arranged as at the last launch."""
        from rottui.tui.widgets.charts_pane import ChartsPane
        from rottui.tui.widgets.data_pane import DataPane
        from rottui.tui.widgets.details_pane import DetailsPane
        from rottui.tui.widgets.divider import Divider
        from rottui.tui.widgets.equivariance_pane import EquivariancePane
        from rottui.tui.widgets.predictions_pane import PredictionsPane
        from rottui.tui.widgets.queue_pane import QueuePane
        from rottui.tui.widgets.sweep_pane import SweepPane
        from rottui.tui.widgets.system_pane import SystemPane

        if not (self.is_attached and self.is_running):  # the app was left right after its frame
            return
        if layout is not None:
            self._laid = layout.going_to(self.active)
        ascii = self._ascii
        self.query_one("#panes").mount(
            self._known(DetailsPane(id="details", ascii=ascii)),
            Divider(upright=True, id="column-border", ascii=ascii),
            before="#right",
        )
        self.query_one("#right").mount(
            self._known(QueuePane(id="queue", ascii=ascii)),
            Divider(upright=False, id="row-border", ascii=ascii),
            before="#stage",
        )
        stage = (
            ChartsPane(id="charts", ascii=ascii),
            SweepPane(id="sweep", ascii=ascii),
            EquivariancePane(id="equivariance", ascii=ascii),
            DataPane(id="data", ascii=ascii),
            PredictionsPane(id="predictions", ascii=ascii),
            SystemPane(id="system", ascii=ascii),
        )
        self.query_one("#stage").mount(*map(self._known, stage))
        self._arrange()
        self.call_after_refresh(self._stage_is_up)

    def _known(self, pane: Widget) -> Widget:
        """The pane, which is arranged with the others from now on."""
        assert pane.id in SCOPES
        self._panes[pane.id] = pane
        return pane

    def _stage_is_up(self) -> None:
        self.is_complete = True
        self._focus_active()
        self._show_charts()

    @property
    def form_pane(self) -> ConfigurePane:
        """The form."""
        return self.query_one(ConfigurePane)

    @property
    def queue_pane(self) -> QueuePane:
        """The queue, once it is mounted."""
        return cast("QueuePane", self.query_one("#queue"))

    def on_resize(self, event: events.Resize) -> None:  # noqa: D102
        width, height = event.size
        self.set_class(width < MIN_WIDTH or height < MIN_HEIGHT, "-too-small")
        self.query_one("#too-small", Static).update(
            f"rottui needs at least {MIN_WIDTH}×{MIN_HEIGHT} cells; "
            f"this terminal has {width}×{height}. Training goes on."
        )
        self._arrange()

    # --- which pane has the floor ------------------------------------------------------------

    @property
    def active(self) -> str:
        """The pane that has the floor."""
        return self._laid.active

    @property
    def seen(self) -> Seen:
        """What is on the screen."""
        return self._laid.seen(self.app.size.width, self._panes, runs=self._has_runs)

    def go_to(self, scope: str) -> None:
        """Show a pane and give it the focus."""
        before, self._laid = self._laid, self._laid.going_to(scope)
        self._arrange()
        if self._laid.to_json() != before.to_json():
            self.post_message(self.Arranged(self._laid))
        self._focus_active()

    def _arrange(self) -> None:
        """Put every pane where the layout has it; what stays as it is costs nothing."""
        laid, seen, (width, height) = self._laid, self.seen, self.app.size
        right = seen.queue or seen.stage is not None
        for scope, pane in self._panes.items():
            pane.display = scope in seen.panes
            if scope in SIDE:
                pane.styles.width = laid.side_width(width) if right else "1fr"
        if queue := self._panes.get("queue"):
            shared = seen.stage is not None
            queue.styles.height = laid.queue_height(width, height - BARS) if shared else "1fr"
        self.query_one("#right").display = right
        self.query_one("#stage").display = seen.stage is not None
        for border in self.query("#panes > #column-border"):
            border.display = seen.side is not None and right
        for border in self.query("#right > #row-border"):
            border.display = seen.queue and seen.stage is not None
        self.query_one(TabLine).activate(self.active, zoomed=laid.zoomed)

    def jump_targets(self) -> list[Target]:
        """Every pane that can be jumped to: where it is, or else where its tab is."""
        from rottui.tui.screens.jump import Target

        seen = self.seen.panes
        tabs = {tab.scope: tab.region for tab in self.query(Tab)}
        places = {
            name: self._panes[name].region if name in seen else tabs.get(name)
            for name in SCOPES
            if name in self._panes
        }
        return [
            Target(name, title_of(name), place.offset, name in seen)
            for name, place in places.items()
            if place is not None
        ]

    def about_focus(self) -> str:
        """What has the focus within the active pane, as a sentence; empty where it is the pane."""
        field = self.form_pane.form.focused_field
        return "" if field is None else f"{field.label}: {field.help}."

    def action_settle(self) -> None:
        """Leave what is only for a moment: a zoomed pane, else what was said."""
        if self._laid.zoomed:
            self.zoom()
        else:
            self.app.clear_notifications()

    def _focus_active(self) -> None:
        """At once, so that the next key is the new pane's however fast it comes."""
        for pane in self.query(f"#{self.active}"):
            if not (self.focused and pane in self.focused.ancestors_with_self):
                self.set_focus(pane)

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        event.stop()
        self.go_to(event.scope)

    def on_descendant_focus(self) -> None:
        """A click or Tab into another pane makes that one active.

        What has the focus now counts: the event may speak of a pane that was left since.
        """
        for widget in self.focused.ancestors_with_self if self.focused else ():
            if isinstance(widget, Widget) and widget.id in SCOPES:
                if widget.id != self.active:
                    self.go_to(widget.id)
                return

    # --- how much room the panes have --------------------------------------------------------

    def zoom(self) -> None:
        """Give the active pane the whole screen, or give the others their room back."""
        if not self._laid.zoomed and self._laid.alone(self.app.size.width):
            self._refuse(f"Below {WIDE} columns, every pane has the whole screen.")
            return
        self._laid = replace(self._laid, zoomed=not self._laid.zoomed)
        self._arrange()

    def hide(self) -> None:
        """Hide the active pane until somebody goes to it; another one is active then."""
        width = self.app.size.width
        rest = self._laid.hiding(width, self._panes, runs=self._has_runs)
        if rest is None:
            self._refuse("This is the only pane on the screen.")
            return
        self._laid = rest
        self._keep()
        self._focus_active()

    def arrange_as_usual(self) -> None:
        """Show every pane, with the room that it has at first."""
        self._laid = Layout(active=self.active, stage=self._laid.stage)
        self._keep()

    def move_border(self, columns: int, rows: int) -> None:
        """Move the border between the columns, or that below the queue, by so many cells."""
        laid, seen, (width, height) = self._laid, self.seen, self.app.size
        height -= BARS
        if columns and not (seen.side and (seen.queue or seen.stage)):
            self._refuse("There is one column of panes now.")
        elif rows and not (seen.queue and seen.stage):
            self._refuse("There is one row of panes now.")
        elif columns:
            self._laid = laid.with_column(laid.side_width(width) + columns, width)
            self._keep()
        else:
            self._laid = laid.with_row(laid.queue_height(width, height) + rows, width, height)
            self._keep()

    def on_divider_dragged(self, event: Divider.Dragged) -> None:
        """Let a border follow the mouse."""
        event.stop()
        width, height = self.app.size
        if event.divider.id == "column-border":
            self._laid = self._laid.with_column(event.at, width)
        else:
            self._laid = self._laid.with_row(event.at - 1, width, height - BARS)
        self._arrange()
        if event.done:
            self._keep()

    def _keep(self) -> None:
        self._arrange()
        self.post_message(self.Arranged(self._laid))

    def _refuse(self, sentence: str) -> None:
        self.notify(sentence, severity="warning", timeout=4, markup=False)

    # --- what the panes show -----------------------------------------------------------------

    @property
    def shown_runs(self) -> tuple[int, ...]:
        """The runs of the charts: the pinned one, and the marked ones, else that at the cursor."""
        chosen = self._marked or (() if self._cursor is None else (self._cursor,))
        if self.pinned is None or self.pinned in chosen:
            return chosen
        return (self.pinned, *chosen)

    def toggle_pin(self) -> int | None:
        """Let the run at the cursor stay on the charts, else the first there; or let it go.

        Returns the run that is pinned now.
        """
        shown = self.shown_runs
        if self.pinned is not None or not shown:
            self.pinned = None
        else:
            self.pinned = self._cursor if self._cursor in shown else shown[0]
        self._show_charts()
        return self.pinned

    @property
    def wanted_runs(self) -> frozenset[int]:
        """The runs whose curves are on the screen, or would be at once."""
        wanted = frozenset(self.shown_runs)
        for sweep in self.query("#sweep"):
            wanted |= cast("SweepPane", sweep).wanted
        return wanted

    @property
    def shows_marked(self) -> bool:
        """Whether the charts show marked runs, and not the one under the cursor."""
        return bool(self._marked)

    @property
    def cursor_run_row(self) -> RunRow | None:
        """The run under the queue's cursor."""
        if self._cursor is None or self._snapshot is None:
            return None
        return self._snapshot.run(self._cursor)

    @property
    def is_new(self) -> bool | None:
        """Whether the store has no run yet; None before it was read."""
        if self._snapshot is None or not self._snapshot.now:
            return None
        return not self._has_runs

    @property
    def _has_runs(self) -> bool:
        return self._snapshot is not None and bool(self._snapshot.runs)

    def show(self, snapshot: Snapshot) -> None:
        """Hand a new snapshot to every pane that shows runs; while closing, there are none."""
        had_runs, self._snapshot = self._has_runs, snapshot
        if had_runs != self._has_runs:
            self._arrange()  # there is something to tell of now, or nothing any more
        self.form_pane.greet(bool(self.is_new))
        for line in self.query(TabLine):
            line.show(snapshot)
        for queue in self.query("#queue"):
            cast("QueuePane", queue).show(snapshot)
        self._show_charts()

    def choose(self, *, marked: tuple[int, ...] | None = None, cursor: int | None = None) -> None:
        """Take over the queue's marks or cursor."""
        if marked is not None:
            self._marked = marked
        if cursor is not None:
            self._cursor = cursor
        self._show_charts()

    def _show_charts(self) -> None:
        if self._snapshot is None:
            return
        for charts in self.query("#charts"):
            cast("ChartsPane", charts).show(self._snapshot, self.shown_runs, self.pinned)
        for sweep in self.query("#sweep"):
            cast("SweepPane", sweep).show(self._snapshot, self.cursor_run_row)
        for predictions in self.query("#predictions"):
            cast("PredictionsPane", predictions).look_at(self.cursor_run_row)
        for details in self.query("#details"):
            cast("DetailsPane", details).show(self._snapshot, self.cursor_run_row)
        for system in self.query("#system"):
            cast("SystemPane", system).show(self._snapshot)
