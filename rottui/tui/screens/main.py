"""The main screen: where the panes are at each size, and which of them has the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.configure_pane import ConfigurePane
from rottui.tui.widgets.tab_line import HOMES, PANES, TabLine

if TYPE_CHECKING:
    from rottui.store.records import RunRow
    from rottui.tui.widgets.charts_pane import ChartsPane
    from rottui.tui.widgets.predictions_pane import PredictionsPane
    from rottui.tui.widgets.queue_pane import QueuePane
    from rottui.tui.widgets.sweep_pane import SweepPane

MIN_WIDTH, MIN_HEIGHT = 60, 16
STAGE = ("charts", "sweep", "equivariance", "data", "predictions")
"""Panes that share one place where several panes are on the screen."""
SCOPES = (*PANES, *HOMES)
"""Every pane."""


class MainScreen(Screen[None]):
    """All panes: one at a time when narrow, form, queue and one more when wide."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (170, "-huge")]  # noqa: RUF012
    AUTO_FOCUS = ""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__()
        self._ascii = ascii
        """Whether the terminal shows ASCII only."""
        self.active = "configure"
        self._on_stage = "charts"
        self.is_complete = False
        """Whether every pane is mounted."""
        self._snapshot = Snapshot()
        self._marked: tuple[int, ...] = ()
        self._cursor: int | None = None

    def compose(self) -> ComposeResult:  # noqa: D102
        yield TabLine()
        yield Static("", id="too-small")
        with Horizontal(id="panes"):
            yield ConfigurePane(ascii=self._ascii, id="configure")
            with Vertical(id="right"):
                yield Container(id="stage")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:  # noqa: D102
        self.go_to("configure")

    def mount_rest(self) -> None:
        """Every pane but the form, which is the first frame."""
        from rottui.tui.widgets.charts_pane import ChartsPane
        from rottui.tui.widgets.data_pane import DataPane
        from rottui.tui.widgets.equivariance_pane import EquivariancePane
        from rottui.tui.widgets.predictions_pane import PredictionsPane
        from rottui.tui.widgets.queue_pane import QueuePane
        from rottui.tui.widgets.sweep_pane import SweepPane

        if not (self.is_attached and self.is_running):  # the app was left right after its frame
            return
        self.query_one("#right").mount(QueuePane(ascii=self._ascii, id="queue"), before="#stage")
        self.query_one("#stage").mount(
            ChartsPane(ascii=self._ascii, id="charts"),
            SweepPane(ascii=self._ascii, id="sweep"),
            EquivariancePane(ascii=self._ascii, id="equivariance"),
            DataPane(ascii=self._ascii, id="data"),
            PredictionsPane(ascii=self._ascii, id="predictions"),
        )
        self.call_after_refresh(self._stage_is_up)

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

    # --- which pane has the floor ------------------------------------------------------------

    def go_to(self, scope: str) -> None:
        """Show a pane and give it the focus."""
        self.active = scope
        if scope in STAGE:
            self._on_stage = scope
        # All at once: every change of a class lets Textual match all rules against all widgets.
        ours = {f"-on-{name}" for name in SCOPES} | {f"-stage-{name}" for name in STAGE}
        self.set_classes((self.classes - ours) | {f"-on-{scope}", f"-stage-{self._on_stage}"})
        self.query_one(TabLine).activate(scope)
        self._focus_active()

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

    # --- what the panes show -----------------------------------------------------------------

    @property
    def shown_runs(self) -> tuple[int, ...]:
        """The runs of the charts: the marked ones, else the one under the cursor."""
        if self._marked:
            return self._marked
        return () if self._cursor is None else (self._cursor,)

    @property
    def shows_marked(self) -> bool:
        """Whether the charts show marked runs, and not the one under the cursor."""
        return bool(self._marked)

    @property
    def cursor_run_row(self) -> RunRow | None:
        """The run under the queue's cursor."""
        return None if self._cursor is None else self._snapshot.run(self._cursor)

    def show(self, snapshot: Snapshot) -> None:
        """Hand a new snapshot to every pane that shows runs; while closing, there are none."""
        self._snapshot = snapshot
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
        for charts in self.query("#charts"):
            cast("ChartsPane", charts).show(self._snapshot, self.shown_runs)
        for sweep in self.query("#sweep"):
            cast("SweepPane", sweep).show(self._snapshot, self.cursor_run_row)
        for predictions in self.query("#predictions"):
            cast("PredictionsPane", predictions).look_at(self.cursor_run_row)
