"""The pane of curves: loss and MAE of the chosen runs, live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message

from rottui.store.records import RunRow
from rottui.tui.charts.cells import ASCII, UNICODE, Row, Span
from rottui.tui.charts.curves import LETTERS, Plot
from rottui.tui.charts.drawing import SMALLEST
from rottui.tui.charts.metrics import Metric, Splits
from rottui.tui.charts.painter import Painter
from rottui.tui.key_names import QUEUE, key_of
from rottui.tui.keymap import bindings
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.chart import INTERVAL, ChartView
from rottui.tui.widgets.chart_legend import legend_rows, summary_rows
from rottui.tui.widgets.lines import Lines
from rottui.tui.widgets.looking import LookingPane

VIEWS: tuple[tuple[Metric, ...], ...] = (
    (Metric.LOSS, Metric.MAE),
    (Metric.LOSS,),
    (Metric.MAE,),
    (Metric.MAE_DEG,),
    (Metric.CIRCULAR,),
    (Metric.MEDIAN,),
    (Metric.AXIAL,),
    (Metric.FLIPS,),
)
"""What the metric key goes through."""
BESIDE = 72
"""Columns from which two charts stand beside each other."""
ABOVE = 26
"""Rows from which two charts stand one above the other."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the pane is divided."""

    charts: int
    """How many are drawn: 0 where none fits."""
    stacked: bool
    legend: int
    """Rows of the legend."""


def arrange(width: int, height: int, charts: int, runs: int) -> Arrangement:
    """The best use of ``width`` × ``height`` cells for so many charts and runs."""
    legend = 1 + min(runs, max(1, (height - 9) // 3))
    rest = height - legend
    if width < SMALLEST[0] or rest < SMALLEST[1]:
        return Arrangement(0, True, height)
    if charts < 2:
        return Arrangement(1, True, legend)
    if rest >= ABOVE or (width < BESIDE and rest >= 3 * SMALLEST[1]):
        return Arrangement(2, True, legend)
    return Arrangement(2 if width >= BESIDE else 1, False, legend)


class ChartsPane(LookingPane, can_focus=True):
    """Draws what ``show`` gives; asks the app for another run with the arrow keys."""

    scope: ClassVar[str] = "charts"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("charts")]
    DEFAULT_CSS = """
    ChartsPane { layout: vertical; width: 1fr; height: 1fr; }
    ChartsPane > #charts-area { layout: horizontal; width: 1fr; height: 1fr; }
    ChartsPane > #charts-area.-stacked { layout: vertical; }
    ChartsPane > #charts-legend { height: 1; }
    """

    @dataclass
    class Stepped(Message):
        """The run before (-1) or after (1) is wanted."""

        by: int

    @dataclass
    class PinWanted(Message):
        """A run is to stay on the charts, or no longer."""

    @dataclass
    class SweepWanted(Message):
        """The settings of the run's sweep are to be compared."""

    def __init__(
        self,
        *,
        ascii: bool = False,
        interval: float = INTERVAL,
        painter: Painter | None = None,
        id: str | None = None,
    ) -> None:
        """``interval``: seconds between two drawings of a chart, at least; longer over SSH."""
        super().__init__(id=id)
        self._glyphs = ASCII if ascii else UNICODE
        self._painter = painter or Painter(ascii=ascii)
        self._interval = interval
        self._shown: tuple[int, ...] = ()
        self._view = 0
        self._splits = Splits.BOTH
        self._pinned: int | None = None
        self._baselines = True
        self._marks = True

    def compose(self) -> ComposeResult:
        """Two charts and the legend below them."""
        with Container(id="charts-area"):
            for number in (1, 2):
                yield ChartView(
                    self._painter, interval=self._interval, pointing=True, id=f"chart-{number}"
                )
        yield Lines(id="charts-legend")

    # What is shown

    def show(self, snapshot: Snapshot, shown: tuple[int, ...], pinned: int | None = None) -> None:
        """Draw the curves of these runs, first to last in the legend; one may be on top."""
        self._snapshot, self._shown, self._pinned = snapshot, shown, pinned
        self.draw_again()

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What is drawn, as far as there is room."""
        return VIEWS[self._view]

    @property
    def runs(self) -> tuple[RunRow, ...]:
        """The runs of the legend; those that are gone from the store are left out."""
        runs = (self._snapshot.run(run_id) for run_id in self._shown)
        return tuple(run for run in runs if run is not None)

    @property
    def settled(self) -> bool:
        """Whether every chart on the screen is up to date."""
        return all(view.settled for view in self.query(ChartView))

    # Keys

    def action_metric(self) -> None:
        """The next metric."""
        self._view = (self._view + 1) % len(VIEWS)
        self.draw_again()

    def action_split(self) -> None:
        """Both splits, train only, test only."""
        order = list(Splits)
        self._splits = order[(order.index(self._splits) + 1) % len(order)]
        self.draw_again()

    def action_sweep(self) -> None:
        """Ask for the sweep."""
        self.post_message(self.SweepWanted())

    def action_pin(self) -> None:
        """Ask for the run to stay on the charts."""
        self.post_message(self.PinWanted())

    def action_baseline(self) -> None:
        """Show what guesses score, or hide it."""
        self._baselines = not self._baselines
        self.draw_again()

    def action_events(self) -> None:
        """Mark where something happened, or not."""
        self._marks = not self._marks
        self.draw_again()

    def action_previous_run(self) -> None:
        """Ask for the run before."""
        self.post_message(self.Stepped(-1))

    def action_next_run(self) -> None:
        """Ask for the run after."""
        self.post_message(self.Stepped(1))

    # Drawing

    def on_resize(self) -> None:
        """Divide the pane anew; a hidden pane has no size, and gets it when it is seen."""
        self.draw_again()

    def on_unmount(self) -> None:
        """The painter's thread may end."""
        self._painter.close()

    def draw_again(self, *, at_once: bool = False) -> None:
        """Divide the pane, and draw what has changed in it."""
        width, height = self.size
        if width <= 0 or height <= 0:
            return  # hidden; on_resize catches up
        runs, epochs, metrics = self.runs, self._snapshot.epochs, self.metrics
        views = list(self.query(ChartView))
        legend = self.query_one("#charts-legend", Lines)
        has_curves = any(epochs.get(run.id) for run in runs)
        plan = arrange(width, height, len(metrics), len(runs))
        if not has_curves:
            plan = Arrangement(0, True, height)
        self.query_one("#charts-area").set_class(plan.stacked, "-stacked")
        self.query_one("#charts-area").display = plan.charts > 0
        for number, view in enumerate(views):
            view.display = number < plan.charts
            drawn = number < plan.charts
            view.show(self.plot_of(metrics[number]) if drawn else None, at_once=at_once)
        legend.styles.height = plan.legend
        if not has_curves:
            legend.set_rows(self._explanation(runs))
        elif plan.charts == 0:
            legend.set_rows(summary_rows(runs, epochs, metrics[0], width, self._glyphs)[:height])
        else:
            legend.set_rows(
                legend_rows(
                    runs,
                    epochs,
                    metrics,
                    width=width,
                    height=plan.legend,
                    splits=self._splits,
                    glyphs=self._glyphs,
                    letters=self._letters(),
                    reading=self.reading(),
                    where=self.reading_words(),
                    styles=self.plot_of(metrics[0]).styles,
                    pinned=self._pinned,
                )
            )

    def _letters(self) -> str:
        """What the letters on the axes mean, such as ``L lr changed  R resumed``."""
        if not self._marks:
            return ""
        kinds = {e.kind for run in self.runs for e in self._snapshot.events.get(run.id, ())}
        said = {" ".join(LETTERS[kind]): None for kind in LETTERS if kind in kinds}
        best = [f"{self._glyphs.dot} best"] if any(run.best for run in self.runs) else []
        return "  ".join([*best, *said])

    def plot_of(self, metric: Metric) -> Plot:
        """What the chart of a metric shows."""
        return Plot.of(
            metric,
            self.runs,
            self._snapshot.epochs,
            self._splits,
            self._looks.log,
            baselines=self._baselines,
            events=self._snapshot.events if self._marks else None,
            look=self._looks.of(metric),
            cursor=self._looks.cursor,
            pinned=self._pinned,
        )

    def _explanation(self, runs: tuple[RunRow, ...]) -> list[Row]:
        if not runs:
            lines = [
                "No run is chosen.",
                f"In the queue ({key_of(self.app, QUEUE)}), put the cursor on a run, "
                f"or mark several with {key_of(self.app, 'queue.mark').lower()}.",
            ]
        else:
            lines = [f"#{run.id} {run.name} is {run.state.value}; no epoch yet." for run in runs]
            lines.append("A curve starts with epoch 0, before any training.")
        return [(Span(line),) for line in lines]
